"""Finds photos in files and folders by their content, in batches; never raises for a file."""

from __future__ import annotations

import errno
import os
import stat
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from heicdepth_tui.heif.sniff import SNIFF_BYTES, Kind, sniff
from heicdepth_tui.text import natural_key

__all__ = ["HEIF_SUFFIXES", "Entry", "find_photos", "look_at"]

HEIF_SUFFIXES = frozenset({"heic", "heif", "hif", "heics", "heifs", "avci", "avcs", "hic"})
"""Suffixes that are always listed, so that a JPEG named .heic is listed with its problem."""

_HEIC_BRANDS = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"mif2",
     b"msf1", b"avci", b"avcs"}
)  # fmt: skip
"""ISO/IEC 23008-12 brands; a file of any other suffix is listed if it has one of them."""

_FIRST_BATCH = 64
_LARGEST_BATCH = 4096
_GROWTH = 8
_FIRST_DELAY = 0.02
_MAX_DELAY = 0.1
"""Seconds after which a batch that is not full is yielded."""

_PROBLEMS = {
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.ENOENT: "no such file",
    errno.ELOOP: "link loop",
    errno.ENAMETOOLONG: "name too long",
}
_KINDS = (
    (stat.S_ISDIR, "folder, not a photo"),
    (stat.S_ISFIFO, "named pipe, not a photo"),
    (stat.S_ISSOCK, "socket, not a photo"),
    (stat.S_ISCHR, "device, not a photo"),
    (stat.S_ISBLK, "device, not a photo"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the photo list, before its file is read.

    ``path`` is as reached from the path given, ``name`` its last part; both may hold surrogates
    for bytes that are no text and anything else a file system allows: show them by ``printable``.
    ``size`` in bytes, ``mtime_ns`` in nanoseconds since 1970. ``problem`` is a short
    reason why nothing can be read (a pipe, a dangling link, a folder without permission); empty
    otherwise.
    """

    path: str
    name: str
    size: int
    mtime_ns: int
    problem: str = ""


def find_photos(
    paths: Sequence[Path | str],
    *,
    recursive: bool = False,
    cancelled: Callable[[], bool] = lambda: False,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[list[Entry]]:
    """Yield the photos of ``paths`` in batches of growing size, the first of 64 after 20 ms.

    A file given by name is always listed. Of a folder those entries are listed whose name has
    a HEIF suffix, whatever they are, and regular files of any other name whose first bytes are
    HEIF of the HEIC family; hidden names are left out. Sub-folders are visited in natural order
    when ``recursive``, each folder once however links lead to it. What cannot be read becomes an
    entry with a ``problem``; nothing is raised for it. Pipes and devices are never opened.
    ``cancelled`` is called for every file.
    """
    batch: list[Entry] = []
    limit, due = _FIRST_BATCH, clock() + _FIRST_DELAY
    for entry in _walk(paths, recursive):
        if cancelled():
            return
        if entry is not None:
            batch.append(entry)
        if len(batch) >= limit or (batch and clock() >= due):
            yield batch
            batch = []
            limit, due = min(limit * _GROWTH, _LARGEST_BATCH), clock() + _MAX_DELAY
    if batch:
        yield batch


_Identity = tuple[int, int]
"""Device and inode."""


def _walk(paths: Sequence[Path | str], recursive: bool) -> Iterator[Entry | None]:
    """Yield an entry for every photo, and None for everything else that was examined."""
    given: set[tuple[_Identity, str]] = set()
    visited: set[_Identity] = set()
    for path in map(Path, paths):
        text = str(path)
        try:
            status = path.stat()
        except OSError as error:
            yield Entry(text, path.name or text, 0, 0, _problem(path, error))
            continue
        if stat.S_ISDIR(status.st_mode):
            yield from _walk_folder(text, recursive, visited, given)
            continue
        key = (_identity(path.absolute().parent), path.name)
        if key not in given:
            given.add(key)
            yield _entry(text, path.name, status)


def _identity(folder: Path) -> _Identity:
    try:
        status = folder.stat()
    except OSError:
        # A folder without permission is not listed either, so identities are not compared.
        return (0, 0)
    return (status.st_dev, status.st_ino)


def _walk_folder(
    top: str, recursive: bool, visited: set[_Identity], given: set[tuple[_Identity, str]]
) -> Iterator[Entry | None]:
    folders = deque([top])
    while folders:
        folder = folders.popleft()
        prefix = "" if folder == os.curdir else folder.rstrip(os.sep) + os.sep
        below: list[str] = []
        try:
            status = Path(folder).stat()
            identity = (status.st_dev, status.st_ino)
            if identity in visited:
                continue
            visited.add(identity)
            with os.scandir(folder) as listing:
                for item in listing:
                    if item.name.startswith(".") or (given and (identity, item.name) in given):
                        continue
                    if recursive and _is_folder(item):
                        below.append(item.name)
                    yield _look_at(prefix + item.name, item)
        except OSError as error:
            name = Path(folder).absolute().name + os.sep
            yield Entry(folder, name, 0, 0, f"folder: {_problem(Path(folder), error)}")
        below.sort(key=natural_key)
        folders.extend(prefix + name for name in below)


def _is_folder(item: os.DirEntry[str]) -> bool:
    try:
        return item.is_dir()
    except OSError:
        # A link with an inaccessible target is no folder to descend into; if its name is a photo's,
        # its entry has the problem.
        return False


def _look_at(path: str, item: os.DirEntry[str]) -> Entry | None:
    """Return the entry of a photo, None for anything else."""
    is_named_heif = item.name.rpartition(".")[2].lower() in HEIF_SUFFIXES
    try:
        status = item.stat()
        if is_named_heif:
            return _entry(path, item.name, status)
        if not stat.S_ISREG(status.st_mode) or status.st_size < 16 or not _is_heic(path):
            return None
        return _entry(path, item.name, status)
    except OSError as error:
        return Entry(path, item.name, 0, 0, _problem(Path(path), error)) if is_named_heif else None


def look_at(path: str) -> Entry | None:
    """Return the entry that a regular file has in the listing, None for anything else.

    Raises OSError where its status cannot be read.
    """
    status = os.stat(path)  # noqa: PTH116  the very string that the listing has
    if not stat.S_ISREG(status.st_mode):
        return None
    return _entry(path, os.path.basename(path), status)  # noqa: PTH119


def _entry(path: str, name: str, status: os.stat_result) -> Entry:
    problem = ""
    if not stat.S_ISREG(status.st_mode):
        kinds = (text for is_kind, text in _KINDS if is_kind(status.st_mode))
        problem = next(kinds, "not a regular file")
    return Entry(path, name, status.st_size, status.st_mtime_ns, problem)


def _is_heic(path: str) -> bool:
    """Return whether a regular file begins like HEIF of the HEIC family. Raises OSError."""
    # Without O_NONBLOCK, opening a pipe that has replaced the file would block.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return False
        first = os.read(descriptor, SNIFF_BYTES)
    finally:
        os.close(descriptor)
    if first[4:8] != b"ftyp" or sniff(first) is not Kind.HEIF:
        return False
    end = min(int.from_bytes(first[:4], "big"), len(first))
    brands = {first[8:12], *(first[at : at + 4] for at in range(16, end - 3, 4))}
    return not brands.isdisjoint(_HEIC_BRANDS)


def _problem(path: Path, error: OSError) -> str:
    if error.errno == errno.ENOENT and path.is_symlink():
        return "dangling link"
    fallback = (error.strerror or "cannot be read").lower()
    return _PROBLEMS.get(error.errno or 0, fallback)
