"""The array table and the metadata table, as aligned lines in a scrolling pane."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip

from heicdepth_tui.ui.model.clipping import clip
from heicdepth_tui.ui.widgets.line_view import LineView

if TYPE_CHECKING:
    from heicdepth_tui.report.tables import ArrayRow, FactGroup

__all__ = ["Line", "TableView", "array_lines", "beside", "fact_lines", "split_groups"]

Line = tuple[tuple[str, str], ...]
"""Pieces of one line: text, and what it is (``title``, ``label``, ``value``, ``problem``)."""

_GAP = "  "
_TWO_COLUMNS = 84


def array_lines(rows: Sequence[ArrayRow], width: int) -> list[Line]:
    """Return the array table: names and types left, numbers right, units last.

    Where ``width`` cells are too few the columns draw together, and rows with a unit are written as
    one run of text: the caveat of a unit never gives way.
    """
    from heicdepth_tui.report.tables import ARRAY_COLUMNS

    heading = ARRAY_COLUMNS[:-1]
    tabled = [row for row in rows if row.minimum]
    units = max((cell_len(row.unit) + 1 for row in tabled if row.unit), default=0)
    widths = _widths(heading, tabled, rows)
    gap = _GAP if sum(widths) + units + len(_GAP) * 4 <= width else " "
    is_narrow = sum(widths) + units + len(gap) * 4 > width
    if is_narrow:
        tabled = [row for row in tabled if not row.unit]
        widths = _widths(heading, tabled, rows)
    lines: list[Line] = [((_row(heading, widths, gap, ""), "label"),)]
    for row in rows:
        if row in tabled:
            lines.append(((_row(row.cells[:-1], widths, gap, row.unit), "value"),))
            continue
        name = _cell(row.name, widths[0]) + gap
        text, kind = f"{row.dtype} {row.minimum} to {row.maximum} {row.unit}", "value"
        if not row.minimum:
            # A row that only says why there is nothing.
            text, kind = f"{row.shape}: {row.unit}", "problem"
        lines += _hang(name, kind, _wrap(text, max(12, width - len(name))), kind)
    return lines


def _widths(
    heading: Sequence[str], tabled: Sequence[ArrayRow], rows: Sequence[ArrayRow]
) -> list[int]:
    widths = [
        max(cell_len(cells[column]) for cells in (heading, *(row.cells for row in tabled)))
        for column in range(len(heading))
    ]
    widths[0] = max(widths[0], *(cell_len(row.name) for row in rows), 0)
    return widths


def _row(cells: Sequence[str], widths: Sequence[int], gap: str, unit: str) -> str:
    shown = [
        _cell(cell, width) if column < 3 else " " * (width - cell_len(cell)) + cell
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return (gap.join(shown) + (f" {unit}" if unit else "")).rstrip()


def _cell(text: str, width: int) -> str:
    return text + " " * (width - cell_len(text))


def fact_lines(groups: Sequence[FactGroup], width: int) -> list[Line]:
    """Return metadata as labels and values, wrapped to ``width`` cells."""
    lines: list[Line] = []
    for group in groups:
        lines.append(((group.title, "title"),))
        label_cells = max(cell_len(fact.label) for fact in group.facts)
        room = max(12, width - label_cells - len(_GAP))
        for fact in group.facts:
            label = _cell(fact.label, label_cells) + _GAP
            lines += _hang(label, "label", _wrap(fact.value, room), "value")
    return lines


def _wrap(text: str, room: int) -> list[str]:
    import textwrap

    return textwrap.wrap(text, room, break_long_words=True) or [""]


def _hang(head: str, head_kind: str, text: Sequence[str], kind: str) -> list[Line]:
    first = ((head, head_kind), (text[0], kind))
    return [first, *(((" " * cell_len(head), head_kind), (line, kind)) for line in text[1:])]


def split_groups(groups: Sequence[FactGroup]) -> tuple[Sequence[FactGroup], Sequence[FactGroup]]:
    """Split groups in two columns: what people look for first stands on top of each."""
    right = [group for group in groups if group.title in ("intrinsics", "photo")]
    return [group for group in groups if group not in right], right


def beside(left: Sequence[Line], right: Sequence[Line], width: int) -> list[Line]:
    """Return two columns of lines as one, the right one beginning at half of ``width``."""
    half = width // 2
    joined: list[Line] = []
    for first, second in zip_longest(left, right, fillvalue=()):
        used = sum(cell_len(text) for text, _ in first)
        joined.append((*first, (" " * max(1, half - used), "label"), *second))
    return joined


class TableView(LineView):
    """A scrolling pane with the array table, with metadata in one or two columns, or with both."""

    DEFAULT_CSS = """
    TableView { scrollbar-size: 1 1; background: $background; color: $foreground; padding: 0 1;
        overflow-x: hidden; overflow-y: auto; }
    TableView > .facts--title { color: $accent; text-style: bold; }
    TableView > .facts--label { color: $dim; }
    TableView > .facts--value { color: $foreground; }
    TableView > .facts--problem { color: $warning; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "facts--title",
        "facts--label",
        "facts--value",
        "facts--problem",
    }
    ALLOW_SELECT = False

    def __init__(self, *, id: str, can_focus: bool = False) -> None:
        super().__init__(id=id)
        self.can_focus = can_focus
        self._rows: Sequence[ArrayRow] = ()
        self._groups: Sequence[FactGroup] = ()
        self._lines: list[Line] = []

    def show_arrays(self, rows: Sequence[ArrayRow]) -> None:
        """Show the array table."""
        if rows != self._rows:
            self._rows = rows
            self._update()

    def show_facts(self, groups: Sequence[FactGroup]) -> None:
        """Show metadata, from its beginning."""
        if groups != self._groups:
            self._groups = groups
            self._update()
            self.scroll_home(animate=False)

    def blank(self) -> None:
        """Show nothing until the next table comes; the scrollbar stays."""
        self._rows, self._groups = (), ()
        if self._lines:
            self._lines = []
            self.refresh()

    def on_resize(self) -> None:
        """Fit the lines to the new width."""
        self._update()

    def _update(self) -> None:
        # One cell is left for the scrollbar, which would otherwise change the wrapping it follows.
        width = max(20, self.size.width - 1)
        lines = array_lines(self._rows, width) if self._rows else []
        if lines and self._groups:
            lines.append(())
        if width >= _TWO_COLUMNS:
            left, right = split_groups(self._groups)
            half = width // 2 - 2
            lines += beside(fact_lines(left, half), fact_lines(right, half), width)
        else:
            lines += fact_lines(self._groups, width)
        is_as_long = len(lines) == len(self._lines)
        self._lines = lines
        self.set_length(len(lines))
        height = self.styles.height
        self.refresh(layout=not is_as_long and height is not None and height.is_auto)

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
        return "\n".join("".join(text for text, _ in line) for line in self._lines)

    def render_line(self, y: int) -> Strip:
        """Render one line."""
        width = self.size.width
        base = self.rich_style
        row = y + self.scroll_offset.y
        if row >= len(self._lines):
            return Strip.blank(width, base)
        segments = []
        left = width
        for text, kind in self._lines[row]:
            part = self.get_component_rich_style(f"facts--{kind}", partial=True)
            shown = clip(text, left) if cell_len(text) > left else text
            left -= cell_len(shown)
            segments.append(Segment(shown, base + Style(color=part.color, bold=part.bold)))
        return Strip(segments).adjust_cell_length(width, base)
