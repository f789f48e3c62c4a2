"""Writes photos with depth as tar shards: workers make samples, this process writes the tars."""

from __future__ import annotations

import hashlib
import os
import pickle
import tempfile
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import IO

from heicdepth_tui.batch.interrupts import Interrupts
from heicdepth_tui.batch.manifest import NAME, Manifest, parameters_of, run_of
from heicdepth_tui.batch.photo import Outcome
from heicdepth_tui.batch.plan import TAR_PHOTOS, Job, Shard
from heicdepth_tui.batch.pool import Started, run_here, run_in_workers
from heicdepth_tui.batch.records import Output, Record, State
from heicdepth_tui.batch.run import Counts
from heicdepth_tui.errors import HeicDepthError, NoDepthError, WriteError
from heicdepth_tui.export.options import Exported, ExportOptions
from heicdepth_tui.export.run import LayerDecoder, read_source
from heicdepth_tui.export.webdataset import Sample, Sealed, check_free, make_sample, write_shard
from heicdepth_tui.heif.depth_facts import Accuracy, DepthStatus
from heicdepth_tui.heif.header import read_header
from heicdepth_tui.text import printable_path, size_text

__all__ = ["DatasetRun", "Sampled", "sample_job"]

_WITHOUT_DEPTH = "without depth"

Listener = Callable[[Started | Outcome], object]


@dataclass(frozen=True, slots=True)
class Sampled(Outcome):
    """What became of one photo of a data set."""

    sample: Sample | None = None
    """None unless it is done."""

    @property
    def weight(self) -> int:
        """Bytes of the sample's files."""
        return 0 if self.sample is None else sum(len(data) for _, data in self.sample.files)


def sample_job(job: Job, decode: LayerDecoder) -> Sampled:
    """Make the sample of one photo; raises nothing that a photo can cause."""
    try:
        sample = make_sample(read_source(Path(job.path), job.options, decode))
    except NoDepthError as error:
        if error.is_absent:
            return Sampled(job.path, State.SKIPPED, reason=_WITHOUT_DEPTH)
        return Sampled(job.path, State.FAILED, reason=str(error.at(job.path)))
    except HeicDepthError as error:
        return Sampled(job.path, State.FAILED, reason=str(error.at(job.path)))
    return Sampled(job.path, State.DONE, sample=sample)


@dataclass(frozen=True, slots=True)
class _TarShard:
    """Consecutive photos whose header names a depth map, and the name of their tar."""

    name: str
    jobs: tuple[Job, ...]
    parameters: str
    """A hash of the options that change bytes, and of the photos."""

    @property
    def file_name(self) -> str:
        return f"{self.name}.tar"

    def record(self, state: State, *outputs: Output, reason: str = "") -> Record:
        """Return a line of the manifest: sizes of its photos together, and their newest change."""
        size = sum(job.size for job in self.jobs)
        newest = max(job.mtime_ns for job in self.jobs)
        return Record(self.file_name, size, newest, self.parameters, state, outputs, reason)


@dataclass(slots=True)
class DatasetRun:
    """One run that writes shards into a folder, and its counts, in photos.

    A photo's shard follows from the photos before it, never from the number of workers. Shards that
    the manifest lists as done are left as they are.
    """

    options: ExportOptions
    """With the folder of the shards."""
    name: str = "depth"
    photos: int = TAR_PHOTOS
    """Photos of a shard whose header names a depth map."""
    part: Shard | None = None
    """The part of all photos that this run has: names of shards and manifest state it."""
    accuracy: Accuracy | None = None
    """Only photos whose file states this accuracy; others are skipped."""
    workers: int = 1
    early_bytes: int = 256_000_000
    """Of samples that wait for one before them in memory; further ones wait on the disk."""
    listener: Listener = lambda _: None
    """Called in this thread with each photo that begins, each outcome, and each shard written."""
    interrupts: Interrupts | None = None
    """After the first signal no further photo begins, and the run ends after those that run."""
    counts: Counts = field(default_factory=Counts)
    _noted: list[Record] = field(default_factory=list)
    """Records for the manifest, which is made with the first photo that has a depth map."""

    @property
    def stem(self) -> str:
        """The start of the names of shards: the name, and the part where there are several."""
        if self.part is None:
            return self.name
        digits = len(str(self.part.count))
        return f"{self.name}-{self.part.index:0{digits}}-of-{self.part.count}"

    def write(self, jobs: Iterable[Job]) -> Counts:
        """Write the photos of ``jobs``, each photo once; return the counts.

        Nothing is written, nor the folder made, where no header names a depth map. Raises
        WriteError where a shard's name is taken or a file cannot be written, ExportError where
        another run writes the manifest. Where a signal ends the run, finished shards stay, and the
        one that was being written leaves nothing and counts for nothing.
        """
        photos = self._with_depth(jobs)
        first = next(photos, None)
        if first is None:
            return self.counts
        photos = chain([first], photos)
        path = self.options.out / f"{NAME}-{self.stem}.jsonl"
        with Manifest.open(path, run=run_of(self.options)) as manifest:
            left: deque[_TarShard] = deque()
            waiting = self._jobs_of(self._shards(photos), manifest, left)
            with closing(self._outcomes(waiting)) as outcomes, suppress(_CutShortError):
                for outcome in outcomes:
                    self._write_shard(left.popleft(), chain([outcome], outcomes), manifest)
            self._note(manifest)
        return self.counts

    def _with_depth(self, jobs: Iterable[Job]) -> Iterator[Job]:
        """Yield the photos whose header names a depth map of the accuracy that is requested."""
        for job in jobs:
            try:
                header = read_header(job.path, limits=job.options.limits)
            except HeicDepthError as error:
                self._ended(Outcome(job.path, State.FAILED, reason=str(error.at(job.path))), job)
                continue
            depth = header.depth
            if depth.status in (DepthStatus.ABSENT, DepthStatus.STRIPPED):
                self._ended(Outcome(job.path, State.SKIPPED, reason=_WITHOUT_DEPTH), job)
            elif self.accuracy is not None and depth.accuracy is not self.accuracy:
                reason = f"of accuracy {depth.accuracy.value}"
                self._ended(Outcome(job.path, State.SKIPPED, reason=reason), job)
            else:
                yield job

    def _ended(self, outcome: Outcome, job: Job) -> None:
        """Count and report a photo that no worker gets."""
        self.listener(outcome)
        self.counts.add(outcome)
        self._note_later(outcome, job)

    def _note_later(self, outcome: Outcome, job: Job) -> None:
        if outcome.state is State.FAILED:
            self._noted.append(_photo_record(job, outcome.reason))

    def _note(self, manifest: Manifest) -> None:
        for record in self._noted:
            manifest.add(record)
        self._noted.clear()

    def _shards(self, photos: Iterator[Job]) -> Iterator[_TarShard]:
        options = parameters_of(self.options)
        number = 0
        while jobs := tuple(islice(photos, self.photos)):
            digest = hashlib.sha256(options.encode())
            for job in jobs:
                digest.update(f"\0{job.size}\0{job.mtime_ns}\0".encode() + os.fsencode(job.path))
            yield _TarShard(f"{self.stem}-{number:06d}", jobs, digest.hexdigest()[:16])
            number += 1

    def _jobs_of(
        self, shards: Iterable[_TarShard], manifest: Manifest, left: deque[_TarShard]
    ) -> Iterator[Job]:
        """Yield the photos of shards that are not finished, which go to ``left``."""
        for shard in shards:
            if self._is_finished(shard, manifest):
                self._count_finished(shard, manifest)
                continue
            check_free(self.options.out, shard.name)
            left.append(shard)
            yield from shard.jobs

    def _is_finished(self, shard: _TarShard, manifest: Manifest) -> bool:
        """Return whether a run before wrote the shard; one that was killed may not have said so."""
        record = manifest.records.get((shard.file_name, shard.parameters))
        if record is None or not record.outputs:
            return False
        (output,) = record.outputs
        path = self.options.out / shard.file_name
        if not path.is_file() or path.stat().st_size != output.bytes:
            return False
        if record.state is State.DONE:
            return True
        with path.open("rb") as file:
            is_same = hashlib.file_digest(file, "sha256").hexdigest() == output.sha256
        if is_same:
            manifest.add(shard.record(State.DONE, output))
        return is_same

    def _count_finished(self, shard: _TarShard, manifest: Manifest) -> None:
        """Count the photos of a finished shard, with those that failed when it was written."""
        for job in shard.jobs:
            record = manifest.records.get((job.path, parameters_of(job.options)))
            if record is not None and record.state is State.FAILED:
                outcome = Outcome(job.path, State.FAILED, reason=record.reason)
                self.listener(outcome)
                self.counts.add(outcome)
            else:
                self.counts.unchanged += 1

    def _outcomes(self, jobs: Iterator[Job]) -> Generator[Outcome]:
        """Yield the outcomes of the jobs in the order of the jobs, whichever ends first."""
        order: deque[str] = deque()
        early = _Early(self.options.out, self.early_bytes)

        def given() -> Iterator[Job]:
            for job in jobs:
                order.append(job.path)
                yield job

        if self.workers == 1:
            events = run_here(given(), work=sample_job, interrupts=self.interrupts)
        else:
            events = run_in_workers(
                given(), self.workers, work=sample_job, interrupts=self.interrupts
            )
        with closing(events), early:
            for event in events:
                self.listener(event)
                if isinstance(event, Started):
                    continue
                early.put(event)
                while order and order[0] in early:
                    yield early.pop(order.popleft())

    def _write_shard(
        self, shard: _TarShard, outcomes: Iterator[Outcome], manifest: Manifest
    ) -> None:
        ended: list[Outcome] = []

        def samples() -> Iterator[Sample]:
            for job in shard.jobs:
                outcome = next(outcomes, None)
                if outcome is None:
                    raise _CutShortError
                self._note_later(outcome, job)
                ended.append(Outcome(outcome.source, outcome.state, reason=outcome.reason))
                if isinstance(outcome, Sampled) and outcome.sample is not None:
                    yield outcome.sample
            self._note(manifest)

        def sealed(done: Sealed) -> None:
            # Where this process is killed before the next line, its successor knows the shard.
            manifest.add(shard.record(State.BEGUN, _output(done)))

        done = write_shard(self.options.out, shard.name, samples(), sealed=sealed)
        for outcome in ended:
            self.counts.add(outcome)
        if done is None:
            reason = "no photo of it has distances"
            manifest.add(shard.record(State.SKIPPED, reason=reason))
            return
        output = _output(done)
        manifest.add(shard.record(State.DONE, output))
        self.counts.bytes += done.bytes
        count = sum(outcome.state is State.DONE for outcome in ended)
        photos = "1 photo" if count == 1 else f"{count:,} photos"
        summary = f"{printable_path(done.path)}: {photos}, {size_text(done.bytes)}"
        exported = Exported(done.path, "webdataset", None, summary)
        self.listener(Outcome(shard.file_name, State.DONE, (exported,), (output,)))


def _output(done: Sealed) -> Output:
    return Output(done.path.name, done.bytes, done.sha256)


def _photo_record(job: Job, reason: str) -> Record:
    key = parameters_of(job.options)
    return Record(job.path, job.size, job.mtime_ns, key, State.FAILED, reason=reason)


class _CutShortError(Exception):
    """A signal ended the run before all photos of a shard were read."""


class _Early:
    """Outcomes that came before their turn; beyond some bytes in files without a name."""

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder = folder
        self._limit = limit
        self._held: dict[str, Outcome | IO[bytes]] = {}
        self._bytes = 0

    def __enter__(self) -> _Early:
        return self

    def __exit__(self, *_: object) -> None:
        for held in self._held.values():
            if not isinstance(held, Outcome):
                held.close()
        self._held.clear()

    def __contains__(self, path: str) -> bool:
        return path in self._held

    def put(self, outcome: Outcome) -> None:
        """Keep an outcome; raises WriteError where the disk is full."""
        weight = _weight(outcome)
        if self._bytes + weight <= self._limit or not self._held:
            self._bytes += weight
            self._held[outcome.source] = outcome
            return
        try:
            # The folder takes the samples anyway; without a name none stays after a crash.
            file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115  pop closes it
            self._held[outcome.source] = file
            pickle.dump(outcome, file)
            file.seek(0)
        except OSError as error:
            raise WriteError(
                f"samples cannot be kept: {error.strerror}",
                path=self._folder,
                hint="free some space or choose another folder with --out",
            ) from error

    def pop(self, path: str) -> Outcome:
        """Return an outcome, which is no longer kept."""
        held = self._held.pop(path)
        if isinstance(held, Outcome):
            self._bytes -= _weight(held)
            return held
        with held:
            outcome: Outcome = pickle.load(held)  # noqa: S301  written above, by this process
        return outcome


def _weight(outcome: Outcome) -> int:
    return outcome.weight if isinstance(outcome, Sampled) else 0
