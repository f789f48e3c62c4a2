"""How pictures reach this terminal, and the colours of both themes; nothing of Textual."""

from __future__ import annotations

from dataclasses import dataclass

from heicdepth_tui.draw.modes import Blocks, ColorMode
from heicdepth_tui.draw.rendering import RenderSpec

__all__ = ["COLOURS", "PLACEHOLDER_DELAY", "TOLERANCE", "DrawSettings", "Palette"]

# A tolerance of 4 levels keeps 43 dB against the exact panel; most photos then take a third of its
# bytes or less (bench: picture-bytes).
TOLERANCE = 4

PLACEHOLDER_DELAY = 0.04
"""Seconds that a picture may stay where the next one is not there at once."""


@dataclass(frozen=True, slots=True)
class DrawSettings:
    """How pictures reach this terminal."""

    mode: ColorMode
    blocks: Blocks = Blocks.HALF
    tolerance: int = TOLERANCE

    def render_spec(self, cells: tuple[int, int], colormap: str = "") -> RenderSpec:
        """Return how to draw a picture in so many (columns, rows)."""
        return RenderSpec(cells, self.blocks, self.mode, self.tolerance, colormap)

    def colormap(self, name: str) -> str:
        """Return the colour map that depth is drawn in: greys where there are no colours."""
        return "grey" if self.mode in (ColorMode.NONE, ColorMode.GREY) else name


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a theme, as ``#rrggbb``."""

    accent: str
    secondary: str
    foreground: str
    background: str
    surface: str
    panel: str
    success: str
    warning: str
    error: str
    dim: str
    cursor: str
    rule: str
    scrollbar: str


COLOURS = {
    "dark": Palette(
        accent="#e8a355",
        secondary="#8fa3b8",
        foreground="#c9ced6",
        background="#101216",
        surface="#16191f",
        panel="#1c2028",
        success="#8fbf8f",
        warning="#e0c070",
        error="#e07a70",
        dim="#7f8896",
        cursor="#3b2f20",
        rule="#272c35",
        scrollbar="#2c323c",
    ),
    "light": Palette(
        accent="#a05a10",
        secondary="#4a5a6c",
        foreground="#22262c",
        background="#f7f6f3",
        surface="#efede8",
        panel="#e6e3dc",
        success="#2f7a3a",
        warning="#8a6400",
        error="#b03028",
        dim="#6d7279",
        cursor="#ead9c2",
        rule="#d8d4ca",
        scrollbar="#c9c4b8",
    ),
}
