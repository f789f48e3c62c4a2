"""Strips whose row is encoded already: rendered as they are, cut by their segments."""

from __future__ import annotations

import io

import numpy as np
import pyte
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from heicdepth_tui.draw.cells import render_cells
from heicdepth_tui.draw.fit import fit_cells
from heicdepth_tui.draw.modes import Blocks, ColorMode
from heicdepth_tui.ui.terminal.internals import EncodedStrip

CONSOLE = Console(file=io.StringIO(), color_system="truecolor", force_terminal=True)


def painted() -> tuple[EncodedStrip, list[str]]:
    calls: list[str] = []

    def build() -> list[Segment]:
        calls.append("built")
        return [Segment("ab", Style(color="red")), Segment("cd")]

    return EncodedStrip("\x1b[31mab\x1b[0mcd", 4, build), calls


def test_a_whole_strip_renders_as_encoded_without_building_segments() -> None:
    strip, calls = painted()

    assert strip.render(CONSOLE) == "\x1b[31mab\x1b[0mcd"
    assert strip.cell_length == 4
    assert strip.divide([4]) == [strip]
    assert calls == []


def test_a_strip_is_cut_without_building_segments() -> None:
    strip, calls = painted()
    left, right = strip.divide([1, 4])

    assert left.render(CONSOLE) == "\x1b[31ma\x1b[0m"
    assert right.render(CONSOLE) == "\x1b[31mb\x1b[0mcd\x1b[0m"
    assert (left.cell_length, right.cell_length) == (1, 3)
    assert strip.crop(1, 3).render(CONSOLE) == "\x1b[31mb\x1b[0mc\x1b[0m"
    assert calls == []
    assert (left.text, right.text) == ("a", "bcd")


def test_a_row_of_wide_characters_is_cut_by_its_segments() -> None:
    strip = EncodedStrip("日本", 4, lambda: [Segment("日本")])
    left, right = strip.divide([2, 4])

    assert (left.text, right.text) == ("日", "本")


def test_cropping_and_joining_see_the_segments() -> None:
    strip, _ = painted()

    assert strip.crop(1, 3).text == "bc"
    assert Strip.join([strip, Strip([Segment("!")])]).text == "abcd!"


def test_segments_and_encoding_of_a_picture_say_the_same() -> None:
    rng = np.random.default_rng(7)
    rgb = rng.integers(0, 256, (8, 6, 3), dtype=np.uint8)
    picture = render_cells(rgb, fit_cells((6, 8), (6, 4)), Blocks.HALF, ColorMode.TRUECOLOR)
    for row, encoded in enumerate(picture.ansi_rows(ColorMode.TRUECOLOR)):
        screen = pyte.Screen(picture.cols, 1)
        pyte.Stream(screen).feed(encoded)
        terminal = [halves(*screen.buffer[0][column]) for column in range(picture.cols)]
        segments = [
            halves(char, hex_of(ink), hex_of(ground))
            for text, ink, ground in picture.runs(row)
            for char in text
        ]

        assert terminal == segments


def hex_of(colour: tuple[int, int, int] | None) -> str:
    return "default" if colour is None else "{:02x}{:02x}{:02x}".format(*colour)


def halves(char: str, ink: str, ground: str, *_: object) -> tuple[str, str]:
    """Return the colours of the upper and the lower half of a cell, however it is put."""
    return {"▀": (ink, ground), "▄": (ground, ink), "█": (ink, ink), " ": (ground, ground)}[char]
