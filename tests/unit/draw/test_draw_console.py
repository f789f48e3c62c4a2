"""One-shot console pictures: sizes, colours, captions."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
from rich.cells import cell_len
from rich.console import Console

from heicdepth_tui.draw.console import (
    ConsolePicture,
    Legend,
    arrange,
    console_pictures,
)

RED = np.full((30, 40, 3), (250, 0, 0), dtype=np.uint8)
BLUE = np.full((30, 40, 3), (0, 0, 250), dtype=np.uint8)


def printed(renderable, width: int = 60, **kwargs) -> list[str]:
    out = io.StringIO()
    settings = {"force_terminal": True, "color_system": "truecolor", "no_color": False, **kwargs}
    Console(file=out, width=width, **settings).print(renderable)
    return out.getvalue().splitlines()


def plain(renderable, width: int = 60) -> list[str]:
    lines = printed(renderable, width)
    return [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in lines]


def test_one_picture_has_its_true_shape():
    lines = plain(console_pictures([ConsolePicture(RED, "red")], (20, 22)))
    # 40:30 in 20 columns: 20 / (4/3) / 2 = 7.5 rows.
    assert [line for line in lines if "▄" in line] == ["▄" * 20] * 8


def test_colours_are_those_of_the_array():
    line = printed(console_pictures([ConsolePicture(RED, "red")], (20, 22)))[1]
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


@pytest.mark.parametrize("without", [{"no_color": True}, {"color_system": None}])
def test_without_colours_it_is_shades(without):
    ramp = np.repeat(np.linspace(0, 255, 5).astype(np.uint8)[None, :, None], 3, axis=2)
    picture = ConsolePicture(np.repeat(ramp, 2, axis=0), "x", Legend("a", "b", "grey"))
    lines = printed(console_pictures([picture], (26, 3)), **without)
    assert [line.strip() for line in lines] == ["x", "░▒▓█", "a ██▓▓▓▓▒▒▒▒░░░░   b"]


def test_words_of_a_narrow_picture_have_the_room_there_is():
    tall = np.zeros((400, 100, 3), dtype=np.uint8)
    picture = ConsolePicture(tall, "IMG_5622.HEIC 3024×4032", Legend("4.38", "1.50 1/m", "grey"))
    first, *_, last = plain(console_pictures([picture, picture], (80, 12)), 80)
    assert first.split() == ["IMG_5622.HEIC", "3024×4032"] * 2
    assert last.split().count("4.38") == last.split().count("1/m") == 2


def test_legend_bar_without_colours_falls_from_near_to_far():
    picture = ConsolePicture(RED, "x", Legend("near", "far", "grey"))
    bar = printed(console_pictures([picture], (40, 12)), no_color=True)[-1]
    assert bar.split()[0] == "near"
    assert bar.split()[-1] == "far"
    assert re.search("█+▓+▒+░+ ", bar)
