"""One decoder process as its parent sees it: pipes that never block, and why it ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import deque

from heicdepth_tui.photo.forking import DecoderProcess
from heicdepth_tui.photo.protocol import Frame, FrameReader

__all__ = ["WorkerProcess", "how_it_ended"]

_CHUNK = 1 << 16
_STDERR_TAIL = 4096
_SLACK = 1 << 20
_REAP_SECONDS = 2.0
_SHOWN_ERRORS = ("ModuleNotFoundError", "ImportError", "MemoryError")
"""Beginnings of last lines of stderr that help a user; others go to the log only."""


class WorkerProcess:
    """A decoder process made by ``launch``; every method but ``stop`` returns at once.

    ``memory_cap`` is in bytes (0: none) and bounds what the process may send, too.
    """

    def __init__(self, process: DecoderProcess, memory_cap: int) -> None:
        if not (process.stdin and process.stdout and process.stderr):
            raise OSError("the pipes to the decoder process are missing")
        self._process = process
        self._stdin, self._stdout = process.stdin, process.stdout
        self._stderr = process.stderr
        for stream in (self._stdin, self._stdout, self._stderr):
            os.set_blocking(stream.fileno(), False)
        self._reader = FrameReader(max_raw=memory_cap + _SLACK if memory_cap else sys.maxsize)
        self._unsent: deque[memoryview] = deque()
        self._stderr_tail = b""
        self.stderr_open = True

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    @property
    def stdin_fd(self) -> int:
        """Where requests go; poll it for writing while ``has_unsent``."""
        return self._stdin.fileno()

    @property
    def stdout_fd(self) -> int:
        """Where answers come from; poll it for reading."""
        return self._stdout.fileno()

    @property
    def stderr_fd(self) -> int:
        """The stderr of the process; poll it for reading while ``stderr_open``."""
        return self._stderr.fileno()

    @property
    def has_unsent(self) -> bool:
        """True while requests wait for room in the pipe."""
        return bool(self._unsent)

    def send(self, data: bytes) -> None:
        """Send a frame, or keep what does not fit into the pipe for ``flush``."""
        self._unsent.append(memoryview(data))
        self.flush()

    def flush(self) -> None:
        """Send what waits, as far as the pipe takes it.

        A process that has ended takes nothing; that it ended shows when its answers are read.
        """
        try:
            while self._unsent:
                count = os.write(self._stdin.fileno(), self._unsent[0])
                self._unsent[0] = self._unsent[0][count:]
                if not self._unsent[0]:
                    self._unsent.popleft()
        except BlockingIOError:
            return
        except BrokenPipeError:
            self._unsent.clear()

    def read(self) -> Frame | None:
        """Return the next whole answer, None while there is none.

        Raises EOFError when the process has ended, ProtocolError for bytes that are no frame.
        """
        return self._reader.read(self._readinto)

    def _readinto(self, view: memoryview) -> int | None:
        # typeshed's IO[bytes] does not know readinto; bufsize=0 makes these FileIO.
        return self._stdout.readinto(view)  # type: ignore[attr-defined,no-any-return]

    def drain_stderr(self) -> None:
        """Take what the process wrote to stderr, keeping its last lines."""
        if not self.stderr_open:
            return
        try:
            while chunk := os.read(self._stderr.fileno(), _CHUNK):
                self._stderr_tail = (self._stderr_tail + chunk)[-_STDERR_TAIL:]
            self.stderr_open = False
        except BlockingIOError:
            return

    def stop(self) -> str:
        """Kill the process, close the pipes, and return how it ended.

        A process that has ended by itself is only reaped. One that the system cannot end at once
        (it waits for a dead network disk) is left for ``reap``.
        """
        self._process.kill()
        try:
            code = self._process.wait(_REAP_SECONDS)
        except subprocess.TimeoutExpired:
            code = -signal.SIGKILL
        self.drain_stderr()
        for stream in (self._stdin, self._stdout, self._stderr):
            stream.close()
        return how_it_ended(code, self._stderr_tail)

    def reap(self) -> bool:
        """Return whether a stopped process is gone."""
        return self._process.poll() is not None


def how_it_ended(code: int, stderr: bytes) -> str:
    """Return how a process ended, from its exit code (negative: a signal) and its stderr."""
    text = stderr.decode("utf-8", "replace").strip()
    if text:
        # Not imported above: the app's start must not pay for it.
        import logging

        logging.getLogger(__name__).debug("the decoder process wrote: %s", text)
    last = text.rpartition("\n")[2].strip()
    detail = f" ({last})" if last.startswith(_SHOWN_ERRORS) else ""
    if code >= 0:
        return f"it ended with status {code}{detail}"
    try:
        name = f" ({signal.Signals(-code).name})"
    except ValueError:
        name = ""
    return f"killed by signal {-code}{name}"
