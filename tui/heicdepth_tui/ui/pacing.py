"""What is on its way to the terminal: one picture at a time, and on a slow line one frame.

A picture is written, then the terminal is asked where its cursor is (``ESC[6n``): the answer comes
only after everything before it was taken in. Until then newer pictures wait, and only the newest of
each pane is kept. Where answers take long, text is paced so as well, and while keys come pictures
leave the line to the list for as long as they took themselves. Measured on a model of 1 Mbit/s and
80 ms (bench): without this a held key queues seconds of pictures.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

__all__ = ["Pacer"]

SILENT_SECONDS = 0.12
"""How long to wait for a terminal that has never answered; it may never do."""
ANSWERING_SECONDS = 5.0
"""How long to wait for one that has answered before: the link is slow, or the answer was lost."""
SLOW_SECONDS = 0.05
"""An answer that takes longer tells of a slow link."""
QUICK_SECONDS = 0.02
"""An answer that comes sooner tells of a terminal on the same machine or next to it."""
KEY_SECONDS = 0.15
"""Keys that follow each other sooner are a held key, or somebody in a hurry."""


class Pacer:
    """Decides when something may be painted.

    Pictures painted before the screen is written travel together. ``after_write`` calls a function
    once the screen is written, ``ask`` puts the question, ``later`` calls a function after some
    seconds, ``landed`` is called when text that was held may be written. Not for more than one
    thread.
    """

    def __init__(
        self,
        ask: Callable[[], object],
        after_write: Callable[[Callable[[], object]], object],
        later: Callable[[float, Callable[[], object]], object],
        landed: Callable[[], object] = lambda: None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._ask = ask
        self._after_write = after_write
        self._later = later
        self._landed = landed
        self._clock = clock
        self._waiting: dict[object, Callable[[], object]] = {}
        self._is_boarding = False
        self._in_flight = False
        self._has_pictures = False
        self._flights = 0
        self._answers = False
        self._departed = 0.0
        self._took = 0.0
        self._rest_until = 0.0
        self._last_key = -KEY_SECONDS
        self._will_wake = False
        self._when_free: Callable[[], object] | None = None

    @property
    def is_free(self) -> bool:
        """Whether a picture would be painted at once."""
        return not self._in_flight and not self._is_resting

    @property
    def is_slow(self) -> bool:
        """Whether the terminal took long to answer the last time."""
        return self._took >= SLOW_SECONDS

    @property
    def is_quick(self) -> bool:
        """Whether the terminal answered at once the last time."""
        return 0 < self._took < QUICK_SECONDS

    @property
    def must_hold(self) -> bool:
        """Whether text, too, must wait until the terminal has answered."""
        if not self._in_flight or not self._answers:
            return False
        return self.is_slow or self._clock() - self._departed >= SLOW_SECONDS

    @property
    def _is_resting(self) -> bool:
        """Whether pictures leave a slow line to the keys."""
        now = self._clock()
        return self.is_slow and now < self._rest_until and now - self._last_key < KEY_SECONDS

    def key(self) -> None:
        """Take note that the reader has chosen another photo."""
        self._last_key = self._clock()

    def paint(self, pane: object, draw: Callable[[], object]) -> None:
        """Call ``draw`` now, or once the line is free for it; the newest of a pane wins."""
        if not self.is_free:
            self._waiting[pane] = draw
            self._wake_later()
            return
        draw()
        if not self._is_boarding:
            self._is_boarding = True
            self._after_write(self._depart_with_pictures)

    def wrote(self) -> None:
        """Take note that text was written: on a slow line, what follows waits for it."""
        if self.is_slow and not self._in_flight and not self._is_boarding:
            self._depart(False)

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
        if self._in_flight:
            self._took = self._clock() - self._departed
        self._land()

    def _depart_with_pictures(self) -> None:
        self._is_boarding = False
        self._depart(True)

    def _depart(self, has_pictures: bool) -> None:
        self._in_flight = True
        self._has_pictures = has_pictures
        self._departed = self._clock()
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
        if self._has_pictures:
            self._rest_until = self._clock() + self._took
        self._paint_waiting()
        self._landed()

    def _paint_waiting(self) -> None:
        if self._waiting and self._is_resting:
            self._wake_later()
            return
        waiting, self._waiting = self._waiting, {}
        for pane, draw in waiting.items():
            self.paint(pane, draw)

    def _wake_later(self) -> None:
        """See again when the rest is over; what is in flight sees to it when it lands."""
        if not self._in_flight and not self._will_wake:
            self._will_wake = True
            rest = min(self._rest_until, self._last_key + KEY_SECONDS) - self._clock()
            self._later(max(0.0, rest), self._wake)

    def _wake(self) -> None:
        self._will_wake = False
        if not self._in_flight:
            self._paint_waiting()
            self._landed()
