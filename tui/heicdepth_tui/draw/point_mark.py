"""Marks a point in the picture of a cloud, unless a surface hides it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from heicdepth_tui.draw.raster import SAME_SURFACE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from heicdepth_tui.draw.raster import Raster, View

__all__ = ["MARK_ARM", "MARK_COLOUR", "mark_point", "place_of"]

MARK_COLOUR = (255, 70, 210)
"""Magenta: rare in photos, and in none of the ordered colour maps as bright."""
MARK_ARM = 2
"""Pixels of an arm; the one in the middle keeps the colour of the point."""


def place_of(view: View, point: NDArray[np.float32]) -> tuple[float, float, float]:
    """Return column and row of a point in pixels, as ``rasterise`` projects it, and its depth."""
    right, up, back = np.asarray(view.rotation, dtype=np.float64)
    local = np.asarray(point, dtype=np.float64) - np.asarray(view.target)
    away = view.distance - float(back @ local)
    scale = view.focal / (view.distance if view.is_orthographic else max(away, 1e-9))
    across = view.centre[0] + float(right @ local) * scale
    down = view.centre[1] - float(up @ local) * scale / view.pixel_aspect
    return across, down, away


def mark_point(raster: Raster, view: View, point: NDArray[np.float32], arm: int = MARK_ARM) -> bool:
    """Draw a cross around a point (x, y, z) into ``raster.rgb``; return whether it is in view."""
    height, width = raster.depth.shape
    across, down, away = place_of(view, point)
    if not (-0.5 <= across < width - 0.5 and -0.5 <= down < height - 0.5 and away > 0):
        return False
    column, row = round(across), round(down)
    around = raster.depth[max(0, row - 1) : row + 2, max(0, column - 1) : column + 2]
    if not around.size or float(around.max()) < away * (1 - SAME_SURFACE):
        return False
    for step in (*range(-arm, 0), *range(1, arm + 1)):
        for x, y in ((column + step, row), (column, row + step)):
            if 0 <= x < width and 0 <= y < height:
                raster.rgb[y, x] = MARK_COLOUR
    return True
