"""One-shot console pictures through rich-pixels, for ``heicdepth-tui show``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from heicdepth_tui.draw.fit import Fit, fit_cells
from heicdepth_tui.draw.ramp import ramp
from heicdepth_tui.draw.shrink import shrink
from heicdepth_tui.text import printable

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text
    from rich_pixels import Pixels

__all__ = ["ConsolePicture", "Legend", "arrange", "console_picture", "console_pictures"]

_GAP = 2
_BAR = 16


@dataclass(frozen=True, slots=True)
class Legend:
    """What stands under a depth picture: the bar of ``colormap`` between its two ends."""

    near: str
    far: str
    colormap: str


@dataclass(frozen=True, slots=True, eq=False)
class ConsolePicture:
    """A picture with its caption; ``rgb`` is (H, W, 3) uint8 sRGB of any size."""

    rgb: NDArray[np.uint8]
    caption: str
    legend: Legend | None = None


def console_picture(rgb: NDArray[np.uint8], cells: tuple[int, int]) -> Pixels:
    """Return ``rgb`` as half blocks that fit into ``cells`` = (columns, rows), in true aspect.

    The array is shrunk by box first: rich-pixels' own resize takes the nearest sample.
    """
    return _pixels(rgb, fit_cells((rgb.shape[1], rgb.shape[0]), cells))


def console_pictures(pictures: Sequence[ConsolePicture], cells: tuple[int, int]) -> RenderableType:
    """Return a renderable with the pictures, side by side or stacked as they come out larger.

    ``cells`` is the room in (columns, rows), captions and legends included. Captions are shown as
    they are: no markup, control characters escaped.
    """
    from rich.table import Table

    sizes = [(picture.rgb.shape[1], picture.rgb.shape[0]) for picture in pictures]
    overhead = 1 + any(picture.legend is not None for picture in pictures)
    stacked, fits = arrange(sizes, cells, overhead)
    grid = Table.grid(padding=(0, _GAP, 0, 0))
    columns = [max((fit.cols for fit in fits), default=1)] if stacked else [f.cols for f in fits]
    for width in columns:
        grid.add_column(width=width, no_wrap=True, overflow="ellipsis")
    blocks = [_rows_of(picture, fit) for picture, fit in zip(pictures, fits, strict=True)]
    rows = [[row] for block in blocks for row in block] if stacked else zip(*blocks, strict=True)
    for row in rows:
        grid.add_row(*row)
    return grid


def arrange(
    sizes: Sequence[tuple[int, int]], cells: tuple[int, int], overhead: int
) -> tuple[bool, list[Fit]]:
    """Return whether to stack pictures of ``sizes`` (width, height), and each one's fit.

    ``overhead`` rows go to every picture's caption and legend. The arrangement that covers more
    cells wins, side by side where they are equal.
    """
    count = max(1, len(sizes))
    across = max(1, (cells[0] - _GAP * (count - 1)) // count), max(1, cells[1] - overhead)
    down = cells[0], max(1, cells[1] // count - overhead)
    beside = [fit_cells(size, across) for size in sizes]
    stacked = [fit_cells(size, down) for size in sizes]
    is_stacked = _area(stacked) > _area(beside)
    return is_stacked, stacked if is_stacked else beside


def _area(fits: list[Fit]) -> int:
    return sum(fit.cols * fit.rows for fit in fits)


def _pixels(rgb: NDArray[np.uint8], fit: Fit) -> Pixels:
    from PIL import Image
    from rich_pixels import Pixels

    shrunk = np.ascontiguousarray(shrink(rgb, (fit.width, fit.height)))
    pixels: Pixels = Pixels.from_image(Image.fromarray(shrunk))
    return pixels


def _rows_of(picture: ConsolePicture, fit: Fit) -> list[RenderableType]:
    from rich.text import Text

    legend = Text() if picture.legend is None else _legend_text(picture.legend)
    return [Text(printable(picture.caption)), _pixels(picture.rgb, fit), legend]


def _legend_text(legend: Legend) -> Text:
    from rich.color import Color
    from rich.style import Style
    from rich.text import Text

    text = Text(printable(legend.near) + " ")
    for run, foreground, background in ramp(legend.colormap, _BAR).runs(0):
        under = None if background is None else Color.from_rgb(*background)
        text.append(run, Style(color=Color.from_rgb(*foreground), bgcolor=under))
    return text.append(" " + printable(legend.far))
