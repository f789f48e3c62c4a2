"""Reads header summaries of many photos in background threads, visible rows first."""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from heicdepth_tui.heif.depth_facts import DepthStatus
from heicdepth_tui.heif.facts import HeaderSummary
from heicdepth_tui.heif.summary import read_summary

if TYPE_CHECKING:
    from heicdepth_tui.folder.find import Entry

__all__ = ["Summaries", "SummaryScanner", "read_summaries"]

Summaries = list[tuple["Entry", HeaderSummary]]

_WORKERS = 4
_BATCH = 256
_MAX_DELAY = 0.05
"""Seconds after which a batch that is not full is delivered."""
_WIDE_RUN = 512
"""Files read by all workers before a single worker measures again whether that helps."""
_COLD_RATIO = 2.0
"""Wall time over processor time above which reads wait for the disk, so more workers help."""
_STALL = 0.5
"""Seconds without progress after which the leader counts as hanging."""
_POLL = 0.1
"""Seconds between two calls of ``cancelled`` in ``read_summaries``."""


class SummaryScanner:
    """Reads the summaries of entries in its own threads and delivers them in batches.

    One thread, the leader, reads alone while files are in the page cache, where more threads would
    contend for the interpreter; the others join while reads wait for a disk or a network.
    ``deliver`` and ``failed`` are called from these threads, one call at a time; ``failed`` gets an
    exception that is a programming error, since a bad file has a summary with a ``problem``.
    Entries that have a ``problem`` are never opened.
    """

    def __init__(
        self,
        deliver: Callable[[Summaries], object],
        failed: Callable[[Exception], object],
        *,
        workers: int = _WORKERS,
        read: Callable[[str], HeaderSummary] = read_summary,
    ) -> None:
        self._deliver = deliver
        self._failed = failed
        self._workers = max(1, workers)
        self._read = read
        self._pending: dict[str, Entry] = {}
        # Popping the oldest key of a dictionary is slow.
        self._order: deque[str] = deque()
        self._first: deque[str] = deque()
        self._reading = 0
        self._taken = 0
        self._wide = 0
        self._closed = False
        self._threads: list[threading.Thread] = []
        self._changed = threading.Condition()
        self._delivery = threading.Lock()

    @property
    def pending(self) -> int:
        """Number of entries that are not delivered yet."""
        with self._changed:
            return len(self._pending) + self._reading

    def add(self, entries: Iterable[Entry]) -> None:
        """Read these after those already added; a path that is pending already is kept once.

        Does nothing after ``close``.
        """
        with self._changed:
            if self._closed:
                return
            for entry in entries:
                self._pending[entry.path] = entry
                self._order.append(entry.path)
            if not self._threads:
                self._start()
            self._changed.notify_all()

    def prioritise(self, entries: Iterable[Entry]) -> None:
        """Read these before all others, in this order; replaces the previous call's."""
        with self._changed:
            self._first = deque(e.path for e in entries if e.path in self._pending)

    def close(self) -> None:
        """Stop delivering. Does not block; threads end after the file they read."""
        with self._changed:
            self._closed = True
            self._pending.clear()
            self._order.clear()
            self._changed.notify_all()

    def _start(self) -> None:
        # Daemon threads: one that hangs on an unreachable network folder must not block quitting.
        self._threads = [
            threading.Thread(
                target=self._work, args=(index == 0,), name=f"summaries-{index}", daemon=True
            )
            for index in range(self._workers)
        ]
        for thread in self._threads:
            thread.start()

    def _work(self, is_leader: bool) -> None:
        try:
            while self._wait_for_work(is_leader):
                started, used = time.perf_counter(), time.thread_time()
                alone = self._wide == 0
                batch = self._read_batch(is_leader)
                waited = (time.perf_counter() - started) / max(time.thread_time() - used, 1e-6)
                self._deliver_batch(batch)
                if is_leader and alone and waited > _COLD_RATIO:
                    self._widen()
        except Exception as error:  # noqa: BLE001 - a thread's error would be lost: it is passed on
            self._failed(error)

    def _wait_for_work(self, is_leader: bool) -> bool:
        """Wait until there is work for this thread; False when it should end.

        The others also join when the leader has made no progress for ``_STALL`` seconds.
        """
        with self._changed:
            while not self._closed:
                if self._pending and (is_leader or self._wide):
                    return True
                taken = self._taken
                timeout = _STALL if self._pending else None
                if not self._changed.wait(timeout) and taken == self._taken:
                    self._wide = _WIDE_RUN
            return False

    def _widen(self) -> None:
        with self._changed:
            self._wide = _WIDE_RUN
            self._changed.notify_all()

    def _read_batch(self, is_leader: bool) -> Summaries:
        """Read until the batch is full or due, or there is no more work for this thread."""
        batch: Summaries = []
        due = time.monotonic() + _MAX_DELAY
        while len(batch) < _BATCH and time.monotonic() < due:
            entry, is_last_prioritised = self._take(is_leader)
            if entry is None:
                break
            batch.append((entry, self._summary(entry)))
            if is_last_prioritised:
                break
        return batch

    def _take(self, is_leader: bool) -> tuple[Entry | None, bool]:
        """Return the next entry, and whether it was the last of the prioritised ones."""
        with self._changed:
            if not self._pending or not (is_leader or self._wide):
                return None, False
            self._wide = max(0, self._wide - 1)
            self._reading += 1
            self._taken += 1
            while True:
                is_prioritised = bool(self._first)
                path = (self._first if is_prioritised else self._order).popleft()
                entry = self._pending.pop(path, None)
                if entry is not None:
                    return entry, is_prioritised and not self._first

    def _summary(self, entry: Entry) -> HeaderSummary:
        if entry.problem:
            return HeaderSummary(entry.size, None, DepthStatus.ABSENT, None, None, entry.problem)
        return self._read(entry.path)

    def _deliver_batch(self, batch: Summaries) -> None:
        with self._delivery:
            if batch and not self._closed:
                self._deliver(batch)
        with self._changed:
            self._reading -= len(batch)


def read_summaries(
    entries: Sequence[Entry],
    *,
    cancelled: Callable[[], bool] = lambda: False,
    workers: int = _WORKERS,
) -> Iterator[Summaries]:
    """Yield the summaries of all entries in batches, until there are no more or ``cancelled``.

    Each path is read once. A file that hangs blocks neither ``cancelled`` nor, on slow reads, the
    other files. Raises only programming errors of ``read_summary``.
    """
    arrived: queue.SimpleQueue[Summaries | Exception] = queue.SimpleQueue()
    scanner = SummaryScanner(arrived.put, arrived.put, workers=workers)
    left = len({entry.path for entry in entries})
    scanner.add(entries)
    try:
        while left and not cancelled():
            try:
                batch = arrived.get(timeout=_POLL)
            except queue.Empty:
                continue
            if isinstance(batch, Exception):
                raise batch
            left -= len(batch)
            yield batch
    finally:
        scanner.close()
