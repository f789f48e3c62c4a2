"""Photos in 16 colours: structure and mean brightness survive, and colour maps stay as they are."""

from __future__ import annotations

import numpy as np
import pytest

from heicdepth_tui.draw.cells import Blocks, ColorMode, Fit, render_cells
from heicdepth_tui.draw.colormaps import ORDERED_COLORMAPS, colorize, palette_ramp
from heicdepth_tui.draw.palette import ANSI16_COLORS

SIDE = 32


def shown(pixels, blocks=Blocks.HALF):
    """Return a photo of (2 · SIDE, SIDE) samples in 16 colours: its cells, ink and ground."""
    across, down = blocks.samples
    fit = Fit(SIDE, SIDE, SIDE * across, SIDE * down)
    return render_cells(pixels, fit, blocks, ColorMode.ANSI16, is_photo=True)


def grey(level):
    return np.full((2 * SIDE, SIDE, 3), level, dtype=np.uint8)


def half_samples(picture):
    return np.stack([picture.fg, picture.bg], axis=1).reshape(2 * SIDE, SIDE, 3)


def test_a_dark_gradient_shows_its_structure():
    # All of it is nearer to black (0) than to dark grey (127).
    levels = np.linspace(0, 63, 2 * SIDE).astype(np.uint8)
    pixels = np.repeat(np.repeat(levels[:, None, None], SIDE, axis=1), 3, axis=2)
    samples = half_samples(shown(pixels)).astype(float)
    bands = samples.reshape(4, SIDE // 2, SIDE, 3).mean(axis=(1, 2, 3))

    assert (np.diff(bands) > 5).all()
    assert samples.mean() == pytest.approx(pixels.mean(), abs=5)


@pytest.mark.parametrize("blocks", Blocks)
def test_plain_greys_keep_their_mean(blocks):
    # The greys of the palette are 0, 127, 229 and 255. At 126 an offset of 52 or 60 gives 229, and
    # none gives 0: (14 · 127 + 2 · 229) / 16 = 139.75.
    pictures = [shown(grey(level), blocks) for level in range(256)]
    for part in ("fg", "bg"):
        means = np.array([getattr(picture, part).mean() for picture in pictures])
        errors = np.abs(means - np.arange(256))
        assert errors.max() <= 13.75
        assert errors.mean() < 3.1


@pytest.mark.parametrize("blocks", Blocks)
def test_only_the_sixteen_colours_are_shown(blocks, scene):
    picture = shown(scene(200, 200), blocks)
    palette = {tuple(colour) for colour in ANSI16_COLORS.tolist()}
    for colours in (picture.fg, picture.bg):
        assert {tuple(colour) for colour in colours.reshape(-1, 3).tolist()} <= palette


def test_the_same_photo_gives_the_same_rows(scene):
    pixels = scene(90, 70)
    assert shown(pixels).ansi_rows() == shown(pixels.copy()).ansi_rows()


@pytest.mark.parametrize("mode", [mode for mode in ColorMode if mode is not ColorMode.ANSI16])
def test_other_modes_are_not_dithered(mode, scene):
    fit = Fit(20, 10, 20, 20)
    pixels = scene(20, 20)
    photo = render_cells(pixels, fit, Blocks.HALF, mode, is_photo=True)
    assert photo.ansi_rows() == render_cells(pixels, fit, Blocks.HALF, mode).ansi_rows()


@pytest.mark.parametrize("name", ORDERED_COLORMAPS)
def test_colour_maps_keep_their_order(name):
    codes = np.repeat(np.arange(256, dtype=np.uint8)[:, None], SIDE, axis=1)
    colours = colorize(codes, 255, name, ColorMode.ANSI16)
    picture = render_cells(colours, Fit(SIDE, 128, SIDE, 256), mode=ColorMode.ANSI16)
    samples = np.stack([picture.fg, picture.bg], axis=1).reshape(256, SIDE, 3)
    assert np.array_equal(samples[:, 0], palette_ramp(name, ColorMode.ANSI16))
    assert (samples == samples[:, :1]).all()
