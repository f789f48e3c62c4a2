"""Headers and layers of recent photos: kept where known, asked for where not, never waited for."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual.message import Message

from heicdepth_tui.errors import DecoderStoppedError, FileAccessError, HeicDepthError
from heicdepth_tui.heif.limits import DEFAULT_LIMITS, Limits
from heicdepth_tui.photo.client import next_ticket
from heicdepth_tui.photo.layers import Answer, Layer, Pixels, Request
from heicdepth_tui.ui.services.messages import HeaderRead, LayerArrived, WorkFailed

if TYPE_CHECKING:
    from heicdepth_tui.draw.drawing import Drawing
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.heif.facts import Header
    from heicdepth_tui.photo.client import Decoder

__all__ = ["PhotoLoader"]

_LAYER_BYTES = 40_000_000
_HEADERS = 256

_LayerKey = tuple[str, int, int, Layer, tuple[int, int] | None]


class PhotoLoader:
    """Remembers by (path, size, modification time), so that a changed file is never shown old.

    ``post`` takes messages from any thread. Headers are read in threads of their own: one that
    hangs on a dead network folder holds up nothing but its own photo.
    """

    def __init__(
        self, decoder: Decoder, post: Callable[[Message], object], limits: Limits = DEFAULT_LIMITS
    ) -> None:
        self._decoder = decoder
        self._limits = limits
        self._post = post
        self._headers: OrderedDict[tuple[str, int, int], Header | HeicDepthError] = OrderedDict()
        self._layers: OrderedDict[_LayerKey, Pixels | HeicDepthError] = OrderedDict()
        self._layer_bytes = 0
        self._wanted: dict[int, tuple[str, _LayerKey]] = {}
        self._reading: set[tuple[str, int, int]] = set()
        self._lock = threading.Lock()

    def listen(self) -> None:
        """Begin to take the decoder's answers; those that nobody took before included."""
        self._decoder.listen(self.answered)

    def adopt(self, entry: Entry, requests: Sequence[Request], header: Header | None) -> None:
        """Take over what was asked and read before the app was there."""
        with self._lock:
            for request in requests:
                key = _key(entry, request.layer, request.fit)
                self._wanted[request.ticket] = (request.pane, key)
            if header is not None:
                self._headers[entry.path, entry.size, entry.mtime_ns] = header

    def header(self, entry: Entry) -> Header | HeicDepthError | None:
        """Return the header or its error if known; else read it and post HeaderRead later."""
        key = (entry.path, entry.size, entry.mtime_ns)
        with self._lock:
            found = self._headers.get(key)
            if found is not None:
                self._headers.move_to_end(key)
            is_new = found is None and key not in self._reading
            if is_new:
                self._reading.add(key)
        if is_new:
            threading.Thread(
                target=self._read_header, args=(key,), name="header", daemon=True
            ).start()
        return found

    def _read_header(self, key: tuple[str, int, int]) -> None:
        from heicdepth_tui.heif.header import read_header

        path = key[0]
        result: Header | HeicDepthError
        try:
            result = read_header(path, limits=self._limits)
        except HeicDepthError as error:
            result = error
        except OSError as error:
            result = FileAccessError(
                f"cannot be read: {error.strerror}", path=path, hint="see whether it is still there"
            )
        except Exception as error:  # noqa: BLE001  an error of our own: told, never swallowed
            self._post(WorkFailed(error))
            return
        with self._lock:
            self._reading.discard(key)
            self._headers[key] = result
            while len(self._headers) > _HEADERS:
                self._headers.popitem(last=False)
        if isinstance(result, HeicDepthError):
            self._post(HeaderRead(path, None, result))
        else:
            self._post(HeaderRead(path, result))

    def layer(
        self,
        entry: Entry,
        layer: Layer,
        pane: str,
        *,
        fit: tuple[int, int] | None = None,
        partial: bool = False,
        drawing: Drawing | None = None,
    ) -> Pixels | HeicDepthError | None:
        """Return a layer or its error if known; else ask for it and post LayerArrived later.

        With ``drawing`` the answer brings the picture in cells along.
        """
        key = _key(entry, layer, fit)
        with self._lock:
            found = self._layers.get(key)
            if found is not None:
                self._layers.move_to_end(key)
                return found
            if (pane, key) in self._wanted.values():
                return None
            request = Request(
                next_ticket(), pane, entry.path, layer, fit=fit, partial=partial, drawing=drawing
            )
            self._forget_pane(pane)
            self._wanted[request.ticket] = (pane, key)
        try:
            self._decoder.submit(request)
        except DecoderStoppedError as error:
            return error
        return None

    def known(
        self, entry: Entry, layer: Layer, fit: tuple[int, int] | None
    ) -> Pixels | HeicDepthError | None:
        """Return a layer or its error if known, without asking for it."""
        with self._lock:
            return self._layers.get(_key(entry, layer, fit))

    def drop(self, pane: str) -> None:
        """Give up what a pane still waits for."""
        with self._lock:
            self._forget_pane(pane)
        self._decoder.cancel(pane)

    def _forget_pane(self, pane: str) -> None:
        for ticket in [ticket for ticket, (name, _) in self._wanted.items() if name == pane]:
            del self._wanted[ticket]

    def forget(self, path: str) -> None:
        """Forget everything about a photo, so that it is read again."""
        with self._lock:
            for header_key in [key for key in self._headers if key[0] == path]:
                del self._headers[header_key]
            for layer_key in [key for key in self._layers if key[0] == path]:
                self._layer_bytes -= _weight(self._layers.pop(layer_key))
            for ticket in [t for t, (_, key) in self._wanted.items() if key[0] == path]:
                del self._wanted[ticket]

    def answered(self, answer: Answer) -> None:
        """Keep an answer and post it to who waits for it; called in any thread."""
        if self.take(answer):
            self._post(LayerArrived(answer))

    def take(self, answer: Answer) -> bool:
        """Keep an answer; return whether anybody waits for it.

        Nobody does if the photo was forgotten, or another is selected.
        """
        with self._lock:
            if answer.request.ticket not in self._wanted:
                return False
            if answer.final:
                _, key = self._wanted.pop(answer.request.ticket)
                result = answer.pixels if answer.error is None else answer.error
                # A stopped decoder may do better the next time: that is never remembered.
                if result is not None and not isinstance(result, DecoderStoppedError):
                    self._keep(key, result)
        return True

    def _keep(self, key: _LayerKey, result: Pixels | HeicDepthError) -> None:
        self._layers[key] = result
        self._layer_bytes += _weight(result)
        while self._layer_bytes > _LAYER_BYTES and len(self._layers) > 1:
            _, dropped = self._layers.popitem(last=False)
            self._layer_bytes -= _weight(dropped)


def _key(entry: Entry, layer: Layer, fit: tuple[int, int] | None) -> _LayerKey:
    # The header and the decoder choose the same depth map and thumbnail, whoever names its item.
    return entry.path, entry.size, entry.mtime_ns, layer.choice, fit


def _weight(result: Pixels | HeicDepthError) -> int:
    return 1024 + (result.nbytes if isinstance(result, Pixels) else 0)
