"""One decoder process as its parent sees it: pipes that never block, and why it ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import deque
from pathlib import Path

from heicdepth_tui.photo.protocol import Frame, FrameReader

__all__ = ["WorkerProcess", "worker_environment"]

_CHUNK = 1 << 16
_STDERR_TAIL = 4096
_SLACK = 1 << 20
_REAP_SECONDS = 2.0


class WorkerProcess:
    """A running ``heicdepth_tui.photo.serve``; every method returns at once.

    ``memory_cap`` is in bytes (0: none) and bounds what the process may send as well. Raises
    OSError when the process cannot be started.
    """

    def __init__(self, memory_cap: int) -> None:
        self._process = subprocess.Popen(  # noqa: S603  our own interpreter, no shell
            # -P: a numpy.py in a folder of photos must not be imported.
            [sys.executable, "-P", "-m", "heicdepth_tui.photo.serve", str(memory_cap)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            env=worker_environment(),
            start_new_session=True,
        )
        if not (self._process.stdin and self._process.stdout and self._process.stderr):
            raise OSError("the pipes to the decoder process are missing")
        self._stdin, self._stdout = self._process.stdin, self._process.stdout
        self._stderr = self._process.stderr
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
        """What the process complains of; poll it for reading while ``stderr_open``."""
        return self._stderr.fileno()

    @property
    def has_unsent(self) -> bool:
        """Whether requests wait for room in the pipe."""
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

        Raises EOFError when the process has ended, ProtocolError when it sends nonsense.
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
        return _describe(code, self._stderr_tail)

    def reap(self) -> bool:
        """Return whether a stopped process is gone."""
        return self._process.poll() is not None


def worker_environment() -> dict[str, str]:
    """Return the environment of the process: the parent's, with less memory held in reserve."""
    environment = dict(os.environ)
    # Nothing here multiplies matrices; each thread of OpenBLAS would reserve megabytes.
    environment.setdefault("OPENBLAS_NUM_THREADS", "1")
    environment.setdefault("MALLOC_ARENA_MAX", "2")
    root = Path(__file__).resolve().parents[2]
    if root.name not in ("site-packages", "dist-packages"):
        # Run from a source tree: the process must find the same package as its parent did.
        others = environment.get("PYTHONPATH", "")
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(root), others)))
    return environment


def _describe(code: int, stderr: bytes) -> str:
    lines = stderr.decode("utf-8", "replace").strip().splitlines()
    said = f" ({lines[-1].strip()})" if lines else ""
    if code >= 0:
        return f"it ended with status {code}{said}"
    try:
        name = f" ({signal.Signals(-code).name})"
    except ValueError:
        name = ""
    return f"killed by signal {-code}{name}"
