"""The spin screen of the real command: the mouse, a resize, and a slow line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

Start = Callable[..., Any]


def open_cloud(terminal: Any) -> None:
    terminal.wait_text("IMG_0412.HEIC", "768×576", "relative")
    terminal.send("33")
    terminal.wait_text("points", "perspective", "┤ ≈")
    terminal.wait(lambda: terminal.block_cells() > 800, "the cloud")


def test_drag_wheel_and_resize(run_in_terminal: Start, sample_folder: Path) -> None:
    terminal = run_in_terminal(str(sample_folder / "IMG_0412.HEIC"), columns=120, rows=40)
    open_cloud(terminal)

    # SGR mouse reports: the button down at 40, 12, moved to 60, 12 and up.
    terminal.send("\x1b[<0;40;12M\x1b[<32;50;12M\x1b[<32;60;12M\x1b[<0;60;12m")
    terminal.wait_text("turned 30° 0°")
    terminal.send("\x1b[<64;60;12M")
    terminal.wait_text("1.25x")
    # Middle button: the cloud moves.
    terminal.send("\x1b[<1;40;12M\x1b[<33;50;12M\x1b[<1;50;12m")
    terminal.wait_text("moved")
    terminal.resize(80, 24)
    terminal.wait(lambda: "e Export" in terminal.screen.display[23], "24 rows")
    terminal.wait(lambda: "┤ ≈" in terminal.screen.display[22], "the scale bar above the keys")
    terminal.wait(lambda: terminal.block_cells() > 400, "the cloud")
    terminal.send("\x1b")
    terminal.wait_text("? Help", "/ Find")
    terminal.send("q")

    assert terminal.end() == 0


def test_a_slow_line_drops_frames_and_no_key(run_in_terminal: Start, sample_folder: Path) -> None:
    terminal = run_in_terminal(str(sample_folder / "IMG_0412.HEIC"), reply_seconds=0.25)
    open_cloud(terminal)
    before = terminal.queries

    terminal.send("l" * 24)
    terminal.wait_text("turned 120° 0°")

    # 24 keys, each a pose of its own: shown one by one they would take six seconds.
    assert terminal.queries - before < 12
    terminal.send("q")
    assert terminal.end() == 0
