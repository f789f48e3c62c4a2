"""Cells and their rows as a terminal shows them: exact, within a tolerance, and in few colours."""

from __future__ import annotations

import re
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest

from heicdepth_tui.draw.cells import Blocks, ColorMode, Fit, Picture, fit_cells, render_cells
from heicdepth_tui.draw.encode import COMPLEMENTS
from heicdepth_tui.draw.palette import XTERM_COLORS, snap
from heicdepth_tui.draw.quad import QUAD_GLYPHS, fit_quads, glyph_masks

RED, BLUE, GREEN = (255, 0, 0), (0, 0, 255), (0, 128, 0)


def half(samples) -> Picture:
    pixels = np.array(samples, dtype=np.uint8)
    height, width = pixels.shape[:2]
    return render_cells(pixels, Fit(width, height // 2, width, height))


def test_bytes_of_two_cells():
    # The second cell is all red, which is the foreground already: a full block, no codes.
    picture = half([[RED, RED], [BLUE, RED]])
    assert picture.ansi_rows() == ("\x1b[38;2;255;0;0;48;2;0;0;255m▀█\x1b[0m",)


def test_cell_upside_down_keeps_both_colours():
    picture = half([[RED, BLUE], [BLUE, RED]])
    assert picture.ansi_rows() == ("\x1b[38;2;255;0;0;48;2;0;0;255m▀▄\x1b[0m",)


def test_only_the_colour_that_changes_is_set():
    picture = half([[RED, RED], [BLUE, GREEN]])
    assert picture.ansi_rows() == ("\x1b[38;2;255;0;0;48;2;0;0;255m▀\x1b[48;2;0;128;0m▀\x1b[0m",)


def test_plain_colour_is_a_background_and_spaces():
    picture = half(np.full((4, 5, 3), 7))
    assert picture.ansi_rows() == ("\x1b[48;2;7;7;7m     \x1b[0m",) * 2


@pytest.mark.parametrize("blocks", Blocks)
def test_lossless_rows_show_the_very_picture(blocks, scene, terminal):
    fit = fit_cells((400, 300), (40, 20), blocks)
    picture = render_cells(scene(400, 300), fit, blocks)
    shown = terminal(picture.ansi_rows(), fit.cols).samples()
    assert np.array_equal(shown, samples_of(picture))


def samples_of(picture: Picture):
    """The picture in (8 rows, 4 columns) a cell, from its own characters and colours."""
    masks = dict(zip(QUAD_GLYPHS, glyph_masks(), strict=True))
    masks["▀"] = ~masks["▄"]
    inked = np.array([[masks[chr(char)] for char in row] for row in picture.chars])
    fg, bg = picture.fg[:, :, None, None], picture.bg[:, :, None, None]
    cells = np.where(inked[..., None], fg, bg)
    return cells.swapaxes(1, 2).reshape(picture.rows * 8, picture.cols * 4, 3)


def test_lossless_half_blocks_are_the_shrunk_samples(scene, terminal):
    pixels = scene(40, 60)
    picture = render_cells(pixels, Fit(40, 30, 40, 60))
    assert np.array_equal(terminal(picture.ansi_rows(), 40).half_samples(), pixels)


def test_rows_are_self_contained(scene, terminal):
    picture = render_cells(scene(30, 20), Fit(30, 10, 30, 20))
    rows = picture.ansi_rows(tolerance=4)
    upside_down = terminal(rows[::-1], 30).half_samples()
    in_order = terminal(rows, 30).half_samples()
    assert np.array_equal(upside_down.reshape(10, 2, 30, 3)[::-1], in_order.reshape(10, 2, 30, 3))


@pytest.mark.parametrize("mode", [ColorMode.PALETTE, ColorMode.GREY])
@pytest.mark.parametrize("blocks", Blocks)
def test_palette_modes_send_indices_of_the_nearest_colours(mode, blocks, scene, terminal):
    fit = fit_cells((160, 80), (30, 20), blocks)
    picture = render_cells(scene(160, 80), fit, blocks, mode)
    rows = picture.ansi_rows()
    assert not re.search(r"[34]8;2;", "".join(rows))
    sent = {int(index) for index in re.findall(r"[34]8;5;(\d+)", "".join(rows))}
    assert sent <= (set(range(16, 256)) if mode is ColorMode.PALETTE else {16, *range(231, 256)})
    truecolor = terminal(picture.ansi_rows(ColorMode.TRUECOLOR), fit.cols).samples()
    assert np.array_equal(terminal(rows, fit.cols).samples(), truecolor)


def test_a_truecolor_picture_can_be_sent_with_fewer_colours(scene, terminal):
    pixels = scene(20, 20)
    rows = render_cells(pixels, Fit(20, 10, 20, 20)).ansi_rows(ColorMode.PALETTE)
    assert np.array_equal(terminal(rows, 20).half_samples(), snap(pixels, ColorMode.PALETTE))


def test_sixteen_colours_by_their_own_codes(terminal, color_names):
    palette = [(205, 0, 0), (92, 92, 255), (0, 0, 0), (255, 255, 255)]
    rows = render_cells(
        np.array([palette, palette[::-1]], dtype=np.uint8), Fit(4, 1, 4, 2), mode=ColorMode.ANSI16
    ).ansi_rows()
    assert rows[0].startswith("\x1b[31;107m▀")
    shown = terminal(rows, 4)
    upper = [
        fg if char in "▀█" else bg
        for char, fg, bg in zip(shown.chars[0], shown.fg[0], shown.bg[0], strict=True)
    ]
    assert upper == [color_names[index] for index in (1, 12, 0, 15)]


def test_no_colour_sends_no_codes():
    ramp = np.repeat(np.linspace(0, 255, 5).astype(np.uint8)[None, :, None], 3, axis=2)
    pixels = np.concatenate([ramp, ramp])
    picture = render_cells(pixels, Fit(5, 1, 5, 2), mode=ColorMode.NONE)
    assert picture.ansi_rows() == (" ░▒▓█",)
    assert picture.runs(0) == [(" ░▒▓█", (255, 255, 255), None)]


def test_no_colour_uses_halves_for_edges():
    pixels = np.array([[[255] * 3, [0] * 3], [[0] * 3, [255] * 3]], dtype=np.uint8)
    assert render_cells(pixels, Fit(2, 1, 2, 2), mode=ColorMode.NONE).ansi_rows() == ("▀▄",)


def test_a_coloured_picture_cannot_be_sent_without_colours():
    with pytest.raises(ValueError, match="NONE"):
        half([[RED], [BLUE]]).ansi_rows(ColorMode.NONE)


@pytest.mark.parametrize("glyph", QUAD_GLYPHS)
def test_quad_finds_every_split_exactly(glyph, terminal):
    mask = glyph_masks()[QUAD_GLYPHS.index(glyph)]
    cell = np.where(mask[:, :, None], RED, BLUE).astype(np.uint8)
    picture = render_cells(cell, Fit(1, 1, 4, 8), Blocks.QUAD)
    assert np.array_equal(terminal(picture.ansi_rows(), 1).samples(), cell)


@pytest.mark.parametrize("glyph", [glyph for glyph in COMPLEMENTS if glyph not in "▉▕"])
def test_exchanged_colours_are_shown_by_the_complement(glyph, terminal):
    # The first cell sets red on blue; the second wants blue on red and needs no codes for it.
    chars = np.array([[ord(glyph)] * 2], dtype=np.uint32)
    fg, bg = (np.array([pair], dtype=np.uint8) for pair in ([RED, BLUE], [BLUE, RED]))
    rows = Picture(chars, fg, bg).ansi_rows()
    assert rows == (f"\x1b[38;2;255;0;0;48;2;0;0;255m{glyph}{COMPLEMENTS[glyph]}\x1b[0m",)
    shown = terminal(rows, 2).samples()
    assert np.array_equal(shown[:, :4], shown[:, 4:][:, :, ::-1])


def test_quad_is_closer_to_the_photo_than_half_blocks(scene, terminal, psnr):
    photo = scene(160, 160)
    fits = {blocks: fit_cells((160, 160), (40, 20), blocks) for blocks in Blocks}
    shown = {
        blocks: terminal(render_cells(photo, fit, blocks).ansi_rows(), fit.cols).samples()
        for blocks, fit in fits.items()
    }
    assert psnr(shown[Blocks.QUAD], photo) > psnr(shown[Blocks.HALF], photo) + 1


def test_runs_hold_the_row_and_its_colours():
    picture = half([[RED, RED, BLUE], [BLUE, BLUE, BLUE]])
    assert picture.runs(0) == [("▀▀", RED, BLUE), ("▀", BLUE, BLUE)]
    assert (picture.rows, picture.cols) == (1, 3)


def test_grey_arrays_are_shown_as_greys():
    picture = render_cells(np.full((2, 1), 9, dtype=np.uint8), Fit(1, 1, 1, 2))
    assert picture.ansi_rows() == ("\x1b[48;2;9;9;9m \x1b[0m",)


@pytest.mark.parametrize("mode", ColorMode)
def test_empty_fit_is_an_empty_picture(mode):
    picture = render_cells(np.zeros((4, 4, 3), dtype=np.uint8), Fit(0, 0, 0, 0), mode=mode)
    assert (picture.rows, picture.cols, picture.ansi_rows()) == (0, 0, ())


def test_xterm_black_and_white_are_not_the_themes():
    picture = render_cells(
        np.array([[[0] * 3], [[255] * 3]], dtype=np.uint8), Fit(1, 1, 1, 2), mode=ColorMode.PALETTE
    )
    assert picture.ansi_rows() == ("\x1b[38;5;16;48;5;231m▀\x1b[0m",)
    assert XTERM_COLORS[231].tolist() == [255, 255, 255]


def test_draw_imports_neither_an_imaging_library_nor_rich():
    code = (
        "import sys, heicdepth_tui.draw.modes, heicdepth_tui.draw.fit\n"
        "assert 'numpy' not in sys.modules\n"
        "import heicdepth_tui.draw.cells, heicdepth_tui.draw.console\n"
        "import heicdepth_tui.draw.colour_bar\n"
        "print(sorted({'PIL', 'rich', 'textual', 'rich_pixels'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_of_equal_splits_the_first_is_taken_on_every_processor():
    rng = np.random.default_rng(4)
    flat = np.full((8, 4, 3), 200, np.uint8)
    halves = np.repeat(np.repeat(rng.integers(0, 256, (2, 2, 3), np.uint8), 4, 0), 2, 1)
    cells = [flat, halves, *rng.integers(0, 256, (6, 8, 4, 3), np.uint8)]
    chars, _, _ = fit_quads(np.concatenate(cells, axis=1), len(cells), 1)
    masks = [mask.reshape(-1).astype(int).tolist() for mask in glyph_masks()]
    for cell, char in zip(cells, chars[0], strict=True):
        samples = cell.reshape(-1, 3).astype(int).T.tolist()
        gains = [sum(_gain(channel, mask) for channel in samples) for mask in masks]
        assert chr(char) == QUAD_GLYPHS[gains.index(max(gains))]


def _gain(samples: list[int], mask: list[int]) -> Fraction:
    """Return what a split takes off the squared error of one channel, without rounding."""
    inside, count = sum(s * m for s, m in zip(samples, mask, strict=True)), sum(mask)
    outside, rest = sum(samples) - inside, len(samples) - count
    mean = Fraction(sum(samples), len(samples))
    return count * (Fraction(inside, count) - mean) ** 2 + (
        rest * (Fraction(outside, rest) - mean) ** 2
    )
