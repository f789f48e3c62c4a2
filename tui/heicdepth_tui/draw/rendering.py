"""The request to render a layer, and the result; imports neither numpy nor Pillow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from heicdepth_tui.draw.code_scale import WHOLE_RANGE, CodeScale
from heicdepth_tui.draw.fit import CELL_ASPECT, Fit, fit_cells
from heicdepth_tui.draw.modes import Blocks, ColorMode

__all__ = ["RenderSpec", "Rendered", "RenderedImage", "RenderedRows"]


@dataclass(frozen=True, slots=True)
class RenderSpec:
    """The settings of a rendered layer: size, blocks and colours.

    ``cells`` is the available size in (columns, rows); the picture takes as much of it as its
    aspect allows.
    ``colormap`` names the colour map for depth codes; empty shows a layer in its own colours.
    ``tolerance`` is that of ``Picture.ansi_rows``.
    ``cell_pixels``, the (width, height) of a cell in pixels, gives an image for terminals that
    show pixels instead of text rows; blocks and tolerance then have no effect.
    ``turn`` is done to the layer as decoded: quarter turns counter-clockwise, then where it is True
    a mirroring left to right.
    ``scale`` gives the codes at the two ends of ``colormap``.
    ``cell_aspect`` is a cell's height over its width, for blocks and pixels alike.
    """

    cells: tuple[int, int]
    blocks: Blocks = Blocks.HALF
    mode: ColorMode = ColorMode.TRUECOLOR
    tolerance: int = 0
    colormap: str = ""
    cell_pixels: tuple[int, int] | None = None
    turn: tuple[int, bool] = (0, False)
    scale: CodeScale = WHOLE_RANGE
    cell_aspect: float = CELL_ASPECT

    def fit(self, extent: tuple[int, int]) -> Fit:
        """Return the cells that a picture (width, height), already turned, takes of ``cells``."""
        fit = fit_cells(extent, self.cells, self.blocks, self.cell_aspect)
        if self.cell_pixels is None:
            return fit
        across, down = self.cell_pixels
        return Fit(fit.cols, fit.rows, fit.cols * across, fit.rows * down)

    def turned(self, extent: tuple[int, int]) -> tuple[int, int]:
        """Return the (width, height) of a layer after ``turn``."""
        return (extent[1], extent[0]) if self.turn[0] % 2 else extent


class RenderedRows(NamedTuple):
    """A layer as rows of text with SGR colour codes; ``fit`` has the cells it takes."""

    fit: Fit
    rows: tuple[str, ...]

    @property
    def nbytes(self) -> int:
        """Characters that the rows take."""
        return sum(map(len, self.rows))


class RenderedImage(NamedTuple):
    """A layer as an image for terminals that show pixels.

    ``rgb`` has three bytes a pixel (sRGB), row by row, ``fit.width`` x ``fit.height`` of them:
    they cover the ``fit.cols`` x ``fit.rows`` cells exactly. It is not compressed, because each
    protocol of terminals has a coding of its own.
    """

    fit: Fit
    rgb: bytes

    @property
    def nbytes(self) -> int:
        """Bytes that the image takes."""
        return len(self.rgb)


Rendered: TypeAlias = RenderedRows | RenderedImage
"""Both have ``fit``; ``fit.box_in`` is their position and size in cells."""
