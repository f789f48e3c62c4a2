"""The cross at a point of a cloud: at its pixel, and hidden behind nearer surfaces."""

from __future__ import annotations

import numpy as np

from heicdepth_tui.draw.point_mark import MARK_COLOUR, mark_point
from heicdepth_tui.draw.raster import Points, Raster, View, rasterise

VIEW = View(
    rotation=((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    target=(0.0, 0.0, -1.0),
    distance=1.0,
    focal=100.0,
    centre=(10.0, 10.0),
    size=(21, 21),
)
POINT = np.array((0.05, -0.02, -1.0), dtype=np.float32)
"""100 pixels a metre at 1 m: pixel (15, 12)."""


def drawn(*points: tuple[float, float, float]) -> Raster:
    """Return a grey raster of points that are as large as a pixel."""
    xyz = np.array(points, dtype=np.float32).T.copy()
    spacing = np.full(len(points), 0.005, dtype=np.float32)
    rgb = np.full((len(points), 3), 90, dtype=np.uint8)
    return rasterise(Points(xyz, rgb, spacing, np.zeros_like(spacing)), VIEW)


def marked(raster: Raster) -> set[tuple[int, int]]:
    rows, columns = np.nonzero((raster.rgb == MARK_COLOUR).all(axis=2))
    return set(zip(columns.tolist(), rows.tolist(), strict=True))


def test_arms_stand_around_the_pixel_of_the_point() -> None:
    raster = drawn(tuple(POINT.tolist()))

    assert mark_point(raster, VIEW, POINT)
    arms = {(15 + step, 12) for step in (-2, -1, 1, 2)} | {
        (15, 12 + step) for step in (-2, -1, 1, 2)
    }
    assert marked(raster) == arms
    assert raster.rgb[12, 15].tolist() == [90, 90, 90]


def test_a_point_behind_a_nearer_surface_or_beside_the_picture_is_not_marked() -> None:
    half = POINT.astype(np.float64) / 2
    # A wall at half the distance, a pixel apart.
    wall = [
        (half[0] + x / 200, half[1] + y / 200, -0.5) for x in range(-3, 4) for y in range(-3, 4)
    ]
    raster = drawn(tuple(POINT.tolist()), *wall)

    assert not mark_point(raster, VIEW, POINT)
    assert not mark_point(drawn((0.0, 0.0, -1.0)), VIEW, np.array((5, 0, -1), dtype=np.float32))
    assert marked(raster) == set()
