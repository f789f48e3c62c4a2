"""Pixels in a terminal that tmux runs in, as the installed tmux passes them on."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.graphics import GraphicsTerminal

IDENTITY = "\x1bP>|kitty(0.35.2)\x1b\\"

Start = Callable[[str], GraphicsTerminal]


@pytest.fixture
def in_tmux(sample_folder: Path, tmp_path: Path) -> Iterator[Start]:
    """Return a function that opens a photo within tmux, ``allow-passthrough`` set as given."""
    tmux = shutil.which("tmux")
    if tmux is None:
        pytest.skip("tmux is not installed")
    server = (tmux, "-S", str(tmp_path / "socket"))
    started: list[GraphicsTerminal] = []

    def start(passthrough: str) -> GraphicsTerminal:
        config = tmp_path / "tmux.conf"
        config.write_text(f"set -g status off\nset -g allow-passthrough {passthrough}\n")
        app = f"{sys.executable} -m heicdepth_tui --graphics auto IMG_0412.HEIC"
        # tmux queries the name of its terminal when it starts: the app waits for the reply to that.
        named = f"until {tmux} display-message -p '#{{client_termtype}}' | grep -q kitty"
        script = f"{named}; do :; done; exec {app}"
        arguments = ["-f", str(config), "new-session", "sh", "-c", script]

        class InTmux(GraphicsTerminal):
            command = server

        terminal = InTmux(arguments, sample_folder, IDENTITY, COLORTERM="truecolor")
        started.append(terminal)
        return terminal

    yield start
    subprocess.run([*server, "kill-server"], check=False, capture_output=True)
    for terminal in started:
        terminal.close()


def test_kitty_around_tmux_shows_both_panes_in_pixels(in_tmux: Start) -> None:
    terminal = in_tmux("on")
    terminal.wait(lambda: terminal.shows_pixels(2), "both panes in pixels")
    terminal.send("q")
    terminal.end()
    assert (terminal.reader.images, terminal.reader.broken) == ({}, [])


def test_nothing_is_passed_on_where_tmux_does_not(in_tmux: Start) -> None:
    terminal = in_tmux("off")
    terminal.wait_text("no pixels: tmux has allow-passthrough off")
    terminal.send("b")
    terminal.wait_text("pictures in quad blocks")
    terminal.send("b")
    terminal.wait_text("pictures in half blocks")
    assert terminal.reader.sent == []
