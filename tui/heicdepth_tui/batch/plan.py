"""What a batch does with each photo: where its files go, how they are named, what is left out."""

from __future__ import annotations

import os
import string
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from heicdepth_tui.export.options import ExportOptions
from heicdepth_tui.folder.find import Entry
from heicdepth_tui.heif.depth_facts import Accuracy

__all__ = ["TAR_PHOTOS", "TEMPLATE_FIELDS", "Job", "Naming", "Shard", "jobs_of", "template_problem"]

TEMPLATE_FIELDS = ("stem", "format", "parent")
TAR_PHOTOS = 1000
"""Photos of a tar shard of a data set, unless another number is given."""
_SPREAD_DIGITS = 2
_SHARED_OPTIONS = 512
"""Options that jobs share: of a folder each, 256 with ``Naming.spread``."""


@dataclass(frozen=True, slots=True)
class Job:
    """One photo to export; plain values, so that it can be sent to another process."""

    path: str
    size: int
    mtime_ns: int
    options: ExportOptions
    """With the folder of this photo's files, and their name where a template gives one."""
    is_explicit: bool = False
    """True where the user named the file: it fails where it has no depth."""
    accuracy: Accuracy | None = None
    """Only photos whose file states this accuracy; others are skipped."""
    may_have_files: bool = False
    """True where some of this photo's files may be there from a run before."""
    overwrite: bool = False


@dataclass(frozen=True, slots=True)
class Naming:
    """How files are named and spread over folders."""

    template: str = "{stem}"
    """With the names in ``TEMPLATE_FIELDS``."""
    keep_tree: bool = False
    """Repeat the folders of the photos below the folder of the export."""
    spread: bool = False
    """Put files into 256 folders by a hash of the photo's path."""


@dataclass(frozen=True, slots=True)
class Shard:
    """Part ``index`` of ``count`` of all photos, counted from 1."""

    index: int
    count: int

    def holds(self, key: str) -> bool:
        """Return whether a photo belongs to this part, by a hash of its path that never changes."""
        return int.from_bytes(_digest(key)[:8], "big") % self.count == self.index - 1


def _digest(text: str) -> bytes:
    # Not imported above: it loads OpenSSL, and most exports hash no path.
    import hashlib

    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()


def template_problem(template: str) -> str:
    """Return why a template cannot name files; empty where it can."""
    try:
        names = [name for _, name, _, _ in string.Formatter().parse(template) if name is not None]
    except ValueError as error:
        return f"the template {template!r} is broken: {error}"
    unknown = [name for name in names if name not in TEMPLATE_FIELDS]
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in TEMPLATE_FIELDS)
        return f"the template has {{{unknown[0]}}}; there are {known}"
    if "stem" not in names:
        return "the template needs {stem}: photos would share one name"
    return ""


def jobs_of(
    entries: Iterable[Entry],
    roots: Sequence[Path],
    options: ExportOptions,
    naming: Naming = Naming(),
    *,
    shard: Shard | None = None,
    since_ns: int = 0,
    accuracy: Accuracy | None = None,
    overwrite: bool = False,
) -> Iterator[Job]:
    """Yield the jobs of photos found below ``roots``, without those that the filters leave out.

    ``since_ns`` leaves out photos whose file was changed before, in nanoseconds since 1970.
    """
    given: dict[str, int] = {}
    for root in roots:
        given.setdefault(os.fspath(root), len(given))

    @lru_cache(_SHARED_OPTIONS)
    def placed(folder: Path, stem: str) -> ExportOptions:
        return replace(options, out=folder, stem=stem)

    for entry in entries:
        place = _place(entry.path, given)
        if entry.mtime_ns < since_ns or (shard is not None and not shard.holds(place)):
            continue
        yield Job(
            entry.path,
            entry.size,
            entry.mtime_ns,
            placed(_folder(options.out, place, naming), _stem(entry, naming)),
            is_explicit=entry.path in given,
            accuracy=accuracy,
            overwrite=overwrite,
        )


def _place(path: str, given: Mapping[str, int]) -> str:
    """Return a photo's path below the folder that was given, the same on every machine.

    Of several folders above it the one of the lowest number counts.
    """
    above = [folder for folder in _folders_above(path) if folder in given]
    if not above:
        return os.path.basename(path)  # noqa: PTH119  paths that are no text stay as they are
    folder = min(above, key=given.__getitem__)
    return path if folder == os.curdir else path[len(folder.rstrip(os.sep)) + 1 :]


def _folders_above(path: str) -> Iterator[str]:
    """Yield the folders of a path as they may have been given."""
    folder = path
    while folder := folder.rpartition(os.sep)[0]:
        yield folder
    yield os.sep if path.startswith(os.sep) else os.curdir


def _folder(out: Path, place: str, naming: Naming) -> Path:
    if naming.keep_tree:
        out = out / Path(place).parent
    if naming.spread:
        out = out / _digest(place).hex()[:_SPREAD_DIGITS]
    return out


def _stem(entry: Entry, naming: Naming) -> str:
    if naming.template == "{stem}":
        return ""
    path = Path(entry.path)
    # The name of the format is filled in where a format is written.
    return naming.template.format(stem=path.stem, parent=path.parent.name, format="{format}")
