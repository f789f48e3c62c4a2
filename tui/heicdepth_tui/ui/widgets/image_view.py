"""The image of a pane: rows of cells in their true shape, or a message."""

from __future__ import annotations

import re
from functools import lru_cache, partial
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import TRANSPARENT
from textual.geometry import Region
from textual.strip import Strip

from heicdepth_tui.draw.fit import CELL_ASPECT, Box, Fit, fit_cells
from heicdepth_tui.draw.modes import Blocks
from heicdepth_tui.ui.model.clipping import clip, wrap_cells
from heicdepth_tui.ui.model.settings import PLACEHOLDER_DELAY
from heicdepth_tui.ui.terminal.internals import EncodedStrip, call_in
from heicdepth_tui.ui.widgets.crosshair import cross_row, cross_rows, place_in, with_signs
from heicdepth_tui.ui.widgets.line_view import LineWidget

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.timer import Timer

    from heicdepth_tui.draw.dots import Dots
    from heicdepth_tui.draw.fit import Fit
    from heicdepth_tui.draw.rendering import RenderedRows

__all__ = ["ImageView"]

_CELLS = re.compile("\U0010eeee[^\U0010eeee]*|[^\U0010eeee]+")
"""A cell that shows an image is several characters: each is a segment, because rich 14.2 may cut
between them."""


class ImageView(LineWidget):
    """Shows one picture drawn in cells, or a message where there is none."""

    DEFAULT_CSS = """
    ImageView { width: 1fr; height: 1fr; background: $background; color: $foreground 70%; }
    ImageView > .image-view--placeholder { background: $surface; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"image-view--placeholder"}
    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._picture: RenderedRows | None = None
        self._pixels: RenderedRows | None = None
        self._place: tuple[int, int] | None = None
        self._hides_pixels = self._has_painted = False
        self._pointed: tuple[float, float] | None = None
        self.when_painted: Callable[[], object] | None = None
        """Called after the picture, or a part of it, was painted."""
        self._message = ""
        self._shape: tuple[int, int] | None = None
        self._cell_aspect = CELL_ASPECT
        self._lines: dict[tuple[str, int, tuple[int, int], Style, Style], Strip] = {}
        """Lines of the message: most of them are the same one."""
        self._placeholder: tuple[str, tuple[int, int] | None, float] | None = None
        self._placeholder_timer: Timer | None = None

    @property
    def picture(self) -> RenderedRows | None:
        """The picture on show."""
        return self._picture

    @property
    def pixels(self) -> RenderedRows | None:
        """The cells that show an image in place of the picture; None where none do."""
        return self._pixels

    @property
    def message(self) -> str:
        """The text on show instead of a picture; empty where there is a picture."""
        return self._message if self._picture is None else ""

    def show_picture(self, picture: RenderedRows, place: tuple[int, int] | None = None) -> None:
        """Show rows of cells, drawn for the size of this widget.

        They are centred, unless ``place`` has the (column, row) of their first cell.
        """
        self._cancel_placeholder()
        if picture is not self._picture:
            self._picture = picture
            self._place = place
            self._pixels = None
            self.refresh()

    @property
    def pointed(self) -> tuple[float, float] | None:
        """The place of the crosshair; see ``point_at``."""
        return self._pointed

    def point_at(self, share: tuple[float, float] | None) -> None:
        """Put a crosshair on a place given as shares of the picture's width and height."""
        if share != self._pointed:
            self._pointed = share
            self.refresh()

    def show_pixels(self, cells: RenderedRows | None) -> None:
        """Show an image of the picture by cells of the terminal's own; None: the picture again.

        Another picture or a message ends it.
        """
        if cells is not self._pixels and self._picture is not None:
            self._pixels = cells
            self.refresh()

    def hide_pixels(self, hides: bool) -> None:
        """Show the picture while another screen darkens what is behind it, which cells cannot."""
        if hides != self._hides_pixels:
            self._hides_pixels = hides
            if self._pixels is not None:
                self.refresh()

    def _painted(self) -> None:
        self._has_painted = False
        if self.when_painted is not None:
            self.when_painted()

    @property
    def dots(self) -> Dots | None:
        """What lies over the picture, and has to lie over an image in its place."""
        return None

    def show_placeholder(
        self,
        message: str,
        shape: tuple[int, int] | None = None,
        cell_aspect: float = CELL_ASPECT,
    ) -> None:
        """Show a message in place of a picture, but only after ``PLACEHOLDER_DELAY``.

        The picture before may stay that long: a placeholder of 20 ms between two flickers.
        """
        if self._picture is None:
            self.show_message(message, shape, cell_aspect)
            return
        self._placeholder = (message, shape, cell_aspect)
        if self._placeholder_timer is None:
            self._placeholder_timer = call_in(self, PLACEHOLDER_DELAY, self._show_late)

    def _show_late(self) -> None:
        self._placeholder_timer = None
        if self._placeholder is not None:
            self.show_message(*self._placeholder)

    def _cancel_placeholder(self) -> None:
        self._placeholder = None
        if self._placeholder_timer is not None:
            self._placeholder_timer.stop()
            self._placeholder_timer = None

    def show_message(
        self,
        message: str,
        shape: tuple[int, int] | None = None,
        cell_aspect: float = CELL_ASPECT,
    ) -> None:
        """Show a text instead, in front of a rectangle of ``shape`` (width, height)."""
        self._cancel_placeholder()
        shown = self._message, self._shape, self._cell_aspect
        if self._picture is None and (message, shape, cell_aspect) == shown:
            return
        self._picture = self._pixels = None
        self._message, self._shape, self._cell_aspect = message, shape, cell_aspect
        self._lines.clear()
        self.refresh()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the rows of the picture, already encoded, or those of the message."""
        if self._picture is None:
            return super().render_lines(crop)
        width = self.size.width
        if self.when_painted is not None and not self._has_painted:
            self._has_painted = True
            self.call_after_refresh(self._painted)
        pixels = None if self._hides_pixels else self._pixels
        shown = pixels or self._picture
        strips = self._picture_rows(shown, crop.line_range)
        if self._pointed is not None:
            strips = self._with_cross(strips, crop.y, shown.fit, self._pointed)
        if crop.column_span != (0, width):
            strips = [strip.crop(crop.x, crop.right) for strip in strips]
        return strips

    def _box(self, fit: Fit) -> Box:
        """Return the cells of a picture; beyond both edges where it was drawn for more room."""
        width, height = self.size
        # A picture drawn for another size is centred, and cut, until it is drawn for this one.
        cells = max(width, fit.cols)
        box = fit.box_in(Box(0, 0, cells, height))
        if self._place is not None:
            # A size for which it was not drawn may leave less room than that.
            left, top = self._place
            box = box._replace(column=min(left, cells - fit.cols), row=top)
        return box

    def _with_cross(
        self, strips: list[Strip], first: int, fit: Fit, share: tuple[float, float]
    ) -> list[Strip]:
        """Return lines from number ``first`` on with the crosshair over them."""
        width = self.size.width
        box, cross = self._box(fit), place_in(share, (fit.cols, fit.rows))
        left = box.column - (max(width, fit.cols) - width) // 2
        for row in cross_rows(cross):
            at = box.row + row - first
            if 0 <= row < fit.rows and 0 <= at < len(strips):
                signs = cross_row(cross, row, fit.cols)
                strips[at] = with_signs(strips[at], signs, left, width)
        return strips

    def _picture_rows(self, picture: RenderedRows, lines: range) -> list[Strip]:
        width = self.size.width
        fit, rows = picture
        cells, box = max(width, fit.cols), self._box(fit)
        before, after = self._blank(box.column), self._blank(cells - box.column - fit.cols)
        start, end = (pad.render(self.app.console) for pad in (before, after))
        blank = self._blank(width)
        cut = (cells - width) // 2
        strips: list[Strip] = []
        for y in lines:
            if not 0 <= y - box.row < len(rows):
                strips.append(blank)
                continue
            row = rows[y - box.row]
            build = partial(self._segments, before, row, after)
            strip = EncodedStrip(f"{start}{row}{end}", cells, build)
            strips.append(strip.crop(cut, cut + width) if cells > width else strip)
        return strips

    def share_at(self, column: int, row: int) -> tuple[float, float] | None:
        """Return the middle of a cell as shares of the picture's sides; None beside it."""
        if self._picture is None:
            return None
        fit = self._picture.fit
        box = self._box(fit)
        cut = (max(self.size.width, fit.cols) - self.size.width) // 2
        across, down = column + cut - box.column, row - box.row
        if not (0 <= across < fit.cols and 0 <= down < fit.rows):
            return None
        return (across + 0.5) / fit.cols, (down + 0.5) / fit.rows

    def _blank(self, cells: int) -> Strip:
        """Return cells of the background, in the colours that the terminal shows."""
        strip = Strip([Segment(" " * cells, self.visual_style.rich_style)] if cells else [])
        background = self.visual_style.background or TRANSPARENT
        for line_filter in self.get_line_filters():
            strip = strip.apply_filter(line_filter, background)
        return strip

    def _segments(self, before: Strip, row: str, after: Strip) -> list[Segment]:
        """Return a row as segments, which only overlays and screenshots need."""
        from rich.ansi import AnsiDecoder

        base = self.visual_style.rich_style
        text = AnsiDecoder().decode_line(row)
        middle = [
            Segment(cell, base + style if style else base)
            for piece, style, _ in text.render(self.app.console, end="")
            for cell in _CELLS.findall(piece)
        ]
        return [*before, *middle, *after]

    def render_line(self, y: int) -> Strip:
        """Render a row of the message, on a rectangle of the coming picture's shape."""
        width, height = self.size
        base = self.visual_style.rich_style
        words = wrap_cells(self._message, max(1, width - 4))[: max(1, height)]
        row = y - (height - len(words)) // 2
        text = words[row] if 0 <= row < len(words) else ""
        box = _placeholder_box(self._shape or (0, 0), width, height, self._cell_aspect)
        columns = (box.column, box.column + box.columns)
        if not box.row <= y < box.row + box.rows:
            columns = (0, 0)
        ground = base + self.part_style("image-view--placeholder")
        key = (text, width, columns, base, ground)
        if key not in self._lines:
            self._lines[key] = _message_line(*key)
        return self._lines[key]


@lru_cache(maxsize=8)
def _placeholder_box(shape: tuple[int, int], width: int, height: int, cell_aspect: float) -> Box:
    """Return the cells of a placeholder of a (width, height) in a room of cells."""
    fit = fit_cells(shape, (width, height), Blocks.HALF, cell_aspect)
    return fit.box_in(Box(0, 0, width, height))


def _message_line(
    text: str, width: int, columns: tuple[int, int], base: Style, ground: Style
) -> Strip:
    """Return a line with centred text, on another ground in a half-open range of columns."""
    line = clip(" " * ((width - cell_len(text)) // 2) + text, width)
    strip = Strip([Segment(line, base)]).adjust_cell_length(width, base)
    left, right = columns
    if left == right:
        return strip
    parts = ((0, left, base), (left, right, ground), (right, width, base))
    return Strip([Segment(strip.crop(start, end).text, style) for start, end, style in parts])
