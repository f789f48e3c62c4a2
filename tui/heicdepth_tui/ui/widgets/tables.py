"""The array table and the metadata table, as aligned lines in a scrolling pane."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.strip import Strip

from heicdepth_tui.ui.model.clipping import clip
from heicdepth_tui.ui.presenters.table_cursor import moved, row_at, row_places
from heicdepth_tui.ui.presenters.table_lines import Line, table_lines
from heicdepth_tui.ui.widgets.line_view import LineView

if TYPE_CHECKING:
    from textual import events
    from textual.selection import Selection

    from heicdepth_tui.report.statistics import ArrayStatistics
    from heicdepth_tui.report.tables import ArrayRow, FactGroup
    from heicdepth_tui.ui.presenters.table_lines import TableRow

__all__ = ["TableView"]


class TableView(LineView):
    """A scrolling pane with the array table, with metadata in one or two columns, or with both.

    A click puts a cursor on a row, or takes it away; with ``has_cursor`` there always is one.
    """

    DEFAULT_CSS = """
    TableView { scrollbar-size: 1 1; background: $background; color: $foreground; padding: 0 1;
        overflow-x: hidden; overflow-y: auto; }
    TableView > .facts--title { color: $accent; text-style: bold; }
    TableView > .facts--label { color: $dim; }
    TableView > .facts--value { color: $foreground; }
    TableView > .facts--problem { color: $warning; }
    TableView > .facts--cursor { background: $cursor; color: $cursor-text; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "facts--title",
        "facts--label",
        "facts--value",
        "facts--problem",
        "facts--cursor",
    }

    def __init__(self, *, id: str, can_focus: bool = False, has_cursor: bool = False) -> None:
        super().__init__(id=id)
        self.can_focus = can_focus
        self._has_cursor = has_cursor
        self._rows: Sequence[ArrayRow] = ()
        self._groups: Sequence[FactGroup] = ()
        self._statistics: Sequence[ArrayStatistics] = ()
        self._lines: list[Line] = []
        self._cursor: TableRow | None = None

    @property
    def copied(self) -> str:
        """The value of the row under the cursor; empty without one."""
        return "" if self._cursor is None else self._cursor.value

    def move_cursor(self, across: int = 0, down: int = 0) -> None:
        """Move the cursor by columns or rows, and scroll it into view; the first time, show it."""
        place = moved(row_places(self._lines), self._cursor, across, down)
        if place is not None:
            self._cursor = place.row
            rows = sum(any(piece.row is place.row for piece in line) for line in self._lines)
            region = Region(0, place.line, 1, rows)
            self.scroll_to_region(region, animate=False, force=True, immediate=True)
            self.refresh()

    def _kept(self, lines: Sequence[Line]) -> TableRow | None:
        """Return the row of new lines that the cursor stays on: one with the same value."""
        rows = [place.row for place in row_places(lines)]
        same = (row for row in rows if self._cursor and row.value == self._cursor.value)
        return next(same, rows[0] if rows and self._has_cursor else None)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the row under the mouse, unless text was selected."""
        if self.text_selection is not None:
            return
        place = event.get_content_offset(self)
        line = -1 if place is None else place.y + self.scroll_offset.y
        if place is not None and 0 <= line < len(self._lines):
            row = row_at(self._lines[line], place.x)
            is_again = row is self._cursor and not self._has_cursor
            self._cursor = None if is_again else row or self._cursor
            self.refresh()

    def show_arrays(
        self, rows: Sequence[ArrayRow], statistics: Sequence[ArrayStatistics] = ()
    ) -> None:
        """Show the array table, with mean and quantiles where they are given."""
        if (rows, statistics) != (self._rows, self._statistics):
            self._rows, self._statistics = rows, statistics
            self._drop_cursor()
            self._update()

    def show_facts(self, groups: Sequence[FactGroup]) -> None:
        """Show metadata, from its beginning."""
        if groups != self._groups:
            self._groups = groups
            self._drop_cursor()
            self._update()
            self.scroll_home(animate=False)

    def blank(self) -> None:
        """Show nothing until the next table comes; the scrollbar stays."""
        self._rows, self._groups = (), ()
        self._cursor = None
        if self._lines:
            self._lines = []
            self.refresh()

    def on_resize(self) -> None:
        """Fit the lines to the new width."""
        self._update()

    def _drop_cursor(self) -> None:
        if self._cursor is not None:
            self._cursor = None
            self.refresh()

    def _update(self) -> None:
        # One cell is left for the scrollbar, which would otherwise change the wrapping it follows.
        width = max(20, self.size.width - 1)
        lines = table_lines(self._rows, self._groups, width, self._statistics)
        self._cursor = self._kept(lines)
        old, self._lines = self._lines, lines
        self.set_length(len(lines))
        height = self.styles.height
        if len(lines) != len(old) and height is not None and height.is_auto:
            self.refresh(layout=True)
        elif self._cursor is not None:
            self.refresh()
        else:
            self._refresh_changed(old)

    def _refresh_changed(self, old: Sequence[Line]) -> None:
        """Refresh the lines that differ from old ones: photos of one camera share most of them."""
        pairs = zip_longest(map(_content, old), map(_content, self._lines))
        width, top = self.size.width, self.scroll_offset.y
        changed = [y - top for y, (before, after) in enumerate(pairs) if before != after]
        if changed:
            self.refresh(*(Region(0, y, width, 1) for y in changed))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return how many lines there are, for a pane that is as high as its text."""
        return max(1, len(self._lines))

    @property
    def rows(self) -> Sequence[ArrayRow]:
        """The array table on show."""
        return self._rows

    @property
    def plain(self) -> str:
        """The text on show, without styles."""
        return "\n".join("".join(piece.text for piece in line) for line in self._lines)

    def render_line(self, y: int) -> Strip:
        """Render one line."""
        width = self.size.width
        base = self.visual_style.rich_style
        row = y + self.scroll_offset.y
        if row >= len(self._lines):
            return Strip.blank(width, base)
        segments = []
        left = width
        for text, kind, table_row in self._lines[row]:
            part = self.part_style(f"facts--{kind}")
            style = base + Style(color=part.color, bold=part.bold)
            if table_row is not None and table_row is self._cursor:
                style = base + self.part_style("facts--cursor")
            shown = clip(text, left) if cell_len(text) > left else text
            left -= cell_len(shown)
            segments.append(Segment(shown, style))
        strip = self._selected(Strip(segments).adjust_cell_length(width, base), row)
        return strip.apply_offsets(0, row)

    def _selected(self, strip: Strip, row: int) -> Strip:
        """Return a line with its selected part in the colour of selections."""
        span = None if self.text_selection is None else self.text_selection.get_span(row)
        if span is None:
            return strip
        width = strip.cell_length
        start, end = span[0], width if span[1] == -1 else min(span[1], width)
        style = self.screen.get_component_rich_style("screen--selection")
        middle = strip.crop(start, end).apply_style(style)
        return Strip.join([strip.crop(0, start), middle, strip.crop(end, width)])

    def get_selection(self, selection: Selection) -> tuple[str, str]:
        """Return the selected text, and what ends it."""
        return selection.extract(self.plain), "\n"


def _content(line: Line) -> list[tuple[str, str]]:
    """Return what is shown of a line."""
    return [(piece.text, piece.kind) for piece in line]
