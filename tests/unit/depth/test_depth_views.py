"""Images of a depth map: distances spread over a range, kinds of samples, lines of equal depth."""

from __future__ import annotations

import numpy as np
import pytest

from heicdepth_tui.depth.views import contour_lines, contour_metres, edge_codes, validity_image


def test_contours_of_a_short_range_have_equal_round_steps() -> None:
    assert contour_metres(0.228, 0.668) == (0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65)


def test_contours_of_a_long_range_go_by_one_two_five() -> None:
    assert contour_metres(0.3, 12.0) == (0.5, 1.0, 2.0, 5.0, 10.0)


@pytest.mark.parametrize("ends", [(2.0, 2.0), (3.0, 1.0), (0.0, 1.0), (1.0, np.inf)])
def test_no_contours_without_a_range(ends: tuple[float, float]) -> None:
    assert contour_metres(*ends) == ()


@pytest.mark.parametrize("near", [0.1, 0.77, 3.0, 95.0])
@pytest.mark.parametrize("ratio", [1.01, 1.5, 4.0, 9.9, 40.0])
def test_contours_lie_inside_the_range_and_are_few(near: float, ratio: float) -> None:
    levels = contour_metres(near, near * ratio)
    assert 1 <= len(levels) <= 12
    assert list(levels) == sorted(set(levels))
    assert near < levels[0] <= levels[-1] < near * ratio


def test_a_line_stands_where_the_distance_passes_its_level() -> None:
    # One column a centimetre: 1.00, 1.01 … 1.09 m; the level lies between columns 4 and 5.
    metres = np.tile(np.arange(100, 110, dtype=np.float32) / 100, (6, 1))
    lines, (line,) = contour_lines(metres, (1.045, 2.0))
    assert np.flatnonzero(lines.any(axis=0)).tolist() == [4]
    assert lines[:, 4].all()
    assert line.metres == 1.045
    # A third of the height is the best place for the label of the first of two lines.
    assert (line.rows[0], line.columns[0]) == (2, 4)
    assert sorted(line.rows.tolist()) == list(range(6))
    assert set(line.columns.tolist()) == {4}


@pytest.mark.parametrize("turns", range(4))
def test_a_slanting_line_has_one_sample_in_each_row_and_column(turns: int) -> None:
    rows, columns = np.mgrid[:8, :8]
    metres = np.rot90((1.0 + rows + columns).astype(np.float32), turns)

    lines, (line,) = contour_lines(metres, (7.5,))

    # The samples of 7 m, beside those of 8 m, on the near side of the line.
    assert np.array_equal(lines, metres == 7)
    assert lines.sum(axis=0).max() == lines.sum(axis=1).max() == 1
    assert len(line.rows) == 7


def test_a_label_stands_on_a_slope_rather_than_at_a_jump() -> None:
    # An object at 1 m before a wall that recedes from 2.5 to 4.5 m: at its edge three lines meet.
    metres = np.empty((30, 30), dtype=np.float32)
    metres[:, :16] = 1.0
    metres[:, 16:] = np.linspace(2.5, 4.5, 14, dtype=np.float32)
    lines, found = contour_lines(metres, (1.5, 2.0, 3.0, 4.0))
    assert lines[:, 15].all()
    at = {line.metres: int(line.columns[0]) for line in found}
    # Of the three, the nearest one is drawn at the edge: it has no other place.
    assert set(at) == {1.5, 3.0, 4.0}
    assert at[1.5] == 15
    assert metres[0, at[3.0]] < 3.0 < metres[0, at[3.0] + 1]
    assert metres[0, at[4.0]] < 4.0 < metres[0, at[4.0] + 1]

    # The same line goes on over a slope below: its label stands there, though the edge is nearer.
    metres[15:, :16] = np.linspace(1.0, 2.5, 16, dtype=np.float32)
    _, found = contour_lines(metres, (1.5, 2.0))
    assert found[0].columns[0] < 12


def test_the_edge_of_invalid_samples_is_no_line() -> None:
    metres = np.full((4, 4), 2.0, dtype=np.float32)
    metres[:, 2:] = np.nan
    lines, _ = contour_lines(metres, (1.0,))
    assert not lines.any()


def test_kinds_of_samples_have_colours_of_their_own() -> None:
    image = validity_image(np.array([[0, 1, 2]], dtype=np.uint8))
    assert len({tuple(colour) for colour in image[0].tolist()}) == 3
    greys = validity_image(np.array([[0, 1, 2]], dtype=np.uint8), is_grey=True)
    assert (greys == greys[..., :1]).all()
    assert (np.diff(greys[0, :, 0].astype(int)) > 64).all()


def test_edges_are_bright_and_dark_from_32_samples_on() -> None:
    samples = np.array([[0, 8, 32]], dtype=np.float32)
    codes = edge_codes(samples)
    assert codes.dtype == np.uint16
    assert codes.tolist() == [[65535, round(65535 * 24 / 32), 0]]
