"""Rows of cells that are cut without being decoded show what the whole row shows."""

from __future__ import annotations

import numpy as np
import pyte
import pytest
from pyte.screens import Char

from heicdepth_tui.draw.cells import render_cells
from heicdepth_tui.draw.fit import fit_cells
from heicdepth_tui.draw.modes import Blocks, ColorMode
from heicdepth_tui.ui.terminal.encoded_cells import cut_row

COLUMNS = 24
CUTS = [0, 1, 7, 7, 23, 24]


def cells(*texts: str) -> list[Char]:
    """Return what a terminal of one line shows after texts that follow each other."""
    screen = pyte.Screen(COLUMNS, 1)
    for text in texts:
        pyte.Stream(screen).feed(text)
    return [screen.buffer[0][column] for column in range(COLUMNS)]


@pytest.mark.parametrize("mode", [ColorMode.TRUECOLOR, ColorMode.PALETTE, ColorMode.ANSI16])
@pytest.mark.parametrize("blocks", Blocks)
def test_pieces_show_what_the_row_shows(mode: ColorMode, blocks: Blocks) -> None:
    rng = np.random.default_rng(3)
    across, down = blocks.samples
    # Runs of equal colours, so that many cells repeat a colour of the one before.
    small = rng.integers(0, 256, (2 * down, 8, 3), dtype=np.uint8)
    rgb = small.repeat(3 * across, axis=1)
    fit = fit_cells((rgb.shape[1], rgb.shape[0]), (COLUMNS, 2), blocks)
    for row in render_cells(rgb, fit, blocks, mode).ansi_rows():
        pad = COLUMNS - fit.cols
        encoded = f"\x1b[48;2;1;2;3m{' ' * pad}\x1b[0m{row}" if pad else row
        pieces = cut_row(encoded, CUTS)

        assert pieces is not None
        assert cells(*pieces) == cells(encoded)
        for start, end, piece in zip([0, *CUTS], CUTS, pieces, strict=False):
            left = " " * start
            assert cells(left, piece)[start:end] == cells(encoded)[start:end]


@pytest.mark.parametrize("row", ["a\x1b]8;;x\x1b\\b", "日本", "a\u0305", "\x1b[2Ja"])
def test_other_sequences_and_characters_are_left_to_the_segments(row: str) -> None:
    assert cut_row(row, [1]) is None


def test_cuts_beyond_the_row_are_left_to_the_segments() -> None:
    assert cut_row("ab", [1, 3]) is None
