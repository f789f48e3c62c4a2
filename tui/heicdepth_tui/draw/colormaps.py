"""Colour maps for depth codes: perceptually ordered, near is the bright, warm end."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from heicdepth_tui.draw.modes import ColorMode
from heicdepth_tui.draw.steps import stepped_colormap
from heicdepth_tui.draw.tables import COLORMAPS, DEFAULT_COLORMAP, GREY, ORDERED_COLORMAPS

__all__ = [
    "COLORMAPS",
    "DEFAULT_COLORMAP",
    "GREY",
    "ORDERED_COLORMAPS",
    "colorize",
    "stepped_colormap",
]


def colorize(
    codes: NDArray[np.uint8] | NDArray[np.uint16],
    top: int,
    name: str = DEFAULT_COLORMAP,
    mode: ColorMode = ColorMode.TRUECOLOR,
) -> NDArray[np.uint8]:
    """Return codes as colours: (H, W) uint8 or uint16 in 0 .. ``top`` → (H, W, 3) uint8 sRGB.

    ``top`` is 2**bits − 1; larger codes take the last colour. The scale is linear and fixed: no
    stretch, equal codes have equal colours in every photo. With the ``mode`` of the terminal the
    colours are those it can show, in order of lightness (``stepped_colormap``). KeyError for an
    unknown ``name``.
    """
    table = stepped_colormap(name, mode)
    if top == 255 and codes.dtype == np.uint8:
        return table[codes]
    scale = (np.arange(top + 1, dtype=np.uint32) * 255 + top // 2) // top
    return table[scale][np.minimum(codes, top)]
