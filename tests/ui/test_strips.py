"""The one private thing of Textual that the pictures stand on: these fail when it changes."""

from __future__ import annotations

import io

import numpy as np
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from heicdepth_tui.draw.cells import render_cells
from heicdepth_tui.draw.fit import fit_cells
from heicdepth_tui.draw.modes import Blocks, ColorMode
from heicdepth_tui.ui.widgets.strips import PaintedStrip

CONSOLE = Console(file=io.StringIO(), color_system="truecolor", force_terminal=True)


def painted() -> tuple[PaintedStrip, list[str]]:
    calls: list[str] = []

    def build() -> list[Segment]:
        calls.append("built")
        return [Segment("ab", Style(color="red")), Segment("cd")]

    return PaintedStrip("\x1b[31mab\x1b[0mcd", 4, build), calls


def test_a_whole_strip_renders_as_encoded_without_building_segments() -> None:
    strip, calls = painted()

    assert strip.render(CONSOLE) == "\x1b[31mab\x1b[0mcd"
    assert strip.cell_length == 4
    assert strip.divide([4]) == [strip]
    assert calls == []


def test_a_cut_strip_falls_back_to_its_segments() -> None:
    strip, calls = painted()
    left, right = strip.divide([1, 4])

    assert left.text == "a"
    assert right.text == "bcd"
    assert calls == ["built"]


def test_cropping_and_joining_see_the_segments() -> None:
    strip, _ = painted()

    assert strip.crop(1, 3).text == "bc"
    assert Strip.join([strip, Strip([Segment("!")])]).text == "abcd!"


def test_segments_and_encoding_of_a_picture_say_the_same() -> None:
    rng = np.random.default_rng(7)
    rgb = rng.integers(0, 256, (8, 6, 3), dtype=np.uint8)
    picture = render_cells(rgb, fit_cells((6, 8), (6, 4)), Blocks.HALF, ColorMode.TRUECOLOR)
    for row, encoded in enumerate(picture.ansi_rows(ColorMode.TRUECOLOR)):
        text = "".join(run for run, _, _ in picture.runs(row))

        assert len(text) == picture.cols
        assert len(Strip([Segment(text)]).text) == picture.cols
        assert encoded.endswith("\x1b[0m")
