from __future__ import annotations

import io

import numpy as np
import pytest
from rich.cells import cell_len
from rich.console import Console

from heicdepth_tui.draw.console import (
    ConsolePicture,
    Legend,
    arrange,
    console_picture,
    console_pictures,
)

RED = np.full((30, 40, 3), (250, 0, 0), dtype=np.uint8)
BLUE = np.full((30, 40, 3), (0, 0, 250), dtype=np.uint8)


def printed(renderable, width: int = 60, color: str | None = "truecolor") -> list[str]:
    out = io.StringIO()
    Console(
        file=out, width=width, force_terminal=color is not None, color_system=color, no_color=False
    ).print(renderable)
    return out.getvalue().splitlines()


def plain(renderable, width: int = 60) -> list[str]:
    return printed(renderable, width, None)


def test_one_picture_has_its_true_shape():
    lines = plain(console_picture(RED, (20, 20)))
    # 40:30 in 20 columns: 20 / (4/3) / 2 = 7.5 rows.
    assert [line for line in lines if line] == ["▄" * 20] * 8


def test_colours_are_those_of_the_array():
    line = printed(console_picture(RED, (20, 20)))[0]
    assert "38;2;250;0;0;48;2;250;0;0" in line


def test_landscapes_stand_side_by_side_in_a_wide_terminal():
    stacked, fits = arrange([(400, 300), (400, 300)], (62, 24), 2)
    assert not stacked
    assert [(fit.cols, fit.rows) for fit in fits] == [(30, 11)] * 2


def test_panoramas_are_stacked():
    stacked, fits = arrange([(1000, 200), (1000, 200)], (62, 24), 2)
    assert stacked
    assert [(fit.cols, fit.rows) for fit in fits] == [(62, 6)] * 2


@pytest.mark.parametrize("size", [(8, 4), (30, 10), (62, 24), (200, 60)])
def test_nothing_is_wider_or_taller_than_the_room(size):
    pictures = [
        ConsolePicture(RED, "photo 4032×3024"),
        ConsolePicture(BLUE, "depth 768×576", Legend("≈0.23 m", "≈0.67 m", "inferno")),
    ]
    lines = plain(console_pictures(pictures, size), width=size[0])
    assert max(map(cell_len, lines)) <= size[0]
    assert len(lines) <= size[1]


def test_captions_are_neither_markup_nor_control():
    lines = plain(console_pictures([ConsolePicture(RED, "a [/b] \x1b[2J.heic")], (60, 20)))
    assert lines[0].rstrip() == "a [/b] \\x1b[2J.heic"


def test_legend_stands_under_its_picture():
    pictures = [ConsolePicture(RED, "depth", Legend("near", "far", "grey"))]
    last = printed(console_pictures(pictures, (40, 20)))[-1]
    assert last.index("near") < last.index("255;255;255") < last.index("0;0;0") < last.index("far")
