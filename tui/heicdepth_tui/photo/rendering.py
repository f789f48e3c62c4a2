"""Renders decoded layers in cells; runs in the decoder process or in a thread of the app."""

from __future__ import annotations

from typing import cast

import numpy as np
from numpy.typing import NDArray

from heicdepth_tui.draw.cells import Picture, render_cells
from heicdepth_tui.draw.colormaps import colorize
from heicdepth_tui.draw.fit import Fit
from heicdepth_tui.draw.rendering import Rendered, RenderedImage, RenderedRows, RenderSpec
from heicdepth_tui.draw.shrink import shrink
from heicdepth_tui.photo.layers import Pixels, as_rgb8

__all__ = ["fit_of", "picture_of", "render_layer"]


def fit_of(pixels: Pixels, spec: RenderSpec) -> Fit:
    """Return the cells that a layer, or the region decoded of it, takes in its true aspect."""
    return spec.fit(spec.turned(pixels.extent))


def picture_of(pixels: Pixels, spec: RenderSpec) -> Picture:
    """Return a layer as cells: depth codes in the colour map, anything else in its own colours.

    In 16 colours the latter are dithered.
    More than 8 bits are shown by their top 8, monochrome layers without a colour map as greys.
    """
    fit = fit_of(pixels, spec)
    colours = _colours(pixels, spec, fit)
    return render_cells(colours, fit, spec.blocks, spec.mode, is_photo=not spec.colormap)


def _colours(pixels: Pixels, spec: RenderSpec, fit: Fit) -> NDArray[np.uint8]:
    """Return a layer as (H, W, 3) sRGB of the size of ``fit``, at least 1 x 1."""
    # shrink accepts and keeps either sample type; the cast only satisfies mypy.
    array = cast("NDArray[np.uint8]", pixels.array)
    quarter_turns, is_mirrored = spec.turn
    if quarter_turns or is_mirrored:
        turned = np.rot90(array, quarter_turns)
        array = np.ascontiguousarray(turned[:, ::-1] if is_mirrored else turned)
    samples = shrink(array, (max(1, fit.width), max(1, fit.height)))
    if spec.colormap:
        return colorize(samples, 2**pixels.bits - 1, spec.colormap, spec.mode, spec.scale)
    return as_rgb8(pixels, samples)


def render_layer(pixels: Pixels, spec: RenderSpec) -> Rendered:
    """Return a layer as rows of encoded text, or with ``cell_pixels`` as an image."""
    if spec.cell_pixels is not None:
        fit = fit_of(pixels, spec)
        return RenderedImage(fit, _colours(pixels, spec, fit).tobytes() if fit.cols else b"")
    rows = picture_of(pixels, spec).ansi_rows(spec.mode, spec.tolerance)
    return RenderedRows(fit_of(pixels, spec), rows)
