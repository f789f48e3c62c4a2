"""Queries the terminal for graphics before Textual owns its input."""

from __future__ import annotations

import contextlib
import os
import select
import sys
from codecs import getincrementaldecoder
from time import monotonic

from heicdepth_tui.text import printable
from heicdepth_tui.ui.model.graphics import Graphics
from heicdepth_tui.ui.terminal.capabilities import terminal_descriptor
from heicdepth_tui.ui.terminal.cell_size import window_cell
from heicdepth_tui.ui.terminal.graphics_replies import (
    NOT_QUERIED,
    QUERY,
    Queried,
    ReplySplitter,
    graphics_of,
)
from heicdepth_tui.ui.terminal.tmux import find_tmux

__all__ = ["query_graphics"]

TIMEOUT = 0.5
"""Seconds to wait for the reply to DA1; a terminal on the same machine takes 0.01."""


def query_graphics(wanted: str) -> Queried:
    """Return the graphics of the terminal; ``blocks`` queries nothing.

    Keys typed meanwhile are returned, not lost. Call before anything else reads the input.
    """
    output = terminal_descriptor()
    if wanted == "blocks" or output is None or not sys.stdin.isatty():
        return NOT_QUERIED
    replies = ReplySplitter()
    typed = _query(sys.stdin.fileno(), output, replies)
    if not replies.is_done:
        return Queried(None, "the terminal does not reply", typed, replies)
    found = graphics_of(wanted, replies, find_tmux(), os.environ, _whole(window_cell(output)))
    if isinstance(found, Graphics):
        return Queried(found, typed=typed, cell=replies.cell_pixels)
    return Queried(None, printable(found), typed, cell=replies.cell_pixels)


def _whole(cell: tuple[float, float] | None) -> tuple[int, int] | None:
    return None if cell is None else (int(cell[0]), int(cell[1]))


def _query(source: int, output: int, replies: ReplySplitter) -> str:
    """Write the query, read up to the fence, and return what else was typed."""
    import termios

    before = termios.tcgetattr(source)
    raw = termios.tcgetattr(source)
    # As Textual and the splash frame have it: no echo, no lines, ctrl+c and ctrl+z are keys.
    raw[3] &= ~(termios.ECHO | termios.ICANON | termios.ISIG | termios.IEXTEN)
    raw[0] &= ~(termios.ICRNL | termios.INLCR | termios.IGNCR)
    termios.tcsetattr(source, termios.TCSANOW, raw)
    try:
        os.write(output, QUERY.encode())
        return _read(source, replies)
    finally:
        with contextlib.suppress(termios.error):
            termios.tcsetattr(source, termios.TCSANOW, before)


def _read(source: int, replies: ReplySplitter) -> str:
    decode = getincrementaldecoder("utf-8")("replace").decode
    typed = ""
    end = monotonic() + TIMEOUT
    while not replies.is_done and (left := end - monotonic()) > 0:
        readable, _, _ = select.select([source], [], [], left)
        if readable:
            data = os.read(source, 4096)
            if not data:
                break
            typed += replies.feed(decode(data))
    return typed if replies.is_done else typed + replies.end_waiting()
