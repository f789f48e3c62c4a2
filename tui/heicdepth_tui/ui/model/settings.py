"""How pictures are drawn for this terminal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from heicdepth_tui.draw.fit import CELL_ASPECT
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
    depth_blocks: Blocks = Blocks.HALF
    """Those of depth maps in panes beside a photo."""
    tolerance: int = TOLERANCE
    graphics: Graphics | None = None
    """How the terminal shows pixels; None where it does not."""
    shows_pixels: bool = False
    """Whether panes that can show pixels do, once their blocks are on the screen."""
    cell_aspect: float = CELL_ASPECT
    """A cell's height over its width."""

    @classmethod
    def chosen(
        cls,
        mode: ColorMode,
        blocks: Blocks | None,
        graphics: Graphics | None = None,
        cell_aspect: float = CELL_ASPECT,
    ) -> RenderSettings:
        """Return the settings to begin with.

        Without ``blocks`` depth has quad blocks in true colours, where they cost it few bytes more,
        and a photo has half blocks (bench: blocks).
        """
        depth = Blocks.QUAD if mode is ColorMode.TRUECOLOR else Blocks.HALF
        photo = blocks or Blocks.HALF
        shows_pixels = graphics is not None
        return cls(
            mode,
            photo,
            blocks or depth,
            graphics=graphics,
            shows_pixels=shows_pixels,
            cell_aspect=cell_aspect,
        )

    def next_blocks(self) -> RenderSettings:
        """Return the settings with the other block characters, for photo and depth."""
        blocks = Blocks.QUAD if self.blocks is Blocks.HALF else Blocks.HALF
        return replace(self, blocks=blocks, depth_blocks=blocks)

    def next_picture(self) -> RenderSettings:
        """Return the settings after ``b``: half blocks, quad blocks, then pixels if there are."""
        if self.shows_pixels:
            return replace(self, shows_pixels=False, blocks=Blocks.HALF, depth_blocks=Blocks.HALF)
        shows_pixels = self.blocks is Blocks.QUAD and self.graphics is not None
        return replace(self.next_blocks(), shows_pixels=shows_pixels)

    @property
    def picture_name(self) -> str:
        """The name of what pictures are made of."""
        return "pixels" if self.shows_pixels else f"{self.blocks.value} blocks"

    def render_spec(self, cells: tuple[int, int], colormap: str = "") -> RenderSpec:
        """Return how to draw a picture in a room of (columns, rows)."""
        return RenderSpec(
            cells,
            self.blocks,
            self.mode,
            self.tolerance,
            colormap,
            cell_aspect=self.cell_aspect,
        )

    def depth_spec(self, cells: tuple[int, int], colormap: str) -> RenderSpec:
        """Return how to draw a depth map beside its photo, in a room of (columns, rows)."""
        return replace(self.render_spec(cells, self.colormap(colormap)), blocks=self.depth_blocks)

    def colormap(self, name: str) -> str:
        """Return the colour map that depth is drawn in: greys where there are no colours."""
        return "grey" if self.mode in (ColorMode.NONE, ColorMode.GREY) else name
