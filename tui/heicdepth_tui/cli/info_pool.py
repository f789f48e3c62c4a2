"""Worker processes that read batches of photos in turns; a photo can take down only its own."""

from __future__ import annotations

import multiprocessing
import os
import signal
import traceback
from collections import deque
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from heicdepth_tui.cli.info_batch import BatchReader, Part
from heicdepth_tui.system import IS_LINUX, may_fork

__all__ = ["read_in_workers"]

_BATCH = 64
_BATCH_BYTES = 6_000
"""Of paths; a batch, which one more path may exceed, fits into a pipe that nobody reads: 16 KiB."""
_AHEAD = 2
"""Batches of a worker: the next one is there when the one before it is done."""
_PIPE_BYTES = 512 * 1024
_MAX_FAILURES = 8
"""Workers that may end one after another, none having read a photo, until no more are started."""


@dataclass(slots=True, eq=False)
class _Batch:
    paths: list[str]
    is_suspect: bool = False
    """Whether a process that was to read its one photo has ended."""
    done: int = 0
    parts: deque[Part] = field(default_factory=deque)
    """Those that were not yielded yet."""

    @property
    def is_done(self) -> bool:
        return self.done == len(self.paths)

    def take(self, part: Part) -> None:
        self.done += part.paths
        self.parts.append(part)


def read_in_workers(paths: Iterator[str | None], read: BatchReader, count: int) -> Generator[Part]:
    """Yield what ``read`` makes of the photos, in the order of ``paths``, by ``count`` processes.

    Where a path is None, all photos before it are yielded before the next path is requested.
    Holds at most two batches of 64 photos for each process. A photo whose process ends (killed,
    out of memory) is read once more, alone, and where that ends the same way, yielded as
    ``BatchReader.lost``. Photos are read here where no process can be started. Closing the iterator
    ends the processes. An error of the program in one of them is raised here.
    """
    source, workers = _Source(paths), _Workers(read, count)
    try:
        while True:
            while workers.has_room and (batch := source.next()) is not None:
                workers.add(batch)
            yield from workers.parts()
            if workers.is_idle:
                if source.is_ended:
                    return
                source.is_waiting = False
            else:
                workers.work()
    finally:
        workers.close()


class _Source:
    """Cuts paths into batches, and stops where the next one has to be waited for."""

    def __init__(self, paths: Iterator[str | None]) -> None:
        self._paths = paths
        self.is_waiting = False
        self.is_ended = False

    def next(self) -> _Batch | None:
        """Return the next batch; None after the last one, and while ``is_waiting``."""
        if self.is_waiting or self.is_ended:
            return None
        found: list[str] = []
        size = 0
        for path in self._paths:
            if path is None:
                self.is_waiting = True
                break
            found.append(path)
            size += len(os.fsencode(path))
            if len(found) == _BATCH or size >= _BATCH_BYTES:
                break
        else:
            self.is_ended = True
        return _Batch(found) if found else None


@dataclass(slots=True, eq=False)
class _Worker:
    process: BaseProcess
    tasks: Connection
    results: Connection
    batches: deque[_Batch] = field(default_factory=deque)
    """Those that it was given, the one that it reads first."""

    def end(self) -> None:
        self.tasks.close()
        self.results.close()
        self.process.kill()
        self.process.join()
        self.process.close()


class _Workers:
    """The processes, and the batches that were not yielded yet in their order."""

    def __init__(self, read: BatchReader, count: int) -> None:
        self._read = read
        self._count = count
        self._workers: list[_Worker] = []
        self._order: deque[_Batch] = deque()
        self._waiting: deque[_Batch] = deque()
        """Those of ``_order`` that no process has."""
        self._failures = 0
        self._can_start = True
        self._has_worked = False

    @property
    def is_idle(self) -> bool:
        """Whether every batch was yielded."""
        return not self._order

    @property
    def has_room(self) -> bool:
        """Whether a further batch would be given to a process soon."""
        return len(self._order) < _AHEAD * self._count

    def add(self, batch: _Batch) -> None:
        """Add a batch behind those before it."""
        self._order.append(batch)
        self._waiting.append(batch)
        self._give()

    def parts(self) -> Iterator[Part]:
        """Yield the parts that are there, up to the first photo that is not read yet."""
        while self._order:
            first = self._order[0]
            while first.parts:
                yield first.parts.popleft()
            if not first.is_done:
                return
            self._order.popleft()

    def work(self) -> None:
        """Wait for a part of a batch, or read a batch here where there is no process."""
        self._give()
        busy = [worker for worker in self._workers if worker.batches]
        if not busy:
            self._read_here(self._waiting.popleft())
            return
        ready = wait([worker.results for worker in busy])
        for worker in busy:
            if worker.results not in ready:
                continue
            try:
                part = worker.results.recv()
            except (EOFError, OSError):
                self._record_exit(worker)
                continue
            if isinstance(part, Exception):
                raise part
            self._failures, self._has_worked = 0, True
            batch = worker.batches[0]
            batch.take(part)
            if batch.is_done:
                worker.batches.popleft()

    def close(self) -> None:
        """End the processes, whatever they do."""
        for worker in self._workers:
            worker.end()
        self._workers.clear()

    def _give(self) -> None:
        """Give the batches that wait to the processes, each to the one that has the fewest."""
        while self._waiting:
            if len(self._workers) < self._count and self._can_start:
                self._start()
            worker = min(self._workers, key=lambda one: len(one.batches), default=None)
            if worker is None or len(worker.batches) >= _AHEAD:
                return
            batch = self._waiting.popleft()
            worker.batches.append(batch)
            # One that has just ended is noticed where its results are awaited.
            with suppress(OSError):
                worker.tasks.send(batch.paths)

    def _read_here(self, batch: _Batch) -> None:
        if batch.is_suspect and self._has_worked:
            batch.take(self._read.lost(batch.paths[0]))
            return
        for part in self._read(batch.paths):
            batch.take(part)

    def _record_exit(self, worker: _Worker) -> None:
        """Remove a process that has ended; its photos are read again, one by one."""
        self._workers.remove(worker)
        worker.end()
        self._failures += 1
        if self._failures >= _MAX_FAILURES:
            self._can_start = False
        first, *others = worker.batches
        self._waiting.extendleft(reversed(others))
        if first.is_suspect:
            if self._has_worked:
                first.take(self._read.lost(first.paths[0]))
            else:
                self._waiting.appendleft(first)
            return
        alone = [_Batch([path], is_suspect=True) for path in first.paths[first.done :]]
        del first.paths[first.done :]
        after = self._order.index(first) + 1
        for batch in reversed(alone):
            self._order.insert(after, batch)
        self._waiting.extendleft(reversed(alone))

    def _start(self) -> None:
        can_fork = may_fork()
        get = multiprocessing.get_context
        context = get("fork") if can_fork else get("spawn")
        ends: list[Connection] = []
        try:
            for _ in range(2):
                ends += context.Pipe(duplex=False)
            tasks, to_worker, from_worker, results = ends
            # A forked process has all that is open here: while it lived, no other would see that
            # this one has ended.
            others = [end for one in self._workers for end in (one.tasks, one.results)]
            inherited = [to_worker, from_worker, *others] if can_fork else []
            process = context.Process(
                target=_serve,
                args=(tasks, results, self._read, inherited),
                name="heicdepth-tui info",
                daemon=True,
            )
            process.start()
        except (OSError, NotImplementedError):
            for end in ends:
                end.close()
            self._can_start = False
            return
        tasks.close()
        results.close()
        _widen(from_worker)
        self._workers.append(_Worker(process, to_worker, from_worker))


def _widen(pipe: Connection) -> None:
    """Let a pipe hold the results of a batch, so that a process goes on before they are read."""
    import fcntl

    if IS_LINUX:
        with suppress(OSError):  # above the limit of the system: it waits
            fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


def _serve(
    tasks: Connection, results: Connection, read: BatchReader, inherited: list[Connection]
) -> None:
    """Read batches until the other end is closed."""
    # The terminal sends ctrl+c to all processes; the first one ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for end in inherited:
        end.close()
    with suppress(EOFError, OSError):
        while True:
            paths = tasks.recv()
            try:
                for part in read(paths):
                    results.send(part)
            except (OSError, MemoryError):
                return
            except Exception as error:  # noqa: BLE001  raised by the first process
                results.send(_sendable(error))


def _sendable(error: Exception) -> Exception:
    """Return an error as another process can raise it, with the trace of this one."""
    return RuntimeError("".join(traceback.format_exception(error)))
