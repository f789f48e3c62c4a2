"""A picture in cells under a crosshair and marks, both drawn over it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from heicdepth_tui.draw.fit import Box, Fit
from heicdepth_tui.ui.widgets.crosshair import (
    Place,
    cross_row,
    cross_rows,
    place_in,
    with_signs,
)

if TYPE_CHECKING:
    from heicdepth_tui.draw.cells import Picture

__all__ = ["CrossView"]


class CrossView(Widget):
    """Shows a picture; the rows that a crosshair or a mark leaves or enters are drawn again."""

    DEFAULT_CSS = """
    CrossView { width: 1fr; height: 1fr; background: $background; color: $foreground 70%; }
    """
    ALLOW_SELECT = False

    class Pointed(Message):
        """The mouse points at a cell of the picture."""

        def __init__(self, view: CrossView, share: tuple[float, float], button: int = 0) -> None:
            super().__init__()
            self.view = view
            self.share = share
            """The centre of the cell as a share of the picture's width and height."""
            self.button = button
            """The button that was clicked, 1 left, 2 middle, 3 right; 0 where none was."""

    class Wheeled(Message):
        """The wheel was turned up (1) or down (−1) over a share of the picture's sides."""

        def __init__(self, view: CrossView, share: tuple[float, float], direction: int) -> None:
            super().__init__()
            self.view = view
            self.share = share
            self.direction = direction

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._picture: Picture | None = None
        self._message = ""
        self._cross: Place | None = None
        self._marks: tuple[tuple[Place, str], ...] = ()
        self._rows: dict[int, Strip] = {}

    @property
    def picture(self) -> Picture | None:
        """The picture on show."""
        return self._picture

    @property
    def cross(self) -> Place | None:
        """The cell of the crosshair."""
        return self._cross

    def show_picture(self, picture: Picture) -> None:
        """Show a picture drawn for the size of this widget."""
        self._picture = picture
        self._rows.clear()
        self.refresh()

    def show_message(self, message: str) -> None:
        """Show a line of text instead."""
        self._picture, self._message = None, message
        self.refresh()

    def point_at(
        self,
        share: tuple[float, float] | None,
        marks: Sequence[tuple[tuple[float, float], str]] = (),
    ) -> None:
        """Put the crosshair and labelled marks on places given as shares of width and height."""
        picture = self._picture
        if picture is None:
            return
        cross = None if share is None else self._place(picture, share)
        placed = tuple((self._place(picture, place), label) for place, label in marks)
        if (cross, placed) == (self._cross, self._marks):
            return
        before = self._touched
        self._cross, self._marks = cross, placed
        top = self._box.row
        rows = [row for row in before | self._touched if 0 <= row < picture.rows]
        self.refresh(*(Region(0, top + row, self.size.width, 1) for row in rows))

    @property
    def _touched(self) -> set[int]:
        """The rows of the picture that the crosshair and the marks stand in."""
        rows = {row for (_, row), _ in self._marks}
        if self._cross is not None:
            rows.update(cross_rows(self._cross))
        return rows

    @staticmethod
    def _place(picture: Picture, share: tuple[float, float]) -> Place:
        return place_in(share, (picture.cols, picture.rows))

    @property
    def _box(self) -> Box:
        width, height = self.size
        if self._picture is None:
            return Box(0, 0, 0, 0)
        fit = Fit(self._picture.cols, self._picture.rows, 0, 0)
        return fit.box_in(Box(0, 0, max(width, fit.cols), max(height, fit.rows)))

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Point where the mouse is."""
        self._point(event)

    def on_click(self, event: events.Click) -> None:
        """Point where the mouse was clicked; of a double click the second counts for nothing."""
        if event.chain == 1:
            self._point(event, event.button)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Report a turn of the wheel."""
        self._wheel(event, 1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Report a turn of the wheel."""
        self._wheel(event, -1)

    def _wheel(self, event: events.MouseEvent, direction: int) -> None:
        event.stop()
        share = self._share(event)
        if share is not None:
            self.post_message(self.Wheeled(self, share, direction))

    def _point(self, event: events.MouseEvent, button: int = 0) -> None:
        share = self._share(event)
        if share is not None:
            self.post_message(self.Pointed(self, share, button))

    def _share(self, event: events.MouseEvent) -> tuple[float, float] | None:
        """Return the centre of the cell under the mouse; None beside the picture."""
        box, at = self._box, event.screen_offset - self.region.offset
        column, row = at.x - box.column, at.y - box.row
        if not (0 <= column < box.columns and 0 <= row < box.rows):
            return None
        return (column + 0.5) / box.columns, (row + 0.5) / box.rows

    def render_line(self, y: int) -> Strip:
        """Render a row of the picture, with what stands over it."""
        width = self.size.width
        base = self.visual_style.rich_style
        picture, box = self._picture, self._box
        row = y - box.row
        if picture is None:
            text = self._message if y == self.size.height // 2 else ""
            return Strip([Segment(text.center(width)[:width], base)])
        if not 0 <= row < picture.rows:
            return Strip.blank(width, base)
        strip = self._rows.get(row)
        if strip is None:
            segments = [
                Segment(text, base + _style(foreground, background))
                for text, foreground, background in picture.runs(row)
            ]
            strip = Strip([Segment(" " * box.column, base), *segments])
            strip = strip.adjust_cell_length(width, base)
            self._rows[row] = strip
        over = self._over(row)
        if not over:
            return strip
        return with_signs(strip, over, box.column, width)

    def _over(self, row: int) -> dict[int, str]:
        """Return the characters over a row of the picture, by column."""
        picture, cross = self._picture, self._cross
        signs = {} if picture is None or cross is None else cross_row(cross, row, picture.cols)
        labels = {column: label for (column, mark_row), label in self._marks if mark_row == row}
        # The middle of the crosshair stands over a mark, a mark over an arm.
        return {**signs, **labels, **({cross[0]: "┼"} if cross and cross[1] == row else {})}


@lru_cache(maxsize=4096)
def _style(foreground: tuple[int, int, int], background: tuple[int, int, int] | None) -> Style:
    if background is None:
        return Style()
    return Style(color=Color.from_rgb(*foreground), bgcolor=Color.from_rgb(*background))
