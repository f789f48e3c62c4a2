"""What the app has asked the decoder process for, what came of it, and which photos it fears."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from heicdepth_tui.errors import DecodeError, DecoderStoppedError, HeicDepthError
from heicdepth_tui.photo.layers import Answer, Request
from heicdepth_tui.photo.protocol import Frame, ProtocolError, read_answer
from heicdepth_tui.photo.schedule import replaces

__all__ = ["RequestTracker", "Result", "Waiter"]

MAX_KILLS = 2
"""A photo that stopped the process so many times is refused."""

MAX_BLAMELESS_ENDS = 2
"""Processes that may end in a row without having begun with anything."""


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """What became of a request, not yet unpacked: numpy is imported by ``answer``."""

    request: Request
    content: Frame | HeicDepthError

    def answer(self) -> Answer:
        """Return it as an answer."""
        if isinstance(self.content, HeicDepthError):
            return Answer(self.request, error=self.content)
        try:
            return read_answer(self.request, self.content)
        except ProtocolError as error:
            stopped = DecoderStoppedError(str(error), path=self.request.path)
            return Answer(self.request, error=stopped)


@dataclass(slots=True, eq=False)
class Waiter:
    """Somebody who blocks until ``done`` is set and ``result`` there."""

    done: threading.Event = field(default_factory=threading.Event)
    result: Result | None = None


@dataclass(slots=True, eq=False)
class _TrackedRequest:
    """A request that the process has not finished; an unwanted one is only watched to its end."""

    request: Request
    waiter: Waiter | None
    is_wanted: bool = True

    def wants(self, *, is_final: bool) -> bool:
        """Return whether an answer is passed on: a waiter gets the final one only."""
        return self.is_wanted and (is_final or self.waiter is None)


class RequestTracker:
    """The books of a ``Decoder``; not safe in several threads without the decoder's lock."""

    def __init__(self) -> None:
        self._tracked: dict[int, _TrackedRequest] = {}
        self._current: int | None = None
        self._ready: list[Result] = []
        self._kills: Counter[str] = Counter()
        self._kill_reasons: dict[str, str] = {}
        self._blameless_ends = 0

    def __contains__(self, ticket: int) -> bool:
        return ticket in self._tracked

    @property
    def is_busy(self) -> bool:
        """Whether the process has anything to do."""
        return bool(self._tracked)

    @property
    def has_results(self) -> bool:
        """Whether results wait for the listener."""
        return bool(self._ready)

    def requests(self) -> Iterator[Request]:
        """Yield the requests that a new process must be handed."""
        for tracked in self._tracked.values():
            yield tracked.request

    def take_result(self) -> Result:
        """Return the oldest result that waits for the listener, and forget it."""
        return self._ready.pop(0)

    def add(self, request: Request, waiter: Waiter | None) -> bool:
        """Book a request; return False where it is refused, its result being ready at once.

        Older requests of its slot, and results of theirs that nobody has seen, are given up.
        """
        for tracked in self._tracked.values():
            if tracked.is_wanted and replaces(request, tracked.request):
                self._give_up(tracked, "a newer request took its place")
        self._ready = [result for result in self._ready if not replaces(request, result.request)]
        tracked = _TrackedRequest(request, waiter)
        refusal = self._refusal(request)
        if refusal is not None:
            self._settle(tracked, refusal)
            return False
        self._tracked[request.ticket] = tracked
        return True

    def cancel(self, tickets: Iterable[int]) -> list[int]:
        """Give up requests by ticket; return those that the process still knows."""
        known = [ticket for ticket in tickets if ticket in self._tracked]
        for ticket in known:
            self._give_up(self._tracked[ticket], "the request was cancelled")
        return known

    def cancel_slot(self, slot: str) -> list[int]:
        """Give up the requests of a slot and results that nobody has seen; see ``cancel``."""
        self._ready = [result for result in self._ready if result.request.slot != slot]
        tickets = [t for t, known in self._tracked.items() if known.request.slot == slot]
        return self.cancel(tickets)

    def enter(self, frame: Frame) -> bool:
        """Book what the process says; return whether it began or ended with something.

        Raises ProtocolError when it makes no sense.
        """
        kind, ticket = frame.head.get("type"), frame.head.get("ticket")
        if kind == "ready":
            return True
        if kind not in ("started", "dropped", "answer") or not isinstance(ticket, int):
            raise ProtocolError(f"bad message {kind!r} about {ticket!r}")
        if kind == "started":
            self._blameless_ends = 0
            self._current = ticket
            return True
        tracked = self._tracked.get(ticket)
        is_end = kind == "dropped" or bool(frame.head.get("final"))
        if is_end:
            self._tracked.pop(ticket, None)
            if self._current == ticket:
                self._current = None
        if kind == "answer" and tracked is not None and tracked.wants(is_final=is_end):
            self._settle(tracked, frame)
        return is_end

    def record_exit(self, reason: str) -> None:
        """Book the end of a process: blame what it was at, keep the rest for the next one."""
        culprit = None if self._current is None else self._tracked.pop(self._current, None)
        self._current = None
        self._tracked = {t: tracked for t, tracked in self._tracked.items() if tracked.is_wanted}
        if culprit is not None:
            self._blame(culprit, reason)
        elif self._tracked:
            self._blameless_ends += 1
            if self._blameless_ends >= MAX_BLAMELESS_ENDS:
                self._blameless_ends = 0
                self.fail_all(f"the decoder process does not run: {reason}")

    def fail_all(self, reason: str) -> None:
        """Give every request that is open an error."""
        failed, self._tracked = self._tracked, {}
        for tracked in failed.values():
            if tracked.is_wanted:
                self._settle(tracked, DecoderStoppedError(reason, path=tracked.request.path))

    def clear(self) -> None:
        """Forget everything; who waits is told that the decoder was closed."""
        self.fail_all("the decoder was closed")
        self._ready.clear()

    def _blame(self, culprit: _TrackedRequest, reason: str) -> None:
        path = culprit.request.path
        self._kills[path] += 1
        self._kill_reasons[path] = reason
        if culprit.is_wanted:
            error = DecoderStoppedError(
                f"the decoder stopped on this photo: {reason}",
                path=path,
                hint="other photos are not affected",
            )
            self._settle(culprit, error)
        for ticket, tracked in list(self._tracked.items()):
            refusal = self._refusal(tracked.request)
            if refusal is not None:
                self._settle(self._tracked.pop(ticket), refusal)

    def _refusal(self, request: Request) -> DecoderStoppedError | None:
        if self._kills[request.path] < MAX_KILLS:
            return None
        return DecoderStoppedError(
            f"the decoder stopped on this photo twice ({self._kill_reasons[request.path]}), so it "
            "is not tried again in this session",
            path=request.path,
            hint="restart the program to try once more",
        )

    def _give_up(self, tracked: _TrackedRequest, why: str) -> None:
        """Drop a request; it stays tracked until the process has dropped it as well."""
        if tracked.waiter is not None:
            self._settle(tracked, DecodeError(why, path=tracked.request.path))
            tracked.waiter = None
        tracked.is_wanted = False

    def _settle(self, tracked: _TrackedRequest, content: Frame | HeicDepthError) -> None:
        result = Result(tracked.request, content)
        if tracked.waiter is not None:
            tracked.waiter.result = result
            tracked.waiter.done.set()
            return
        # A picture that nobody has looked at yet is replaced by the next one.
        ticket = tracked.request.ticket
        self._ready = [older for older in self._ready if older.request.ticket != ticket]
        self._ready.append(result)
