"""The colour bar of the legend: one row of cells from near to far."""

from __future__ import annotations

import numpy as np

from heicdepth_tui.draw.cells import Picture, render_cells
from heicdepth_tui.draw.colormaps import DEFAULT_COLORMAP, palette_ramp
from heicdepth_tui.draw.fit import Fit
from heicdepth_tui.draw.modes import Blocks, ColorMode

__all__ = ["colour_bar"]

_LEFT_HALF = 0x258C


def colour_bar(
    name: str = DEFAULT_COLORMAP,
    width: int = 12,
    mode: ColorMode = ColorMode.TRUECOLOR,
    *,
    is_far_bright: bool = False,
) -> Picture:
    """Return a bar of ``width`` x 1 cells with the colours of map ``name``, near at the left.

    The bar stands for the codes between the ends of a ``CodeScale``, the higher end first; two
    samples a cell (one in mode NONE). ``is_far_bright`` is that of the scale.
    KeyError for an unknown ``name``.
    """
    across = width if mode is ColorMode.NONE else 2 * width
    ends = (0, 255) if is_far_bright else (255, 0)
    codes = np.rint(np.linspace(*ends, across)).astype(np.uint8)
    colours = palette_ramp(name, mode)[codes][None]
    if mode is ColorMode.NONE or width == 0:
        both = np.repeat(colours, 2, axis=0)
        return render_cells(both, Fit(width, 1, width, 2), Blocks.HALF, mode)
    chars = np.full((1, width), _LEFT_HALF, dtype=np.uint32)
    return Picture(chars, colours[:, 0::2], colours[:, 1::2], mode)
