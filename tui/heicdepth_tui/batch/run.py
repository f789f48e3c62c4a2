"""Runs a batch: plans against the manifest, exports, and writes down what happened."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from heicdepth_tui.batch.interrupts import Interrupts
from heicdepth_tui.batch.manifest import Manifest, parameters_of
from heicdepth_tui.batch.photo import Outcome
from heicdepth_tui.batch.plan import Job
from heicdepth_tui.batch.pool import Started, run_here, run_in_workers
from heicdepth_tui.batch.records import Output, Record, State

__all__ = ["Counts", "Listener", "remaining", "run_batch"]

Event = Started | Outcome
_MAX_BEGUN = 3
_IN_VAIN = "its process was ended each of three times; try it again with --retry-failed"
Listener = Callable[[Event], object]


@dataclass(slots=True)
class Counts:
    """How a batch ended, in photos."""

    done: int = 0
    unchanged: int = 0
    """Exported by a run before, and not again."""
    skipped: Counter[str] = field(default_factory=Counter)
    """By the reason: without depth, or another accuracy than was asked for."""
    failed: int = 0
    bytes: int = 0
    """Of the files written by this run."""
    failures: list[str] = field(default_factory=list)
    is_complete: bool = False
    """Whether every photo that was left has ended; without an interrupt all have."""

    def add(self, outcome: Outcome) -> None:
        """Count a photo."""
        self.bytes += sum(output.bytes for output in outcome.outputs)
        match outcome.state:
            case State.DONE:
                self.done += 1
            case State.SKIPPED:
                self.skipped[outcome.reason] += 1
            case _:
                self.failed += 1
                self.failures.append(outcome.reason)

    @property
    def is_empty(self) -> bool:
        """Whether no photo was found."""
        return not (self.done or self.unchanged or self.skipped or self.failed)

    def record(self) -> dict[str, int | dict[str, int]]:
        """Return the counts as an object for JSON: numbers of photos, skipped ones by reason."""
        return {
            "exported": self.done,
            "unchanged": self.unchanged,
            "skipped": dict(self.skipped),
            "failed": self.failed,
            "bytes": self.bytes,
        }

    def summary(self) -> str:
        """Return one line: ``3 exported, 1 unchanged, 2 without depth, 1 failed``."""
        parts = [
            (self.done, "exported"),
            (self.unchanged, "unchanged"),
            *((count, reason) for reason, count in self.skipped.items()),
            (self.failed, "failed"),
        ]
        words = ", ".join(f"{count:,} {word}" for count, word in parts if count)
        if self.skipped and not (self.done or self.unchanged or self.failed):
            return f"none exported: {words}"
        return words or "nothing to do"


def run_batch(
    jobs: Iterable[Job],
    manifest: Manifest,
    *,
    workers: int,
    listener: Listener,
    retry_failed: bool = False,
    interrupts: Interrupts | None = None,
) -> Counts:
    """Export the photos that the manifest does not list as done and unchanged; return the counts.

    ``listener`` is called in this thread with each photo that begins and each outcome. With
    ``retry_failed`` only photos that failed before are exported. After a signal of ``interrupts``
    photos that are running end, and no further one begins; after a second one they are written down
    as interrupted. Raises WriteError where the manifest cannot be written, ExportError where one of
    a run before can no longer be read.
    """
    counts = Counts()
    given_up: list[Job] = []
    left = remaining(jobs, manifest, counts, given_up, retry_failed=retry_failed)
    running: dict[str, Job] = {}
    if workers == 1:
        events = run_here(left, interrupts=interrupts)
    else:
        events = run_in_workers(left, workers, interrupts=interrupts)
    try:
        for event in events:
            if isinstance(event, Started):
                running[event.job.path] = event.job
                manifest.add(replace(_record(event.job, State.BEGUN), is_own=workers == 1))
            else:
                job = running.pop(event.source)
                manifest.add(_record(job, event.state, event, manifest.path.parent))
                counts.add(event)
            listener(event)
    finally:
        if interrupts is not None:
            interrupts.begin_ending()
        events.close()
        if interrupts is not None and interrupts.signal is not None:
            for job in running.values():
                manifest.add(_record(job, State.INTERRUPTED))
    counts.is_complete = not running and next(left, None) is None
    for job in given_up:
        outcome = Outcome(job.path, State.FAILED, reason=f"{job.path}: {_IN_VAIN}")
        manifest.add(_record(job, State.FAILED, outcome, manifest.path.parent))
        counts.add(outcome)
        listener(outcome)
    return counts


def remaining(
    jobs: Iterable[Job],
    manifest: Manifest,
    counts: Counts,
    given_up: list[Job],
    *,
    retry_failed: bool = False,
) -> Iterator[Job]:
    """Yield the jobs that are left; those that ended every run so far go to ``given_up``.

    Photos that the manifest lists as done are counted as unchanged.
    """
    parameters: dict[str, str] = {}
    for job in jobs:
        key = parameters.setdefault(job.options.stem, parameters_of(job.options))
        before = manifest.state_of(job, key)
        if retry_failed and before is not State.FAILED:
            continue
        if manifest.is_done(job, key):
            counts.unchanged += 1
            continue
        if manifest.begun_in_vain(job, key) >= _MAX_BEGUN:
            given_up.append(job)
            continue
        found = job.may_have_files or manifest.may_have_files(job, key)
        yield replace(job, may_have_files=found)


def _record(
    job: Job, state: State, outcome: Outcome | None = None, folder: Path = Path()
) -> Record:
    outputs = () if outcome is None else outcome.outputs
    return Record(
        job.path,
        job.size,
        job.mtime_ns,
        parameters_of(job.options),
        state,
        tuple(_relative(output, folder.absolute()) for output in outputs),
        "" if outcome is None else outcome.reason,
    )


def _relative(output: Output, folder: Path) -> Output:
    path = Path(output.path)
    inside = path.is_relative_to(folder)
    return replace(output, path=os.fspath(path.relative_to(folder)) if inside else output.path)
