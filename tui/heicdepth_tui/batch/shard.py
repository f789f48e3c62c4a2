"""A shard: some hundred photos as the unit of work of a cluster, with a manifest of its own."""

from __future__ import annotations

import hashlib
import os
import platform
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path

from heicdepth_tui.batch.manifest import NAME, Manifest, is_being_written, manifests_in, run_of
from heicdepth_tui.batch.plan import Job
from heicdepth_tui.batch.run import Counts, run_batch
from heicdepth_tui.errors import FileAccessError, WriteError

__all__ = ["SHARD_PHOTOS", "ShardWork", "run_shard", "running_shards", "shards_of"]

SHARD_PHOTOS = 500
"""Photos of a shard: minutes of work, so that a scheduler has thousands of tasks, not millions."""
_SHARD_MANIFEST = re.compile(rf"{NAME}-[0-9a-f]{{12}}\.jsonl")


@dataclass(frozen=True, slots=True)
class ShardWork:
    """Photos that one worker exports one after another; plain values, to be sent anywhere."""

    name: str
    """The same for the same photos in every run."""
    jobs: tuple[Job, ...]
    folder: Path
    """The folder of the manifest."""


def shards_of(jobs: Iterable[Job], folder: Path, photos: int = SHARD_PHOTOS) -> Iterator[ShardWork]:
    """Yield shards of consecutive photos."""
    part: list[Job] = []
    for job in jobs:
        part.append(job)
        if len(part) == photos:
            yield _shard(part, folder)
            part = []
    if part:
        yield _shard(part, folder)


def _shard(jobs: Sequence[Job], folder: Path) -> ShardWork:
    digest = hashlib.sha256()
    for job in jobs:
        digest.update(job.path.encode("utf-8", "surrogateescape") + b"\0")
    return ShardWork(digest.hexdigest()[:12], tuple(jobs), folder)


def run_shard(work: ShardWork, is_stopped: Callable[[], bool] | None = None) -> Counts:
    """Export the photos of a shard that its manifest does not list as done; return the counts.

    No photo is begun once ``is_stopped`` returns True. Doing it again, or elsewhere after a worker
    was killed, exports only what is left. Raises WriteError where the folder cannot be written or
    this machine does not see it, and FileAccessError where it sees none of the photos.
    """
    _check_seen(work)
    path = work.folder / f"{NAME}-{work.name}.jsonl"
    run = run_of(replace(work.jobs[0].options, stem="")) if work.jobs else {}
    jobs: Iterable[Job] = work.jobs
    if is_stopped is not None:
        jobs = takewhile(lambda _: not is_stopped(), jobs)
    with Manifest.open(path, run=run) as manifest:
        return run_batch(jobs, manifest, workers=1, listener=lambda _: None)


def running_shards(folder: Path) -> list[Path]:
    """Return the manifests of shards that workers export into a folder now."""
    shards = (path for path in manifests_in(folder) if _SHARD_MANIFEST.fullmatch(path.name))
    return [path for path in shards if is_being_written(path)]


def _check_seen(work: ShardWork) -> None:
    """Raise an error where this machine has not what the others have under the same paths."""
    if not work.folder.is_dir():
        raise WriteError(
            f"{platform.node()} does not see the folder of the export",
            path=work.folder,
            hint="mount it at the same path in every worker",
        )
    if work.jobs and not any(os.path.lexists(job.path) for job in work.jobs):
        raise FileAccessError(
            f"{platform.node()} sees neither this photo nor the others of its shard",
            path=work.jobs[0].path,
            hint="mount the photos at the same path in every worker",
        )
