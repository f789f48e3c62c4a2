"""Starts the decoder process before the command line is parsed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from heicdepth_tui.system import CAN_FORK, may_fork
from heicdepth_tui.ui.terminal.switches import has

if TYPE_CHECKING:
    from heicdepth_tui.photo.forking import DecoderProcess

__all__ = ["end_unused_decoder", "prestart_decoder", "take_decoder"]

_started: list[DecoderProcess] = []


def prestart_decoder(*, with_numpy: bool = False) -> None:
    """Start the decoder process and prepare this process for the app.

    ``with_numpy`` imports numpy first where the process is forked: both need it, and it takes as
    long as all other modules of the decoder. ``end_unused_decoder`` ends a process that
    ``take_decoder`` was not called for. Where the process cannot be started, ``Decoder.start``
    tries again and reports the error. Nothing is forked where this process has other threads: what
    they hold would stay locked in the fork. ``Decoder.start`` starts a process then.
    """
    if CAN_FORK and not may_fork():
        return
    # numpy multiplies no large matrices here: threads for that cost 30 ms at its import.
    has_one_thread = os.environ.setdefault("OPENBLAS_NUM_THREADS", "1") == "1"
    if with_numpy and has_one_thread and CAN_FORK:
        _import_numpy()
    if has("prestart"):
        try:
            _started.append(_start())
        except OSError:
            return


def _import_numpy() -> None:
    """Import numpy, which reports an interrupt meanwhile as a broken installation, not as one."""
    import signal

    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        import numpy  # noqa: F401
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start() -> DecoderProcess:
    if CAN_FORK and has("fork"):
        from heicdepth_tui.photo.forking import fork_decoder

        return fork_decoder()
    from heicdepth_tui.photo.launch import launch

    return launch()


def take_decoder() -> DecoderProcess | None:
    """Return the process, once; None where none was started."""
    return _started.pop() if _started else None


def end_unused_decoder() -> None:
    """End the process if it was started and not taken."""
    process = take_decoder()
    if process is not None:
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                stream.close()
        process.kill()
        process.wait()
