"""Decoded layers as images that a canvas can draw at any size.

What needs numpy is imported when the first picture is drawn, not before the first paint.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, cast

from heicdepth_tui.draw.modes import ColorMode
from heicdepth_tui.photo.layers import as_rgb8
from heicdepth_tui.ui.widgets.picture import DrawSettings, ImageSource

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.photo.layers import Layer, Pixels

__all__ = ["depth_source", "layer_source"]


_SERIAL = count()


def depth_source(
    entry: Entry, pixels: Pixels, colormap: str, settings: DrawSettings
) -> ImageSource:
    """Return the depth codes in a colour map; greys where the terminal shows no colours."""
    mode = settings.mode
    name = "grey" if mode in (ColorMode.NONE, ColorMode.GREY) else colormap
    top = 2**pixels.bits - 1

    def sample(size: tuple[int, int]) -> NDArray[np.uint8]:
        from heicdepth_tui.draw.colormaps import colorize

        return colorize(_shrunk(pixels, size), top, name, mode)

    key = (entry.path, entry.size, entry.mtime_ns, "depth", name)
    return ImageSource(key, _shape(pixels), sample)


def layer_source(
    entry: Entry, layer: Layer, pixels: Pixels, settings: DrawSettings, state: str = ""
) -> ImageSource:
    """Return a photo, thumbnail or matte as it is; more than 8 bits are shown by their top 8.

    ``state`` tells pictures of the same layer apart that are not finished.
    """

    def sample(size: tuple[int, int]) -> NDArray[np.uint8]:
        return as_rgb8(pixels, _shrunk(pixels, size))

    # Every unfinished picture is another one, so each gets a key of its own.
    key = (entry.path, entry.size, entry.mtime_ns, layer, state, next(_SERIAL) if state else 0)
    return ImageSource(key, _shape(pixels), sample)


def _shape(pixels: Pixels) -> tuple[int, int]:
    return pixels.shape[1], pixels.shape[0]


def _shrunk(pixels: Pixels, size: tuple[int, int]) -> NDArray[np.uint8]:
    from heicdepth_tui.draw.shrink import shrink

    # shrink keeps the sample type it is given; which of the two it is makes no difference here.
    return shrink(cast("NDArray[np.uint8]", pixels.array), size)
