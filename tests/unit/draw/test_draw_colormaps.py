"""Colour maps against the published tables and against their own promise of order."""

from __future__ import annotations

import numpy as np
import pytest

from heicdepth_tui.draw.code_scale import CodeScale
from heicdepth_tui.draw.colormaps import (
    COLORMAPS,
    DEFAULT_COLORMAP,
    GREY,
    ORDERED_COLORMAPS,
    colorize,
    palette_ramp,
)
from heicdepth_tui.draw.modes import ColorMode
from heicdepth_tui.draw.palette import snap
from heicdepth_tui.draw.palette_ramps import lab_of

# First, middle and last entries of the published tables.
PUBLISHED = {
    "viridis": {0: (68, 1, 84), 64: (59, 82, 139), 127: (33, 144, 141), 255: (253, 231, 37)},
    "inferno": {0: (0, 0, 4), 64: (87, 16, 110), 127: (186, 54, 85), 255: (252, 255, 164)},
    "magma": {0: (0, 0, 4), 64: (81, 18, 124), 192: (252, 137, 97), 255: (252, 253, 191)},
    "cividis": {0: (0, 34, 78), 128: (125, 124, 120), 192: (188, 174, 108), 255: (254, 232, 56)},
    "turbo": {0: (48, 18, 59), 64: (40, 188, 235), 128: (164, 252, 60), 255: (122, 4, 3)},
    "grey": {0: (0, 0, 0), 100: (100, 100, 100), 255: (255, 255, 255)},
}


def lightness(table: np.ndarray) -> np.ndarray:
    """CIE L* of sRGB colours (IEC 61966-2-1 for the linear values, CIE 15 for L*)."""
    value = table / 255
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    y = linear @ np.array([0.2126, 0.7152, 0.0722])
    return np.where(y > (6 / 29) ** 3, 116 * np.cbrt(y) - 16, y * (29 / 3) ** 3)


@pytest.mark.parametrize("name", COLORMAPS)
def test_table_is_within_two_levels_of_the_published_one(name):
    table = COLORMAPS[name]
    assert table.shape == (256, 3)
    assert table.dtype == np.uint8
    for code, colour in PUBLISHED[name].items():
        assert np.abs(table[code].astype(int) - colour).max() <= 2, code


@pytest.mark.parametrize("name", ORDERED_COLORMAPS)
def test_nearer_is_never_darker(name):
    light = lightness(COLORMAPS[name])
    # Rounding to whole levels may dim one step by a hair; four steps are always lighter.
    assert np.diff(light).min() > -0.1
    assert (light[4:] - light[:-4]).min() > 0


def test_only_turbo_is_out_of_order_and_says_so():
    assert set(COLORMAPS) - set(ORDERED_COLORMAPS) == {"turbo"}
    assert np.diff(lightness(COLORMAPS["turbo"])).min() < -0.5


def test_the_default_is_ordered_and_comes_first():
    assert DEFAULT_COLORMAP in ORDERED_COLORMAPS
    assert next(iter(COLORMAPS)) == DEFAULT_COLORMAP


def test_tables_cannot_be_changed_by_a_caller():
    with pytest.raises(ValueError, match="read-only"):
        COLORMAPS[GREY][0] = 1


def test_grey_shows_eight_bit_codes_as_they_are():
    codes = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert np.array_equal(colorize(codes, 255, GREY)[:, :, 1], codes)


def test_more_bits_are_scaled_by_their_top_and_never_stretched():
    codes = np.array([[0, 2047, 4095]], dtype=np.uint16)
    assert colorize(codes, 4095, GREY)[0, :, 0].tolist() == [0, 127, 255]
    narrow = np.array([[1000, 1001]], dtype=np.uint16)
    assert colorize(narrow, 4095, GREY)[0, :, 0].tolist() == [62, 62]


def test_ten_bit_codes_use_every_colour_evenly():
    codes = np.arange(1024, dtype=np.uint16)[None]
    counts = np.bincount(colorize(codes, 1023, GREY)[0, :, 0], minlength=256)
    assert set(counts[1:-1]) <= {4, 5}


def test_code_over_the_top_takes_the_last_colour():
    assert colorize(np.array([[5000]], dtype=np.uint16), 4095, GREY)[0, 0, 0] == 255
    assert colorize(np.array([[200]], dtype=np.uint8), 15, GREY)[0, 0, 0] == 255


@pytest.mark.parametrize("mode", ColorMode)
@pytest.mark.parametrize("name", ORDERED_COLORMAPS)
def test_in_few_colours_nearer_is_still_never_darker(name, mode):
    in_palette = palette_ramp(name, mode)
    assert np.diff(lightness(in_palette)).min() > -0.1
    assert np.array_equal(snap(in_palette, mode), in_palette)


def test_plain_snapping_would_not_keep_the_order():
    plain = snap(COLORMAPS["inferno"], ColorMode.PALETTE)
    assert np.diff(lightness(plain)).min() < -5


def test_few_colours_are_near_the_true_map():
    for name in ORDERED_COLORMAPS:
        in_palette = palette_ramp(name, ColorMode.PALETTE)
        off = np.abs(lightness(in_palette) - lightness(COLORMAPS[name]))
        assert np.sqrt(np.mean(off**2)) < 4, name
        assert len(np.unique(in_palette, axis=0)) >= 10, name


def test_truecolor_is_the_map_itself():
    assert np.array_equal(palette_ramp("inferno", ColorMode.TRUECOLOR), COLORMAPS["inferno"])


def test_lab_of_white_black_and_red():
    colours = np.array([[255, 255, 255], [0, 0, 0], [255, 0, 0]], dtype=np.uint8)
    # CIELAB of sRGB red under D65: 53.24, 80.09, 67.20.
    expected = [[100, 0, 0], [0, 0, 0], [53.24, 80.09, 67.20]]
    assert np.abs(lab_of(colours) - expected).max() < 0.02


def test_colours_for_a_terminal_are_its_own():
    codes = np.arange(256, dtype=np.uint8)[None]
    colours = colorize(codes, 255, "viridis", ColorMode.PALETTE)
    assert np.array_equal(snap(colours, ColorMode.PALETTE), colours)


def test_a_code_range_spreads_the_whole_map_between_its_ends():
    codes = np.array([[0, 100, 101, 120, 139, 140, 255]], dtype=np.uint8)
    colours = colorize(codes, 255, "grey", scale=CodeScale(100, 140))[0, :, 0]
    # One code is 255/40 = 6.375 levels, rounded half up.
    assert colours.tolist() == [0, 0, 6, 128, 249, 255, 255]


def test_far_bright_reverses_the_map_within_its_range():
    codes = np.array([[0, 100, 120, 140, 255]], dtype=np.uint8)
    near = colorize(codes, 255, "inferno", scale=CodeScale(100, 140))
    far = colorize(codes, 255, "inferno", scale=CodeScale(100, 140, is_far_bright=True))
    table = COLORMAPS["inferno"]
    assert np.array_equal(far[0, [0, 1, 3, 4]], table[[255, 255, 0, 0]])
    assert np.array_equal(near[0, [0, 1, 3, 4]], table[[0, 0, 255, 255]])
    assert np.array_equal(far[0, 2], table[255 - 128])


def test_a_code_range_of_more_than_8_bits_keeps_every_step_of_the_map():
    codes = np.arange(4096, dtype=np.uint16)[None]
    colours = colorize(codes, 4095, "grey", scale=CodeScale(1000, 1255))[0, :, 0]
    assert colours[1000:1256].tolist() == list(range(256))
    assert not colours[:1000].any()
    assert (colours[1256:] == 255).all()


def test_a_range_of_one_code_parts_nearer_from_the_rest():
    codes = np.array([[6, 7, 8]], dtype=np.uint8)
    assert colorize(codes, 255, "grey", scale=CodeScale(7, 7))[0, :, 0].tolist() == [0, 0, 255]


def test_ends_beyond_the_stored_range_count_as_its_ends():
    assert CodeScale(10, 5000).bounds(255) == (10, 255)
    assert CodeScale(5000).bounds(255) == (255, 255)
    assert CodeScale().bounds(1023) == (0, 1023)


@pytest.mark.parametrize("ends", [(-1, None), (9, 8), (None, -1)])
def test_a_range_that_is_none_is_refused(ends):
    with pytest.raises(ValueError, match="no range"):
        CodeScale(*ends)
