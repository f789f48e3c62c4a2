"""How pictures are drawn for this terminal."""

from __future__ import annotations

from dataclasses import dataclass

from heicdepth_tui.draw.modes import Blocks, ColorMode
from heicdepth_tui.draw.rendering import RenderSpec

__all__ = ["PLACEHOLDER_DELAY", "TOLERANCE", "RenderSettings"]

# A tolerance of 4 levels keeps 43 dB against the exact panel; photos then take a third of its
# bytes or less (bench: picture-bytes).
TOLERANCE = 4

PLACEHOLDER_DELAY = 0.04
"""Seconds that a picture may stay where the next one is not there at once."""


@dataclass(frozen=True, slots=True)
class RenderSettings:
    """How pictures reach this terminal."""

    mode: ColorMode
    blocks: Blocks = Blocks.HALF
    # Quad blocks take twice the time (57x21 cells of a photo: 13.7 instead of 6.4 ms) and 14 %
    # more bytes for photos, none for depth: half blocks until b chooses.
    tolerance: int = TOLERANCE

    def render_spec(self, cells: tuple[int, int], colormap: str = "") -> RenderSpec:
        """Return how to draw a picture in a room of (columns, rows)."""
        return RenderSpec(cells, self.blocks, self.mode, self.tolerance, colormap)

    def colormap(self, name: str) -> str:
        """Return the colour map that depth is drawn in: greys where there are no colours."""
        return "grey" if self.mode in (ColorMode.NONE, ColorMode.GREY) else name
