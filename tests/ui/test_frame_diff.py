"""Of the main screen only what the terminal does not show yet is written."""

from __future__ import annotations

import io

import pyte
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip

from heicdepth_tui.ui.terminal.frame_diff import ScreenBuffer
from heicdepth_tui.ui.terminal.internals import ChopsUpdate, EncodedStrip, LayoutUpdate

CONSOLE = Console(file=io.StringIO(), color_system="truecolor", force_terminal=True)
RED, DIM = Style(color="#ff0000"), Style(color="#777777", bgcolor="#101010")


class Shown:
    """A terminal, and what a ScreenBuffer has written to it."""

    def __init__(self, columns: int = 40, rows: int = 4) -> None:
        self.buffer = ScreenBuffer()
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.Stream(self.screen)

    def write(self, column: int, row: int, *pieces: tuple[str, Style]) -> str:
        return self.take(self.buffer.write(column, row, line(*pieces), CONSOLE))

    def take(self, text: str) -> str:
        self._stream.feed(text)
        return text

    def row(self, row: int) -> str:
        return self.screen.display[row]


def line(*pieces: tuple[str, Style]) -> Strip:
    return Strip([Segment(text, style) for text, style in pieces])


def test_what_is_shown_is_not_written_again() -> None:
    shown = Shown()

    assert shown.write(3, 1, ("IMG_0001.heic", RED))
    assert shown.write(3, 1, ("IMG_0001.heic", RED)) == ""
    assert shown.row(1).strip() == "IMG_0001.heic"


def test_of_a_line_that_changes_only_the_digits_are_written() -> None:
    shown = Shown()
    shown.write(0, 2, (" IMG_0001.heic", RED), ("  768×576 21 Feb 23", DIM))
    written = shown.write(0, 2, (" IMG_0002.heic", RED), ("  768×576 22 Feb 23", DIM))

    assert shown.row(2).rstrip() == " IMG_0002.heic  768×576 22 Feb 23"
    assert "IMG" not in written
    assert "Feb" not in written


def test_a_colour_that_changes_is_written() -> None:
    shown = Shown()
    shown.write(0, 0, ("same words", RED))
    shown.write(0, 0, ("same words", DIM))

    assert {shown.screen.buffer[0][x].fg for x in range(10)} == {"777777"}


def test_wide_characters_are_written_whole() -> None:
    shown = Shown()
    shown.write(0, 0, ("写真 1.heic", RED))
    written = shown.write(0, 0, ("写真 2.heic", RED))

    assert "写真 2.heic" in written
    assert "".join(shown.row(0).split()) == "写真2.heic"


def test_pictures_are_compared_as_they_are_encoded() -> None:
    def never() -> list[Segment]:
        raise AssertionError("the segments of a picture were asked for")

    buffer = ScreenBuffer()
    first = EncodedStrip("\x1b[31m▀▀\x1b[0m", 2, never)
    second = EncodedStrip("\x1b[32m▀▀\x1b[0m", 2, never)

    assert buffer.write(0, 0, first, CONSOLE).endswith("\x1b[31m▀▀\x1b[0m")
    assert buffer.write(0, 0, first, CONSOLE) == ""
    assert buffer.write(0, 0, second, CONSOLE).endswith("\x1b[32m▀▀\x1b[0m")


def test_what_was_covered_is_written_again() -> None:
    shown = Shown()
    shown.write(0, 0, ("a long line of the list", RED))
    shown.write(7, 0, ("toast", DIM))
    assert shown.row(0).startswith("a long toastof")
    shown.write(0, 0, ("a long line of the list", RED))

    assert shown.row(0).rstrip() == "a long line of the list"
    assert shown.write(7, 0, ("toast", DIM)) != ""


def test_a_cleared_buffer_writes_everything() -> None:
    shown = Shown()
    first = shown.write(0, 0, ("words", RED))
    shown.buffer.clear()

    assert shown.write(0, 0, ("words", RED)) == first


def test_textuals_updates_are_filtered_too() -> None:
    shown = Shown()
    rows = [[line(("left ", RED)), line((f"right {y}", DIM))] for y in range(4)]
    layout = LayoutUpdate(list(rows), Region(0, 0, 40, 4))
    shown.take(shown.buffer.filter_update(layout, CONSOLE).render_segments(CONSOLE))
    assert [shown.row(y).rstrip() for y in range(4)] == [f"left right {y}" for y in range(4)]

    assert shown.buffer.filter_update(layout, CONSOLE).render_segments(CONSOLE) == ""
    rows[2][1] = line(("right X", DIM))
    chops = [dict(zip((0, 5), row, strict=True)) for row in rows]
    update = ChopsUpdate(chops, [(y, 0, 12) for y in range(4)], [[5, 12]] * 4)
    written = shown.take(shown.buffer.filter_update(update, CONSOLE).render_segments(CONSOLE))

    assert shown.row(2).rstrip() == "left right X"
    assert "left" not in written


def test_an_update_of_another_kind_is_passed_and_forgets_everything() -> None:
    shown = Shown()
    shown.write(0, 0, ("words", RED))

    assert shown.buffer.filter_update("something else", CONSOLE) == "something else"
    assert shown.buffer.filter_update(None, CONSOLE) is None
    assert shown.write(0, 0, ("words", RED)) != ""
