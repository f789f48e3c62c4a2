"""Tracks the requests to the decoder process, their results, and photos that stopped it."""

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
"""A photo that stopped the process this often is refused."""

MAX_IDLE_EXITS = 2
"""Consecutive processes that end before they start a request, after which all fail."""


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """A result that is not unpacked yet; ``answer`` does it."""

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
    """A caller that blocks until ``done`` is set; ``result`` is set before."""

    done: threading.Event = field(default_factory=threading.Event)
    result: Result | None = None


@dataclass(slots=True, eq=False)
class _TrackedRequest:
    """A request that the process has not finished; an abandoned one is tracked to its end."""

    request: Request
    waiter: Waiter | None
    is_active: bool = True

    def accepts(self, *, is_final: bool) -> bool:
        """Return whether an answer is passed on: a waiter gets the final one only."""
        return self.is_active and (is_final or self.waiter is None)


class RequestTracker:
    """Requests and results of a ``Decoder``; every call needs the decoder's lock."""

    def __init__(self) -> None:
        self._tracked: dict[int, _TrackedRequest] = {}
        self._current: int | None = None
        self._ready: list[Result] = []
        self._kills: Counter[str] = Counter()
        self._kill_reasons: dict[str, str] = {}
        self._idle_exits = 0

    def __contains__(self, ticket: int) -> bool:
        return ticket in self._tracked

    @property
    def is_busy(self) -> bool:
        """True while the process has unfinished requests."""
        return bool(self._tracked)

    @property
    def has_results(self) -> bool:
        """True while results wait for the listener."""
        return bool(self._ready)

    def requests(self) -> Iterator[Request]:
        """Yield the requests that a new process must be sent."""
        for tracked in self._tracked.values():
            yield tracked.request

    def take_result(self) -> Result:
        """Return the oldest result that waits for the listener, and forget it."""
        return self._ready.pop(0)

    def add(self, request: Request, waiter: Waiter | None) -> bool:
        """Track a request; return False where it is refused: its error is ready at once.

        Older requests of its slot, and their undelivered results, are dropped.
        """
        for tracked in self._tracked.values():
            if tracked.is_active and replaces(request, tracked.request):
                self._abandon(tracked, "a newer request took its place")
        self._ready = [result for result in self._ready if not replaces(request, result.request)]
        tracked = _TrackedRequest(request, waiter)
        refusal = self._refusal(request)
        if refusal is not None:
            self._settle(tracked, refusal)
            return False
        self._tracked[request.ticket] = tracked
        return True

    def cancel(self, tickets: Iterable[int]) -> list[int]:
        """Drop requests by ticket; return those that the process still knows."""
        known = [ticket for ticket in tickets if ticket in self._tracked]
        for ticket in known:
            self._abandon(self._tracked[ticket], "the request was cancelled")
        return known

    def cancel_slot(self, slot: str) -> list[int]:
        """Drop the requests of a slot and their undelivered results; see ``cancel``."""
        self._ready = [result for result in self._ready if result.request.slot != slot]
        tickets = [t for t, known in self._tracked.items() if known.request.slot == slot]
        return self.cancel(tickets)

    def enter(self, frame: Frame) -> bool:
        """Record a message of the process; return True where a request was started or ended.

        Raises ProtocolError for an unknown message.
        """
        kind, ticket = frame.head.get("type"), frame.head.get("ticket")
        if kind == "ready":
            return True
        if kind not in ("started", "dropped", "answer") or not isinstance(ticket, int):
            raise ProtocolError(f"bad message {kind!r} about {ticket!r}")
        if kind == "started":
            self._idle_exits = 0
            self._current = ticket
            return True
        tracked = self._tracked.get(ticket)
        is_end = kind == "dropped" or bool(frame.head.get("final"))
        if is_end:
            self._tracked.pop(ticket, None)
            if self._current == ticket:
                self._current = None
        if kind == "answer" and tracked is not None and tracked.accepts(is_final=is_end):
            self._settle(tracked, frame)
        return is_end

    def record_exit(self, reason: str) -> None:
        """Record the end of a process: fail the running request, keep the others for the next."""
        culprit = None if self._current is None else self._tracked.pop(self._current, None)
        self._current = None
        self._tracked = {t: tracked for t, tracked in self._tracked.items() if tracked.is_active}
        if culprit is not None:
            self._blame(culprit, reason)
        elif self._tracked:
            self._idle_exits += 1
            if self._idle_exits >= MAX_IDLE_EXITS:
                self._idle_exits = 0
                self.fail_all(f"the decoder process does not run: {reason}")

    def fail_all(self, reason: str) -> None:
        """Give every open request an error."""
        failed, self._tracked = self._tracked, {}
        for tracked in failed.values():
            if tracked.is_active:
                self._settle(tracked, DecoderStoppedError(reason, path=tracked.request.path))

    def clear(self) -> None:
        """Forget everything; waiters get the error that the decoder was closed."""
        self.fail_all("the decoder was closed")
        self._ready.clear()

    def _blame(self, culprit: _TrackedRequest, reason: str) -> None:
        path = culprit.request.path
        self._kills[path] += 1
        self._kill_reasons[path] = reason
        if culprit.is_active:
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

    def _abandon(self, tracked: _TrackedRequest, why: str) -> None:
        """Deactivate a request; it stays tracked until the process has dropped it as well."""
        if tracked.waiter is not None:
            self._settle(tracked, DecodeError(why, path=tracked.request.path))
            tracked.waiter = None
        tracked.is_active = False

    def _settle(self, tracked: _TrackedRequest, content: Frame | HeicDepthError) -> None:
        result = Result(tracked.request, content)
        if tracked.waiter is not None:
            tracked.waiter.result = result
            tracked.waiter.done.set()
            return
        # An undelivered partial answer is replaced by the next one.
        ticket = tracked.request.ticket
        self._ready = [older for older in self._ready if older.request.ticket != ticket]
        self._ready.append(result)
