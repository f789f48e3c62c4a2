"""How pictures are drawn for this terminal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from heicdepth_tui.draw.modes import Blocks, ColorMode
from heicdepth_tui.draw.rendering import RenderSpec

if TYPE_CHECKING:
    from heicdepth_tui.ui.model.graphics import Graphics

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
    graphics: Graphics | None = None
    """How the terminal shows pixels; None where it does not."""
    shows_pixels: bool = False
    """Whether panes that can show pixels do, once their blocks are on the screen."""

    def next_blocks(self) -> RenderSettings:
        """Return the settings with the other block characters."""
        return replace(self, blocks=Blocks.QUAD if self.blocks is Blocks.HALF else Blocks.HALF)

    def next_picture(self) -> RenderSettings:
        """Return the settings after ``b``: half blocks, quad blocks, then pixels if there are."""
        if self.shows_pixels:
            return replace(self, shows_pixels=False, blocks=Blocks.HALF)
        if self.blocks is Blocks.QUAD and self.graphics is not None:
            return replace(self, shows_pixels=True, blocks=Blocks.HALF)
        return self.next_blocks()

    @property
    def picture_name(self) -> str:
        """The name of what pictures are made of."""
        return "pixels" if self.shows_pixels else f"{self.blocks.value} blocks"

    def render_spec(self, cells: tuple[int, int], colormap: str = "") -> RenderSpec:
        """Return how to draw a picture in a room of (columns, rows)."""
        return RenderSpec(cells, self.blocks, self.mode, self.tolerance, colormap)

    def colormap(self, name: str) -> str:
        """Return the colour map that depth is drawn in: greys where there are no colours."""
        return "grey" if self.mode in (ColorMode.NONE, ColorMode.GREY) else name
