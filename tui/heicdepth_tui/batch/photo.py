"""Exports one photo of a batch: a pure function of its job, with the decoder that it is given."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from heicdepth_tui.batch.plan import Job
from heicdepth_tui.batch.records import Output, State
from heicdepth_tui.errors import HeicDepthError, NoDepthError, WriteError
from heicdepth_tui.export.options import Exported, format_stem
from heicdepth_tui.export.registry import FORMATS
from heicdepth_tui.export.run import LayerDecoder, export_photo
from heicdepth_tui.file_names import numbered_name, safe_name
from heicdepth_tui.heif.depth_facts import DepthStatus
from heicdepth_tui.heif.facts import Header
from heicdepth_tui.heif.header import read_header

__all__ = ["Outcome", "export_job", "skip_reason"]

_MAX_TRIES = 1_000
_WITHOUT_DEPTH = "without depth"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened to one photo; plain values, so that it can be sent to another process."""

    source: str
    state: State
    written: tuple[Exported, ...] = ()
    outputs: tuple[Output, ...] = ()
    """The same files with absolute paths, for a manifest; none where it ``is_recorded`` nowhere."""
    reason: str = ""


def export_job(job: Job, decode: LayerDecoder, *, is_recorded: bool = True) -> Outcome:
    """Write the files of one photo and return what happened; raises nothing that a photo can cause.

    A photo without depth in a folder is skipped. With ``overwrite`` files of the same names are
    replaced, each whole. With ``may_have_files`` those that are there already with the same bytes
    count as written, and only missing ones are written. Files are hashed for the manifest only
    where the outcome ``is_recorded`` there.
    """
    written: list[Exported] = []
    try:
        if job.accuracy is not None:
            header = read_header(Path(job.path), limits=job.options.limits)
            if header.depth.accuracy is not job.accuracy:
                return Outcome(job.path, State.SKIPPED, reason=_other_accuracy(header))
        if job.overwrite or job.may_have_files:
            _staged(job, decode, written)
        else:
            export_photo(job.path, job.options, decode, written=written.append)
    except NoDepthError as error:
        if error.is_absent and not job.is_explicit and not written:
            return Outcome(job.path, State.SKIPPED, reason=_WITHOUT_DEPTH)
        failure = str(error.at(job.path))
    except HeicDepthError as error:
        failure = str(error.at(job.path))
    else:
        failure = ""
    outputs = tuple(_outputs(written)) if is_recorded else ()
    state = State.FAILED if failure else State.DONE
    return Outcome(job.path, state, tuple(written), outputs, failure)


def skip_reason(job: Job) -> str:
    """Return why ``export_job`` would skip a photo, by its header alone; empty where it would not.

    Empty as well where the header cannot be read: the photo fails.
    """
    needs_depth = all(FORMATS[name].needs_depth for name in job.options.formats)
    try:
        header = read_header(Path(job.path), limits=job.options.limits)
    except HeicDepthError:
        return ""
    if job.accuracy is not None and header.depth.accuracy is not job.accuracy:
        return _other_accuracy(header)
    is_absent = header.depth.status in (DepthStatus.ABSENT, DepthStatus.STRIPPED)
    return _WITHOUT_DEPTH if is_absent and needs_depth and not job.is_explicit else ""


def _other_accuracy(header: Header) -> str:
    return f"of accuracy {header.depth.accuracy.value}"


def _outputs(written: Sequence[Exported]) -> Iterator[Output]:
    import hashlib

    for one in written:
        with one.path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
        yield Output(str(one.path.absolute()), one.path.stat().st_size, digest.hexdigest())


def _staged(job: Job, decode: LayerDecoder, written: list[Exported]) -> None:
    """Write the files into a folder of their own first: to replace others, or to compare.

    ``written`` gets those that are in place. Raises as ``export_photo``, after the files that were
    written before the error are in place.
    """
    # Not imported above: most exports replace nothing.
    import shutil
    import tempfile

    out = job.options.out
    try:
        out.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=".heicdepth-", suffix=".part", dir=out))
    except OSError as error:
        raise WriteError(f"cannot be written: {error.strerror}", path=out) from error
    made: list[Exported] = []
    failure: HeicDepthError | None = None
    try:
        try:
            export_photo(job.path, replace(job.options, out=staging), decode, written=made.append)
        except HeicDepthError as error:
            failure = error
        if job.overwrite:
            written += [_replaced(one, staging, out) for one in made]
        else:
            _complete(job, made, staging, decode, written)
    except OSError as error:
        raise WriteError(f"cannot be written: {error.strerror}", path=out) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    if failure is not None:
        raise failure


def _complete(
    job: Job,
    made: Sequence[Exported],
    staging: Path,
    decode: LayerDecoder,
    written: list[Exported],
) -> None:
    """Find the files of ``made`` that are there, and write the others: formats, then camera files.

    Camera files name the pictures of formats, whose names may have a number.
    """
    groups = _by_format(made)
    formats = [name for name in groups if name in job.options.formats]
    renamed: dict[str, str] = {}
    for names in (formats, [name for name in groups if name not in formats]):
        missing = []
        for name in names:
            stem = _stem(job, name)
            found = _already_there(groups[name], staging, job.options.out, stem, renamed)
            written += found
            missing += [] if found else [name]
        _write_missing(job, missing, decode, written)
        now = _by_format(written)
        for name in names:
            pairs = zip(groups[name], now.get(name, ()), strict=False)
            renamed |= {old.path.name: new.path.name for old, new in pairs}


def _write_missing(
    job: Job, missing: Sequence[str], decode: LayerDecoder, written: list[Exported]
) -> None:
    """Write some of the formats and camera files; ``written`` has those that are there already."""
    options = job.options
    formats = tuple(name for name in options.formats if name in missing)
    cameras = tuple(tool for tool in options.camera_files if f"camera-{tool.value}" in missing)
    if formats or cameras:
        options = replace(options, formats=formats, camera_files=cameras)
        export_photo(job.path, options, decode, written=written.append, present=tuple(written))


def _by_format(made: Sequence[Exported]) -> dict[str, list[Exported]]:
    groups: dict[str, list[Exported]] = {}
    for one in made:
        groups.setdefault(one.format, []).append(one)
    return groups


def _replaced(one: Exported, staging: Path, out: Path) -> Exported:
    target = out / one.path.relative_to(staging)
    target.parent.mkdir(parents=True, exist_ok=True)
    one.path.replace(target)
    return _moved(one, target)


def _stem(job: Job, name: str) -> str:
    """Return the start of the names of a format's files, which their number follows."""
    return format_stem(safe_name(job.options.stem or Path(job.path).stem), name)


def _already_there(
    files: Sequence[Exported], staging: Path, out: Path, stem: str, renamed: Mapping[str, str]
) -> list[Exported]:
    """Return the files of one format where a set of the same bytes exists under one number.

    Bytes may name files: those of the set by their number, and others as in ``renamed``.
    """
    for number in range(_MAX_TRIES):
        targets = [out / _numbered(one.path.relative_to(staging), number, stem) for one in files]
        if not any(target.exists() for target in targets):
            return []
        pairs = list(zip(files, targets, strict=True))
        names = {**renamed, **{one.path.name: target.name for one, target in pairs}}
        if all(_same_bytes(one.path, target, names) for one, target in pairs):
            return [_moved(one, target) for one, target in pairs]
    return []


def _numbered(place: Path, number: int, stem: str) -> Path:
    """Return a file's place with a number, which stands in the name of its folder if it has one."""
    first, *rest = place.parts
    return Path(numbered_name(stem, number, first.removeprefix(stem)), *rest)


def _moved(one: Exported, target: Path) -> Exported:
    return replace(one, path=target, summary=one.summary.replace(str(one.path), str(target), 1))


def _same_bytes(one: Path, other: Path, names: Mapping[str, str]) -> bool:
    """Return whether two files are the same, but for the ``names`` of files in them."""
    if not other.is_file():
        return False
    changed = {old: new for old, new in names.items() if old != new}
    if not changed and one.stat().st_size != other.stat().st_size:
        return False
    data, expected = other.read_bytes(), one.read_bytes()
    if data == expected:
        return True
    for old, new in changed.items():
        for form in (str, _in_json):
            expected = expected.replace(os.fsencode(form(old)), os.fsencode(form(new)))
    return data == expected


def _in_json(name: str) -> str:
    return json.dumps(name)[1:-1]
