"""Colour modes, block characters and names of colour maps; imports neither numpy nor Pillow."""

from __future__ import annotations

from enum import Enum

__all__ = ["COLORMAP_NAMES", "DEFAULT_COLORMAP", "Blocks", "ColorMode"]

COLORMAP_NAMES = ("inferno", "viridis", "magma", "cividis", "turbo", "grey")
"""In the order in which the app cycles; ``tables.COLORMAPS`` has their colours."""

DEFAULT_COLORMAP = "inferno"
"""Of the ordered maps the one with the longest path through CIELAB, so the finest steps."""


class Blocks(Enum):
    """The block characters that pictures are made of."""

    HALF = "half"
    """▀ ▄ █ and space: one sample wide and two high a cell."""
    QUAD = "quad"
    """Halves, eighths and quadrants (U+2580 to U+259F), two colours a cell: finer edges."""

    @property
    def samples(self) -> tuple[int, int]:
        """Samples (across, down) that a cell is fitted to; square for cells of aspect 2."""
        return (1, 2) if self is Blocks.HALF else (4, 8)


class ColorMode(Enum):
    """The colour codes that are sent to the terminal."""

    TRUECOLOR = "truecolor"
    """24 bits, ``38;2;r;g;b``."""
    PALETTE = "256"
    """The nearest of xterm's fixed 240 colours (16 to 255), ``38;5;n``."""
    ANSI16 = "16"
    """The nearest of the 16 colours, with xterm's default levels; a theme may differ."""
    GREY = "grey"
    """The 26 greys of xterm's palette; the app uses them under NO_COLOR."""
    NONE = "none"
    """No colour codes: shade characters, chosen for light text on a dark background."""
