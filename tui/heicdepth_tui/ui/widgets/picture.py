"""The picture pane: a title, an image in half or quad blocks in its true shape, and a caption."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from heicdepth_tui.draw.fit import Fit, fit_cells
from heicdepth_tui.draw.modes import Blocks, ColorMode
from heicdepth_tui.ui.widgets.photo_list import clip, wrap_cells
from heicdepth_tui.ui.widgets.strips import PaintedStrip, style_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from heicdepth_tui.draw.cells import Picture
    from heicdepth_tui.ui.pacing import Pacer

__all__ = ["DrawSettings", "ImageSource", "PictureCanvas", "RowCache"]

# A tolerance of 4 levels keeps 43 dB against the exact panel and sends a third of its bytes.
TOLERANCE = 4


@dataclass(frozen=True, slots=True)
class DrawSettings:
    """How pictures reach this terminal."""

    mode: ColorMode
    blocks: Blocks = Blocks.HALF
    tolerance: int = TOLERANCE


@dataclass(frozen=True, slots=True)
class ImageSource:
    """An image that can be drawn at any size.

    ``key`` names it for the cache (photo, layer, state of the file, colour map); ``size`` is its
    true upright (width, height), which gives the shape of the pane; ``sample`` returns (h, w, 3)
    uint8 colours for a wanted (w, h).
    """

    key: tuple[object, ...]
    size: tuple[int, int]
    sample: Callable[[tuple[int, int]], NDArray[np.uint8]]


class RowCache:
    """Encoded rows of recently drawn pictures, bounded by their length in characters."""

    def __init__(self, limit: int = 4_000_000) -> None:
        self._limit = limit
        self._size = 0
        self._pictures: OrderedDict[tuple[object, ...], tuple[Picture, tuple[str, ...]]]
        self._pictures = OrderedDict()

    def get(self, key: tuple[object, ...]) -> tuple[Picture, tuple[str, ...]] | None:
        """Return the picture and its rows, or None."""
        found = self._pictures.get(key)
        if found is not None:
            self._pictures.move_to_end(key)
        return found

    def forget(self, path: str) -> None:
        """Drop every picture of a photo."""
        for key in [key for key in self._pictures if key[0] == path]:
            _, dropped = self._pictures.pop(key)
            self._size -= sum(map(len, dropped))

    def put(self, key: tuple[object, ...], picture: Picture, rows: tuple[str, ...]) -> None:
        """Keep a picture, dropping the least recently used ones over the limit."""
        if key in self._pictures:
            return
        self._pictures[key] = (picture, rows)
        self._size += sum(map(len, rows))
        while self._size > self._limit and len(self._pictures) > 1:
            _, (_, dropped) = self._pictures.popitem(last=False)
            self._size -= sum(map(len, dropped))


class PictureCanvas(Widget):
    """Draws one image, or a message where there is none; never an old image for a new photo."""

    DEFAULT_CSS = """
    PictureCanvas { width: 1fr; height: 1fr; background: $background; color: $foreground 70%; }
    """
    ALLOW_SELECT = False

    def __init__(
        self, rows: RowCache, settings: DrawSettings, pacer: Pacer, *, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self._cache = rows
        self._pacer = pacer
        self._settings = settings
        self._source: ImageSource | None = None
        self._message = ""
        self._shape: tuple[int, int] | None = None
        self._drawn: tuple[Fit, Picture, tuple[str, ...]] | None = None
        self._pads: dict[tuple[int, Style], str] = {}

    @property
    def source(self) -> ImageSource | None:
        """The image on show."""
        return self._source

    @property
    def message(self) -> str:
        """The text on show instead of an image; empty where there is an image."""
        return self._message if self._source is None else ""

    def show(self, source: ImageSource) -> None:
        """Draw an image, as soon as the terminal has taken in those before it."""
        if self._source is not None and self._source.key == source.key:
            self._pacer.forget(self)
            self._source = source
            return
        self._pacer.paint(self, partial(self._adopt, source))

    def _adopt(self, source: ImageSource) -> None:
        self._source = source
        self._drawn = None
        self.refresh()

    def show_message(self, message: str, shape: tuple[int, int] | None = None) -> None:
        """Show a text instead; with ``shape`` on a plate of the coming image's (width, height)."""
        self._pacer.forget(self)
        if self._source is None and (message, shape) == (self._message, self._shape):
            return
        self._source = None
        self._drawn = None
        self._message = message
        self._shape = shape
        self.refresh()

    def set_settings(self, settings: DrawSettings) -> None:
        """Draw with other blocks or colours from now on."""
        if settings != self._settings:
            self._settings = settings
            self._drawn = None
            self.refresh()

    def on_resize(self) -> None:
        """Draw anew at the new size."""
        self._drawn = None

    def redraw(self) -> None:
        """Forget what was drawn (theme or colours changed) and draw again."""
        self._drawn = None
        self.refresh()

    def prepare(self, source: ImageSource) -> None:
        """Encode an image that is likely shown next, as it would be drawn here now."""
        if self.size.width and self.size.height:
            self._encoded(source)

    def _draw(self, source: ImageSource) -> tuple[Fit, Picture, tuple[str, ...]]:
        if self._drawn is None:
            self._drawn = self._encoded(source)
        return self._drawn

    def _encoded(self, source: ImageSource) -> tuple[Fit, Picture, tuple[str, ...]]:
        settings = self._settings
        fit = fit_cells(source.size, (self.size.width, self.size.height), settings.blocks)
        key = (*source.key, fit, settings)
        cached = self._cache.get(key)
        if cached is None:
            from heicdepth_tui.draw.cells import render_cells

            colours = source.sample((fit.width, fit.height))
            picture = render_cells(colours, fit, settings.blocks, settings.mode)
            rows = picture.ansi_rows(settings.mode, settings.tolerance)
            self._cache.put(key, picture, rows)
            cached = (picture, rows)
        return (fit, *cached)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the rows of the picture, already encoded, padded to the width of the widget."""
        width, height = self.size
        if not width or not height:
            return []
        base = self.rich_style
        if self._source is None:
            strips = [
                self._filtered(self._message_row(y, width, height, base)) for y in crop.line_range
            ]
        else:
            fit, picture, rows = self._draw(self._source)
            left = (width - fit.cols) // 2
            top = (height - fit.rows) // 2
            strips = [
                self._picture_row(y - top, rows, picture, left, width - left - fit.cols, base)
                for y in crop.line_range
            ]
        if crop.x or crop.width != width:
            strips = [strip.crop(crop.x, crop.right) for strip in strips]
        return strips

    def _picture_row(
        self, row: int, rows: tuple[str, ...], picture: Picture, left: int, right: int, base: Style
    ) -> Strip:
        width = self.size.width
        if not 0 <= row < len(rows):
            return self._filtered(Strip.blank(width, base))
        encoded = self._pad(left, base) + rows[row] + self._pad(right, base)
        return PaintedStrip(encoded, width, partial(_segments, picture, row, left, right, base))

    def _pad(self, cells: int, style: Style) -> str:
        if cells <= 0:
            return ""
        key = (cells, style)
        if key not in self._pads:
            pad = self._filtered(Strip([Segment(" " * cells, style)], cells))
            self._pads[key] = pad.render(self.app.console)
        return self._pads[key]

    def _filtered(self, strip: Strip) -> Strip:
        """Apply what Textual applies to other widgets' lines: greys where there are no colours."""
        _, background = self.background_colors
        for line_filter in self.get_line_filters():
            strip = strip.apply_filter(line_filter, background)
        return strip

    def _message_row(self, y: int, width: int, height: int, base: Style) -> Strip:
        plate_left = plate_top = 0
        plate_cols, plate_rows = width, height
        plate = base
        if self._shape is not None:
            fit = fit_cells(self._shape, (width, height), Blocks.HALF)
            plate_cols, plate_rows = fit.cols, fit.rows
            plate_left, plate_top = (width - fit.cols) // 2, (height - fit.rows) // 2
            plate = base + Style(bgcolor=self.app.theme_plate)  # type: ignore[attr-defined]
        lines = wrap_cells(self._message, max(1, width - 4))[: max(1, height)]
        index = y - (height - len(lines)) // 2
        text = lines[index] if 0 <= index < len(lines) else ""
        inside = plate_top <= y < plate_top + plate_rows
        left = (width - cell_len(text)) // 2
        row = Strip([Segment(clip(" " * left + text, width), base)], width)
        if not inside or plate is base:
            return row
        right = plate_left + plate_cols
        middle = [Segment(part.text, plate) for part in row.crop(plate_left, right)]
        return Strip([*row.crop(0, plate_left), *middle, *row.crop(right, width)], width)


def _segments(picture: Picture, row: int, left: int, right: int, base: Style) -> list[Segment]:
    segments = [Segment(" " * left, base)] if left else []
    for text, foreground, background in picture.runs(row):
        segments.append(Segment(text, base + style_of(foreground, background)))
    if right:
        segments.append(Segment(" " * right, base))
    return segments
