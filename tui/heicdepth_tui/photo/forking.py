"""A decoder process forked from this one: 20 ms sooner there than one that starts from nothing.

Only as the very first thing that a command does, while there is one thread and next to nothing is
imported, and only on Linux: elsewhere system libraries may forbid it. Every later process is
started by ``launch``.
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

_POLL_SECONDS = 0.005


class DecoderProcess(Protocol):
    """A process as its owner uses it: a ``subprocess.Popen`` with three pipes is one."""

    pid: int
    stdin: IO[bytes] | None
    stdout: IO[bytes] | None
    stderr: IO[bytes] | None

    def poll(self) -> int | None:
        """Return how the process ended (minus the signal's number, or its status), else None."""
        ...

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end and return how it was; raises subprocess.TimeoutExpired."""
        ...

    def kill(self) -> None:
        """End the process; one that has ended already stays so."""
        ...


class ForkedProcess:
    """What ``subprocess.Popen`` offers of a process, as far as the decoder's owner uses it."""

    def __init__(self, pid: int, stdin: int, stdout: int, stderr: int) -> None:
        self.pid = pid
        self.stdin: IO[bytes] | None = open(stdin, "wb", buffering=0)  # noqa: SIM115  kept open
        self.stdout: IO[bytes] | None = open(stdout, "rb", buffering=0)  # noqa: SIM115
        self.stderr: IO[bytes] | None = open(stderr, "rb", buffering=0)  # noqa: SIM115
        self._code: int | None = None

    def poll(self) -> int | None:
        """Return how the process ended (minus the signal's number, or its status), else None."""
        if self._code is None:
            try:
                pid, status = os.waitpid(self.pid, os.WNOHANG)
            except ChildProcessError:
                # Somebody else has waited for it.
                self._code = 0
            else:
                if pid:
                    self._code = os.waitstatus_to_exitcode(status)
        return self._code

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end and return how it was; raises subprocess.TimeoutExpired."""
        end = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if end is not None and time.monotonic() >= end:
                from subprocess import TimeoutExpired

                raise TimeoutExpired("decoder", timeout or 0.0)
            time.sleep(_POLL_SECONDS)
        return code

    def kill(self) -> None:
        """End the process; one that has ended already stays so."""
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
    """Work as the decoder for ever; never returns."""
    try:
        # A session of its own: ctrl-c and a closing terminal are for the app to handle.
        os.setsid()
        for number, end in enumerate(streams):
            os.dup2(end, number)
        for end in (end for pipe in pipes for end in pipe):
            if end > 2:
                os.close(end)
        # A numpy.py in a folder of photos must not be imported.
        here = os.getcwd()  # noqa: PTH109  pathlib is not imported yet
        sys.path[:] = [path for path in sys.path if path not in ("", here)]
        from heicdepth_tui.photo.serve import work

        work(memory_cap, 0)
    except BaseException:  # noqa: BLE001  whatever it is, this copy of the command must not go on
        import traceback

        traceback.print_exc()
    finally:
        os._exit(1)
