"""The histogram in cells: heights, unused codes, and marks."""

from __future__ import annotations

import numpy as np
import pytest

from heicdepth_tui.draw.code_scale import CodeScale
from heicdepth_tui.draw.colormaps import COLORMAPS
from heicdepth_tui.draw.histogram import codes_at, column_of, histogram_picture
from heicdepth_tui.draw.modes import ColorMode
from heicdepth_tui.draw.palette import grey_of


def text(picture, row: int) -> str:
    return "".join(map(chr, picture.chars[row].tolist()))


def counts(**codes: int) -> np.ndarray:
    found = np.zeros(256, np.int64)
    for name, count in codes.items():
        found[int(name[1:])] = count
    return found


def test_heights_go_by_the_square_root_and_the_highest_fills_its_room():
    picture = histogram_picture(counts(c0=100, c128=25, c192=1), (256, 3))
    # 2 rows of bars are 16 eighths: 10, 5 and 1 of 10 are 16, 8 and 1.6.
    assert [text(picture, 0)[at] for at in (0, 128, 192, 5)] == ["█", " ", " ", " "]
    assert [text(picture, 1)[at] for at in (0, 128, 192, 5)] == ["█", "█", "▂", " "]


def test_a_single_sample_is_visible_beside_millions():
    picture = histogram_picture(counts(c0=10**7, c255=1), (64, 2))
    assert text(picture, 0)[-1] == "▁"


def test_the_axis_shows_codes_that_no_sample_has():
    picture = histogram_picture(np.array([1, 1, 1, 0, 0, 0, 5, 5]), (4, 2))
    assert text(picture, 1) == "━╍ ━"


def test_more_columns_than_codes_leave_gaps_and_no_code_out():
    picture = histogram_picture(np.array([1, 4]), (6, 2))
    assert text(picture, 0).replace(" ", "") == "▄█"


def test_the_code_and_the_ends_of_the_colour_range_are_marked():
    picture = histogram_picture(counts(c0=1), (256, 2), scale=CodeScale(10, 200), code=77)
    axis = text(picture, 1)
    assert (axis.index("["), axis.index("▲"), axis.index("]")) == (10, 77, 200)
    assert "[" not in text(histogram_picture(counts(c0=1), (256, 2)), 1)


def test_bars_have_the_colours_of_the_depth_map():
    picture = histogram_picture(np.ones(256, np.int64), (256, 2), colormap="viridis")
    # The darkest are lighter: they would not be seen on a black ground.
    seen = grey_of(COLORMAPS["viridis"]) >= 32
    assert seen.sum() > 240
    assert np.array_equal(picture.fg[0][seen], COLORMAPS["viridis"][seen])
    assert grey_of(picture.fg[0]).min() >= 31
    reversed_ = histogram_picture(
        np.ones(256, np.int64), (256, 2), colormap="viridis", scale=CodeScale(is_far_bright=True)
    )
    assert np.array_equal(reversed_.fg[0], picture.fg[0][::-1])


@pytest.mark.parametrize("ground", [(16, 18, 22), (247, 246, 243)])
def test_bars_and_marks_are_seen_on_the_grounds_of_both_themes(ground: tuple[int, int, int]):
    picture = histogram_picture(
        np.ones(256, np.int64),
        (256, 2),
        scale=CodeScale(10, 200),
        code=77,
        clip=(40, 220),
        ground=ground,
    )
    away = np.abs(grey_of(picture.fg).astype(int) - int(grey_of(np.array(ground, np.uint8))))
    assert away[0].min() >= 30
    assert away[1, [10, 40, 77, 200, 220]].min() > 200


@pytest.mark.parametrize("mode", ColorMode)
def test_every_mode_draws_it(mode):
    picture = histogram_picture(np.ones(256, np.int64), (40, 5), mode=mode)
    assert (picture.cols, picture.rows) == (40, 5)
    assert all("".join(run[0] for run in picture.runs(row)) for row in range(5))


def test_the_codes_of_a_column_are_those_that_stand_in_it():
    for codes, columns in ((256, 60), (256, 256), (1024, 77), (4, 9)):
        found = [codes_at(column, codes, columns) for column in range(columns)]
        assert found[0][0] == 0
        assert found[-1][1] == codes - 1
        for code in range(codes):
            first, last = codes_at(column_of(code, codes, columns), codes, columns)
            assert first <= code <= last
    assert codes_at(-3, 256, 60) == codes_at(0, 256, 60)
    assert codes_at(99, 256, 60) == codes_at(59, 256, 60)


def test_bars_beyond_the_clip_are_grey_and_its_ends_are_marked():
    picture = histogram_picture(np.ones(256, np.int64), (256, 2), clip=(40, 200))
    axis = text(picture, 1)
    assert (axis.index("("), axis.index(")")) == (40, 200)
    is_grey = (picture.fg[0] == picture.fg[0, :, :1]).all(axis=1)
    assert is_grey[:40].all()
    assert is_grey[201:].all()
    assert not is_grey[40:201].any()
    open_end = text(histogram_picture(np.ones(256, np.int64), (256, 2), clip=(40, None)), 1)
    assert "(" in open_end
    assert ")" not in open_end
