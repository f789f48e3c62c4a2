"""Cells a picture takes, by hand."""

from __future__ import annotations

from heicdepth_tui.draw.fit import Fit, fit_cells
from heicdepth_tui.draw.modes import Blocks


def test_landscape_fills_the_width():
    # 4:3 in 60 columns: 60 / (4/3) / 2 = 22.5 rows, to the even one.
    assert fit_cells((4032, 3024), (60, 50)) == Fit(60, 22, 60, 44)


def test_portrait_fills_the_height():
    # 3:4 in 30 rows: 30 * 2 * 3/4 = 45 columns.
    assert fit_cells((3024, 4032), (80, 30)) == Fit(45, 30, 45, 60)


def test_small_image_is_enlarged():
    assert fit_cells((10, 10), (40, 40)) == Fit(40, 20, 40, 40)


def test_quad_has_four_by_eight_samples_a_cell():
    assert fit_cells((200, 100), (40, 40), Blocks.QUAD) == Fit(40, 10, 160, 80)


def test_cell_aspect_decides_how_many_rows():
    # Cells three times as high as wide: a square of 30 columns has 10 rows.
    assert fit_cells((100, 100), (30, 30), cell_aspect=3.0) == Fit(30, 10, 30, 20)


def test_extreme_panorama_keeps_one_row():
    assert fit_cells((10000, 10), (50, 20)) == Fit(50, 1, 50, 2)
    assert fit_cells((10, 10000), (50, 20)) == Fit(1, 20, 1, 40)


def test_no_room_or_no_image_is_empty():
    assert fit_cells((100, 100), (0, 10)) == Fit(0, 0, 0, 0)
    assert fit_cells((100, 100), (10, 0)) == Fit(0, 0, 0, 0)
    assert fit_cells((0, 100), (10, 10)) == Fit(0, 0, 0, 0)
