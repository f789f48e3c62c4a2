"""A command in a pseudo-terminal: what it writes, and when; queries are answered.

``ESC[6n`` is answered with a cursor report, ``ESC[?2026$p`` (synchronised output) with yes,
``ESC[?2048$p`` (in-band resizing) with no, ``ESC[c`` with a VT220's attributes, ``OSC 11`` (the
background, which timg waits for) with black. Nothing is interpreted while the command runs, so that
the reader takes no time from it: see bench.screen.
"""

from __future__ import annotations

import contextlib
import fcntl
import heapq
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from bench.processes import busy_seconds, tree

__all__ = ["Chunk", "Link", "Terminal"]

Chunk = tuple[float, bytes]
"""Bytes, and when they were there to be seen (``time.monotonic``)."""

_QUERY = re.compile(rb"\x1b(\[6n|\[0?c|\[\?2026\$p|\[\?2048\$p|\]11;\?(?:\x07|\x1b\\))")
_ANSWERS = {
    b"[?2026$p": b"\x1b[?2026;2$y",
    b"[?2048$p": b"\x1b[?2048;0$y",
    b"]11;?\x07": b"\x1b]11;rgb:0000/0000/0000\x07",
    b"]11;?\x1b\\": b"\x1b]11;rgb:0000/0000/0000\x1b\\",
}
_ATTRIBUTES = b"\x1b[?62;22c"
_LONGEST_QUERY = 9
_WINDOW = 0.15
_IDLE_SHARE = 0.04
_IDLE_WINDOWS = 2


@dataclass(frozen=True)
class Link:
    """A slow line between command and terminal: buffers without end, one direction limited.

    ``rate`` in bytes a second towards the terminal, ``one_way`` seconds each way.
    """

    rate: float
    one_way: float


class Terminal:
    """Start a command in a pseudo-terminal; leave the ``with`` block to end it."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        cwd: Path,
        env: Mapping[str, str],
        size: tuple[int, int],
        link: Link | None = None,
    ) -> None:
        self.size = size
        self.chunks: list[Chunk] = []
        self._link = link
        self._free_at = 0.0
        self._tail = b""
        self._outgoing: list[tuple[float, int, bytes]] = []
        self._count = 0
        self._open = True
        self._master, slave = pty.openpty()
        columns, rows = size
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.set_blocking(self._master, False)
        self.started = time.monotonic()
        try:
            self._process = subprocess.Popen(
                list(command),
                stdin=slave,
                stdout=slave,
                stderr=slave,
                cwd=cwd,
                env=dict(env),
                start_new_session=True,
            )
        finally:
            os.close(slave)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """Process id of the command."""
        return self._process.pid

    @property
    def last_byte(self) -> float:
        """The time of the last byte."""
        return self.chunks[-1][0] if self.chunks else self.started

    @property
    def raw(self) -> bytes:
        """Everything written so far."""
        return b"".join(data for _, data in self.chunks)

    def send(self, keys: bytes) -> float:
        """Press keys and return when; over a link the command gets them later."""
        now = time.monotonic()
        self._write(keys, now + (self._link.one_way if self._link else 0.0))
        return now

    def pump(self, until: float) -> bool:
        """Take in what is written until that time; False once the command has ended."""
        while self._open:
            now = time.monotonic()
            self._flush(now)
            due = self._outgoing[0][0] if self._outgoing else until
            wait = min(until, due) - now
            ready, _, _ = select.select([self._master], [], [], max(0.0, wait))
            if ready:
                self._read()
            elif time.monotonic() >= until:
                break
        return self._open

    def wait_for(self, words: bytes, limit: float = 30) -> None:
        """Wait until these bytes were written; TimeoutError after ``limit`` seconds."""
        end = time.monotonic() + limit
        while words not in self.raw:
            if time.monotonic() > end or not self.pump(time.monotonic() + 0.05):
                raise TimeoutError(f"{words!r} was not written within {limit} s")

    def wait_end(self, limit: float = 30) -> None:
        """Wait until the command has ended; TimeoutError after ``limit`` seconds."""
        end = time.monotonic() + limit
        while self.pump(time.monotonic() + 0.05):
            if time.monotonic() > end:
                raise TimeoutError(f"the command did not end within {limit} s")

    def settle(self, quiet: float = 0.25, limit: float = 60) -> None:
        """Wait until nothing is written and the command and its children have nothing to do.

        TimeoutError after ``limit`` seconds. Where the system does not tell how busy they are, a
        longer silence has to do.
        """
        end = time.monotonic() + limit
        idle = 0
        while self._open:
            began, before = time.monotonic(), busy_seconds(tree(self.pid))
            if not self.pump(began + _WINDOW):
                return
            now, after = time.monotonic(), busy_seconds(tree(self.pid))
            if now > end:
                raise TimeoutError(f"it did not come to rest within {limit} s")
            if before is None or after is None:
                is_idle, needed = True, 4 * quiet
            else:
                # Less than nothing: a thread has ended and took its time with it.
                is_idle, needed = 0 <= after - before <= _IDLE_SHARE * (now - began), quiet
            idle = idle + 1 if is_idle else 0
            waits = self._outgoing or now - max(self.last_byte, self.started) < needed
            if idle >= _IDLE_WINDOWS and not waits:
                return

    def close(self) -> None:
        """Ask the command to quit, then make sure of it."""
        if self._open and self._process.poll() is None:
            self._link = None
            self.send(b"q")
            with contextlib.suppress(TimeoutError):
                self.wait_end(5)
        if self._process.poll() is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(2)
        if self._process.poll() is None:
            # Its own session, which it leads: this reaches what it started as well.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        if self._master >= 0:
            os.close(self._master)
            self._master = -1

    def _read(self) -> None:
        try:
            data = os.read(self._master, 1 << 16)
        except BlockingIOError:
            return
        except OSError:
            # Linux reports the end of the other side as EIO.
            data = b""
        now = time.monotonic()
        if not data:
            self._open = False
            return
        known = len(self._tail)
        seen = self._tail + data
        start = 0
        for query in _QUERY.finditer(seen):
            if query.end() <= known:
                continue
            cut = query.end() - known
            self._take(data[start:cut], now, query.group(1))
            start = cut
        self._take(data[start:], now, b"")
        self._tail = seen[-_LONGEST_QUERY:]

    def _take(self, data: bytes, now: float, query: bytes) -> None:
        """Let bytes arrive at the terminal, and answer the query that they end with."""
        seen = now
        if self._link is not None:
            self._free_at = max(self._free_at, now) + len(data) / self._link.rate
            seen = self._free_at + self._link.one_way
        if data:
            self.chunks.append((seen, data))
        if query:
            columns, rows = self.size
            answer = _ANSWERS.get(query, _ATTRIBUTES)
            if query == b"[6n":
                answer = b"\x1b[%d;%dR" % (rows, columns)
            self._write(answer, seen + (self._link.one_way if self._link else 0.0))

    def _write(self, data: bytes, due: float) -> None:
        self._count += 1
        heapq.heappush(self._outgoing, (due, self._count, data))
        self._flush(time.monotonic())

    def _flush(self, now: float) -> None:
        while self._outgoing and self._outgoing[0][0] <= now:
            _, _, data = heapq.heappop(self._outgoing)
            # The command may have ended; what it would have read is of no use to anybody.
            with contextlib.suppress(OSError):
                os.write(self._master, data)
