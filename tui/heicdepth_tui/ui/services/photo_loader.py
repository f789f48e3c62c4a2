"""Reads headers and requests layers from the decoder; posts what came of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from heicdepth_tui.errors import DecoderStoppedError, FileAccessError, HeicDepthError
from heicdepth_tui.heif.limits import DEFAULT_LIMITS, Limits
from heicdepth_tui.photo.client import next_ticket
from heicdepth_tui.photo.layers import Answer, Request
from heicdepth_tui.photo.schedule import PREFETCH
from heicdepth_tui.ui.services.events import (
    Event,
    HeaderRead,
    LayerArrived,
    Post,
    RegionArrived,
    WorkFailed,
)
from heicdepth_tui.ui.services.worker_pool import WorkerPool

if TYPE_CHECKING:
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.heif.facts import Header
    from heicdepth_tui.photo.client import Decoder
    from heicdepth_tui.ui.model.requests import LayerRequest

__all__ = ["PhotoLoader"]

_HEADER_THREADS = 4
"""Files of a disk that does not answer that are waited for at once."""
_HEADERS_WAITING = 4
"""The selected photo, its neighbours, and one more: older requests are dropped."""


@dataclass(frozen=True, slots=True)
class _Pending:
    slot: str
    entry: Entry
    content: tuple[object, ...]
    """That of ``LayerRequest``."""


class PhotoLoader:
    """Never blocks; ``answered`` may be called in any thread, the rest in the app's only.

    Headers are read by a few threads, the newest request first: one that hangs on a dead network
    folder holds up nothing but its own photo.
    """

    def __init__(self, decoder: Decoder, post: Post, limits: Limits = DEFAULT_LIMITS) -> None:
        self._decoder = decoder
        self._limits = limits
        self._post = post
        self._pending: dict[int, _Pending] = {}
        self._lock = threading.Lock()
        self.listener: Callable[[Event], object] | None = None
        """Gets the events of photos while a screen over the main one shows one."""
        self.slot_listeners: dict[str, Callable[[RegionArrived], object]] = {}
        """Get the answers to requests for regions of a slot, in the place of ``listener``."""
        self._headers = WorkerPool(
            "header", post, threads=_HEADER_THREADS, waiting=_HEADERS_WAITING
        )

    @property
    def is_busy(self) -> bool:
        """Whether a header or a layer is waited for."""
        with self._lock:
            return bool(self._pending) or self._headers.is_busy

    def listen(self) -> None:
        """Begin to take the decoder's answers; those that nobody took before included."""
        self._decoder.listen(self.answered, self._failed)

    def _failed(self, error: Exception) -> None:
        self._post(WorkFailed(error))

    def seed(self, entry: Entry, requests: Sequence[Request]) -> None:
        """Know of requests that the decoder was given before the app was there."""
        with self._lock:
            for request in requests:
                self._pending[request.ticket] = _Pending(
                    request.slot, entry, (request.layer.choice, request.fit)
                )

    def read_header(self, entry: Entry) -> None:
        """Read a header and post HeaderRead."""
        self._headers.submit(entry, partial(self._read_header, entry))

    def _read_header(self, entry: Entry) -> HeaderRead:
        from heicdepth_tui.heif.header import read_header

        result: Header | HeicDepthError
        try:
            result = read_header(entry.path, limits=self._limits)
        except HeicDepthError as error:
            result = error
        except OSError as error:
            result = FileAccessError(
                f"cannot be read: {error.strerror}",
                path=entry.path,
                hint="see whether it is still there",
            )
        return HeaderRead(entry, result)

    def request(self, entry: Entry, wanted: LayerRequest) -> None:
        """Request a layer and post LayerArrived for each answer, RegionArrived for a region.

        A newer request of a slot takes the place of an older one. Nothing is requested twice, but
        for what is only prefetched so far, and for a region, which goes to the slot alone that
        requested it.
        """
        key = entry, wanted.content
        with self._lock:
            for pending in self._pending.values():
                serves_all = wanted.region is None and not pending.slot.startswith(PREFETCH)
                is_served = serves_all or pending.slot == wanted.slot
                if is_served and key == (pending.entry, pending.content):
                    return
            request = Request(
                next_ticket(),
                wanted.slot,
                entry.path,
                wanted.layer,
                fit=wanted.fit,
                partial=wanted.partial,
                render=wanted.render,
                region=wanted.region,
                level=wanted.level,
            )
            self._forget_slot(wanted.slot)
            self._pending[request.ticket] = _Pending(wanted.slot, *key)
        try:
            self._decoder.submit(request)
        except DecoderStoppedError as error:
            self._post_answer(entry, Answer(request, error=error))

    def awaits(self, slot: str) -> bool:
        """Return whether a request of a slot is still to be answered."""
        with self._lock:
            return any(pending.slot == slot for pending in self._pending.values())

    def cancel(self, slot: str) -> None:
        """Give up what was requested for a slot."""
        with self._lock:
            self._forget_slot(slot)
        self._decoder.cancel(slot)

    def cancel_prefetch(self) -> None:
        """Give up everything that was requested for neighbours."""
        with self._lock:
            slots = {pending.slot for pending in self._pending.values()}
        for slot in slots:
            if slot.startswith(PREFETCH):
                self.cancel(slot)

    def _forget_slot(self, slot: str) -> None:
        for ticket in [t for t, pending in self._pending.items() if pending.slot == slot]:
            del self._pending[ticket]

    def forget(self, path: str) -> None:
        """Ignore what still comes for a photo, so that it is requested again."""
        with self._lock:
            for ticket in [t for t, p in self._pending.items() if p.entry.path == path]:
                del self._pending[ticket]

    def answered(self, answer: Answer) -> None:
        """Post an answer that was waited for."""
        with self._lock:
            pending = self._pending.get(answer.request.ticket)
        if pending is not None:
            self._post_answer(pending.entry, answer)

    def _post_answer(self, entry: Entry, answer: Answer) -> None:
        is_region = answer.request.region is not None
        self._post((RegionArrived if is_region else LayerArrived)(entry, answer))

    def deliver(self, event: Event) -> None:
        """Pass an event to who listens; in the app's thread."""
        if isinstance(event, RegionArrived):
            listener = self.slot_listeners.get(event.answer.request.slot)
            if listener is not None:
                listener(event)
                return
        if self.listener is not None:
            self.listener(event)

    def accept(self, event: LayerArrived | RegionArrived) -> bool:
        """Return whether an answer is still waited for; after a final one nothing more is.

        It is not where the photo was forgotten, or a newer request has taken its place.
        """
        ticket = event.answer.request.ticket
        with self._lock:
            if ticket not in self._pending:
                return False
            if event.answer.final:
                del self._pending[ticket]
        return True
