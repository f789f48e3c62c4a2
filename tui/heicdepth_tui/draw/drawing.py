"""What is wanted of a picture in cells, and what it became; without any import cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from heicdepth_tui.draw.fit import Fit
from heicdepth_tui.draw.modes import Blocks, ColorMode

__all__ = ["Drawing", "Drawn"]


@dataclass(frozen=True, slots=True)
class Drawing:
    """How a layer is to be drawn: room, blocks and colours.

    ``cells`` is the room in (columns, rows); the picture takes as much of it as its shape allows.
    ``colormap`` names the colour map for depth codes; empty shows a layer in its own colours.
    ``tolerance`` is that of ``Picture.ansi_rows``.
    """

    cells: tuple[int, int]
    blocks: Blocks = Blocks.HALF
    mode: ColorMode = ColorMode.TRUECOLOR
    tolerance: int = 0
    colormap: str = ""


class Drawn(NamedTuple):
    """A picture as rows of text with colour codes, and the cells it takes."""

    fit: Fit
    rows: tuple[str, ...]
