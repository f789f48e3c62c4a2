"""Ends the app in order on SIGTERM and SIGHUP, and when its terminal is closed without a signal."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable

__all__ = ["end_on_signals", "exit_on_signals", "ignore_signals"]

_SIGNALS = (signal.SIGTERM, signal.SIGHUP)
_CHECK_SECONDS = 1.0
"""Time between two checks of the terminal: only a session's foreground is sent SIGHUP."""


def exit_on_signals() -> None:
    """Let SIGTERM and SIGHUP raise SystemExit, so that ``with`` blocks are left.

    For the time before the app runs; ``end_on_signals`` replaces it.
    """
    for number in _SIGNALS:
        signal.signal(number, _exit)


def ignore_signals() -> None:
    """Ignore SIGTERM and SIGHUP: the terminal is being restored and the program ends."""
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def _exit(number: int, _: object) -> None:
    _replace_closed_terminal()
    raise SystemExit(128 + number)


def end_on_signals(end: Callable[[int], object]) -> None:
    """Let SIGTERM and SIGHUP call ``end`` in the running loop with 128 + the signal's number.

    A terminal that is closed without SIGHUP counts as SIGHUP within a second: reading from it would
    otherwise keep a core busy without end.
    """
    import asyncio

    loop = asyncio.get_running_loop()

    def ended(number: int, _: object) -> None:
        # In the handler, not in the loop: after SIGHUP the kernel sends SIGCONT, and Textual
        # would then write to the closed terminal and block.
        _replace_closed_terminal()
        # The loop may be closed: the app is ending already.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(end, 128 + number)

    def check() -> None:
        if _is_closed():
            ended(signal.SIGHUP, None)
        else:
            loop.call_later(_CHECK_SECONDS, check)

    for number in _SIGNALS:
        signal.signal(number, ended)
    if not _is_closed():
        loop.call_later(_CHECK_SECONDS, check)


def _is_closed() -> bool:
    """Return whether standard input is no terminal, or one that was closed."""
    import termios

    try:
        termios.tcgetattr(0)
    except termios.error:
        return True
    return False


def _replace_closed_terminal() -> None:
    """Put /dev/null in the place of a closed terminal, so that no write to it blocks."""
    if _is_closed():
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(null, descriptor)
        os.close(null)
        signal.signal(signal.SIGCONT, signal.SIG_IGN)
