"""Decoded layers as images that a canvas can draw, and the names they have in its cache."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from heicdepth_tui.draw.modes import ColorMode
from heicdepth_tui.ui.widgets.picture import DrawSettings, ImageSource

if TYPE_CHECKING:
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.photo.layers import Layer, Pixels

__all__ = ["colormap_for", "depth_source", "layer_source"]


_SERIAL = count()


def colormap_for(colormap: str, settings: DrawSettings) -> str:
    """Return the colour map that depth is drawn in: greys where the terminal shows no colours."""
    return "grey" if settings.mode in (ColorMode.NONE, ColorMode.GREY) else colormap


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
