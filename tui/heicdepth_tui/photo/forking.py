"""Forks a decoder process from the command itself: ready 20 ms sooner than a new interpreter.

Safe only at the start of a command, with one thread, and only on Linux: libraries of other systems
do not survive a fork. Later processes are started by ``launch``.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import IO, Protocol

__all__ = ["MEMORY_CAP", "DecoderProcess", "ForkedProcess", "fork_decoder"]

MEMORY_CAP = 1536 * 1024 * 1024
"""Bytes of address space of the decoder process; a 200-megapixel photo whole needs 0.9 GB."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.0005, 0.005
"""Seconds between two looks whether the process has ended; they double."""


class DecoderProcess(Protocol):
    """The part of ``subprocess.Popen`` with three pipes that ``WorkerProcess`` uses."""

    pid: int
    stdin: IO[bytes] | None
    stdout: IO[bytes] | None
    stderr: IO[bytes] | None

    def poll(self) -> int | None:
        """Return the exit status, negative for a signal; None while it runs."""
        ...

    def wait(self, timeout: float | None = None) -> int:
        """Wait and return the exit status; raises subprocess.TimeoutExpired."""
        ...

    def kill(self) -> None:
        """Kill the process; does nothing where it has ended."""
        ...


class ForkedProcess:
    """A forked process with the methods of ``DecoderProcess``."""

    def __init__(self, pid: int, stdin: int, stdout: int, stderr: int) -> None:
        self.pid = pid
        self.stdin: IO[bytes] | None = open(stdin, "wb", buffering=0)  # noqa: SIM115  kept open
        self.stdout: IO[bytes] | None = open(stdout, "rb", buffering=0)  # noqa: SIM115
        self.stderr: IO[bytes] | None = open(stderr, "rb", buffering=0)  # noqa: SIM115
        self._code: int | None = None

    def poll(self) -> int | None:
        """Return the exit status, negative for a signal; None while it runs."""
        if self._code is None:
            try:
                pid, status = os.waitpid(self.pid, os.WNOHANG)
            except ChildProcessError:
                # Another call of waitpid has taken the status.
                self._code = 0
            else:
                if pid:
                    self._code = os.waitstatus_to_exitcode(status)
        return self._code

    def wait(self, timeout: float | None = None) -> int:
        """Wait and return the exit status; raises subprocess.TimeoutExpired."""
        end = None if timeout is None else time.monotonic() + timeout
        pause = _FIRST_PAUSE
        while (code := self.poll()) is None:
            if end is not None and time.monotonic() >= end:
                from subprocess import TimeoutExpired

                raise TimeoutExpired("decoder", timeout or 0.0)
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        return code

    def kill(self) -> None:
        """Kill the process; does nothing where it has ended."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)


def fork_decoder(memory_cap: int = MEMORY_CAP) -> ForkedProcess:
    """Fork a decoder process with this cap in bytes (0: none) and return it.

    Raises OSError when it cannot be forked.
    """
    pipes: list[tuple[int, int]] = []
    try:
        for _ in range(3):
            pipes.append(os.pipe())  # noqa: PERF401  those before one that fails are closed
        pid = os.fork()
    except OSError:
        for end in (end for pipe in pipes for end in pipe):
            os.close(end)
        raise
    (requests, to_requests), (from_answers, answers), (from_errors, errors) = pipes
    if pid == 0:
        _be_decoder((requests, answers, errors), pipes, memory_cap)
    for end in (requests, answers, errors):
        os.close(end)
    return ForkedProcess(pid, to_requests, from_answers, from_errors)


def _be_decoder(
    streams: tuple[int, int, int], pipes: list[tuple[int, int]], memory_cap: int
) -> None:
    """Run the decoder in the forked process; never returns."""
    try:
        # A session of its own: ctrl-c and a hang-up reach the app only.
        os.setsid()
        for number, end in enumerate(streams):
            os.dup2(end, number)
        for end in (end for pipe in pipes for end in pipe):
            if end > 2:
                os.close(end)
        # A numpy.py in a folder of photos must not be imported.
        folder = os.getcwd()  # noqa: PTH109  pathlib is not imported yet
        sys.path[:] = [path for path in sys.path if path not in ("", folder)]
        from heicdepth_tui.photo.serve import work

        work(memory_cap, 0)
    except BaseException:  # noqa: BLE001  this copy of the command must end
        import traceback

        traceback.print_exc()
    finally:
        os._exit(1)
