"""No reply to a cursor query is left to the shell: the app reads it before it leaves the screen."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

LEFT = b"\x1b[?1049l"
REPLY_SECONDS = 0.3
"""A line that is slower than the time which a silent terminal is given for an image."""


def quit_by_key(terminal: Any) -> None:
    terminal.send("q")


def quit_by_signal(terminal: Any) -> None:
    terminal.process.kill(signal.SIGTERM)


def suspend(terminal: Any) -> None:
    terminal.process.kill(signal.SIGTSTP)


@pytest.mark.parametrize(
    "leave",
    [
        quit_by_key,
        *(pytest.param(leave, marks=pytest.mark.thorough) for leave in (quit_by_signal, suspend)),
    ],
)
def test_a_reply_that_is_on_its_way_is_read_before_the_screen_is_left(
    run_in_terminal: Callable[..., Any],
    sample_folder: Path,
    leave: Callable[[Any], object],
) -> None:
    terminal = run_in_terminal(str(sample_folder))
    # A terminal that has replied is waited for much longer than the reply takes.
    terminal.wait(lambda: terminal.replies > 0, "the first reply")
    terminal.reply_seconds = REPLY_SECONDS
    terminal.send("j")
    terminal.wait(lambda: terminal.queries > terminal.replies, "a query without a reply")
    leave(terminal)
    terminal.wait(lambda: LEFT in terminal.raw, "the end of the screen")

    assert terminal.replies == terminal.queries


def test_a_terminal_that_never_replies_is_left_soon(
    run_in_terminal: Callable[..., Any], sample_folder: Path
) -> None:
    terminal = run_in_terminal(str(sample_folder), reply_seconds=None)
    terminal.wait(lambda: terminal.queries > 0, "the first query")
    terminal.send("q")

    assert terminal.end(10) == 0
