"""Flow control: at most one unacknowledged image; the reply to DSR 6 acknowledges it.

After an image the terminal is queried for its cursor position (``ESC[6n``); the reply comes after
everything before it was taken in. Until then newer images wait, and only the newest of each slot is
kept. Where replies take 50 ms or longer, text waits for them as well, and while keys come images
leave the line to the list for as long as the last image took. Measured on a model of 1 Mbit/s and
80 ms (bench): without this a held key queues seconds of images.

Each query is asked with the cursor in a row of its own, its tag, so that a reply tells which query
it answers: one that comes after its timeout does not make a slow line look fast, and one that is
lost does not shift all that follow.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

__all__ = ["TAGS", "FlowControl"]

TAGS = 8
"""Tags go from 0 to this, exclusive; as many queries are remembered."""
FIRST_TIMEOUT = 0.12
"""Seconds to wait for the reply of a terminal that has never replied; it may never do."""
TIMEOUT = 5.0
"""Seconds to wait for one that has replied before: the line is slow, or the reply was lost."""
CLOSE_TIMEOUT = 1.0
"""Seconds after the last query to wait for a terminal that has never replied, at the end."""
SLOW_SECONDS = 0.05
"""A reply that takes longer means a slow line."""
FAST_SECONDS = 0.02
"""A reply that comes sooner means a terminal on the same machine or next to it."""
KEY_SECONDS = 0.15
"""Keys that follow each other sooner are a held key, or fast typing."""


@dataclass(frozen=True, slots=True)
class _Query:
    """A query without a reply yet."""

    number: int
    sent_at: float

    @property
    def tag(self) -> int:
        return self.number % TAGS


class FlowControl:
    """Decides when something may be written; for one thread.

    Images sent before the screen is written share one query. ``query`` writes a query with a tag,
    ``after_write`` calls a function once the screen is written, ``later`` calls a function after
    some seconds. Text that was held is written after the message that frees the line.
    """

    def __init__(
        self,
        query: Callable[[int], object],
        after_write: Callable[[Callable[[], object]], object],
        later: Callable[[float, Callable[[], object]], object],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._query = query
        self._after_write = after_write
        self._later = later
        self._clock = clock
        self._waiting: dict[object, tuple[Callable[[], object], bool]] = {}
        self._is_query_queued = False
        self._is_unacknowledged = False
        self._has_images = False
        self._queries = 0
        self._pending: deque[_Query] = deque(maxlen=TAGS)
        self._replies = False
        self._sent_at = 0.0
        self._took = 0.0
        self._rest_until = 0.0
        self._last_key = -KEY_SECONDS
        self._will_wake = False
        self._is_closed = False
        self._when_closed: Callable[[], object] | None = None

    @property
    def is_free(self) -> bool:
        """Whether an image would be sent at once."""
        return not self._is_unacknowledged and not self._is_resting

    @property
    def is_slow(self) -> bool:
        """Whether the last reply took ``SLOW_SECONDS`` or longer."""
        return self._took >= SLOW_SECONDS

    @property
    def reply_seconds(self) -> float:
        """Seconds that the last reply took; 0 before the first."""
        return self._took

    @property
    def is_fast(self) -> bool:
        """Whether the last reply came within ``FAST_SECONDS``."""
        return 0 < self._took < FAST_SECONDS

    @property
    def must_hold(self) -> bool:
        """Whether text, too, must wait until the terminal has replied."""
        if not (self._is_unacknowledged and self._replies):
            return False
        return self.is_slow or self._clock() - self._sent_at >= SLOW_SECONDS

    @property
    def _is_resting(self) -> bool:
        """Whether images leave a slow line to the keys."""
        now = self._clock()
        return self.is_slow and now < self._rest_until and now - self._last_key < KEY_SECONDS

    def note_key(self) -> None:
        """Note that a key has selected another photo."""
        self._last_key = self._clock()

    def send(self, slot: object, draw: Callable[[], object], *, alone: bool = False) -> None:
        """Call ``draw`` now, or once the line is free for it; the newest of a slot wins.

        ``alone`` shares no query with images sent before, and waits for the reply to theirs.
        """
        if self._is_closed:
            return
        if not self.is_free:
            self._waiting[slot] = draw, alone
            self._wake_later()
            return
        if alone and self._is_query_queued:
            self._waiting[slot] = draw, alone
            return
        is_first, self._is_query_queued = not self._is_query_queued, True
        draw()
        if is_first:
            self._after_write(self._query_after_images)

    def note_text(self) -> None:
        """Note that text was written: on a slow line, what follows waits for it."""
        if self.is_slow and not self._is_unacknowledged and not self._is_query_queued:
            self._send_query(False)

    def close(self, when_closed: Callable[[], object]) -> None:
        """Send nothing more and call ``when_closed`` once no reply is to come any more.

        A reply that came after the end of the app would reach the shell as typed text.
        """
        self._is_closed = True
        self._waiting.clear()
        seconds = self._seconds_to_reply()
        if seconds > 0:
            self._when_closed = when_closed
            self._later(seconds, self._end)
        else:
            when_closed()

    def _seconds_to_reply(self) -> float:
        """Return how long a reply may still take; 0 where none is to come."""
        if not self._pending:
            return 0.0
        seconds = TIMEOUT if self._replies else CLOSE_TIMEOUT
        return self._pending[-1].sent_at + seconds - self._clock()

    def _end(self) -> None:
        when_closed, self._when_closed = self._when_closed, None
        if when_closed is not None:
            when_closed()

    def acknowledge(self, tag: int | None = None) -> None:
        """Take in the terminal's reply to the query with this tag.

        Where no pending query has the tag, the reply answers the oldest one.
        """
        self._replies = True
        if not self._pending:
            return
        if all(query.tag != tag for query in self._pending):
            tag = self._pending[0].tag
        # Replies come in the order of the queries: those before this one are lost.
        while (query := self._pending.popleft()).tag != tag:
            pass
        self._took = self._clock() - query.sent_at
        if query.number == self._queries:
            self._release()
        if not self._pending:
            self._end()

    def _query_after_images(self) -> None:
        self._is_query_queued = False
        self._send_query(True)

    def _send_query(self, has_images: bool) -> None:
        if self._is_closed:
            return
        self._is_unacknowledged = True
        self._has_images = has_images
        self._queries += 1
        query = _Query(self._queries, self._clock())
        self._sent_at = query.sent_at
        self._pending.append(query)
        seconds = TIMEOUT if self._replies else FIRST_TIMEOUT
        self._later(seconds, lambda: self._give_up(query))
        self._query(query.tag)

    def _give_up(self, query: _Query) -> None:
        """Wait no longer for a reply; it may still come."""
        if query.number == self._queries and self._is_unacknowledged:
            if self._replies:
                self._took = self._clock() - query.sent_at
            self._release()

    def _release(self) -> None:
        if not self._is_unacknowledged:
            return
        self._is_unacknowledged = False
        if self._has_images:
            self._rest_until = self._clock() + self._took
        self._send_waiting()

    def _send_waiting(self) -> None:
        if self._waiting and self._is_resting:
            self._wake_later()
            return
        waiting, self._waiting = self._waiting, {}
        # What waits for the reply to the others goes after them.
        for slot, (draw, alone) in sorted(waiting.items(), key=lambda item: item[1][1]):
            self.send(slot, draw, alone=alone)

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
