"""Pictures as Rich renderables, through rich-pixels, for ``heicdepth-tui show``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from heicdepth_tui.draw.cells import render_cells
from heicdepth_tui.draw.colour_bar import colour_bar
from heicdepth_tui.draw.fit import CELL_ASPECT, Fit, fit_cells
from heicdepth_tui.draw.modes import Blocks, ColorMode
from heicdepth_tui.draw.shrink import shrink
from heicdepth_tui.text import printable

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
    from rich.text import Text

__all__ = [
    "ConsolePicture",
    "Legend",
    "arrange",
    "console_pictures",
    "has_colours",
]

_GAP = 2
_BAR = 16


@dataclass(frozen=True, slots=True)
class Legend:
    """The line below a depth picture: a bar of ``colormap`` between two labels."""

    near: str
    far: str
    colormap: str


@dataclass(frozen=True, slots=True, eq=False)
class ConsolePicture:
    """A picture with its caption; ``rgb`` is (H, W, 3) uint8 sRGB of any size."""

    rgb: NDArray[np.uint8]
    caption: str
    legend: Legend | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Cells:
    """Prints a picture as half blocks, or as shades on a console without colours."""

    rgb: NDArray[np.uint8]
    fit: Fit

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if not has_colours(console):
            picture = render_cells(self.rgb, self.fit, mode=ColorMode.NONE)
            yield _text("\n".join(picture.ansi_rows()))
            return
        from PIL import Image
        from rich_pixels import Pixels

        shrunk = np.ascontiguousarray(shrink(self.rgb, (self.fit.width, self.fit.height)))
        yield Pixels.from_image(Image.fromarray(shrunk))


@dataclass(frozen=True, slots=True)
class _LegendLine:
    """Prints a legend in the colours of the console."""

    legend: Legend

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from rich.color import Color
        from rich.style import Style

        mode = ColorMode.TRUECOLOR if has_colours(console) else ColorMode.NONE
        text = _text(printable(self.legend.near) + " ")
        for run, foreground, background in colour_bar(self.legend.colormap, _BAR, mode).runs(0):
            if background is None:
                text.append(run)
                continue
            style = Style(color=Color.from_rgb(*foreground), bgcolor=Color.from_rgb(*background))
            text.append(run, style)
        yield text.append(" " + printable(self.legend.far))


def has_colours(console: Console) -> bool:
    """Return whether the console shows colours: false under NO_COLOR and for a file."""
    return console.color_system is not None and not console.no_color


def _text(plain: str) -> Text:
    from rich.text import Text

    return Text(plain, no_wrap=True, overflow="ellipsis")


def console_pictures(
    pictures: Sequence[ConsolePicture], cells: tuple[int, int], cell_aspect: float = CELL_ASPECT
) -> RenderableType:
    """Return a renderable of the pictures, side by side or stacked, whichever shows them larger.

    ``cells`` is the available (columns, rows), captions and legends included, ``cell_aspect`` a
    cell's height over its width. Captions are not markup; control characters in them are escaped.
    """
    from rich.table import Table

    sizes = [(picture.rgb.shape[1], picture.rgb.shape[0]) for picture in pictures]
    overhead = 1 + any(picture.legend is not None for picture in pictures)
    stacked, fits = arrange(sizes, cells, overhead, cell_aspect)
    grid = Table.grid(padding=(0, _GAP, 0, 0))
    share = cells[0] if stacked else _share(cells[0], len(pictures))
    widths = [
        max(1, fit.cols, min(share, _text_width(picture)))
        for picture, fit in zip(pictures, fits, strict=True)
    ]
    for width in [max(widths, default=1)] if stacked else widths:
        grid.add_column(width=width, no_wrap=True, overflow="ellipsis")
    blocks = [_rows_of(picture, fit) for picture, fit in zip(pictures, fits, strict=True)]
    rows = [[row] for block in blocks for row in block] if stacked else zip(*blocks, strict=True)
    for row in rows:
        grid.add_row(*row)
    return grid


def arrange(
    sizes: Sequence[tuple[int, int]],
    cells: tuple[int, int],
    overhead: int,
    cell_aspect: float = CELL_ASPECT,
) -> tuple[bool, list[Fit]]:
    """Return whether to stack pictures of ``sizes`` (width, height), and the fit of each.

    The caption and legend of every picture take ``overhead`` rows. The arrangement that covers more
    cells wins, side by side where they are equal.
    """
    count = max(1, len(sizes))
    across = _share(cells[0], count), max(1, cells[1] - overhead)
    down = cells[0], max(1, cells[1] // count - overhead)
    beside, stacked = (
        [fit_cells(size, room, Blocks.HALF, cell_aspect) for size in sizes]
        for room in (across, down)
    )
    is_stacked = _area(stacked) > _area(beside)
    return is_stacked, stacked if is_stacked else beside


def _share(columns: int, count: int) -> int:
    """Return the columns that each of ``count`` pictures side by side may take."""
    return max(1, (columns - _GAP * (count - 1)) // max(1, count))


def _text_width(picture: ConsolePicture) -> int:
    from rich.cells import cell_len

    legend = picture.legend
    ends = 0 if legend is None else cell_len(f"{printable(legend.near)} {printable(legend.far)} ")
    return max(cell_len(printable(picture.caption)), ends + _BAR if ends else 0)


def _area(fits: list[Fit]) -> int:
    return sum(fit.cols * fit.rows for fit in fits)


def _rows_of(picture: ConsolePicture, fit: Fit) -> list[RenderableType]:
    legend = _text("") if picture.legend is None else _LegendLine(picture.legend)
    return [_text(printable(picture.caption)), _Cells(picture.rgb, fit), legend]
