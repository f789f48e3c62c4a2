"""Cells a picture takes, by hand."""

from __future__ import annotations

import pytest

from heicdepth_tui.draw.fit import Fit, fit_cells
from heicdepth_tui.draw.modes import Blocks
from heicdepth_tui.draw.rendering import RenderSpec


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


@pytest.mark.parametrize("aspect", [1.0, 1.7, 2.0, 2.2, 3.0])
@pytest.mark.parametrize("image", [(4032, 3024), (3024, 4032), (1000, 1000)])
def test_a_picture_has_its_shape_within_half_a_cell(image: tuple[int, int], aspect: float) -> None:
    fit = fit_cells(image, (61, 23), cell_aspect=aspect)

    shape = image[0] / image[1]
    # One direction is filled, the other is the nearest cell to the shape.
    if fit.cols == 61:
        assert abs(fit.rows - 61 / shape / aspect) <= 0.5
    else:
        assert fit.rows == 23
        assert abs(fit.cols - 23 * aspect * shape) <= 0.5


@pytest.mark.parametrize("aspect", [1.7, 2.2])
def test_blocks_and_pixels_take_the_same_cells(aspect: float) -> None:
    half, quad, pixels = (
        RenderSpec((61, 23), blocks, cell_pixels=cell, cell_aspect=aspect).fit((4032, 3024))
        for blocks, cell in ((Blocks.HALF, None), (Blocks.QUAD, None), (Blocks.HALF, (10, 17)))
    )

    assert half[:2] == quad[:2] == pixels[:2]
    assert pixels[2:] == (10 * half.cols, 17 * half.rows)
