"""Quality and bytes of rows that are encoded with a tolerance."""

from __future__ import annotations

import re

import numpy as np
import pytest

from heicdepth_tui.draw.cells import Blocks, ColorMode, Fit, Picture, render_cells
from heicdepth_tui.draw.encode import COMPLEMENTS, encode_rows
from heicdepth_tui.draw.tables import COLORMAPS
from heicdepth_tui.samples.gallery import BEAR, MARBLES
from heicdepth_tui.samples.shading import shade
from heicdepth_tui.samples.solids import Pinhole

COLS, ROWS = 36, 14
CAMERA = Pinhole.of(144, 112, 26.0, pitch=9.0)


def noise(sigma):
    def paint():
        samples = 128 + np.random.default_rng(1).normal(0, sigma, (ROWS * 8, COLS * 4, 3))
        return np.clip(np.rint(samples), 0, 255).astype(np.uint8)

    return paint


def waves():
    y, x = np.mgrid[0:112, 0:144]
    return COLORMAPS["inferno"][(110 + 60 * np.sin(x / 12) + y / 2).astype(np.uint8)]


def ramp():
    y, x = np.mgrid[0:112, 0:144]
    return np.stack([x * 1.7, y * 1.7, 255 - x], axis=-1).astype(np.uint8)


PATTERNS = {
    "noise 1": noise(1),
    "noise 4": noise(4),
    "noise 8": noise(8),
    "noise 16": noise(16),
    "noise 80": noise(80),
    "waves": waves,
    "ramp": ramp,
    "bear": lambda: shade(BEAR, CAMERA),
    "marbles": lambda: shade(MARBLES, CAMERA),
}


def picture_of(pattern: str, blocks: Blocks) -> Picture:
    """A picture whose samples are those of the pattern: noise must not be averaged away."""
    pixels = PATTERNS[pattern]()
    across, down = blocks.samples
    if pattern.startswith("noise"):
        pixels = pixels[: ROWS * down, : COLS * across]
    return render_cells(pixels, Fit(COLS, ROWS, COLS * across, ROWS * down), blocks)


def size(rows: tuple[str, ...]) -> int:
    return len("".join(rows).encode())


@pytest.mark.parametrize("blocks", Blocks)
@pytest.mark.parametrize("pattern", PATTERNS)
def test_tolerance_four_keeps_43_db_and_ten_levels(pattern, blocks, terminal, psnr):
    picture = picture_of(pattern, blocks)
    exact = terminal(picture.ansi_rows(), COLS).samples()
    shown = terminal(picture.ansi_rows(tolerance=4), COLS).samples()
    assert psnr(shown, exact) >= 43
    assert np.abs(shown.astype(int) - exact).max() <= 10


@pytest.mark.parametrize("tolerance", [1, 2, 8, 30, 255])
@pytest.mark.parametrize("pattern", ["noise 8", "waves", "bear"])
def test_loss_is_bounded_for_every_tolerance(pattern, tolerance, terminal):
    picture = picture_of(pattern, Blocks.HALF)
    exact = terminal(picture.ansi_rows(), COLS).half_samples().astype(int)
    shown = terminal(picture.ansi_rows(tolerance=tolerance), COLS).half_samples()
    assert np.mean((shown - exact) ** 2) <= tolerance**2 / 5
    assert np.abs(shown - exact).max() <= 2.5 * tolerance


@pytest.mark.parametrize("blocks", Blocks)
@pytest.mark.parametrize("pattern", PATTERNS)
def test_more_tolerance_never_takes_more_bytes_than_none(pattern, blocks):
    picture = picture_of(pattern, blocks)
    exact = size(picture.ansi_rows())
    assert all(size(picture.ansi_rows(tolerance=tolerance)) <= exact for tolerance in (1, 2, 4, 9))


@pytest.mark.parametrize(
    ("pattern", "share"),
    [("bear", 0.56), ("marbles", 0.64), ("noise 4", 0.56), ("noise 8", 0.8), ("waves", 0.45)],
)
def test_bytes_of_tolerance_four(pattern, share):
    # To keep each colour until it is off by more than 4 levels takes 0.63, 0.70, 0.68, 0.94, 0.48.
    picture = picture_of(pattern, Blocks.HALF)
    assert size(picture.ansi_rows(tolerance=4)) < share * size(picture.ansi_rows())


@pytest.mark.parametrize("blocks", Blocks)
def test_bytes_of_a_scene_with_camera_noise(blocks, scene):
    across, down = blocks.samples
    fit = Fit(COLS, ROWS, COLS * across, ROWS * down)
    picture = render_cells(scene(fit.width, fit.height), fit, blocks)
    assert size(picture.ansi_rows(tolerance=4)) < 0.36 * size(picture.ansi_rows())


def test_a_run_has_the_mean_colour_of_what_it_covers():
    greys = np.repeat(np.array([[100, 103, 107, 110]] * 2)[:, :, None], 3, axis=2)
    picture = render_cells(greys.astype(np.uint8), Fit(4, 1, 4, 2))
    assert picture.ansi_rows(tolerance=4) == (
        "\x1b[48;2;102;102;102m  \x1b[48;2;108;108;108m  \x1b[0m",
    )
    assert picture.ansi_rows(tolerance=12) == ("\x1b[48;2;105;105;105m    \x1b[0m",)


def test_the_colour_that_goes_on_alone_is_the_background():
    # Spaces are shorter than full blocks, which only shows after the cell that sets both colours.
    red, blue = [255, 0, 0], [0, 0, 255]
    pixels = np.array([[red] * 3, [blue, red, red]], dtype=np.uint8)
    rows = render_cells(pixels, Fit(3, 1, 3, 2)).ansi_rows(tolerance=4)
    assert rows == ("\x1b[38;2;0;0;255;48;2;255;0;0m▄  \x1b[0m",)


def test_a_lone_cell_that_is_off_by_too_much_is_shown_as_it_is(terminal):
    # The search would leave it out: an eighth of a cell, off in one channel, is not worth a code.
    chars = np.array([[ord("▁")] * 3], dtype=np.uint32)
    ground = np.full((1, 3, 3), 60, dtype=np.uint8)
    for level, kept in ((68, False), (74, True)):
        ink = np.array([[[60] * 3, [60, 60, level], [60] * 3]], dtype=np.uint8)
        rows = encode_rows(chars, ink, ground, ColorMode.TRUECOLOR, 4)
        shown = terminal(rows, 3).samples()
        assert shown[7, 4].tolist() == [60, 60, level if kept else 60]
        assert np.abs(shown[0].astype(int) - 60).max() <= 1


@pytest.mark.parametrize("glyph", "▁▇")
def test_a_sample_counts_by_its_part_of_the_cell(glyph, terminal):
    generator = np.random.default_rng(3)
    chars = np.full((ROWS, COLS), ord(glyph), dtype=np.uint32)
    colours = np.clip(128 + generator.normal(0, 4, (2, ROWS, COLS, 3)), 0, 255).astype(np.uint8)
    picture = Picture(chars, *colours)
    exact = terminal(picture.ansi_rows(), COLS).samples().astype(int)
    shown = terminal(picture.ansi_rows(tolerance=4), COLS).samples()
    assert 2.5 <= np.mean((shown - exact) ** 2) <= 3.2


def test_cells_of_one_colour_are_spaces_or_full_blocks():
    # So many are off that some must be repaired, these too by the fewest bytes.
    pixels = np.repeat(noise(3)()[:ROWS, :COLS], 2, axis=0)
    rows = render_cells(pixels, Fit(COLS, ROWS, COLS, 2 * ROWS)).ansi_rows(tolerance=4)
    assert set(re.sub(r"\x1b\[[0-9;]*m", "", "".join(rows))) == {" ", "█"}


@pytest.mark.parametrize("glyph", [glyph for glyph in COMPLEMENTS if glyph not in "▉▕"] + ["▁"])
def test_any_character_may_be_mixed_with_blanks_and_full_blocks(glyph, terminal):
    generator = np.random.default_rng(ord(glyph))
    chars = generator.choice([ord(glyph), ord("▀"), ord(" "), ord("█")], (4, 20)).astype(np.uint32)
    few = generator.integers(0, 256, (4, 3), dtype=np.uint8)
    ink, ground = generator.choice(few, (2, 4, 20))
    picture = Picture(chars, ink, ground)
    exact, near = picture.ansi_rows(), picture.ansi_rows(tolerance=1)
    off = terminal(near, 20).samples().astype(int) - terminal(exact, 20).samples()
    assert np.abs(off).max() <= 2
    assert np.mean(off**2) <= 0.2


@pytest.mark.parametrize("mode", [ColorMode.PALETTE, ColorMode.ANSI16, ColorMode.GREY])
def test_modes_with_few_colours_know_no_tolerance(mode):
    picture = picture_of("bear", Blocks.HALF)
    assert picture.ansi_rows(mode, tolerance=4) == picture.ansi_rows(mode)


def test_truecolor_never_borrows_from_the_palette():
    # Its colours belong to the user's theme in some terminals.
    assert not re.search(
        r"[34]8;5;", "".join(picture_of("bear", Blocks.HALF).ansi_rows(tolerance=4))
    )


@pytest.mark.parametrize("blocks", Blocks)
def test_the_same_picture_has_the_same_rows(blocks):
    first, second = (picture_of("noise 8", blocks).ansi_rows(tolerance=4) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("tolerance", [0, 4])
@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0), (1, 1)])
def test_every_shape_has_its_rows(shape, tolerance):
    nothing = np.zeros((*shape, 3), dtype=np.uint8)
    chars = np.full(shape, ord("▀"), dtype=np.uint32)
    rows = encode_rows(chars, nothing, nothing, ColorMode.TRUECOLOR, tolerance)
    assert rows == (("\x1b[48;2;0;0;0m \x1b[0m",) if shape == (1, 1) else ("",) * shape[0])
