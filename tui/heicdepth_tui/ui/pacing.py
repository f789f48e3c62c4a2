"""One picture at a time on its way to the terminal, so that none queue up on a slow link.

A picture is written, then the terminal is asked where its cursor is (``ESC[6n``): the answer comes
only after everything before it was taken in. Until then newer pictures wait, and only the newest of
each pane is kept. Measured on a model of 1 Mbit/s and 80 ms (bench): without this a held key queues
seconds of pictures.
"""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["Pacer"]

SILENT_SECONDS = 0.12
"""How long to wait for a terminal that has never answered; it may never do."""
ANSWERING_SECONDS = 5.0
"""How long to wait for one that has answered before: the link is slow, or the answer was lost."""


class Pacer:
    """Decides when a picture may be painted.

    Pictures painted before the screen is written travel together. ``after_write`` calls a function
    once the screen is written, ``ask`` puts the question, ``later`` calls a function after some
    seconds. Not for more than one thread.
    """

    def __init__(
        self,
        ask: Callable[[], object],
        after_write: Callable[[Callable[[], object]], object],
        later: Callable[[float, Callable[[], object]], object],
    ) -> None:
        self._ask = ask
        self._after_write = after_write
        self._later = later
        self._waiting: dict[object, Callable[[], object]] = {}
        self._is_boarding = False
        self._in_flight = False
        self._flights = 0
        self._answers = False
        self._when_free: Callable[[], object] | None = None

    @property
    def is_free(self) -> bool:
        """Whether a picture would be painted at once."""
        return not self._in_flight

    def paint(self, pane: object, draw: Callable[[], object]) -> None:
        """Call ``draw`` now, or once the pictures in flight have arrived; the newest wins."""
        if self._in_flight:
            self._waiting[pane] = draw
            return
        draw()
        if not self._is_boarding:
            self._is_boarding = True
            self._after_write(self._depart)

    def close(self, when_free: Callable[[], object]) -> None:
        """Paint nothing more and call ``when_free`` once no answer is to come any more."""
        self._waiting.clear()
        if self.must_wait:
            self._when_free = when_free
        else:
            when_free()

    def forget(self, pane: object) -> None:
        """Do not paint what waits for a pane: it shows something else now."""
        self._waiting.pop(pane, None)

    @property
    def must_wait(self) -> bool:
        """Whether an answer of the terminal is still on its way."""
        return self._in_flight and self._answers

    def arrived(self) -> None:
        """Take in the terminal's answer."""
        self._answers = True
        self._land()

    def _depart(self) -> None:
        self._is_boarding = False
        self._in_flight = True
        self._flights += 1
        flight = self._flights
        seconds = ANSWERING_SECONDS if self._answers else SILENT_SECONDS
        self._later(seconds, lambda: self._give_up(flight))
        self._ask()

    def _give_up(self, flight: int) -> None:
        if flight == self._flights:
            self._land()

    def _land(self) -> None:
        if not self._in_flight:
            return
        self._in_flight = False
        if self._when_free is not None:
            self._when_free()
            return
        waiting, self._waiting = self._waiting, {}
        for pane, draw in waiting.items():
            self.paint(pane, draw)
