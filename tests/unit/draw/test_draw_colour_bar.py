"""The legend's bar."""

from __future__ import annotations

import numpy as np
import pytest

from heicdepth_tui.draw.colormaps import COLORMAPS
from heicdepth_tui.draw.colour_bar import colour_bar
from heicdepth_tui.draw.modes import ColorMode


def test_near_is_at_the_left_and_far_at_the_right():
    bar = colour_bar("inferno", 8)
    assert (bar.rows, bar.cols) == (1, 8)
    assert np.array_equal(bar.fg[0, 0], COLORMAPS["inferno"][255])
    assert np.array_equal(bar.bg[0, -1], COLORMAPS["inferno"][0])


def test_far_bright_turns_the_colours_round():
    bar = colour_bar("inferno", 8, is_far_bright=True)
    assert np.array_equal(bar.fg[0, 0], COLORMAPS["inferno"][0])
    assert np.array_equal(bar.bg[0, -1], COLORMAPS["inferno"][255])


def test_every_half_cell_is_a_step_further():
    bar = colour_bar("grey", 3)
    assert np.stack([bar.fg[0, :, 0], bar.bg[0, :, 0]], axis=1).ravel().tolist() == [
        255, 204, 153, 102, 51, 0,
    ]  # fmt: skip
    assert [text for text, _, _ in bar.runs(0)] == ["▌", "▌", "▌"]


def test_without_colour_it_is_shades():
    assert colour_bar("grey", 5, ColorMode.NONE).ansi_rows() == ("█▓▒░ ",)


def test_in_greys_an_ordered_map_still_falls():
    bar = colour_bar("viridis", 10, ColorMode.GREY)
    levels = np.stack([bar.fg[0, :, 0], bar.bg[0, :, 0]], axis=1).ravel().astype(int)
    assert (np.diff(levels) <= 0).all()
    assert (bar.fg[..., 0] == bar.fg[..., 2]).all()


@pytest.mark.parametrize("mode", ColorMode)
def test_no_width_is_no_bar(mode):
    assert colour_bar("grey", 0, mode).cols == 0


def test_unknown_name_is_a_programming_error():
    with pytest.raises(KeyError):
        colour_bar("rainbow", 8)
