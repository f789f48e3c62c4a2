"""Decoded layers as pictures in cells: done beside the decoding, so that the app need not."""

from __future__ import annotations

from typing import cast

import numpy as np
from numpy.typing import NDArray

from heicdepth_tui.draw.cells import Picture, render_cells
from heicdepth_tui.draw.colormaps import colorize
from heicdepth_tui.draw.drawing import Drawing, Drawn
from heicdepth_tui.draw.fit import Fit, fit_cells
from heicdepth_tui.draw.shrink import shrink
from heicdepth_tui.photo.layers import Pixels, as_rgb8

__all__ = ["drawn", "fit_of", "picture_of"]


def fit_of(pixels: Pixels, drawing: Drawing) -> Fit:
    """Return the cells that a layer takes in its true shape, that of the whole stored layer."""
    return fit_cells((pixels.shape[1], pixels.shape[0]), drawing.cells, drawing.blocks)


def picture_of(pixels: Pixels, drawing: Drawing) -> Picture:
    """Return a layer as cells: depth codes in the colour map, anything else in its own colours.

    More than 8 bits are shown by their top 8, monochrome layers without a colour map as greys.
    """
    fit = fit_of(pixels, drawing)
    # shrink keeps the sample type it is given; which of the two it is makes no difference here.
    array = cast("NDArray[np.uint8]", pixels.array)
    samples = shrink(array, (max(1, fit.width), max(1, fit.height)))
    if drawing.colormap:
        colours = colorize(samples, 2**pixels.bits - 1, drawing.colormap, drawing.mode)
    else:
        colours = as_rgb8(pixels, samples)
    return render_cells(colours, fit, drawing.blocks, drawing.mode)


def drawn(pixels: Pixels, drawing: Drawing) -> Drawn:
    """Return a layer as rows of text, encoded for the terminal."""
    rows = picture_of(pixels, drawing).ansi_rows(drawing.mode, drawing.tolerance)
    return Drawn(fit_of(pixels, drawing), rows)
