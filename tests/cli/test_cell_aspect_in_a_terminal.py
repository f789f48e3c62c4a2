"""Pictures have the photo's shape in terminals whose cells are not twice as high as wide."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyte
import pytest

from heicdepth_tui.draw.fit import Box, fit_cells
from heicdepth_tui.draw.modes import Blocks
from heicdepth_tui.ui.model.layout import Panes, Shapes, browse_layout, panes_of
from tests.support.cli import run_command
from tests.support.graphics import GraphicsTerminal

Start = Callable[..., Any]

SIZE = (120, 40)
SHAPES = Shapes((1536, 1152), (768, 576))
TEXTUAL = b"\x1b[?1000h"
"""Textual's first words: what comes before is the splash frame."""


def panes_in(aspect: float) -> Panes:
    """The panes of the first photo, whose list has names of 13 characters."""
    layout = browse_layout(*SIZE)
    return panes_of(SHAPES, layout.pictures, layout.is_single, aspect)


def boxes_in(aspect: float) -> list[Box]:
    """The cells of photo and depth map in their true shape, by the layout alone."""
    panes = panes_in(aspect)
    return [
        fit_cells(shape, room.size, Blocks.HALF, aspect).box_in(room)
        for shape, room in ((SHAPES.photo, panes.photo), (SHAPES.depth, panes.depth))
    ]


def shows(screen: pyte.Screen, aspect: float) -> bool:
    """Whether the panes show pictures in exactly these cells, and nothing around them."""
    ground = screen.buffer[0][0].bg, screen.buffer[2][screen.columns - 1].bg
    panes = panes_in(aspect)
    for room, box in zip((panes.photo, panes.depth), boxes_in(aspect), strict=True):
        for y in range(room.row, room.row + room.rows):
            for x in range(room.column, room.column + room.columns):
                is_inside = (
                    box.column <= x < box.column + box.columns and box.row <= y < box.row + box.rows
                )
                cell = screen.buffer[y][x]
                is_drawn = cell.data != " " or cell.bg not in ground
                if is_drawn != is_inside:
                    return False
    return True


def test_pictures_follow_the_shape_of_cells_from_the_first_frame_on(
    run_in_terminal: Start, sample_folder: Path
) -> None:
    assert len({tuple(boxes_in(aspect)) for aspect in (2.22, 2.0, 1.67)}) == 3
    terminal = run_in_terminal(str(sample_folder), columns=SIZE[0], rows=SIZE[1], cell=(9, 20))
    terminal.wait(lambda: shows(terminal.screen, 2.22), "pictures of this shape")
    terminal.wait_text("arrays", "7 photos")
    assert shows(terminal.screen, 2.22)
    splash = pyte.Screen(*SIZE)
    pyte.ByteStream(splash).feed(terminal.raw.partition(TEXTUAL)[0])
    assert shows(splash, 2.22)

    # Another font in a window of as many cells.
    terminal.resize(*SIZE, cell=(9, 15))
    terminal.wait(lambda: shows(terminal.screen, 1.67), "pictures of the new shape")
    terminal.resize(*SIZE)
    terminal.wait(lambda: shows(terminal.screen, 2.0), "pictures for unknown cells")
    terminal.send("q")
    assert terminal.end() == 0


def test_a_chosen_aspect_comes_before_that_of_the_terminal(
    run_in_terminal: Start, sample_folder: Path
) -> None:
    arguments = ("--cell-aspect", "1.67", str(sample_folder))
    terminal = run_in_terminal(*arguments, columns=SIZE[0], rows=SIZE[1], cell=(9, 20))
    terminal.wait(lambda: shows(terminal.screen, 1.67), "pictures of the chosen shape")
    terminal.resize(*SIZE, cell=(10, 20))
    terminal.send("z")
    terminal.wait_text("photo  1.0x")
    terminal.send("\x1b")
    terminal.wait(lambda: shows(terminal.screen, 1.67), "pictures of the chosen shape")
    terminal.send("q")
    assert terminal.end() == 0


def test_pixels_and_blocks_take_the_same_cells(sample_folder: Path) -> None:
    # Known by the reply alone: the driver states no size.
    identity = "\x1bP>|kitty(0.35.2)\x1b\\\x1b[6;22;10t\x1b[?62;c"
    terminal = GraphicsTerminal(["--graphics", "auto", "."], sample_folder, identity)
    try:
        terminal.wait(lambda: terminal.shows_pixels(2), "both panes in pixels")
        box = boxes_in(2.2)[0]
        held = {(one.columns, one.rows) for one in terminal.reader.images.values()}
        assert (box.columns, box.rows) in held
        terminal.send("b")
        terminal.wait(lambda: shows(terminal.screen, 2.2), "blocks of the same shape")
        terminal.send("q")
        assert terminal.end() == 0
    finally:
        terminal.close()


def picture_rows(text: str) -> int:
    return sum("▀" in line or "▄" in line for line in text.splitlines())


def test_show_prints_the_shape_of_the_terminal_s_cells(
    run_in_terminal: Start, sample_folder: Path
) -> None:
    photo = str(sample_folder / "IMG_0412.HEIC")
    terminal = run_in_terminal("show", "--width", "120", photo, columns=120, rows=40, cell=(10, 25))
    assert terminal.end() == 0
    # Two pictures of 59 columns and 4:3 beside each other.
    assert picture_rows(terminal.text) == round(59 * 3 / 4 / 2.5)


@pytest.mark.parametrize(("option", "aspect"), [((), 2), (("--cell-aspect", 1.5), 1.5)])
def test_show_takes_an_aspect_and_else_2_where_it_writes_to_no_terminal(
    sample_folder: Path, option: tuple[object, ...], aspect: float
) -> None:
    done = run_command("show", "--width", 120, *option, sample_folder / "IMG_0412.HEIC")

    assert done.returncode == 0, done
    rows = [line for line in done.stdout.splitlines() if re.search("[░▒▓█]{4}", line)]
    assert abs(len(rows) - 59 * 3 / 4 / aspect) <= 1.5


@pytest.mark.parametrize("value", ["0.9", "3.1", "nan", "wide"])
def test_an_aspect_that_no_cell_has_is_refused(tmp_path: Path, value: str) -> None:
    done = run_command("show", "--cell-aspect", value, tmp_path / "a.heic")

    assert done.returncode == 2
    assert "--cell-aspect" in done.stderr
