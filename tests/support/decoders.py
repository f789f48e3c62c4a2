"""Decoder processes forked from one that has imported everything: 0.2 s less processor time each.

The forked process is the one of ``photo.launch`` in all but its start: the same environment,
folder, limits, pipes and session of its own.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import traceback
from pathlib import Path
from typing import IO, NoReturn

from heicdepth_tui.photo.launch import MEMORY_CAP, worker_environment

__all__ = ["DecoderFork", "DecoderTemplate"]

_FILES = 4
"""Descriptors sent with a request: stdin, stdout, stderr, and where the exit status goes."""
_MESSAGE_BYTES = 1 << 18
_IMPORTED = (
    "PIL.ImageCms",
    "heicdepth_tui.photo.decode",
    "heicdepth_tui.photo.decoded_cache",
    "heicdepth_tui.photo.pillow_heif_adapter",
    "heicdepth_tui.photo.rendering",
    "heicdepth_tui.photo.serve",
)
"""Modules that a decoder imports at its start or with its first photo."""


class DecoderFork:
    """A decoder process with the methods of ``photo.forking.DecoderProcess``."""

    def __init__(self, pid: int, stdin: int, stdout: int, stderr: int, status: int) -> None:
        self.pid = pid
        self.stdin: IO[bytes] | None = open(stdin, "wb", buffering=0)  # noqa: SIM115  kept open
        self.stdout: IO[bytes] | None = open(stdout, "rb", buffering=0)  # noqa: SIM115
        self.stderr: IO[bytes] | None = open(stderr, "rb", buffering=0)  # noqa: SIM115
        self._status: IO[bytes] | None = open(status, "rb", buffering=0)  # noqa: SIM115
        self._code = 0

    def poll(self) -> int | None:
        """Return the exit status, negative for a signal; None while it runs."""
        return self._end(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait and return the exit status; raises subprocess.TimeoutExpired."""
        code = self._end(timeout)
        if code is None:
            raise subprocess.TimeoutExpired("decoder", timeout or 0.0)
        return code

    def kill(self) -> None:
        """Kill the process; does nothing where it has ended."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def _end(self, timeout: float | None) -> int | None:
        if self._status is not None:
            if not select.select([self._status], [], [], timeout)[0]:
                return None
            # Nothing: the template has ended, and all that it forked with it.
            self._code = int(self._status.read(16) or b"-9")
            self._status.close()
            self._status = None
        return self._code


class DecoderTemplate:
    """The process that is forked, started with the first decoder; not for several threads."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None

    def __enter__(self) -> DecoderTemplate:
        return self

    def __exit__(self, *_: object) -> None:
        if self._socket is not None and self._process is not None:
            self._socket.close()
            self._process.wait()

    def launch(
        self, memory_cap: int = MEMORY_CAP, limit_pixels: int = 0, threads: int = 0
    ) -> DecoderFork:
        """Start a decoder process with the arguments of ``photo.launch.launch``."""
        ours: list[int] = []
        theirs: list[int] = []
        for towards_decoder in (True, False, False, False):
            reading, writing = os.pipe()
            ours.append(writing if towards_decoder else reading)
            theirs.append(reading if towards_decoder else writing)
        order = {
            "cwd": str(Path.cwd()),
            "environment": worker_environment(),
            "limits": [memory_cap, limit_pixels, threads],
        }
        try:
            link = self._connect()
            socket.send_fds(link, [json.dumps(order).encode()], theirs)
            pid = int(link.recv(16))
        finally:
            for end in theirs:
                os.close(end)
        return DecoderFork(pid, *ours)

    def _connect(self) -> socket.socket:
        if self._socket is None:
            self._socket, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with other:
                self._process = subprocess.Popen(
                    [sys.executable, "-P", __file__, str(other.fileno())],
                    env=worker_environment(),
                    pass_fds=[other.fileno()],
                    start_new_session=True,
                )
        return self._socket


def _serve(link: socket.socket) -> None:
    """Fork a decoder for every message until the tests close their end."""
    for name in _IMPORTED:
        importlib.import_module(name)
    gc.freeze()
    wake_read, wake_write = os.pipe()
    os.set_blocking(wake_write, False)
    signal.set_wakeup_fd(wake_write)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    statuses: dict[int, int] = {}
    while True:
        waited: list[socket.socket | int] = [link, wake_read]
        ready, _, _ = select.select(waited, [], [])
        if wake_read in ready:
            os.read(wake_read, 4096)
            _report_ended(statuses)
        if link in ready:
            message, files, _, _ = socket.recv_fds(link, _MESSAGE_BYTES, _FILES)
            if not message:
                return
            pid = os.fork()
            if pid == 0:
                _be_decoder(json.loads(message), files[:3])
            for end in files[:3]:
                os.close(end)
            statuses[pid] = files[3]
            link.send(str(pid).encode())


def _report_ended(statuses: dict[int, int]) -> None:
    while statuses:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        end = statuses.pop(pid)
        with contextlib.suppress(BrokenPipeError):
            os.write(end, str(os.waitstatus_to_exitcode(status)).encode())
        os.close(end)


def _be_decoder(order: dict[str, object], streams: list[int]) -> NoReturn:
    from heicdepth_tui.photo.serve import work

    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        for number, end in enumerate(streams):
            os.dup2(end, number)
        os.closerange(3, 1024)
        os.chdir(str(order["cwd"]))
        os.environ.clear()
        os.environ.update(order["environment"])  # type: ignore[call-overload]
        work(*order["limits"])
    except BaseException:  # noqa: BLE001  this copy of the template must end
        traceback.print_exc()
    finally:
        os._exit(1)


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
