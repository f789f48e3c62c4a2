"""How a layer is rendered in cells, and the rendered rows; imports neither numpy nor Pillow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from heicdepth_tui.draw.fit import Fit
from heicdepth_tui.draw.modes import Blocks, ColorMode

__all__ = ["RenderSpec", "RenderedRows"]


@dataclass(frozen=True, slots=True)
class RenderSpec:
    """How a layer is rendered: size, blocks and colours.

    ``cells`` is the available size in (columns, rows); the picture takes as much of it as its
    aspect allows.
    ``colormap`` names the colour map for depth codes; empty shows a layer in its own colours.
    ``tolerance`` is that of ``Picture.ansi_rows``.
    """

    cells: tuple[int, int]
    blocks: Blocks = Blocks.HALF
    mode: ColorMode = ColorMode.TRUECOLOR
    tolerance: int = 0
    colormap: str = ""


class RenderedRows(NamedTuple):
    """A layer as rows of text with SGR colour codes; ``fit`` has the cells it takes."""

    fit: Fit
    rows: tuple[str, ...]
