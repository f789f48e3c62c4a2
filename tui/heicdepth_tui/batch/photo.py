"""Exports one photo of a batch: a pure function of its job, with the decoder that it is given."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from heicdepth_tui.batch.manifest import Output, State
from heicdepth_tui.batch.plan import Job
from heicdepth_tui.errors import HeicDepthError, NoDepthError, WriteError
from heicdepth_tui.export.options import Exported
from heicdepth_tui.export.run import LayerDecoder, export_photo
from heicdepth_tui.file_names import numbered_name, split_name
from heicdepth_tui.heif.header import read_header

__all__ = ["Outcome", "export_job"]

_MAX_TRIES = 10_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened to one photo; plain values, so that it can be sent to another process."""

    source: str
    state: State
    written: tuple[Exported, ...] = ()
    outputs: tuple[Output, ...] = ()
    """With absolute paths."""
    reason: str = ""


def export_job(job: Job, decode: LayerDecoder) -> Outcome:
    """Write the files of one photo and return what happened; raises nothing that a photo can cause.

    A photo without depth in a folder is skipped. With ``overwrite`` files of the same names are
    replaced, each whole. With ``was_begun`` files that are there already with the same bytes count
    as written: a run that was ended before its manifest said so had written them.
    """
    written: list[Exported] = []
    try:
        if job.accuracy is not None:
            header = read_header(Path(job.path), limits=job.options.limits)
            if header.depth.accuracy is not job.accuracy:
                return Outcome(
                    job.path, State.SKIPPED, reason=f"of accuracy {header.depth.accuracy.value}"
                )
        if job.overwrite or job.was_begun:
            written += _staged(job, decode)
        else:
            export_photo(job.path, job.options, decode, written=written.append)
    except NoDepthError as error:
        if error.is_absent and not job.is_explicit and not written:
            return Outcome(job.path, State.SKIPPED, reason="without depth")
        return _failed(job, written, error)
    except HeicDepthError as error:
        return _failed(job, written, error)
    return Outcome(job.path, State.DONE, tuple(written), tuple(_outputs(written)))


def _failed(job: Job, written: Sequence[Exported], error: HeicDepthError) -> Outcome:
    outputs = tuple(_outputs(written))
    return Outcome(job.path, State.FAILED, tuple(written), outputs, str(error.at(job.path)))


def _outputs(written: Sequence[Exported]) -> Iterator[Output]:
    for one in written:
        with one.path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
        yield Output(str(one.path.absolute()), one.path.stat().st_size, digest.hexdigest())


def _staged(job: Job, decode: LayerDecoder) -> list[Exported]:
    """Write the files into a folder of their own, then put them in their places."""
    out = job.options.out
    try:
        out.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=".heicdepth-", suffix=".part", dir=out))
    except OSError as error:
        raise WriteError(f"cannot be written: {error.strerror}", path=out) from error
    try:
        made = export_photo(job.path, replace(job.options, out=staging), decode)
        placed = []
        for one in made:
            # Files of a folder, such as RGBD's, keep their place within it.
            place = one.path.relative_to(staging)
            target = _place(one.path, out / place, overwrite=job.overwrite)
            summary = one.summary.replace(str(one.path), str(target), 1)
            placed.append(replace(one, path=target, summary=summary))
    except OSError as error:
        raise WriteError(f"cannot be written: {error.strerror}", path=out) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return placed


def _place(made: Path, target: Path, *, overwrite: bool) -> Path:
    """Move a file to its name, or to the first one that is free or holds the same bytes."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if overwrite:
        made.replace(target)
        return target
    stem, suffix = split_name(target.name)
    for number in range(_MAX_TRIES):
        path = target.with_name(numbered_name(stem, number, suffix))
        try:
            path.hardlink_to(made)
        except FileExistsError:
            if _same_bytes(made, path):
                return path
            continue
        return path
    raise WriteError("cannot be written: the name is taken", path=target)


def _same_bytes(one: Path, other: Path) -> bool:
    if not other.is_file() or one.stat().st_size != other.stat().st_size:
        return False
    return one.read_bytes() == other.read_bytes()
