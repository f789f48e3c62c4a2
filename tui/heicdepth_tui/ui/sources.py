"""Decoded layers as images that a canvas can draw, and the names they have in its cache."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from heicdepth_tui.ui.widgets.picture import ImageSource, RowCache

if TYPE_CHECKING:
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.photo.layers import Answer, Layer, Pixels

__all__ = ["answered_source", "depth_source", "layer_source"]


_SERIAL = count()


def depth_source(entry: Entry, pixels: Pixels, name: str) -> ImageSource:
    """Return the depth codes in the colour map ``name``."""
    return ImageSource((entry.path, entry.size, entry.mtime_ns, "depth", name), pixels, name)


def layer_source(entry: Entry, layer: Layer, pixels: Pixels, state: str = "") -> ImageSource:
    """Return a photo, thumbnail or matte as it is; more than 8 bits are shown by their top 8.

    ``state`` tells pictures of the same layer apart that are not finished.
    """
    # Every unfinished picture is another one, so each gets a key of its own.
    serial = next(_SERIAL) if state else 0
    return ImageSource((entry.path, entry.size, entry.mtime_ns, layer, state, serial), pixels)


def answered_source(
    rows: RowCache, entry: Entry, layer: Layer, answer: Answer, state: str = ""
) -> ImageSource | None:
    """Return the picture of an answer, its rows kept as the decoder process has drawn them."""
    pixels, drawing, drawn = answer.pixels, answer.request.drawing, answer.drawn
    if pixels is None:
        return None
    if drawing is not None and drawing.colormap:
        source = depth_source(entry, pixels, drawing.colormap)
    else:
        source = layer_source(entry, layer, pixels, state)
    if drawing is not None and drawn is not None:
        rows.adopt(source, drawing, drawn)
    return source
