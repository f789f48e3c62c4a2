"""Pixels in a pseudo-terminal that reads kitty's and iTerm2's protocols."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.graphics import GraphicsTerminal

KITTY = "\x1bP>|kitty(0.35.2)\x1b\\\x1b[6;20;10t\x1b[?62;c"
XTERM = "\x1bP>|XTerm(379)\x1b\\\x1b[6;13;6t\x1b[?64;1;2;6;9;15;16;17;18;21;22;28c"
WEZTERM = "\x1bP>|WezTerm 20240203-110809-5046fc22\x1b\\\x1b[6;20;10t\x1b[?65;4;6;18;22c"

ACCENT = 231, 163, 85
"""That of the dark theme."""

Open = Callable[..., GraphicsTerminal]


@pytest.fixture
def open_in(sample_folder: Path, tmp_path: Path) -> Iterator[Open]:
    """Return a function that opens a sample photo in a terminal with this identity."""
    opened: list[GraphicsTerminal] = []

    def start(identity: str, graphics: str = "auto") -> GraphicsTerminal:
        photo = str(sample_folder / "IMG_0412.HEIC")
        terminal = GraphicsTerminal(["--graphics", graphics, photo], tmp_path, identity)
        opened.append(terminal)
        return terminal

    yield start
    for terminal in opened:
        terminal.close()


def test_kitty_shows_both_panes_in_pixels_after_blocks(open_in: Open) -> None:
    terminal = open_in(KITTY)
    terminal.wait(lambda: terminal.block_cells() > 400, "blocks")
    terminal.wait(lambda: terminal.shows_pixels(2), "both panes in pixels")
    for held in terminal.reader.images.values():
        assert held.image.size == (10 * held.columns, 20 * held.rows)

    terminal.send("b")
    terminal.wait(
        lambda: "half blocks" in terminal.text and not terminal.reader.images, "images freed"
    )
    assert not terminal.placeholders
    terminal.send("b")
    terminal.wait_text("pictures in quad blocks")
    terminal.send("b")
    terminal.wait_text("pictures in pixels")
    terminal.wait(lambda: terminal.shows_pixels(2), "pixels again")
    terminal.send("q")
    assert terminal.end() == 0
    assert terminal.reader.images == {}


def test_kitty_shows_the_zoom_screen_in_pixels(open_in: Open) -> None:
    terminal = open_in(KITTY)
    terminal.wait(lambda: terminal.shows_pixels(2), "both panes in pixels")
    terminal.send("z")
    terminal.wait_text("esc Back")
    terminal.wait(lambda: zoomed(terminal), "the zoom screen in pixels")
    # Behind the last column a diacritic may go to another cell.
    assert max(column for column, _ in terminal.placeholders) < 119
    terminal.send("\x1b")
    terminal.wait_text("arrays")
    terminal.wait(lambda: terminal.shows_pixels(2), "the main screen as it was")
    terminal.send("q")
    assert terminal.end() == 0
    assert terminal.reader.images == {}


def zoomed(terminal: GraphicsTerminal) -> bool:
    """Return whether one image fills the zoom screen."""
    shown = {cell.number for cell in terminal.placeholders.values()}
    return len(shown) == 1 and terminal.reader.images[shown.pop()].rows > 30


def is_stopped(terminal: GraphicsTerminal) -> bool:
    """Return whether the app's process is suspended and all that it wrote is read."""
    state = Path(f"/proc/{terminal.process.pid}/stat").read_text().rpartition(")")[2].split()[0]
    return state == "T" and terminal.raw.endswith(b"\x1b[?1004l")


def test_a_suspended_app_leaves_no_image_and_draws_them_again(open_in: Open) -> None:
    terminal = open_in(KITTY)
    terminal.wait(lambda: terminal.shows_pixels(2), "both panes in pixels")
    terminal.process.kill(signal.SIGTSTP)
    terminal.wait(lambda: is_stopped(terminal), "the app stopped")
    assert terminal.reader.images == {}

    terminal.process.kill(signal.SIGCONT)
    terminal.wait(lambda: terminal.shows_pixels(2), "pixels again")


def test_a_signal_leaves_no_image(open_in: Open) -> None:
    terminal = open_in(KITTY)
    terminal.wait(lambda: terminal.reader.is_receiving or terminal.reader.images, "an image")
    os.kill(terminal.process.pid, signal.SIGTERM)

    assert terminal.end() == 128 + signal.SIGTERM
    assert not terminal.reader.is_receiving
    assert terminal.reader.images == {}


def has_map(terminal: GraphicsTerminal) -> bool:
    """Return whether the newest image has the map of the window in its corner."""
    image = terminal.reader.inline[-1].image.convert("RGB")
    middle = image.getpixel((image.width - 8 * 10, 3 * 20))
    return max(abs(a - b) for a, b in zip(middle, ACCENT, strict=True)) < 12


def test_wezterm_shows_the_zoom_screen_in_pixels_over_its_cells(open_in: Open) -> None:
    terminal = open_in(WEZTERM)
    terminal.wait(lambda: terminal.block_cells() > 400, "blocks")
    terminal.send("z")
    terminal.wait_text("esc Back")
    terminal.wait(lambda: bool(terminal.reader.inline), "an image")
    drawn = terminal.reader.inline[-1]
    assert drawn.image.size == (10 * drawn.columns, 20 * drawn.rows)
    assert 0 <= drawn.column <= 120 - drawn.columns
    assert 2 <= drawn.row <= 39 - drawn.rows
    blocks = terminal.screen.display[drawn.row + 1][drawn.column : drawn.column + drawn.columns]
    assert set(blocks) <= set("▀▄█ ")

    for _ in range(2):
        terminal.send("?")
        terminal.wait_text("─ help ─")
        count = len(terminal.reader.inline)
        terminal.send("\x1b")
        terminal.wait(lambda count=count: len(terminal.reader.inline) > count, "the image again")
        assert terminal.reader.inline[-1] == drawn

    # Enlarged, the map of where the window is lies in the image as it lies over the cells.
    terminal.send("+")
    terminal.wait(lambda: has_map(terminal), "the window in pixels")

    terminal.send("b")
    terminal.wait_text("pictures in half blocks")
    terminal.send("q")
    assert terminal.end() == 0


@pytest.mark.thorough
def test_a_slow_line_is_measured_again_and_gets_pixels_once_it_is_fast(open_in: Open) -> None:
    terminal = open_in(KITTY)
    terminal.reply_seconds = 0.1
    terminal.wait(lambda: terminal.replies > 2, "the line measured")
    assert terminal.raw.count(b"\x1b_G") == 0

    terminal.reply_seconds = 0.0
    terminal.wait(lambda: terminal.shows_pixels(2), "both panes in pixels")


def test_no_reply_becomes_a_key(open_in: Open) -> None:
    terminal = open_in(XTERM)
    terminal.wait(lambda: terminal.block_cells() > 400, "blocks")
    terminal.wait_text("no pixels: not known of XTerm(379)")
    terminal.send("b")
    terminal.wait_text("quad blocks")
    terminal.send("b")
    terminal.wait_text("half blocks")
    terminal.send("q")
    assert terminal.end() == 0
    assert not terminal.placeholders


def test_no_reply_that_is_late_becomes_a_key(open_in: Open) -> None:
    terminal = open_in("")
    terminal.wait(lambda: terminal.block_cells() > 400, "blocks")
    terminal.wait_text("no pixels: the terminal does not reply")
    for piece in (KITTY[:20], KITTY[20:], "s"):
        terminal.send(piece)
    terminal.wait_text("sorted by date")
    shown: list[Any] = [line for line in terminal.screen.display if "colour map" in line]
    assert shown == []
    terminal.send("q")
    assert terminal.end() == 0


def test_keys_typed_during_the_query_reach_the_app(open_in: Open) -> None:
    terminal = open_in(f"s{KITTY}T")
    terminal.wait(lambda: terminal.shows_pixels(2), "both panes in pixels")

    # T has hidden the tables, s has sorted by date: size is next.
    assert "arrays" not in terminal.text
    terminal.send("s")
    terminal.wait_text("sorted by size")
