"""Interrupts of a batch: the first lets running photos end, the second ends them."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any

__all__ = ["SIGNALS", "Interrupts", "signals_blocked"]

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C, a scheduler's or ``kill``'s request to end, and a terminal that is closed."""


class Interrupts:
    """Handles ``SIGNALS`` within a ``with`` block of the main thread.

    The first one sets ``signal`` and makes ``fileno`` readable; further ones raise
    KeyboardInterrupt, or SystemExit with 128 + their number, until ``begin_ending``. A signal that
    this process was started to ignore, as by ``nohup``, stays ignored.
    """

    def __init__(self, noticed: Callable[[], object] = lambda: None) -> None:
        """``noticed`` is called in the handler of the first signal: it must not print by Python."""
        self.signal: int | None = None
        self.is_urgent = False
        """True after a second signal."""
        self._is_ending = False
        self._noticed = noticed
        self._read, self._write = os.pipe()
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Interrupts:
        for number in SIGNALS:
            before = signal.getsignal(number)
            if before is not signal.SIG_IGN:
                self._before[number] = before
                signal.signal(number, self._handle)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)
        os.close(self._read)
        os.close(self._write)

    def begin_ending(self) -> None:
        """Ignore further signals: what has to be done at the end is being done."""
        self._is_ending = True

    def fileno(self) -> int:
        """Return a file descriptor that can be read once a signal has come."""
        return self._read

    def _handle(self, number: int, _: FrameType | None) -> None:
        if self.signal is None:
            self.signal = number
            os.write(self._write, b"\0")
            self._noticed()
            return
        if self._is_ending:
            return
        # Raised by each one: extension modules drop what is raised while they are imported.
        self.is_urgent = True
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        raise SystemExit(128 + number)


@contextmanager
def signals_blocked() -> Iterator[None]:
    """Block ``SIGNALS``: a process started meanwhile never gets them, one of the caller waits.

    They reach all processes of a terminal or of a cluster's task; only the first decides.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
