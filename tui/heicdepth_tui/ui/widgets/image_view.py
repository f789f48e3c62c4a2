"""The image of a pane: rows of block characters in their true shape, or a message."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from heicdepth_tui.draw.fit import Fit, fit_cells
from heicdepth_tui.draw.modes import Blocks
from heicdepth_tui.ui.model.clipping import clip, wrap_cells
from heicdepth_tui.ui.model.settings import PLACEHOLDER_DELAY
from heicdepth_tui.ui.terminal.internals import EncodedStrip
from heicdepth_tui.ui.terminal.strips import StripEncoder

if TYPE_CHECKING:
    from textual.timer import Timer

    from heicdepth_tui.draw.rendering import RenderedRows

__all__ = ["ImageView"]


class ImageView(Widget):
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
        self._message = ""
        self._shape: tuple[int, int] | None = None
        self._placeholder: tuple[str, tuple[int, int] | None] | None = None
        self._placeholder_timer: Timer | None = None
        self._encoder = StripEncoder(self)

    @property
    def picture(self) -> RenderedRows | None:
        """The picture on show."""
        return self._picture

    @property
    def message(self) -> str:
        """The text on show instead of a picture; empty where there is a picture."""
        return self._message if self._picture is None else ""

    def show_picture(self, picture: RenderedRows) -> None:
        """Show rows of cells, drawn for the size of this widget."""
        self._cancel_placeholder()
        if picture is not self._picture:
            self._picture = picture
            self.refresh()

    def show_placeholder(self, message: str, shape: tuple[int, int] | None = None) -> None:
        """Show a message in place of a picture, but only after ``PLACEHOLDER_DELAY``.

        The picture before may stay that long: a placeholder of 20 ms between two flickers.
        """
        if self._picture is None:
            self.show_message(message, shape)
            return
        self._placeholder = (message, shape)
        if self._placeholder_timer is None:
            self._placeholder_timer = self.set_timer(PLACEHOLDER_DELAY, self._show_late)

    def _show_late(self) -> None:
        self._placeholder_timer = None
        if self._placeholder is not None:
            self.show_message(*self._placeholder)

    def _cancel_placeholder(self) -> None:
        self._placeholder = None
        if self._placeholder_timer is not None:
            self._placeholder_timer.stop()
            self._placeholder_timer = None

    def show_message(self, message: str, shape: tuple[int, int] | None = None) -> None:
        """Show a text instead, in front of a rectangle of ``shape`` (width, height)."""
        self._cancel_placeholder()
        if self._picture is None and (message, shape) == (self._message, self._shape):
            return
        self._picture = None
        self._message = message
        self._shape = shape
        self.refresh()

    def _segments(self, row: str, pads: tuple[Segment, ...]) -> list[Segment]:
        """Return a row as segments, which only overlays and screenshots need."""
        from rich.ansi import AnsiDecoder

        left, right = pads
        text = AnsiDecoder().decode_line(row)
        middle = [
            Segment(piece, left.style + style if left.style and style else style)
            for piece, style, _ in text.render(self.app.console, end="")
        ]
        return [segment for segment in (left, *middle, right) if segment.text]

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the rows of the picture, already encoded, padded to the width of the widget."""
        width, height = self.size
        if not width or not height:
            return []
        base = self.rich_style
        if self._picture is None:
            strips = self._message_rows(crop.line_range, base)
        else:
            strips = self._picture_rows(self._picture, crop.line_range, base)
        if crop.x or crop.width != width:
            strips = [strip.crop(crop.x, crop.right) for strip in strips]
        return strips

    def _picture_rows(self, picture: RenderedRows, lines: range, base: Style) -> list[Strip]:
        width, height = self.size
        fit, rows = picture
        # A picture drawn for another size is centred, and cut, until it is drawn for this one.
        cells = max(width, fit.cols)
        left = (cells - fit.cols) // 2
        right = cells - left - fit.cols
        top = (height - fit.rows) // 2
        before, after = (self._encoder.encode(" " * count, base) for count in (left, right))
        pads = Segment(" " * left, base), Segment(" " * right, base)
        blank = self._encoder.blank(width, base)
        strips: list[Strip] = []
        for row in range(lines.start - top, lines.stop - top):
            if 0 <= row < len(rows):
                build = partial(self._segments, rows[row], pads)
                strip: Strip = EncodedStrip(
                    before + rows[row] + after, cells, build, is_picture=True
                )
                cut = (cells - width) // 2
                strips.append(strip.crop(cut, cut + width) if cells > width else strip)
            else:
                strips.append(blank)
        return strips

    def _message_rows(self, lines: range, base: Style) -> list[Strip]:
        """Return the rows of the text on show, on a rectangle of the coming image's shape."""
        width, height = self.size
        words = wrap_cells(self._message, max(1, width - 4))[: max(1, height)]
        first = (height - len(words)) // 2
        fit = Fit(0, 0, 0, 0)
        if self._shape is not None:
            fit = fit_cells(self._shape, (width, height), Blocks.HALF)
        top, left = (height - fit.rows) // 2, (width - fit.cols) // 2
        ground = base + self.get_component_rich_style("image-view--placeholder", partial=True)
        blank = self._encoder.blank(width, base)
        pieces = [
            (" " * left, base),
            (" " * fit.cols, ground),
            (" " * (width - left - fit.cols), base),
        ]
        bare = self._encoder.strip(pieces, width)
        strips: list[Strip] = []
        for y in lines:
            is_inside = top <= y < top + fit.rows
            if 0 <= y - first < len(words):
                text = words[y - first]
                row = clip(" " * ((width - cell_len(text)) // 2) + text, width)
                strips.append(self._written(row, left, fit.cols if is_inside else 0, base, ground))
            else:
                strips.append(bare if is_inside else blank)
        return strips

    def _written(self, row: str, left: int, ground_cells: int, base: Style, ground: Style) -> Strip:
        """Return a row of text, a part of it on the rectangle."""
        whole = Strip([Segment(row, base)])
        right = left + ground_cells
        parts = ((0, left, base), (left, right, ground), (right, whole.cell_length, base))
        return self._encoder.strip(
            [(whole.crop(start, end).text, style) for start, end, style in parts],
            whole.cell_length,
        )
