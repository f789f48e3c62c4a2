"""Start our command and others in a pseudo-terminal, and read off when something was to be seen."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.material import environment
from bench.screen import Replay
from bench.terminal import Link, Terminal

__all__ = ["APP", "SIZE", "first_time", "last_byte_of", "open_app", "press"]

APP = (sys.executable, "-m", "heicdepth_tui")
SIZE = (164, 56)
"""Columns and rows of the terminal: a photo of shape 4:3 then takes 60 columns beside its map."""


def open_app(
    *paths: Path,
    scratch: Path,
    link: Link | None = None,
    command: Sequence[str] = APP,
    **env: str,
) -> Terminal:
    """Start the real command on paths; the caller closes it."""
    return Terminal(
        [*command, *map(str, paths)],
        cwd=scratch,
        env=environment(scratch, **env),
        size=SIZE,
        link=link,
    )


def first_time(terminal: Terminal, seen: Callable[[Replay], bool]) -> tuple[float | None, Replay]:
    """Return the seconds from start until ``seen`` was first true of the screen; and the screen."""
    when: list[float] = []

    def look(now: float, replay: Replay) -> None:
        if not when and seen(replay):
            when.append(now - terminal.started)

    replay = Replay(terminal.size)
    replay.feed(terminal.chunks, look)
    return (when[0] if when else None), replay


def press(terminal: Terminal, key: bytes) -> float:
    """Press a key and return the seconds to the last byte that came of it."""
    pressed = terminal.send(key)
    terminal.settle()
    return max(0.0, terminal.last_byte - pressed)


def last_byte_of(command: Sequence[str], scratch: Path) -> float:
    """Return the seconds from the start of a command to the last byte that it printed."""
    with Terminal(command, cwd=scratch, env=environment(scratch), size=SIZE) as terminal:
        terminal.wait_end()
        return terminal.last_byte - terminal.started


def wait_until(
    terminal: Terminal, done: Callable[[], bool], limit: float, step: float = 0.05
) -> None:
    """Take in what is written until ``done``; TimeoutError after ``limit`` seconds."""
    end = time.monotonic() + limit
    while not done():
        if time.monotonic() > end or not terminal.pump(time.monotonic() + step):
            raise TimeoutError(f"not reached within {limit} s")
