"""Decoded layers as images that a canvas can draw, and the names they have in its cache."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from heicdepth_tui.ui.model.settings import DrawSettings

if TYPE_CHECKING:
    from heicdepth_tui.draw.drawing import Drawing, Drawn
    from heicdepth_tui.draw.fit import Fit
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.photo.layers import Answer, Layer, Pixels

__all__ = ["ImageCache", "ImageSource", "answered_source", "depth_source", "layer_source"]


_SERIAL = count()


@dataclass(frozen=True, slots=True, eq=False)
class ImageSource:
    """An image that can be drawn at any size.

    ``key`` names it for the cache (photo, layer, state of the file, colour map); ``colormap`` is
    empty for what is shown in its own colours.
    """

    key: tuple[object, ...]
    pixels: Pixels
    colormap: str = ""

    @property
    def size(self) -> tuple[int, int]:
        """Its true upright (width, height), which gives the shape of the picture."""
        return self.pixels.shape[1], self.pixels.shape[0]


class ImageCache:
    """Encoded rows of recently drawn pictures, bounded by their length in characters."""

    def __init__(self, limit: int = 4_000_000) -> None:
        self._limit = limit
        self._size = 0
        self._pictures: OrderedDict[tuple[object, ...], tuple[str, ...]] = OrderedDict()

    def get(self, source: ImageSource, fit: Fit, settings: DrawSettings) -> tuple[str, ...] | None:
        """Return the rows of an image, or None."""
        key = (*source.key, fit, settings)
        found = self._pictures.get(key)
        if found is not None:
            self._pictures.move_to_end(key)
        return found

    def forget(self, path: str) -> None:
        """Drop every picture of a photo."""
        for key in [key for key in self._pictures if key[0] == path]:
            self._size -= sum(map(len, self._pictures.pop(key)))

    def put(
        self, source: ImageSource, fit: Fit, settings: DrawSettings, rows: tuple[str, ...]
    ) -> None:
        """Keep a picture, dropping the least recently used ones over the limit."""
        key = (*source.key, fit, settings)
        if key in self._pictures:
            return
        self._pictures[key] = rows
        self._size += sum(map(len, rows))
        while self._size > self._limit and len(self._pictures) > 1:
            _, dropped = self._pictures.popitem(last=False)
            self._size -= sum(map(len, dropped))

    def adopt(self, source: ImageSource, drawing: Drawing, drawn: Drawn) -> None:
        """Keep a picture that the decoder process has drawn."""
        settings = DrawSettings(drawing.mode, drawing.blocks, drawing.tolerance)
        self.put(source, drawn.fit, settings, drawn.rows)


def depth_source(entry: Entry, layer: Layer, pixels: Pixels, name: str) -> ImageSource:
    """Return a layer's depth codes in the colour map ``name``."""
    key = (entry.path, entry.size, entry.mtime_ns, layer.choice, name)
    return ImageSource(key, pixels, name)


def layer_source(entry: Entry, layer: Layer, pixels: Pixels, state: str = "") -> ImageSource:
    """Return a photo, thumbnail or matte as it is; more than 8 bits are shown by their top 8.

    ``state`` tells pictures of the same layer apart that are not finished.
    """
    # Every unfinished picture is another one, so each gets a key of its own.
    serial = next(_SERIAL) if state else 0
    key = (entry.path, entry.size, entry.mtime_ns, layer.choice, state, serial)
    return ImageSource(key, pixels)


def answered_source(
    rows: ImageCache, entry: Entry, layer: Layer, answer: Answer, state: str = ""
) -> ImageSource | None:
    """Return the picture of an answer, its rows kept as the decoder process has drawn them."""
    pixels, drawing, drawn = answer.pixels, answer.request.drawing, answer.drawn
    if pixels is None:
        return None
    if drawing is not None and drawing.colormap:
        source = depth_source(entry, layer, pixels, drawing.colormap)
    else:
        source = layer_source(entry, layer, pixels, state)
    if drawing is not None and drawn is not None:
        rows.adopt(source, drawing, drawn)
    return source
