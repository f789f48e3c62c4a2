"""Snapping to a terminal's palette against a search of all its colours."""

from __future__ import annotations

import numpy as np
import pytest

from heicdepth_tui.draw.modes import ColorMode
from heicdepth_tui.draw.palette import (
    ANSI16_COLORS,
    XTERM_COLORS,
    grey_of,
    palette_index,
    snap,
)


@pytest.fixture
def colours():
    rng = np.random.default_rng(3)
    anything = rng.integers(0, 256, (2000, 3))
    nearly_grey = rng.integers(0, 256, (2000, 1)) + rng.integers(-8, 9, (2000, 3))
    return np.clip(np.concatenate([anything, nearly_grey]), 0, 255).astype(np.uint8)


def distances(colours, palette):
    return ((colours[:, None].astype(int) - palette.astype(int)) ** 2).sum(axis=-1)


def test_xterm_colours_are_xterms():
    assert XTERM_COLORS[16].tolist() == [0, 0, 0]
    assert XTERM_COLORS[67].tolist() == [95, 135, 175]
    assert XTERM_COLORS[231].tolist() == [255, 255, 255]
    assert XTERM_COLORS[232].tolist() == [8, 8, 8]
    assert XTERM_COLORS[255].tolist() == [238, 238, 238]


@pytest.mark.parametrize(
    ("mode", "palette", "first"),
    [(ColorMode.PALETTE, XTERM_COLORS[16:], 16), (ColorMode.ANSI16, ANSI16_COLORS, 0)],
)
def test_no_colour_of_the_palette_is_nearer(colours, mode, palette, first):
    apart = distances(colours, palette)
    index = palette_index(colours, mode).astype(int) - first
    assert np.array_equal(apart[np.arange(len(colours)), index], apart.min(axis=1))


@pytest.mark.parametrize("mode", list(ColorMode))
def test_snapping_twice_changes_nothing(colours, mode):
    once = snap(colours, mode)
    assert np.array_equal(snap(once, mode), once)


def test_grey_mode_uses_greys_only_and_keeps_their_order():
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    index = palette_index(ramp, ColorMode.GREY)
    assert set(index.tolist()) == {16, 231, *range(232, 256)}
    shown = snap(ramp, ColorMode.GREY)[:, 0].astype(int)
    assert (np.diff(shown) >= 0).all()
    assert np.abs(shown - ramp[:, 0]).max() <= 9


def test_luma_of_grey_is_the_grey():
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    assert np.array_equal(grey_of(ramp), np.arange(256))


def test_green_is_lighter_than_red_than_blue():
    red, green, blue = grey_of(np.diag([255, 255, 255]).astype(np.uint8)).tolist()
    assert green > red > blue


def test_truecolor_has_no_palette():
    with pytest.raises(ValueError, match="no palette"):
        palette_index(np.zeros((1, 3), dtype=np.uint8), ColorMode.TRUECOLOR)
