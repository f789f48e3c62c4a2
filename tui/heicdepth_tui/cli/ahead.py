"""Decodes the photo of an export while this process imports what the export needs."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from heicdepth_tui.errors import HeicDepthError
from heicdepth_tui.heif.colour import needs_no_profile
from heicdepth_tui.heif.header import read_header
from heicdepth_tui.heif.limits import DEFAULT_LIMITS
from heicdepth_tui.photo.layers import PRIMARY, Layer, LayerKind, Request
from heicdepth_tui.system import keep_freed_memory

if TYPE_CHECKING:
    from heicdepth_tui.heif.limits import Limits
    from heicdepth_tui.photo.forking import DecoderProcess
    from heicdepth_tui.photo.layers import Pixels

__all__ = ["DecoderAhead", "begin_export", "end_unused", "take_begun"]

_DEPTH, _COLOURS = "ahead-depth", "ahead-colours"
"""Slots of the requests."""

_Key = tuple[str, LayerKind, tuple[int, int] | None, bool]


class DecoderAhead:
    """A decoder that has begun with depth map and colours of the first photo.

    ``get`` is a LayerDecoder. The decoder process works while options and formats are imported.
    """

    def __init__(self, process: DecoderProcess | None, limits: Limits) -> None:
        # Not imported above: the process is forked 5 ms sooner, and needs none of it.
        from heicdepth_tui.photo.client import Decoder

        self._decoder = Decoder.start(limit_pixels=limits.pixels, process=process)
        self._begun: dict[_Key, _Answer] = {}
        self._limits = limits

    def begin(self, path: str) -> None:
        """Request the layers that an export of ``path`` by default options needs first.

        A photo whose header cannot be read, or without depth, is left to the export.
        """
        try:
            header = read_header(Path(path), limits=self._limits)
        except HeicDepthError:
            return
        from heicdepth_tui.photo.client import next_ticket

        item = header.depth.item
        if item is None or not header.depth.decodable:
            return
        size = item.displayed_size
        depth = Layer(LayerKind.DEPTH, item.id, "depth")
        for request in (
            Request(next_ticket(), _DEPTH, path, depth, keep=True),
            Request(
                next_ticket(),
                _COLOURS,
                path,
                PRIMARY,
                exact=(size.width, size.height),
                keep=True,
                stored=needs_no_profile(header.colour),
            ),
        ):
            self._begun[_key(request)] = _Answer(partial(self._decoder.get, request))

    def get(self, request: Request) -> Pixels:
        """Return a layer: the one that was begun, or decode it now."""
        begun = self._begun.pop(_key(request), None)
        if begun is not None:
            return begun.result()
        if request.layer.kind is LayerKind.PRIMARY:
            # Of another size, as for a raised grid: what was begun would only delay it.
            self._cancel_colours()
        return self._decoder.get(request)

    def _cancel_colours(self) -> None:
        for key, answer in list(self._begun.items()):
            if key[1] is LayerKind.PRIMARY and not answer.is_ready:
                del self._begun[key]
                self._decoder.cancel(_COLOURS)

    def close(self) -> None:
        """End the decoder process."""
        self._decoder.close()


_begun: list[tuple[str, DecoderAhead]] = []


def begin_export(path: str) -> None:
    """Start a decoder and let it begin with the photo that the command line seems to name.

    Call ``end_unused`` once the command line has been read.
    """
    from heicdepth_tui.ui.startup.prestart import prestart_decoder, take_decoder

    # Collecting garbage among the modules that are imported takes 5 ms and finds none.
    gc.disable()
    # The decoder inherits it: 3,000 page faults less in both, 8 ms.
    keep_freed_memory()
    # Only now: both processes need the modules imported above, which take 20 ms, and numpy.
    prestart_decoder(with_numpy=True)
    # As the parser writes it: without a leading "./".
    photo = str(Path(path))
    decoder = DecoderAhead(take_decoder(), DEFAULT_LIMITS)
    _begun.append((photo, decoder))
    decoder.begin(photo)


def take_begun(path: str, limits: Limits) -> DecoderAhead:
    """Return a decoder that has begun with this photo within these limits; the caller ends it."""
    gc.freeze()
    gc.enable()
    if _begun and _begun[0][0] == path and limits == DEFAULT_LIMITS:
        return _begun.pop()[1]
    decoder = DecoderAhead(None, limits)
    decoder.begin(path)
    return decoder


def end_unused() -> None:
    """End the decoder that was begun and not taken."""
    gc.enable()
    while _begun:
        _begun.pop()[1].close()


class _Answer:
    """What a thread gets from the decoder."""

    def __init__(self, work: Callable[[], Pixels]) -> None:
        self._pixels: Pixels | None = None
        self._error: Exception | None = None
        self._work = work
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._pixels = self._work()
        except Exception as error:  # noqa: BLE001  raised where the result is asked for
            self._error = error

    @property
    def is_ready(self) -> bool:
        return not self._thread.is_alive()

    def result(self) -> Pixels:
        self._thread.join()
        if self._error is not None:
            raise self._error
        assert self._pixels is not None  # noqa: S101  the thread leaves one of the two
        return self._pixels


def _key(request: Request) -> _Key:
    return request.path, request.layer.kind, request.exact, request.stored
