"""The first frame in a real terminal: opened once, typed into at once, given back as it was."""

from __future__ import annotations

import os
import signal
import sys
import termios
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pexpect
import pytest

Start = Callable[..., Any]

OPENED, LEFT = b"\x1b[?1049h", b"\x1b[?1049l"
TEXTUAL = b"\x1b[?1000h"
"""Textual's first words: it wants to know of the mouse."""


def opened(terminal: Any) -> None:
    """Wait for the alternate screen, which the first frame opens before Textual is imported."""
    terminal.wait(lambda: OPENED in terminal.raw, "the alternate screen")


def test_textual_takes_the_screen_over_as_it_is_and_leaves_it_once(
    run_in_terminal: Start, sample_folder: Path
) -> None:
    terminal = run_in_terminal(str(sample_folder))
    before = termios.tcgetattr(terminal.process.child_fd)
    opened(terminal)
    first_frame = termios.tcgetattr(terminal.process.child_fd)
    assert TEXTUAL not in terminal.raw
    terminal.send("jj")
    terminal.wait_text("depth 480×640", "5 with depth")
    terminal.send("q")
    assert terminal.end() == 0

    assert before[3] & termios.ECHO
    assert before[3] & termios.ICANON
    assert not first_frame[3] & (termios.ECHO | termios.ICANON)
    assert b"jj" not in terminal.raw
    painted = terminal.raw.partition(TEXTUAL)[0]
    assert b"IMG_0412.HEIC" in painted
    assert b"IMG_0427.HEIC" in painted
    assert "photo 1536×1152".encode() in painted
    assert b"\x1b[2J" not in terminal.raw
    assert terminal.raw.count(OPENED) == 1
    assert terminal.raw.count(LEFT) == 1
    assert termios.tcgetattr(terminal.process.child_fd) == before


def test_keys_typed_before_anything_is_there_move_the_cursor(
    run_in_terminal: Start, sample_folder: Path
) -> None:
    terminal = run_in_terminal(str(sample_folder))
    terminal.send("jj")
    terminal.wait_text("depth 480×640")
    terminal.send("q")

    assert terminal.end() == 0


@pytest.mark.parametrize("is_at_once", [True, False], ids=["at once", "into the first frame"])
def test_a_q_typed_ahead_ends_it_and_gives_the_terminal_back(
    run_in_terminal: Start, sample_folder: Path, is_at_once: bool
) -> None:
    terminal = run_in_terminal(str(sample_folder))
    before = termios.tcgetattr(terminal.process.child_fd)
    if not is_at_once:
        opened(terminal)
    terminal.send("q")

    assert terminal.end() == 0
    assert terminal.raw.count(OPENED) == terminal.raw.count(LEFT) == 1
    assert termios.tcgetattr(terminal.process.child_fd) == before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_before_the_app_is_there_gives_the_terminal_back(
    run_in_terminal: Start, sample_folder: Path, number: signal.Signals
) -> None:
    terminal = run_in_terminal(str(sample_folder))
    before = termios.tcgetattr(terminal.process.child_fd)
    opened(terminal)
    terminal.process.kill(number)

    assert terminal.end() == 128 + number
    assert terminal.raw.count(OPENED) == terminal.raw.count(LEFT) == 1
    assert termios.tcgetattr(terminal.process.child_fd) == before


def test_ctrl_c_typed_into_the_first_frame_quits(
    run_in_terminal: Start, sample_folder: Path
) -> None:
    terminal = run_in_terminal(str(sample_folder))
    opened(terminal)
    terminal.send("\x03")

    assert terminal.end() == 0, terminal.raw.decode()[-2000:]
    assert terminal.raw.count(OPENED) == terminal.raw.count(LEFT) == 1


FIRST_PAINT = """
import sys
from pathlib import Path
from heicdepth_tui.ui.startup.prestart import prestart_decoder
prestart_decoder()
from heicdepth_tui.ui import app

def painted(self):
    if not Path(sys.argv[1]).exists():
        Path(sys.argv[1]).write_text(" ".join(sorted(sys.modules)))
    self.call_later(self.action_quit)

app.HeicDepthApp.post_display_hook = painted
from heicdepth_tui.cli import run
sys.exit(run(sys.argv[2:]))
"""


def test_the_first_paint_waits_for_no_numpy(sample_folder: Path, tmp_path: Path) -> None:
    told = tmp_path / "modules"
    process = pexpect.spawn(
        sys.executable,
        ["-c", FIRST_PAINT, str(told), str(sample_folder)],
        env={
            **os.environ,
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "XDG_STATE_HOME": str(tmp_path),
        },
        dimensions=(40, 120),
        timeout=20,
    )
    try:
        process.expect(pexpect.EOF)
        process.wait()
    finally:
        process.close(force=True)

    assert process.exitstatus == 0, process.before[-2500:].decode(errors="replace")
    modules = told.read_text().split()
    assert "textual.app" in modules
    assert "heicdepth_tui.ui.screens.photo_panel" in modules
    assert "numpy" not in modules
