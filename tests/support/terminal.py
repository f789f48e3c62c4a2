"""The command in a pseudo-terminal, for tests."""

from __future__ import annotations

import fcntl
import os
import re
import struct
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pexpect
import pyte

__all__ = ["Terminal"]

_NOT_INHERITED = (
    *("NO_COLOR", "COLORTERM", "TERM", "TEXTUAL", "CI", "COLUMNS", "LINES"),
    *("TMUX", "TMUX_PANE", "TERM_PROGRAM"),
)
"""Variables that change what the command shows; pytest-xdist sets COLUMNS in its processes."""

_QUERY = re.compile(rb"\x1b\[(\d+);1H\x1b\[6n")
"""Asks for the position of the cursor, which is put into a row that names the query."""


class Terminal:
    """The real command in a pseudo-terminal, its screen kept by pyte.

    Waiting is for a state of the screen, up to a time limit that only a failure reaches. Cursor
    queries get their replies after ``reply_seconds``; None: never, and the command waits a second
    for them before it ends. ``identity`` is the reply to the query for graphics, ``cell`` the
    (width, height) of a cell in pixels as the terminal's driver states it.
    """

    command: tuple[str, ...] = (sys.executable, "-m", "heicdepth_tui")

    def __init__(
        self,
        arguments: list[str],
        cwd: Path,
        columns: int,
        rows: int,
        reply_seconds: float | None = 0.0,
        identity: str = "",
        cell: tuple[int, int] = (0, 0),
        **env: str,
    ) -> None:
        environment = {key: value for key, value in os.environ.items() if key not in _NOT_INHERITED}
        environment |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"}
        environment |= env
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        program, *before = self.command
        self.process = pexpect.spawn(
            program,
            [*before, *arguments],
            cwd=str(cwd),
            env=environment,
            dimensions=(rows, columns),
            timeout=20,
        )
        self._set_size(columns, rows, cell)
        # pexpect waits before each key until a program has turned the echo off.
        self.process.delaybeforesend = None
        self.raw = b""
        self._text: str | None = None
        self.reply_seconds = reply_seconds
        """Seconds from a query to its reply; None: no replies from now on."""
        self._rows: list[str] = []
        self._due: list[float] = []
        self._searched = 0
        self._identity = identity
        self.replies = 0
        """How many queries were replied to."""

    @property
    def text(self) -> str:
        """The screen as lines of text."""
        if self._text is None:
            self._text = "\n".join(self.screen.display)
        return self._text

    @property
    def queries(self) -> int:
        """How often the cursor was queried."""
        for query in _QUERY.finditer(self.raw, self._searched):
            self._rows.append(query[1].decode())
            self._searched = query.end()
        return len(self._rows)

    def _reply(self) -> None:
        """Send the replies that are due, the cursor being in the row that the query names."""
        if self._identity and b"\x1b[>q" in self.raw:
            self.process.send(self._identity)
            self._identity = ""
        if self.reply_seconds is None:
            return
        now = time.monotonic()
        self._due += [now + self.reply_seconds] * (self.queries - len(self._due))
        while self.replies < len(self._due) and self._due[self.replies] <= now:
            self.process.send(f"\x1b[{self._rows[self.replies]};1R")
            self.replies += 1

    def pump(self) -> bool:
        """Take in what the command wrote; False once it has ended."""
        self._reply()
        try:
            data = self.process.read_nonblocking(65536, timeout=0.05)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.raw += data
        # Before the screen takes the data in: the time to that is no property of the command.
        self._reply()
        self._text = None
        # pyte knows neither kitty's keyboard protocol nor private CSI with '<', '>' and '='.
        self._stream.feed(_without_private(self.take(data)))
        return True

    def take(self, data: bytes) -> bytes:
        """Return the part of the output that is text; for subclasses to override."""
        return data

    def wait(self, seen: Callable[[], bool], what: str, seconds: float = 25) -> None:
        """Wait until ``seen()`` is true of the screen."""
        end = time.monotonic() + seconds
        while not seen():
            if not self.pump():
                raise AssertionError(f"ended while waiting for {what}:\n{self.text}")
            if time.monotonic() > end:
                raise AssertionError(f"no {what} within {seconds} s:\n{self.text}")

    def wait_text(self, *words: str) -> None:
        """Wait until all words stand on the screen."""
        self.wait(lambda: all(word in self.text for word in words), f"text {words}")

    def send(self, keys: str) -> None:
        """Type keys."""
        self.process.send(keys)

    def resize(self, columns: int, rows: int, cell: tuple[int, int] = (0, 0)) -> None:
        """Change the size of the terminal, and of its cells in pixels."""
        self.screen.resize(rows, columns)
        self._text = None
        self._set_size(columns, rows, cell)

    def _set_size(self, columns: int, rows: int, cell: tuple[int, int]) -> None:
        size = struct.pack("HHHH", rows, columns, columns * cell[0], rows * cell[1])
        fcntl.ioctl(self.process.child_fd, termios.TIOCSWINSZ, size)

    def block_cells(self) -> int:
        """How many cells show block characters in colour: pictures."""
        blocks = set("▀▄█▌▐▖▗▘▙▚▛▜▝▞▟▁▂▃▅▆▇▉▊▋▍▎▏")
        return sum(
            1
            for row in self.screen.buffer.values()
            for char in row.values()
            if char.data in blocks or (char.data == " " and char.bg not in ("default", "black"))
        )

    def end(self, seconds: float = 15) -> int | None:
        """Wait for the command to end and return its exit code."""
        stop = time.monotonic() + seconds
        while self.pump():
            if time.monotonic() > stop:
                raise AssertionError(f"still running after {seconds} s:\n{self.text}")
        self.process.wait()
        return self.process.exitstatus

    def close(self) -> None:
        """Make sure that nothing is left running."""
        if not self.process.isalive():
            self.process.ptyproc.delayafterclose = 0
        self.process.close(force=True)


def _without_private(data: bytes) -> bytes:
    data = re.sub(rb"\x1b\[[<>=][0-9;]*[a-zA-Z]|\x1b\[16t", b"", data)
    return re.sub(rb"\x1b\[\?[0-9;]*\$p", b"", data)
