"""The zoom screen in a pseudo-terminal: dragging, the wheel and another size."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

Start = Callable[..., Any]

_WINDOW = re.compile(r"(\d+),(\d+) – (\d+),(\d+) of \d+×\d+")


def _window(terminal: Any) -> tuple[int, ...]:
    found = _WINDOW.search(terminal.text)
    return tuple(map(int, found.groups())) if found else (0, 0, 0, 0)


def _mouse(button: int, column: int, row: int, *, is_up: bool = False) -> str:
    """Return a report of the mouse as SGR terminals send it; cells count from 1."""
    return f"\x1b[<{button};{column};{row}{'m' if is_up else 'M'}"


def test_drag_wheel_and_resize(run_in_terminal: Start, sample_folder: Path) -> None:
    terminal = run_in_terminal(str(sample_folder), columns=120, rows=40)
    terminal.wait_text("IMG_0412.HEIC", "768×576")
    terminal.wait(lambda: terminal.block_cells() > 800, "two pictures")
    terminal.send("z")
    terminal.wait_text("photo  1.0x", "esc Back")
    terminal.send("1")
    terminal.wait(lambda: _window(terminal)[0] > 0, "a window of the photo")
    left, top, right, bottom = _window(terminal)
    assert (right - left + 1, bottom - top + 1) == (120, 74)

    terminal.send(_mouse(0, 60, 20) + _mouse(32, 50, 16) + _mouse(0, 50, 16, is_up=True))
    terminal.wait(lambda: _window(terminal)[:2] == (left + 10, top + 8), "the window dragged")
    terminal.send(_mouse(64, 60, 20) * 4)
    terminal.wait(lambda: _window(terminal)[2] - _window(terminal)[0] == 59, "wheel turned")

    terminal.resize(80, 24)
    terminal.wait(lambda: _window(terminal)[2] - _window(terminal)[0] == 39, "laid out again")
    terminal.wait(lambda: terminal.block_cells() > 80 * 15, "a picture of the new size")
    terminal.send("\x1b")
    terminal.wait_text("arrays")
    terminal.send("q")
    assert terminal.end() == 0
