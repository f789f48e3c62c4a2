"""Lays a small map of dots over an image, as block characters lie over cells."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np

from heicdepth_tui.draw.rendering import RenderedImage

__all__ = ["Dots", "lay_over"]

_Colour: TypeAlias = tuple[int, int, int]


class Dots(NamedTuple):
    """Rows of dots as wide as a cell and half as high, all of one length.

    They begin at a cell (``column``, ``row``) of the image, which may lie outside of it.
    ``colours`` are those of dots that are False and True, red, green and blue.
    """

    rows: tuple[tuple[bool, ...], ...]
    column: int
    row: int
    colours: tuple[_Colour, _Colour]


def lay_over(image: RenderedImage, dots: Dots) -> RenderedImage:
    """Return an image with dots over it, the part of them that lies within it."""
    fit = image.fit
    if not dots.rows or not fit.cols or not fit.rows:
        return image
    across, down = fit.width // fit.cols, fit.height // fit.rows
    pixels = np.frombuffer(image.rgb, np.uint8).reshape(fit.height, fit.width, 3).copy()
    chosen = np.array(dots.colours, np.uint8)[np.array(dots.rows, np.uint8)]
    # Where the dots of a row and column of pixels are; a cell may have an odd number of rows.
    ys = np.arange(fit.height) - dots.row * down
    xs = np.arange(fit.width) // across - dots.column
    at_row = ys // down * 2 + (ys % down >= down // 2)
    inside_y = (at_row >= 0) & (at_row < chosen.shape[0])
    inside_x = (xs >= 0) & (xs < chosen.shape[1])
    pixels[np.ix_(inside_y, inside_x)] = chosen[np.ix_(at_row[inside_y], xs[inside_x])]
    return RenderedImage(fit, pixels.tobytes())
