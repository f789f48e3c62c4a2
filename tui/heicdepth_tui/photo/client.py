"""Sends requests to the decoder process, watches it, and replaces it when it ends."""

from __future__ import annotations

import itertools
import os
import select
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from heicdepth_tui.errors import DecodeError, DecoderStoppedError
from heicdepth_tui.photo.launch import MEMORY_CAP, launch
from heicdepth_tui.photo.layers import Answer, Pixels, Request
from heicdepth_tui.photo.protocol import ProtocolError, pack, request_to_head
from heicdepth_tui.photo.request_tracker import RequestTracker, Waiter
from heicdepth_tui.photo.worker import WorkerProcess

if TYPE_CHECKING:
    from types import TracebackType

    from heicdepth_tui.photo.forking import DecoderProcess

__all__ = ["MEMORY_CAP", "TIME_LIMIT", "Decoder", "next_ticket"]

TIME_LIMIT = 30.0
"""Seconds a request may take; a 200-megapixel photo takes up to 8 on a slow machine."""

_tickets = itertools.count(1)


def next_ticket() -> int:
    """Return a ticket that no other request of this process has; safe in every thread."""
    return next(_tickets)


class Decoder:
    """A decoder process and the thread that watches it; every method is safe in every thread.

    Create it with ``start``, end it with ``close`` or a ``with`` block. The listener is called in
    the decoder's own thread and must return soon; ``get`` blocks instead.

    The process may crash, hang or exceed its memory cap: the request that it was decoding then gets
    a DecoderStoppedError, a new process receives the others, and a photo that stopped it twice is
    refused from then on.
    """

    def __init__(
        self, memory_cap: int, time_limit: float, limit_pixels: int, threads: int = 0
    ) -> None:
        self._memory_cap = memory_cap
        self._limit_pixels = limit_pixels
        self._threads = threads
        self._time_limit = time_limit
        self._lock = threading.Lock()
        self._worker: WorkerProcess | None = None
        self._unreaped: list[WorkerProcess] = []
        self._tracker = RequestTracker()
        self._alive_at = time.monotonic()
        self._listener: Callable[[Answer], None] | None = None
        self._failed: Callable[[Exception], object] | None = None
        self._unreported: list[Exception] = []
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
        limit_pixels: int = 0,
        threads: int = 0,
        process: DecoderProcess | None = None,
    ) -> Decoder:
        """Start the process, send it the first requests, and return without waiting for it.

        ``memory_cap`` is in bytes (0: none), ``time_limit`` in seconds a request, ``limit_pixels``
        replaces ``Limits.pixels`` (0: the default), ``threads`` is how many decode at a time (0: by
        the number of cores). ``process`` is one that ``launch`` has started already with the same
        arguments.
        """
        decoder = cls(memory_cap, time_limit, limit_pixels, threads)
        with decoder._lock:
            decoder._spawn(process)
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

    @property
    def is_busy(self) -> bool:
        """True while a request is not finished."""
        with self._lock:
            return self._tracker.is_busy

    def listen(
        self,
        callback: Callable[[Answer], None],
        failed: Callable[[Exception], object] | None = None,
    ) -> None:
        """Call ``callback`` with every answer, those that came before included.

        It is called in the decoder's thread. After ``submit`` of a newer request of a slot it is
        not called for the older one, unless that call is running already.

        ``failed`` is called in the same thread with an exception that unpacking an answer, the
        callback, or the thread itself raises, and at once with those that came before; after one
        of the thread no more answers come. Without ``failed``, ``close`` passes the errors to
        ``threading.excepthook``.
        """
        with self._lock:
            self._listener = callback
            self._failed = failed
            self._wake()
            if failed is None:
                return
            unreported, self._unreported = self._unreported, []
        for error in unreported:
            failed(error)

    def submit(self, request: Request) -> None:
        """Request a layer; the listener gets the answer. Never blocks.

        Raises DecoderStoppedError after ``close``.
        """
        with self._lock:
            self._take(request, None)

    def get(self, request: Request) -> Pixels:
        """Return a layer, waiting for it.

        Raises what the answer carries: the errors of ``photo.decode.load``, DecoderStoppedError
        when the process stopped on this photo or the decoder was closed, and DecodeError when a
        newer request of the same slot took its place. RuntimeError in the decoder's own thread.
        """
        if threading.current_thread() is self._thread:
            raise RuntimeError("a listener cannot wait for the decoder that calls it")
        waiter = Waiter()
        with self._lock:
            self._take(request, waiter)
        try:
            waiter.done.wait()
        finally:
            if waiter.result is None:
                with self._lock:
                    self._let_go(self._tracker.cancel([request.ticket]))
        if waiter.result is None:
            raise DecoderStoppedError("the decoder gave no answer", path=request.path)
        answer = waiter.result.answer()
        if answer.error is not None:
            raise answer.error
        if answer.pixels is None:
            raise DecodeError("the decoder gave neither pixels nor a reason", path=request.path)
        return answer.pixels

    def cancel(self, slot: str) -> None:
        """Drop every request of a slot; ``get`` raises DecodeError for it."""
        with self._lock:
            self._let_go(self._tracker.cancel_slot(slot))

    def close(self) -> None:
        """End process and thread and close their pipes; closing twice is harmless.

        Calls of ``get`` that still wait raise DecoderStoppedError.
        """
        with self._lock:
            if not self._closed:
                self._closed = True
                self._wake()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    # These run with the lock held.

    def _take(self, request: Request, waiter: Waiter | None) -> None:
        if self._closed:
            raise DecoderStoppedError("the decoder was closed", path=request.path)
        if not self._tracker.is_busy:
            self._alive_at = time.monotonic()
        if self._tracker.add(request, waiter) and self._worker is not None:
            self._worker.send(pack(request_to_head(request)))
        # The thread starts a process, waits for room in the pipe, or for the time limit.
        self._wake()

    def _let_go(self, tickets: list[int]) -> None:
        if tickets and self._worker is not None:
            self._worker.send(pack({"type": "cancel", "tickets": tickets}))
            self._wake()

    def _spawn(self, process: DecoderProcess | None = None) -> None:
        """Start a process and send it every request; fail them where it cannot be started."""
        self._alive_at = time.monotonic()
        try:
            process = process or launch(self._memory_cap, self._limit_pixels, self._threads)
            self._worker = WorkerProcess(process, self._memory_cap)
        except OSError as error:
            reason = error.strerror or error
            self._tracker.fail_all(f"the decoder process cannot be started: {reason}")
            return
        for request in self._tracker.requests():
            self._worker.send(pack(request_to_head(request)))

    def _wake(self) -> None:
        if self._wake_write >= 0:
            try:
                os.write(self._wake_write, b"w")
            except BlockingIOError:
                return  # the pipe is full of wake-ups already

    def _seconds_left(self) -> float | None:
        """Return the seconds until the time limit; None while no request is running."""
        if self._worker is None or not self._tracker.is_busy:
            return None
        return self._alive_at + self._time_limit - time.monotonic()

    # These run in the decoder's thread.

    def _run(self) -> None:
        try:
            while not self._closed:
                self._ensure_worker()
                self._wait()
                self._read_answers()
                self._judge()
                self._deliver()
        except Exception as error:  # noqa: BLE001  reported; no answer comes any more
            self._report(error)
        finally:
            self._shut_down()

    def _ensure_worker(self) -> None:
        """Start a process where there is work and none runs."""
        with self._lock:
            if self._worker is None and self._tracker.is_busy and not self._closed:
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
            can_deliver = self._tracker.has_results and self._listener is not None
            seconds = 0.0 if can_deliver else self._seconds_left()
        poll.poll(None if seconds is None else max(0, seconds) * 1000)
        self._drain_wake_ups()
        with self._lock:
            if self._worker is not None:
                self._worker.flush()
                self._worker.drain_stderr()

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
                with self._lock:
                    if self._tracker.enter(frame):
                        self._alive_at = time.monotonic()
        except EOFError:
            self._stop("")
        except ProtocolError as error:
            self._stop(f"it sent an invalid answer: {error}")

    def _judge(self) -> None:
        """Stop a process that has exceeded the time limit."""
        with self._lock:
            worker, seconds = self._worker, self._seconds_left()
        if worker is None or seconds is None or seconds > 0:
            return
        # The whole program may have been stopped meanwhile, and the answer may lie in the pipe.
        pipe = select.poll()
        pipe.register(worker.stdout_fd, select.POLLIN)
        if not pipe.poll(0):
            self._stop(f"it did not answer within {self._time_limit:g} s")

    def _stop(self, reason: str) -> None:
        """End the process and record why; ``reason`` is empty where it ended by itself."""
        with self._lock:
            # Without a worker, submit and cancel send nothing.
            worker, self._worker = self._worker, None
        how = "" if worker is None else worker.stop()
        with self._lock:
            if worker is not None:
                self._unreaped.append(worker)
            self._unreaped = [old for old in self._unreaped if not old.reap()]
            self._tracker.record_exit(reason or how)

    def _deliver(self) -> None:
        """Call the listener with each result."""
        while True:
            with self._lock:
                listener = self._listener
                if listener is None or not self._tracker.has_results or self._closed:
                    return
                result = self._tracker.take_result()
            try:
                listener(result.answer())
            except Exception as error:  # noqa: BLE001  reported; other answers still have to come
                self._report(error)

    def _report(self, error: Exception) -> None:
        with self._lock:
            failed = self._failed
            if failed is None:
                self._unreported.append(error)
        if failed is not None:
            failed(error)

    def _shut_down(self) -> None:
        with self._lock:
            self._closed = True
            worker, self._worker = self._worker, None
        if worker is not None:
            worker.stop()
        with self._lock:
            self._tracker.clear()
            os.close(self._wake_read)
            os.close(self._wake_write)
            self._wake_read = self._wake_write = -1
            errors, self._unreported = self._unreported, []
        for error in errors:
            threading.excepthook(
                threading.ExceptHookArgs((type(error), error, error.__traceback__, self._thread))
            )
