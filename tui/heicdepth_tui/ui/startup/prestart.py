"""Starts the decoder process before anything else where the app is about to open."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from heicdepth_tui.system import CAN_FORK
from heicdepth_tui.ui.terminal.switches import has

if TYPE_CHECKING:
    from heicdepth_tui.photo.forking import DecoderProcess

__all__ = ["end_unused_decoder", "is_completing", "prestart_decoder", "take_decoder"]

_OTHERS = frozenset({"info", "show", "export", "sample", "-h", "--version"})
_started: list[DecoderProcess] = []


def is_completing() -> bool:
    """Return whether a shell asks for completions, or the user for the script that sets them up."""
    return bool(os.environ.get("_HEICDEPTH_TUI_COMPLETE"))


def prestart_decoder(arguments: Sequence[str]) -> None:
    """Start the decoder if these arguments open the app.

    A wrong guess is harmless: ``end_unused_decoder`` ends a process that was not taken.
    """
    opens_app = not is_completing() and (not arguments or arguments[0] not in _OTHERS)
    # A limit of its own must be known when the process starts.
    is_plain = not any(word.startswith(("--limit-pixels", "--help")) for word in arguments)
    if opens_app and is_plain and sys.stdout.isatty() and sys.stdin.isatty():
        # numpy multiplies no large matrices here: threads for that cost 30 ms at its import.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        # Imported modules stay: collecting garbage among them takes a tenth of the start. The app
        # enables the collector again after its first paint.
        if has("gc"):
            gc.disable()
        process = _start() if has("prestart") else None
        if process is not None:
            _started.append(process)


def _start() -> DecoderProcess | None:
    """Start the process; None where that fails: ``Decoder.start`` tries again, and reports it."""
    try:
        if CAN_FORK and has("fork"):
            from heicdepth_tui.photo.forking import fork_decoder

            return fork_decoder()
        from heicdepth_tui.photo.launch import launch

        return launch()
    except OSError:
        return None


def take_decoder() -> DecoderProcess | None:
    """Return the process, once; None where none was started."""
    return _started.pop() if _started else None


def end_unused_decoder() -> None:
    """End a process that was started and not taken."""
    process = take_decoder()
    if process is not None:
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                stream.close()
        process.kill()
        process.wait()
