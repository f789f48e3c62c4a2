"""Maps depth codes to colours; near is bright and warm unless the scale reverses it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from heicdepth_tui.draw.code_scale import WHOLE_RANGE, CodeScale
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
    scale: CodeScale = WHOLE_RANGE,
) -> NDArray[np.uint8]:
    """Return codes as colours: (H, W) uint8 or uint16 in 0 .. ``top`` → (H, W, 3) uint8 sRGB.

    ``top`` is 2**bits − 1; larger codes count as ``top``. The map is linear between the ends of
    ``scale``; with the default, equal codes have equal colours in every photo. ``mode`` limits
    the colours to those that the terminal shows, in order of lightness (``palette_ramp``).
    KeyError for an unknown ``name``.
    """
    table = palette_ramp(name, mode)
    if scale == WHOLE_RANGE and top == 255 and codes.dtype == np.uint8:
        return table[codes]
    low, high = scale.bounds(top)
    span = max(1, high - low)
    above = np.clip(np.arange(top + 1, dtype=np.int64) - low, 0, span)
    entries = (above * 255 + span // 2) // span
    return table[255 - entries if scale.is_far_bright else entries][np.minimum(codes, top)]
