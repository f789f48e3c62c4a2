"""Colour modes, block characters and names of colour maps, without any import cost."""

from __future__ import annotations

from enum import Enum

__all__ = ["COLORMAP_NAMES", "DEFAULT_COLORMAP", "Blocks", "ColorMode"]

COLORMAP_NAMES = ("inferno", "viridis", "magma", "cividis", "turbo", "grey")
"""In the order that the app goes through; ``tables.COLORMAPS`` has their colours."""

DEFAULT_COLORMAP = "inferno"
"""Of the ordered maps the longest path through CIELAB: the most steps can be told apart."""


class Blocks(Enum):
    """Which block characters a picture is built from."""

    HALF = "half"
    """▀ ▄ █ and space: one sample wide and two high a cell."""
    QUAD = "quad"
    """Halves, eighths and quadrants (U+2580 to U+259F), two colours a cell: finer edges."""

    @property
    def samples(self) -> tuple[int, int]:
        """Samples (across, down) that a cell is fitted to; square for cells of aspect 2."""
        return (1, 2) if self is Blocks.HALF else (4, 8)


class ColorMode(Enum):
    """What is sent to the terminal for a colour."""

    TRUECOLOR = "truecolor"
    """24 bits, ``38;2;r;g;b``."""
    PALETTE = "256"
    """The nearest of xterm's fixed 240 colours (16 to 255), ``38;5;n``."""
    ANSI16 = "16"
    """The nearest of the 16 colours, taken to look as in xterm; a theme may differ."""
    GREY = "grey"
    """The 26 greys of xterm's palette: what NO_COLOR means in a full-screen application."""
    NONE = "none"
    """No colour codes at all: shade characters, made for light text on a dark background."""
