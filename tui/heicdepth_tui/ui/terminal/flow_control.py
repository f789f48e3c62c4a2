"""Flow control: at most one unacknowledged image; the reply to DSR 6 acknowledges it.

After an image the terminal is queried for its cursor position (``ESC[6n``); the reply comes after
everything before it was taken in. Until then newer images wait, and only the newest of each slot is
kept. Where replies take 50 ms or longer, text waits for them as well, and while keys come images
leave the line to the list for as long as the last image took. Measured on a model of 1 Mbit/s and
80 ms (bench): without this a held key queues seconds of images.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

__all__ = ["FlowControl"]

FIRST_TIMEOUT = 0.12
"""Seconds to wait for the reply of a terminal that has never replied; it may never do."""
TIMEOUT = 5.0
"""Seconds to wait for one that has replied before: the line is slow, or the reply was lost."""
SLOW_SECONDS = 0.05
"""A reply that takes longer means a slow line."""
FAST_SECONDS = 0.02
"""A reply that comes sooner means a terminal on the same machine or next to it."""
KEY_SECONDS = 0.15
"""Keys that follow each other sooner are a held key, or fast typing."""


class FlowControl:
    """Decides when something may be written; for one thread.

    Images sent before the screen is written share one query. ``query`` writes the query,
    ``after_write`` calls a function once the screen is written, ``later`` calls a function after
    some seconds. Text that was held is written after the message that frees the line.
    """

    def __init__(
        self,
        query: Callable[[], object],
        after_write: Callable[[Callable[[], object]], object],
        later: Callable[[float, Callable[[], object]], object],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._query = query
        self._after_write = after_write
        self._later = later
        self._clock = clock
        self._waiting: dict[object, Callable[[], object]] = {}
        self._is_query_queued = False
        self._is_unacknowledged = False
        self._has_images = False
        self._queries = 0
        self._replies = False
        self._sent_at = 0.0
        self._took = 0.0
        self._rest_until = 0.0
        self._last_key = -KEY_SECONDS
        self._will_wake = False
        self._when_free: Callable[[], object] | None = None

    @property
    def is_free(self) -> bool:
        """Whether an image would be sent at once."""
        return not self._is_unacknowledged and not self._is_resting

    @property
    def is_slow(self) -> bool:
        """Whether the last reply took ``SLOW_SECONDS`` or longer."""
        return self._took >= SLOW_SECONDS

    @property
    def is_fast(self) -> bool:
        """Whether the last reply came within ``FAST_SECONDS``."""
        return 0 < self._took < FAST_SECONDS

    @property
    def must_hold(self) -> bool:
        """Whether text, too, must wait until the terminal has replied."""
        if not self.must_wait:
            return False
        return self.is_slow or self._clock() - self._sent_at >= SLOW_SECONDS

    @property
    def must_wait(self) -> bool:
        """Whether a reply of a terminal that replies is still to come."""
        return self._is_unacknowledged and self._replies

    @property
    def _is_resting(self) -> bool:
        """Whether images leave a slow line to the keys."""
        now = self._clock()
        return self.is_slow and now < self._rest_until and now - self._last_key < KEY_SECONDS

    def note_key(self) -> None:
        """Note that a key has selected another photo."""
        self._last_key = self._clock()

    def send(self, slot: object, draw: Callable[[], object]) -> None:
        """Call ``draw`` now, or once the line is free for it; the newest of a slot wins."""
        if not self.is_free:
            self._waiting[slot] = draw
            self._wake_later()
            return
        draw()
        if not self._is_query_queued:
            self._is_query_queued = True
            self._after_write(self._query_after_images)

    def note_text(self) -> None:
        """Note that text was written: on a slow line, what follows waits for it."""
        if self.is_slow and not self._is_unacknowledged and not self._is_query_queued:
            self._send_query(False)

    def close(self, when_free: Callable[[], object]) -> None:
        """Send nothing more and call ``when_free`` once no reply is to come any more."""
        self._waiting.clear()
        if self.must_wait:
            self._when_free = when_free
        else:
            when_free()

    def cancel(self, slot: object) -> None:
        """Drop the image that waits for a slot: it shows something else now."""
        self._waiting.pop(slot, None)

    def acknowledge(self) -> None:
        """Take in the terminal's reply."""
        self._replies = True
        if self._is_unacknowledged:
            self._took = self._clock() - self._sent_at
        self._release()

    def _query_after_images(self) -> None:
        self._is_query_queued = False
        self._send_query(True)

    def _send_query(self, has_images: bool) -> None:
        self._is_unacknowledged = True
        self._has_images = has_images
        self._sent_at = self._clock()
        self._queries += 1
        number = self._queries
        seconds = TIMEOUT if self._replies else FIRST_TIMEOUT
        self._later(seconds, lambda: self._give_up(number))
        self._query()

    def _give_up(self, number: int) -> None:
        if number == self._queries:
            self._release()

    def _release(self) -> None:
        if not self._is_unacknowledged:
            return
        self._is_unacknowledged = False
        if self._when_free is not None:
            self._when_free()
            return
        if self._has_images:
            self._rest_until = self._clock() + self._took
        self._send_waiting()

    def _send_waiting(self) -> None:
        if self._waiting and self._is_resting:
            self._wake_later()
            return
        waiting, self._waiting = self._waiting, {}
        for slot, draw in waiting.items():
            self.send(slot, draw)

    def _wake_later(self) -> None:
        """Try again when the rest is over; ``_release`` does it while a reply is to come."""
        if not self._is_unacknowledged and not self._will_wake:
            self._will_wake = True
            rest = min(self._rest_until, self._last_key + KEY_SECONDS) - self._clock()
            self._later(max(0.0, rest), self._wake)

    def _wake(self) -> None:
        self._will_wake = False
        if not self._is_unacknowledged:
            self._send_waiting()
