"""Maps depth codes to colours; near is bright and warm."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from heicdepth_tui.draw.modes import ColorMode
from heicdepth_tui.draw.palette_ramps import palette_ramp
from heicdepth_tui.draw.tables import COLORMAPS, DEFAULT_COLORMAP, GREY, ORDERED_COLORMAPS

__all__ = [
    "COLORMAPS",
    "DEFAULT_COLORMAP",
    "GREY",
    "ORDERED_COLORMAPS",
    "colorize",
    "palette_ramp",
]


def colorize(
    codes: NDArray[np.uint8] | NDArray[np.uint16],
    top: int,
    name: str = DEFAULT_COLORMAP,
    mode: ColorMode = ColorMode.TRUECOLOR,
) -> NDArray[np.uint8]:
    """Return codes as colours: (H, W) uint8 or uint16 in 0 .. ``top`` → (H, W, 3) uint8 sRGB.

    ``top`` is 2**bits − 1; larger codes take the last colour. The scale is linear and
    fixed: equal codes have equal colours in every photo. ``mode`` limits the colours to those that
    the terminal shows, in order of lightness (``palette_ramp``). KeyError for an
    unknown ``name``.
    """
    table = palette_ramp(name, mode)
    if top == 255 and codes.dtype == np.uint8:
        return table[codes]
    scale = (np.arange(top + 1, dtype=np.uint32) * 255 + top // 2) // top
    return table[scale][np.minimum(codes, top)]
