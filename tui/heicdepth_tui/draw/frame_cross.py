"""Draws the axes of a cloud's frame into the corner of its picture."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from heicdepth_tui.draw.raster import Matrix

__all__ = ["AXIS_COLOURS", "draw_frame_cross"]

AXIS_COLOURS = ((235, 80, 70), (90, 200, 90), (90, 140, 255))
"""Of the x, y and z axis: red, green, blue."""

_SHARE = 10
"""The axes are as long as the picture's shorter side over this."""
_SHORTEST = 4


def draw_frame_cross(rgb: NDArray[np.uint8], rotation: Matrix, pixel_aspect: float = 1.0) -> None:
    """Draw the three axes into the bottom left corner of ``rgb`` (H, W, 3), the nearest one last.

    The rows of ``rotation`` are the view's axes in the frame of the points, as in ``View``; so is
    ``pixel_aspect``.
    Pictures with no room for axes stay as they are.
    """
    height, width = rgb.shape[:2]
    length = math.floor(min(height * pixel_aspect, width)) // _SHARE
    if length < _SHORTEST:
        return
    column, row = length + 1, height - math.ceil(length / pixel_aspect) - 2
    right, up, back = rotation
    steps = np.arange(length + 1)
    for axis in sorted(range(3), key=lambda axis: back[axis]):
        columns = np.rint(column + steps * right[axis]).astype(np.intp)
        rows = np.rint(row - steps * up[axis] / pixel_aspect).astype(np.intp)
        rgb[rows, columns] = AXIS_COLOURS[axis]
