"""Starts a decoder process; imports almost nothing, so that a command can begin with it."""

from __future__ import annotations

import os
import subprocess
import sys

from heicdepth_tui.photo.forking import MEMORY_CAP

__all__ = ["MEMORY_CAP", "launch", "worker_environment"]


def launch(
    memory_cap: int = MEMORY_CAP, limit_pixels: int = 0, threads: int = 0
) -> subprocess.Popen[bytes]:
    """Start a decoder process with unbuffered pipes for its three standard streams; return it.

    It runs until its stdin is closed; ``client.Decoder.start`` takes it over. ``memory_cap`` is in
    bytes (0: none), ``limit_pixels`` replaces ``Limits.pixels`` (0: the default). ``threads`` is
    how many decode at a time (0: by the number of cores); a process with such a limit belongs to a
    batch, and keeps freed memory for the next photo. Raises OSError when it cannot be started.
    """
    return subprocess.Popen(  # noqa: S603  our own interpreter, no shell
        # -P: a numpy.py in a folder of photos must not be imported.
        [
            sys.executable,
            "-P",
            "-m",
            "heicdepth_tui.photo.serve",
            str(memory_cap),
            str(limit_pixels),
            str(threads),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        env=worker_environment(),
        # A session of its own: ctrl-c and a hang-up reach the app only.
        start_new_session=True,
    )


def worker_environment() -> dict[str, str]:
    """Return the environment of the process: the parent's, with less memory held in reserve."""
    environment = dict(os.environ)
    # Decoding multiplies no matrices; starting the threads of OpenBLAS takes 30 ms and memory.
    environment.setdefault("OPENBLAS_NUM_THREADS", "1")
    environment.setdefault("MALLOC_ARENA_MAX", "2")
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120
    if os.path.basename(root) not in ("site-packages", "dist-packages"):  # noqa: PTH119
        # Run from a source tree: the process must find the same package as its parent did.
        others = environment.get("PYTHONPATH", "")
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, (root, others)))
    return environment
