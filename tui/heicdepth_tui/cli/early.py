"""The decoder process, started before anything else where the app is about to open."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from heicdepth_tui.photo.forking import DecoderProcess

__all__ = ["early_decoder", "end_early", "start_early"]

_OTHERS = frozenset({"info", "show", "export", "sample", "-h", "--version"})
_started: list[DecoderProcess] = []


def start_early(arguments: Sequence[str]) -> None:
    """Start the decoder if these arguments open the app.

    A wrong guess is harmless: ``end_early`` ends a process that nobody asked for.
    """
    opens_app = not arguments or arguments[0] not in _OTHERS
    # A limit of its own must be there when the process starts.
    is_plain = not any(word.startswith(("--limit-pixels", "--help")) for word in arguments)
    if opens_app and is_plain and sys.stdout.isatty() and sys.stdin.isatty():
        # numpy here multiplies no large matrices: threads for that cost 30 ms at its import.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        # What is imported stays: looking for garbage among it takes a tenth of the start. The app
        # lets the collector work again once it is on the screen.
        gc.disable()
        _started.append(_start())


def _start() -> DecoderProcess:
    system: str = sys.platform
    if system == "linux":
        from heicdepth_tui.photo.forking import fork_decoder

        return fork_decoder()
    from heicdepth_tui.photo.launch import launch

    return launch()


def early_decoder() -> DecoderProcess | None:
    """Hand over the process, once; None where none was started."""
    return _started.pop() if _started else None


def end_early() -> None:
    """End a process that was started and never asked for."""
    process = early_decoder()
    if process is not None:
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                stream.close()
        process.kill()
        process.wait()
