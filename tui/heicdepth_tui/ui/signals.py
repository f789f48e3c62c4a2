"""Ends the app in good order when the process is told to end or its terminal closes."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

__all__ = ["end_on_signals", "exit_on_signals"]


def exit_on_signals() -> None:
    """Have SIGTERM and SIGHUP raise SystemExit, so that what was opened is closed again.

    For the time before the app runs; ``end_on_signals`` takes over from it.
    """
    if hasattr(signal, "SIGHUP"):
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _exit)


def _exit(number: int, _: object) -> None:
    _let_go_of_a_closed_terminal()
    raise SystemExit(128 + number)


def end_on_signals(end: Callable[[int], object]) -> None:
    """Have ``end`` called in the running loop with 128 + the number of SIGTERM or SIGHUP."""
    if not hasattr(signal, "SIGHUP"):
        return
    import asyncio

    loop = asyncio.get_running_loop()

    def ended(number: int, _: object) -> None:
        # At once, not when the loop comes to it: after SIGHUP the kernel sends SIGCONT, and
        # Textual's answer to that would write to a terminal that has gone and wait for ever.
        _let_go_of_a_closed_terminal()
        loop.call_soon_threadsafe(end, 128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, ended)


def _let_go_of_a_closed_terminal() -> None:
    """Put /dev/null in the place of a terminal that is no more, so that no write to it blocks."""
    import termios

    try:
        termios.tcgetattr(0)
    except termios.error:
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(null, descriptor)
        os.close(null)
        signal.signal(signal.SIGCONT, signal.SIG_IGN)
