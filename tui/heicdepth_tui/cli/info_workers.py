"""Prints a line for each photo, with worker processes where there are many, in the order found."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import TYPE_CHECKING

from heicdepth_tui.cli.info_photo import InfoCounts, InfoReader

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

    from heicdepth_tui.cli.info_output import LineForm, LineOutput
    from heicdepth_tui.folder.find import Entry

__all__ = ["MANY", "print_lines"]

MANY = 512
"""Photos up to which no process is started: they take less time than starting one."""

_BATCH = 64
_HEADER_BYTES = 16 * 1024
_HAS_READ_AHEAD = hasattr(os, "posix_fadvise")


@dataclass(slots=True)
class _Lines:
    """The lines of a batch, the messages for stderr, and its counts."""

    lines: bytes = b""
    messages: list[str] = field(default_factory=list)
    counts: InfoCounts = field(default_factory=InfoCounts)


def print_lines(
    entries: Iterable[Entry], output: LineOutput, reader: InfoReader, *, depth_only: bool
) -> InfoCounts:
    """Print the photos, each as soon as those before it are, and return their counts."""
    paths = (entry.path for entry in entries)
    counts = InfoCounts()
    for path in islice(paths, MANY):
        counts += _print(output, _lines_of([path], output.form, reader, depth_only))
    rest = next(paths, None)
    if rest is None:
        return counts
    # Closed at once when the reader of a pipe has gone: the workers end before the command does.
    with closing(_in_workers(chain([rest], paths), output.form, reader, depth_only)) as batches:
        for done in batches:
            counts += _print(output, done)
    return counts


def _print(output: LineOutput, done: _Lines) -> InfoCounts:
    if done.lines or done.messages:
        output.add_lines(done.lines, "\n".join(done.messages))
    return done.counts


def _in_workers(
    paths: Iterator[str], form: LineForm, reader: InfoReader, depth_only: bool
) -> Generator[_Lines]:
    """Yield the lines of batches in their order; a batch whose worker was ended is done here."""
    from concurrent.futures import BrokenExecutor

    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    pool = _start(count or 1)
    waiting: deque[tuple[list[str], Future[_Lines] | None]] = deque()
    try:
        while True:
            # Two a worker: the next batch is there when the one before it is done.
            while len(waiting) < 2 * (count or 1) and (batch := list(islice(paths, _BATCH))):
                future = None
                if pool is not None:
                    with suppress(BrokenExecutor):
                        future = pool.submit(_lines_of, batch, form, reader, depth_only)
                waiting.append((batch, future))
            if not waiting:
                return
            batch, future = waiting.popleft()
            done = None
            if future is not None:
                with suppress(BrokenExecutor):
                    done = future.result()
            yield done or _lines_of(batch, form, reader, depth_only)
    finally:
        if pool is not None:
            pool.shutdown(cancel_futures=True)


def _start(count: int) -> ProcessPoolExecutor | None:
    """Return the workers; None with one processor, or where the system allows no semaphores."""
    if count < 2:
        return None
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    context = multiprocessing.get_context("spawn")
    try:
        return ProcessPoolExecutor(count, mp_context=context, initializer=_ignore_interrupt)
    except (OSError, NotImplementedError):
        return None


def _ignore_interrupt() -> None:
    import signal

    # The terminal sends it to all processes; the first one ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _lines_of(paths: Sequence[str], form: LineForm, reader: InfoReader, depth_only: bool) -> _Lines:
    """Return the lines of some photos; a function of its arguments and the files."""
    done, lines = _Lines(), []
    for path in paths[1:]:
        _read_ahead(path)
    for path in paths:
        photo = reader.read(path)
        done.counts.add(photo, depth_only=depth_only)
        if photo.has_depth or not depth_only:
            lines.append(form.line(photo))
            message = form.message(photo)
        else:
            message = f"heicdepth-tui: {photo.error.at(path)}" if photo.error is not None else ""
        if message:
            done.messages.append(message)
    done.lines = b"".join(lines)
    return done


def _read_ahead(path: str) -> None:
    """Let the kernel read the header of a file meanwhile; without effect on one that is cached."""
    if not _HAS_READ_AHEAD:
        return
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
        try:
            os.posix_fadvise(descriptor, 0, _HEADER_BYTES, os.POSIX_FADV_WILLNEED)
        finally:
            os.close(descriptor)
