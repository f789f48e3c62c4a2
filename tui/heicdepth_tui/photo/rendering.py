"""Renders decoded layers in cells; runs in the decoder process or in a thread of the app."""

from __future__ import annotations

from typing import cast

import numpy as np
from numpy.typing import NDArray

from heicdepth_tui.draw.cells import Picture, render_cells
from heicdepth_tui.draw.colormaps import colorize
from heicdepth_tui.draw.fit import Fit, fit_cells
from heicdepth_tui.draw.rendering import RenderedRows, RenderSpec
from heicdepth_tui.draw.shrink import shrink
from heicdepth_tui.photo.layers import Pixels, as_rgb8

__all__ = ["fit_of", "picture_of", "render_layer"]


def fit_of(pixels: Pixels, spec: RenderSpec) -> Fit:
    """Return the cells that a layer, or the region decoded of it, takes in its true aspect."""
    return fit_cells(pixels.extent, spec.cells, spec.blocks)


def picture_of(pixels: Pixels, spec: RenderSpec) -> Picture:
    """Return a layer as cells: depth codes in the colour map, anything else in its own colours.

    More than 8 bits are shown by their top 8, monochrome layers without a colour map as greys.
    """
    fit = fit_of(pixels, spec)
    # shrink accepts and keeps either sample type; the cast only satisfies mypy.
    array = cast("NDArray[np.uint8]", pixels.array)
    samples = shrink(array, (max(1, fit.width), max(1, fit.height)))
    if spec.colormap:
        colours = colorize(samples, 2**pixels.bits - 1, spec.colormap, spec.mode)
    else:
        colours = as_rgb8(pixels, samples)
    return render_cells(colours, fit, spec.blocks, spec.mode)


def render_layer(pixels: Pixels, spec: RenderSpec) -> RenderedRows:
    """Return a layer as rows of text, encoded for the terminal."""
    rows = picture_of(pixels, spec).ansi_rows(spec.mode, spec.tolerance)
    return RenderedRows(fit_of(pixels, spec), rows)
