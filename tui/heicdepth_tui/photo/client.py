"""The app's side of the decoder: a process that is given wishes, watched, and replaced."""

from __future__ import annotations

import itertools
import os
import select
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from types import TracebackType

from heicdepth_tui.errors import DecodeError, DecoderStoppedError, HeicDepthError
from heicdepth_tui.photo.layers import Answer, Pixels, Request
from heicdepth_tui.photo.protocol import Frame, ProtocolError, pack, read_answer, request_to_head
from heicdepth_tui.photo.schedule import replaces
from heicdepth_tui.photo.worker import WorkerProcess

__all__ = ["MEMORY_CAP", "TIME_LIMIT", "Decoder", "next_ticket"]

MEMORY_CAP = 1536 * 1024 * 1024
"""Bytes of address space of the decoder process; an honest 200-megapixel photo needs 0.9 GB."""

TIME_LIMIT = 30.0
"""Seconds a request may take; a 200-megapixel photo takes up to 8 on a slow machine."""

_MAX_KILLS = 2
_MAX_BLAMELESS_ENDS = 2
_tickets = itertools.count(1)


def next_ticket() -> int:
    """Return a ticket that no other request of this process has; safe in every thread."""
    return next(_tickets)


@dataclass(slots=True, eq=False)
class _Waiter:
    """Somebody who blocks in ``get``; ``result`` is what the answer will be made of."""

    done: threading.Event
    result: Frame | HeicDepthError | None = None


@dataclass(slots=True, eq=False)
class _Wish:
    """A request that the process has not finished; an unwanted one is only watched to its end."""

    request: Request
    waiter: _Waiter | None
    wanted: bool = True


class Decoder:
    """A decoder process and the thread that watches it; every method is safe in every thread.

    Make one with ``start``, end it with ``close`` or a ``with`` block. Answers reach the listener
    in the decoder's own thread, which must not wait for long there; ``get`` blocks instead.

    The process may die, hang or outgrow its memory: the request that it was working on then gets a
    DecoderStoppedError, a new process takes over the others, and a photo that stopped it twice is
    refused from then on.
    """

    def __init__(self, memory_cap: int, time_limit: float) -> None:
        self._memory_cap = memory_cap
        self._time_limit = time_limit
        self._lock = threading.Lock()
        self._worker: WorkerProcess | None = None
        self._unreaped: list[WorkerProcess] = []
        self._wishes: dict[int, _Wish] = {}
        self._current: int | None = None
        self._alive_at = time.monotonic()
        self._blameless_ends = 0
        self._kills: Counter[str] = Counter()
        self._kill_reasons: dict[str, str] = {}
        self._listener: Callable[[Answer], None] | None = None
        self._ready: deque[tuple[Request, Frame | HeicDepthError]] = deque()
        self._closed = False
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)
        self._thread = threading.Thread(target=self._run, name="decoder", daemon=True)

    @classmethod
    def start(
        cls,
        first: Sequence[Request] = (),
        *,
        memory_cap: int = MEMORY_CAP,
        time_limit: float = TIME_LIMIT,
    ) -> Decoder:
        """Start the process, hand it the first requests, and return without waiting for it.

        ``memory_cap`` is in bytes (0: none), ``time_limit`` in seconds a request.
        """
        decoder = cls(memory_cap, time_limit)
        with decoder._lock:
            decoder._spawn()
            for request in first:
                decoder._take(request, None)
        decoder._thread.start()
        return decoder

    def __enter__(self) -> Decoder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """Process id of the decoder process; None while there is none."""
        with self._lock:
            return None if self._worker is None else self._worker.pid

    def listen(self, callback: Callable[[Answer], None]) -> None:
        """Let ``callback`` have every answer, those that came before included.

        It is called in the decoder's thread. After ``submit`` of a newer request of a pane it is
        not called for the older one, unless it is running at that moment.
        """
        with self._lock:
            self._listener = callback
            self._wake()

    def submit(self, request: Request) -> None:
        """Ask for a layer; the listener gets the answer. Never blocks.

        Raises DecoderStoppedError after ``close``.
        """
        with self._lock:
            self._take(request, None)

    def get(self, request: Request) -> Pixels:
        """Return a layer, waiting for it.

        Raises what the answer carries: the errors of ``photo.decode.load``, DecoderStoppedError
        when the process stopped on this photo or the decoder was closed, and DecodeError when a
        newer request of the same pane took its place. RuntimeError in the decoder's own thread.
        """
        if threading.current_thread() is self._thread:
            raise RuntimeError("a listener cannot wait for the decoder that calls it")
        waiter = _Waiter(threading.Event())
        with self._lock:
            self._take(request, waiter)
        try:
            waiter.done.wait()
        finally:
            if waiter.result is None:
                self._forget([request.ticket])
        if waiter.result is None:
            raise DecoderStoppedError("the decoder gave no answer", path=request.path)
        answer = _answer(request, waiter.result)
        if answer.error is not None:
            raise answer.error
        if answer.pixels is None:
            raise DecodeError("the decoder gave neither pixels nor a reason", path=request.path)
        return answer.pixels

    def cancel(self, pane: str) -> None:
        """Forget every request of a pane; what waits for one in ``get`` gets a DecodeError."""
        with self._lock:
            tickets = [ticket for ticket, wish in self._wishes.items() if wish.request.pane == pane]
            self._ready = deque(entry for entry in self._ready if entry[0].pane != pane)
        self._forget(tickets)

    def close(self) -> None:
        """End process and thread and close their pipes; closing twice is harmless.

        Everybody who waits in ``get`` gets a DecoderStoppedError.
        """
        with self._lock:
            if not self._closed:
                self._closed = True
                self._wake()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    # What follows runs with the lock held.

    def _take(self, request: Request, waiter: _Waiter | None) -> None:
        if self._closed:
            raise DecoderStoppedError("the decoder was closed", path=request.path)
        for wish in self._wishes.values():
            if wish.wanted and replaces(request, wish.request):
                self._disown(wish, "a newer request took its place")
        self._ready = deque(entry for entry in self._ready if not replaces(request, entry[0]))
        refusal = self._refusal(request)
        wish = _Wish(request, waiter)
        if refusal is not None:
            self._settle(wish, refusal)
            return
        is_idle = not self._wishes
        if is_idle:
            self._alive_at = time.monotonic()
        self._wishes[request.ticket] = wish
        if self._worker is not None:
            self._worker.send(pack(request_to_head(request)))
        if is_idle or self._worker is None or self._worker.has_unsent:
            # The thread must start a process, wait for room in the pipe, or mind the time limit.
            self._wake()

    def _disown(self, wish: _Wish, why: str) -> None:
        """Want a wish no more; it stays listed until the process has let go of it."""
        wish.wanted = False
        if wish.waiter is not None:
            error = DecodeError(why, path=wish.request.path)
            self._settle(_Wish(wish.request, wish.waiter), error)
            wish.waiter = None

    def _settle(self, wish: _Wish, result: Frame | HeicDepthError) -> None:
        """Hand an answer to who waits for it, or to the listener by way of the thread."""
        if wish.waiter is None:
            # A picture that nobody has looked at yet is replaced by the next one.
            ticket = wish.request.ticket
            self._ready = deque(entry for entry in self._ready if entry[0].ticket != ticket)
            self._ready.append((wish.request, result))
            self._wake()
            return
        wish.waiter.result = result
        wish.waiter.done.set()

    def _refusal(self, request: Request) -> DecoderStoppedError | None:
        if self._kills[request.path] < _MAX_KILLS:
            return None
        return DecoderStoppedError(
            f"the decoder stopped on this photo twice ({self._kill_reasons[request.path]}), so it "
            "is not tried again in this session",
            path=request.path,
            hint="restart the program to try once more",
        )

    def _spawn(self) -> None:
        """Start a process and hand it every wish; fail them all where it cannot be started."""
        self._alive_at = time.monotonic()
        self._current = None
        try:
            self._worker = WorkerProcess(self._memory_cap)
        except OSError as error:
            self._fail_all(f"it cannot be started: {error.strerror or error}")
            return
        for wish in self._wishes.values():
            self._worker.send(pack(request_to_head(wish.request)))

    def _wake(self) -> None:
        if self._wake_write >= 0:
            try:
                os.write(self._wake_write, b"w")
            except BlockingIOError:
                return  # the pipe is full of wake-ups already

    # What follows runs without the lock, in any thread.

    def _forget(self, tickets: Iterable[int]) -> None:
        with self._lock:
            known = [ticket for ticket in tickets if ticket in self._wishes]
            for ticket in known:
                self._disown(self._wishes[ticket], "the request was cancelled")
            if known and self._worker is not None:
                self._worker.send(pack({"type": "cancel", "tickets": known}))
                self._wake()

    # What follows runs in the decoder's thread.

    def _run(self) -> None:
        try:
            while not self._closed:
                self._ensure_worker()
                self._wait()
                self._read_answers()
                self._judge()
                self._deliver()
        finally:
            self._shut_down()

    def _ensure_worker(self) -> None:
        """Start a process where there is work and none runs; give up after failed starts."""
        with self._lock:
            if self._worker is not None or not self._wishes or self._closed:
                return
            self._spawn()

    def _wait(self) -> None:
        """Wait for answers, wake-ups, or the time limit."""
        with self._lock:
            worker = self._worker
            poll = select.poll()
            poll.register(self._wake_read, select.POLLIN)
            if worker is not None:
                poll.register(worker.stdout_fd, select.POLLIN)
                if worker.stderr_open:
                    poll.register(worker.stderr_fd, select.POLLIN)
                if worker.has_unsent:
                    poll.register(worker.stdin_fd, select.POLLOUT)
            can_deliver = self._ready and self._listener is not None
            seconds = 0.0 if can_deliver else self._seconds_left()
        poll.poll(None if seconds is None else max(0, seconds) * 1000)
        self._drain_wake_ups()
        with self._lock:
            if self._worker is not None:
                self._worker.flush()
                self._worker.drain_stderr()

    def _seconds_left(self) -> float | None:
        """Return how long the process may still be silent; None where nothing is asked of it."""
        if self._worker is None or (self._current is None and not self._wishes):
            return None
        return self._alive_at + self._time_limit - time.monotonic()

    def _drain_wake_ups(self) -> None:
        try:
            while os.read(self._wake_read, 4096):
                pass
        except BlockingIOError:
            return

    def _read_answers(self) -> None:
        """Take every answer that has arrived."""
        worker = self._worker
        if worker is None:
            return
        try:
            while (frame := worker.read()) is not None:
                self._take_frame(frame)
        except EOFError:
            self._stopped(worker, "")
        except (ProtocolError, KeyError, TypeError, ValueError) as error:
            self._stopped(worker, f"it sent what is no answer: {error}")

    def _take_frame(self, frame: Frame) -> None:
        kind, ticket = frame.head["type"], frame.head.get("ticket")
        with self._lock:
            if kind == "started":
                self._blameless_ends = 0
                self._current = ticket
                self._alive_at = time.monotonic()
                return
            wish = self._wishes.get(ticket) if isinstance(ticket, int) else None
            is_end = kind == "dropped" or bool(frame.head.get("final"))
            if is_end:
                self._alive_at = time.monotonic()
                self._wishes.pop(ticket, None)  # type: ignore[arg-type]
                if self._current == ticket:
                    self._current = None
            if kind != "answer" or wish is None or not wish.wanted:
                return
            if is_end or wish.waiter is None:
                self._settle(wish, frame)

    def _judge(self) -> None:
        """Stop a process that has been silent for too long, or has sent what is left unread."""
        with self._lock:
            worker, seconds = self._worker, self._seconds_left()
        if worker is None or seconds is None or seconds > 0:
            return
        # The whole program may have been stopped meanwhile, and the answer may lie in the pipe.
        pipe = select.poll()
        pipe.register(worker.stdout_fd, select.POLLIN)
        if not pipe.poll(0):
            self._stopped(worker, f"it did not answer within {self._time_limit:g} s")

    def _stopped(self, worker: WorkerProcess, reason: str) -> None:
        """Bury a process; blame the photo it was working on."""
        how = worker.stop()
        reason = reason or how
        with self._lock:
            if not worker.reap():
                self._unreaped.append(worker)
            self._unreaped = [old for old in self._unreaped if not old.reap()]
            self._worker = None
            culprit = None if self._current is None else self._wishes.pop(self._current, None)
            self._current = None
            self._wishes = {t: wish for t, wish in self._wishes.items() if wish.wanted}
            if culprit is not None:
                self._blame(culprit, reason)
            elif self._wishes:
                self._blameless_ends += 1
                if self._blameless_ends >= _MAX_BLAMELESS_ENDS:
                    self._blameless_ends = 0
                    self._fail_all(reason)

    def _blame(self, culprit: _Wish, reason: str) -> None:
        path = culprit.request.path
        self._kills[path] += 1
        self._kill_reasons[path] = reason
        if culprit.wanted:
            error = DecoderStoppedError(
                f"the decoder stopped on this photo: {reason}",
                path=path,
                hint="other photos are not affected",
            )
            self._settle(culprit, error)
        for ticket, wish in list(self._wishes.items()):
            refusal = self._refusal(wish.request)
            if refusal is not None:
                self._settle(self._wishes.pop(ticket), refusal)

    def _fail_all(self, reason: str) -> None:
        wishes, self._wishes = self._wishes, {}
        for wish in wishes.values():
            if wish.wanted:
                what = f"the decoder process does not run: {reason}"
                self._settle(wish, DecoderStoppedError(what, path=wish.request.path))

    def _deliver(self) -> None:
        """Call the listener for what is ready."""
        while True:
            with self._lock:
                listener = self._listener
                if listener is None or not self._ready or self._closed:
                    return
                request, result = self._ready.popleft()
            try:
                listener(_answer(request, result))
            except Exception as error:  # noqa: BLE001  reported; other answers still have to come
                threading.excepthook(
                    threading.ExceptHookArgs(
                        (type(error), error, error.__traceback__, self._thread)
                    )
                )

    def _shut_down(self) -> None:
        worker = self._worker
        if worker is not None:
            worker.stop()
        with self._lock:
            self._closed = True
            self._worker = None
            for wish in self._wishes.values():
                if wish.waiter is not None:
                    error = DecoderStoppedError("the decoder was closed", path=wish.request.path)
                    self._settle(wish, error)
            self._wishes.clear()
            self._ready.clear()
            os.close(self._wake_read)
            os.close(self._wake_write)
            self._wake_read = self._wake_write = -1


def _answer(request: Request, result: Frame | HeicDepthError) -> Answer:
    if isinstance(result, HeicDepthError):
        return Answer(request, error=result)
    try:
        return read_answer(request, result)
    except ProtocolError as error:
        return Answer(request, error=DecoderStoppedError(str(error), path=request.path))
