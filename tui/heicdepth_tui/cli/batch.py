"""Runs the batch that ``export`` asks for, and prints what the manifests say."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from heicdepth_tui.cli.ahead import end_unused, take_begun
from heicdepth_tui.cli.progress import Reporter
from heicdepth_tui.errors import ExportError, HeicDepthError, MissingExtraError
from heicdepth_tui.text import printable

if TYPE_CHECKING:
    from heicdepth_tui.batch.photo import Outcome
    from heicdepth_tui.batch.plan import Job
    from heicdepth_tui.batch.pool import Started
    from heicdepth_tui.batch.run import Counts
    from heicdepth_tui.cli.batch_options import BatchOptions
    from heicdepth_tui.export.options import ExportOptions
    from heicdepth_tui.export.run import LayerDecoder
    from heicdepth_tui.folder.find import Entry

__all__ = ["announce_end", "conclude", "export_all", "print_status"]

_LISTED_FAILURES = 20
_SCREEN = 20
"""Photos whose lines a person still sees at the end."""


def export_all(
    paths: Sequence[Path], options: ExportOptions, batch: BatchOptions, *, recursive: bool
) -> int:
    """Export the photos of ``paths`` and return the exit code.

    One photo named alone needs no manifest; several, or a folder, are a batch. Raises
    MissingExtraError where ``--scheduler`` lacks its package.
    """
    from heicdepth_tui.cli.paths import photos_found

    if batch.retry_failed and not _has_manifest(options.out):
        return 3
    entries = _Counted(photos_found(paths, recursive))
    jobs = _jobs(entries, paths, options, batch)
    first = next(jobs, None)
    if first is None and not entries.count:
        click.echo("heicdepth-tui: no HEIC photo found", err=True)
        return 3
    if first is None:
        click.echo(f"heicdepth-tui: nothing to do: {_left_out(entries.count)}", err=True)
        return 0
    jobs = chain([first], jobs)
    try:
        is_alone = len(paths) == 1 and not paths[0].is_dir()
        is_alone = is_alone and batch.scheduler is None and not batch.retry_failed
        if batch.dry_run:
            return _list_jobs(jobs, options, batch, is_alone=is_alone)
        if is_alone:
            return _single(first, batch)
        # Workers have decoders of their own, of one core each.
        end_unused()
        if batch.scheduler is not None:
            return _on_cluster(jobs, options, batch)
        return _batch(list(jobs), options, batch)
    except MissingExtraError:
        raise
    except ExportError as error:
        click.echo(f"heicdepth-tui: {error}", err=True)
        return 1


class _Counted(Iterator["Entry"]):
    """Counts the photos that pass."""

    def __init__(self, entries: Iterator[Entry]) -> None:
        self._entries = entries
        self.count = 0

    def __next__(self) -> Entry:
        entry = next(self._entries)
        self.count += 1
        return entry


def _jobs(
    entries: Iterator[Entry], paths: Sequence[Path], options: ExportOptions, batch: BatchOptions
) -> Iterator[Job]:
    from heicdepth_tui.batch.plan import Naming, jobs_of
    from heicdepth_tui.heif.depth_facts import Accuracy

    found = jobs_of(
        entries,
        paths,
        options,
        Naming(batch.template, batch.keep_tree, batch.spread),
        shard=batch.shard,
        since_ns=batch.since_ns,
        accuracy=None if batch.accuracy is None else Accuracy(batch.accuracy),
        overwrite=batch.overwrite,
    )
    if batch.depth_only:
        found = (replace(job, is_explicit=False) for job in found)
    if batch.scheduler is not None:
        # Workers run elsewhere: their current folder is not ours.
        found = (
            replace(
                job,
                path=str(Path(job.path).absolute()),
                options=replace(job.options, out=job.options.out.absolute()),
            )
            for job in found
        )
    return iter(found)


def _left_out(count: int) -> str:
    photos = "1 photo" if count == 1 else f"{count:,} photos"
    return f"--since and --shard leave out {photos}"


def _list_jobs(
    jobs: Iterator[Job], options: ExportOptions, batch: BatchOptions, *, is_alone: bool
) -> int:
    """Print the photos that would be exported, by manifests and headers; write nothing."""
    from heicdepth_tui.batch.manifest import Manifest
    from heicdepth_tui.batch.photo import skip_reason
    from heicdepth_tui.batch.run import Counts, remaining

    counts = Counts()
    found = 0
    with Manifest.of_folder(options.out) if not is_alone else nullcontext() as known:
        if known is not None:
            jobs = remaining(jobs, known, counts, [], retry_failed=batch.retry_failed)
        for job in jobs:
            reason = skip_reason(job)
            if reason:
                counts.skipped[reason] += 1
            else:
                found += 1
                click.echo(printable(job.path))
    others = f", {counts.summary().removeprefix('none exported: ')}" if not counts.is_empty else ""
    click.echo(f"heicdepth-tui: {found:,} would be exported{others}", err=True)
    return 0


def _single(job: Job, batch: BatchOptions) -> int:
    decoder = take_begun(job.path, job.options.limits)
    try:
        return _export_single(job, batch, decoder.get)
    finally:
        decoder.close()


def _export_single(job: Job, batch: BatchOptions, decode: LayerDecoder) -> int:
    from heicdepth_tui.batch.photo import export_job
    from heicdepth_tui.export.registry import FORMATS

    for name in job.options.formats:
        # The decoder works meanwhile.
        FORMATS[name].load()
    with Reporter(batch.progress, 1) as reporter:
        outcome = export_job(job, decode, is_recorded=False)
        reporter.ended(outcome)
    if outcome.state.value == "skipped":
        click.echo(f"heicdepth-tui: {printable(job.path)}: skipped: {outcome.reason}", err=True)
    return 1 if outcome.state.value == "failed" else 0


def _batch(jobs: Sequence[Job], options: ExportOptions, batch: BatchOptions) -> int:
    from heicdepth_tui.batch.interrupts import Interrupts
    from heicdepth_tui.batch.manifest import NAME, Manifest, run_of
    from heicdepth_tui.batch.pool import Started
    from heicdepth_tui.batch.run import run_batch

    shard = "" if batch.shard is None else f"-{batch.shard.index}-of-{batch.shard.count}"
    path = options.out / f"{NAME}{shard}.jsonl"
    workers = min(batch.jobs, max(1, len(jobs)))
    run = run_of(options, stem=batch.template)
    with (
        Manifest.open(path, {job.path for job in jobs}, run=run) as manifest,
        Interrupts(announce_end) as interrupts,
        Reporter(batch.progress, len(jobs)) as reporter,
    ):

        def listen(event: Started | Outcome) -> None:
            if isinstance(event, Started):
                reporter.begun(event.job)
            else:
                reporter.ended(event)

        counts = run_batch(
            jobs,
            manifest,
            workers=workers,
            listener=listen,
            retry_failed=batch.retry_failed,
            interrupts=interrupts,
        )
    code = conclude(counts, batch.progress, repeats=len(jobs) > _SCREEN)
    if interrupts.signal is None:
        return code
    return _interrupted(interrupts.signal, is_complete=counts.is_complete)


def _interrupted(signal: int, *, is_complete: bool = False) -> int:
    """Say whether photos are left, and return the exit code."""
    left = "no photo is left" if is_complete else "the same command exports the rest"
    click.echo(f"heicdepth-tui: interrupted; {left}", err=True)
    return 128 + signal


def announce_end() -> None:
    """Say, in the handler of the first signal, what happens now."""
    # Not by click: the signal may have come while this thread was printing.
    os.write(2, b"\nheicdepth-tui: running photos end first; interrupt again to end them now\n")


def _on_cluster(jobs: Iterator[Job], options: ExportOptions, batch: BatchOptions) -> int:
    from heicdepth_tui.batch.cluster import distributed_package, run_on_cluster
    from heicdepth_tui.batch.interrupts import Interrupts
    from heicdepth_tui.batch.manifest import Manifest, make_folder
    from heicdepth_tui.batch.run import Counts, remaining
    from heicdepth_tui.batch.shard import running_shards, shards_of
    from heicdepth_tui.cli.batch_options import SHARD_SIZE

    counts = Counts()

    def listen(name: str, of_shard: Counts) -> None:
        if batch.progress == "json":
            click.echo(json.dumps({"shard": name, **of_shard.record()}), err=True)
        else:
            click.echo(f"shard {name}: {of_shard.summary()}", err=True)

    # Parts of --shard may run beside each other.
    running = running_shards(options.out) if batch.shard is None else []
    if running:
        raise ExportError(
            "workers still export this shard of a run before",
            path=running[0],
            hint="wait until they have ended it",
        )
    # Before anything is written.
    distributed_package()
    # Workers make no folder: one that does not see it would make its own.
    make_folder(options.out)
    with Manifest.of_folder(options.out) as known:
        left = remaining(jobs, known, counts, [], retry_failed=batch.retry_failed)
        shards = shards_of(left, options.out.absolute(), batch.shard_size or SHARD_SIZE)
        with Interrupts(announce_end) as interrupts:
            total = run_on_cluster(
                shards, str(batch.scheduler), listener=listen, interrupts=interrupts
            )
    total.unchanged += counts.unchanged
    code = conclude(total, batch.progress, repeats=True)
    return code if interrupts.signal is None else _interrupted(interrupts.signal)


def conclude(counts: Counts, progress: str, *, repeats: bool) -> int:
    """Print the counts, and with ``repeats`` the failures, which may have scrolled away.

    As one JSON object where that is the ``progress``. Returns the exit code.
    """
    is_json = progress == "json"
    summary = json.dumps(counts.record()) if is_json else f"heicdepth-tui: {counts.summary()}"
    click.echo(summary, err=True)
    if is_json or not repeats:
        return 1 if counts.failed else 0
    for reason in counts.failures[:_LISTED_FAILURES]:
        click.echo(f"  {printable(reason)}", err=True)
    left = len(counts.failures) - _LISTED_FAILURES
    if left > 0:
        click.echo(f"  and {left:,} more, in the manifest", err=True)
    return 1 if counts.failed else 0


def print_status(folder: Path) -> int:
    """Print what all manifests of a folder say together; return 3 where there is none."""
    from heicdepth_tui.batch.known import KnownRecords
    from heicdepth_tui.batch.manifest import manifests_in
    from heicdepth_tui.batch.records import State

    if not _has_manifest(folder):
        return 3
    paths = manifests_in(folder)
    counts: Counter[State] = Counter()
    total = 0
    open_ends: list[str] = []
    try:
        with KnownRecords.merged(paths) as known:
            for record in known.values():
                counts[record.state] += 1
                total += sum(output.bytes for output in record.outputs)
                if record.state in (State.FAILED, State.BEGUN, State.INTERRUPTED):
                    open_ends.append(
                        f"{record.state.value}: {printable(record.reason or record.source)}"
                    )
    except HeicDepthError as error:
        click.echo(f"heicdepth-tui: {error}", err=True)
        return 1
    words = ", ".join(f"{counts[state]:,} {state.value}" for state in State if counts[state])
    manifests = "1 manifest" if len(paths) == 1 else f"{len(paths):,} manifests"
    click.echo(f"{counts.total():,} records in {manifests}: {words}; {total:,} bytes")
    for line in open_ends:
        click.echo(line)
    return 1 if counts[State.FAILED] else 0


def _has_manifest(folder: Path) -> bool:
    """Return whether a folder has a manifest; print that it has none."""
    from heicdepth_tui.batch.manifest import manifests_in

    if manifests_in(folder):
        return True
    place = printable(str(folder))
    click.echo(
        f"heicdepth-tui: no manifest in {place}; --out names the folder of a former export",
        err=True,
    )
    return False
