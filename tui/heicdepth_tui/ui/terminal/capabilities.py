"""What the terminal can show: block characters, colours, and where to write; without Textual."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from heicdepth_tui.draw.modes import ColorMode
from heicdepth_tui.errors import TerminalError

__all__ = [
    "app_color_mode",
    "check_encoding",
    "check_terminal",
    "color_mode_of_system",
    "terminal_descriptor",
    "writes_to_terminal",
]

_COLOR_MODES = {
    "truecolor": ColorMode.TRUECOLOR,
    "256": ColorMode.PALETTE,
    "standard": ColorMode.ANSI16,
}


def color_mode_of_system(name: str | None) -> ColorMode:
    """Return the colours of a ``rich`` colour system by its name."""
    return _COLOR_MODES.get(str(name), ColorMode.ANSI16)


def app_color_mode(environ: Mapping[str, str]) -> ColorMode:
    """Return the colours that Textual will use in this environment, by the rules of ``rich``."""
    if "NO_COLOR" in environ:
        return ColorMode.GREY
    system = environ.get("TEXTUAL_COLOR_SYSTEM", "auto")
    if system != "auto":
        return color_mode_of_system(system)
    if environ.get("TERM", "").lower() in ("dumb", "unknown"):
        return ColorMode.ANSI16
    if environ.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit"):
        return ColorMode.TRUECOLOR
    colours = environ.get("TERM", "").strip().lower().rpartition("-")[2]
    return ColorMode.PALETTE if colours in ("256color", "kitty") else ColorMode.ANSI16


def writes_to_terminal() -> bool:
    """Return whether the app itself writes to a terminal.

    Not under textual-serve, which names another driver in the environment: the app then talks to a
    browser by its standard streams, which are pipes.
    """
    return "TEXTUAL_DRIVER" not in os.environ


def terminal_descriptor() -> int | None:
    """Return the descriptor that Textual's driver for Linux and macOS will write to.

    None where it will use another driver or the stream is no terminal.
    """
    stream = sys.__stderr__
    if stream is None or not writes_to_terminal() or not stream.isatty():
        return None
    return stream.fileno()


def check_terminal() -> None:
    """Raise TerminalError where the terminal cannot show the app or send it keys."""
    if not writes_to_terminal():
        return
    if os.environ.get("TERM", "") in ("dumb", ""):
        raise TerminalError(
            "this terminal (TERM=dumb or unset) cannot show a full-screen app",
            hint="use heicdepth-tui info PATH for plain tables",
        )
    check_encoding()
    if not sys.stdin.isatty():
        raise TerminalError(
            "standard input is no terminal, so no key could reach the app",
            hint="use heicdepth-tui info PATH for plain tables",
        )


def check_encoding() -> None:
    """Raise TerminalError where the output stream cannot carry block characters."""
    encoding = sys.stdout.encoding or "ascii"
    try:
        "▀▄█".encode(encoding)
    except (UnicodeEncodeError, LookupError) as error:
        raise TerminalError(
            f"this terminal's encoding ({encoding}) cannot carry the block characters of pictures",
            hint="set a UTF-8 locale, e.g. LC_ALL=C.UTF-8, or use heicdepth-tui info PATH",
        ) from error
