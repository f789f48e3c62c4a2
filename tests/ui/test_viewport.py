"""The zoom window in photo pixels, and the same window in the samples of every layer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heicdepth_tui.draw.modes import Blocks
from heicdepth_tui.heif.header import read_header
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.photo.layers import DEPTH, PRIMARY, own_depth
from heicdepth_tui.photo.region import SampleRegion
from heicdepth_tui.samples.write import build_photo
from heicdepth_tui.ui.model.viewport import (
    MAX_COLUMNS,
    LayerFrame,
    Viewport,
    fit_pitch,
    frame_of,
    window_of,
)
from heicdepth_tui.ui.presenters.zoom import inset_rows, window_heading

PHOTO = LayerFrame(PRIMARY, (4032, 3024))
MAP = LayerFrame(DEPTH, (768, 576), (0.0, 0.0), (5.25, 5.25))
CELLS = (120, 37)


def _window(viewport: Viewport, frame: LayerFrame = PHOTO, blocks: Blocks = Blocks.HALF) -> Any:
    return window_of(viewport.clamped(frame, CELLS), frame, CELLS, blocks)


def test_a_new_window_shows_the_whole_layer() -> None:
    window = _window(Viewport())
    assert window.shown == window.region == (0, 0, 4032, 3024)
    assert window.zoom == pytest.approx(1)
    assert window.is_whole


def test_the_heading_gives_zoom_and_window() -> None:
    window = _window(Viewport(2016, 1512, 1))
    assert window_heading(80, window) == "photo  40.9x · 1956,1475 – 2075,1548 of 4032×3024"
    assert window_heading(35, window) == "photo 40.9x · 1956,1475 – 2075,1548"
    assert window_heading(12, window) == "photo 40.9x"
    assert window_heading(3, window) == "40.9x"


def test_a_pixel_across_a_cell_is_one_sample_a_dot() -> None:
    window = _window(Viewport(2016, 1512, 1))
    assert window.shown[2:] == (120, 74)
    assert window.level == 0


@pytest.mark.parametrize(
    ("pitch", "blocks", "level"),
    [
        (1.9, Blocks.HALF, 0),
        (4, Blocks.HALF, 1),
        (31, Blocks.HALF, 3),
        (31, Blocks.QUAD, 2),
        (4, Blocks.QUAD, 0),
    ],
)
def test_the_level_leaves_two_samples_across_a_cell(
    pitch: float, blocks: Blocks, level: int
) -> None:
    window = _window(Viewport(2016, 1512, pitch), blocks=blocks)
    assert window.level == level
    assert window.shown.left % 2**level == window.shown.top % 2**level == 0


def test_depth_and_photo_show_the_same_view() -> None:
    viewport = Viewport(2016, 1512, 10.5)
    photo, depth = _window(viewport), _window(viewport, MAP)
    assert [5.25 * side for side in depth.shown] == pytest.approx([*photo.shown], abs=5.25)


@given(
    x=st.floats(-1e5, 1e5),
    y=st.floats(-1e5, 1e5),
    pitch=st.floats(1e-6, 1e6),
    frame=st.sampled_from([PHOTO, MAP]),
)
def test_every_window_lies_within_the_layer(
    x: float, y: float, pitch: float, frame: LayerFrame
) -> None:
    window = _window(Viewport(x, y, pitch), frame)
    left, top, width, height = window.shown
    assert min(left, top) >= 0
    assert min(width, height) >= 1
    assert left + width <= frame.size[0]
    assert top + height <= frame.size[1]
    assert window.zoom >= 1 - 1e-9
    assert width >= CELLS[0] / MAX_COLUMNS - 1


@given(
    factor=st.floats(0.5, 2),
    column=st.floats(-60, 60),
    row=st.floats(-18, 18),
    aspect=st.sampled_from([1.7, 2.0, 2.2]),
)
def test_zooming_keeps_the_point_under_the_pointer(
    factor: float, column: float, row: float, aspect: float
) -> None:
    start = Viewport(2016, 1512, 8, aspect)
    nearer = start.zoomed(factor, (column, row))
    assert nearer.pitch == pytest.approx(8 / factor)
    assert nearer.moved(column, row).x == pytest.approx(start.moved(column, row).x)
    assert nearer.moved(column, row).y == pytest.approx(start.moved(column, row).y)


def test_another_resolution_shows_the_same_part() -> None:
    assert Viewport(100, 50, 2).scaled(0.5) == Viewport(50, 25, 1)


@pytest.mark.parametrize("quarters", range(4))
@pytest.mark.parametrize("is_mirrored", [False, True])
def test_a_region_as_shown_is_found_in_the_layer_as_decoded(
    quarters: int, is_mirrored: bool
) -> None:
    decoded = np.arange(7 * 5).reshape(5, 7)
    shown = np.rot90(decoded, quarters)
    shown = shown[:, ::-1] if is_mirrored else shown
    frame = LayerFrame(DEPTH, shown.shape[::-1], turn=(quarters, is_mirrored))
    region = SampleRegion(1, 2, 3, 2)
    found = frame.decoded(region)
    cut = np.rot90(decoded[found.rows, found.columns], quarters)
    cut = cut[:, ::-1] if is_mirrored else cut
    assert np.array_equal(cut, shown[region.rows, region.columns])


@pytest.mark.parametrize("orientation", [1, 3, 6])
def test_the_depth_map_covers_its_photo_at_every_orientation(
    tmp_path: Path, orientation: int
) -> None:
    path = tmp_path / "a.heic"
    path.write_bytes(build_photo(size=Size(200, 150), orientation=orientation))
    header = read_header(path)
    layer = own_depth(header)
    assert layer is not None
    frame, photo = frame_of(header, layer), header.primary.displayed_size
    assert frame is not None
    assert frame.origin == (0, 0)
    assert frame.size[0] * frame.scale[0] == pytest.approx(photo.width)
    assert frame.size[1] * frame.scale[1] == pytest.approx(photo.height)


def test_the_map_of_the_window_has_its_place_and_share() -> None:
    rows = inset_rows(_window(Viewport(3024, 756, fit_pitch(PHOTO, CELLS) / 2)), (16, 6))
    assert (len(rows), len(rows[0])) == (12, 16)
    marked = [(x, y) for y, row in enumerate(rows) for x, is_inside in enumerate(row) if is_inside]
    assert (max(marked)[0], min(y for _, y in marked)) == (15, 0)
    assert len(marked) < 16 * 12 / 2
    dot = inset_rows(_window(Viewport(0, 0, 1e-9)), (16, 6))
    assert sum(map(sum, dot)) == 1


@pytest.mark.parametrize("aspect", [1.7, 2.2])
@pytest.mark.parametrize("frame", [PHOTO, MAP])
def test_a_window_has_the_shape_of_its_cells(frame: LayerFrame, aspect: float) -> None:
    viewport = Viewport(2016, 1512, 10.5).clamped(frame, CELLS, aspect)
    shown = window_of(viewport, frame, CELLS, Blocks.HALF).shown

    assert shown.height / shown.width == pytest.approx(CELLS[1] * aspect / CELLS[0], rel=0.02)


@pytest.mark.parametrize("aspect", [1.7, 2.2])
def test_the_whole_layer_fits_and_a_moved_window_goes_by_cells(aspect: float) -> None:
    # 120 cells across, or 37 of that aspect down: the photo's height decides at both.
    assert fit_pitch(PHOTO, CELLS, aspect) == pytest.approx(3024 / (37 * aspect))
    assert Viewport().clamped(PHOTO, CELLS, aspect).pitch == fit_pitch(PHOTO, CELLS, aspect)
    moved = Viewport(2016, 1512, 2).clamped(PHOTO, CELLS, aspect).moved(3, 5)
    assert (moved.x, moved.y) == pytest.approx((2016 + 6, 1512 + 10 * aspect))


@pytest.mark.parametrize(("aspect", "size"), [(1.5, (12, 12)), (2.0, (16, 12)), (2.4, (16, 10))])
def test_the_map_of_the_window_has_the_shape_of_the_layer(
    aspect: float, size: tuple[int, int]
) -> None:
    rows = inset_rows(_window(Viewport(0, 0, 1)), (16, 6), aspect)
    assert (len(rows[0]), len(rows)) == size
