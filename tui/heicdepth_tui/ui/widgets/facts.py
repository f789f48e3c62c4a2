"""The array table and the metadata table, as aligned lines in a scrolling pane."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Static

if TYPE_CHECKING:
    from heicdepth_tui.report.tables import ArrayRow, FactGroup

__all__ = ["FactsPane", "arrays_content", "facts_content", "split_groups"]

_GAP = "  "
_TWO_COLUMNS = 84


def arrays_content(rows: Sequence[ArrayRow], width: int) -> Content:
    """Return the array table: names and types left, numbers right, units last.

    Where ``width`` cells are too few the columns draw together, then the units give way: the names
    say them too (``metres ≈``).
    """
    from heicdepth_tui.report.tables import ARRAY_COLUMNS

    heading = ARRAY_COLUMNS[:-1]
    full = [row for row in rows if row.minimum]
    widths = [
        max(cell_len(cells[column]) for cells in (heading, *(row.cells for row in full)))
        for column in range(len(heading))
    ]
    widths[0] = max(widths[0], *(cell_len(row.name) for row in rows), 0)
    units = max((cell_len(row.unit) + 1 for row in full if row.unit), default=0)
    gap = _GAP if sum(widths) + units + len(_GAP) * 4 <= width else " "
    with_units = sum(widths) + units + len(gap) * 4 <= width
    parts: list[Content | str | tuple[str, str]] = [(_line(heading, widths, gap, ""), "$dim")]
    for row in rows:
        parts.append("\n")
        if row.minimum:
            line = _line(row.cells[:-1], widths, gap, row.unit if with_units else "")
            parts.append((line, "$foreground"))
        else:
            # A row that only says why there is nothing: its sentence may run over the columns.
            text = _cell(row.name, widths[0]) + gap
            told = f"{row.shape}: {row.unit}"
            parts.append((text + _hang(told, max(12, width - len(text)), len(text)), "$warning"))
    return Content.assemble(*parts)


def _line(cells: Sequence[str], widths: Sequence[int], gap: str, unit: str) -> str:
    shown = [
        _cell(cell, width) if column < 3 else " " * (width - cell_len(cell)) + cell
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return (gap.join(shown) + (f" {unit}" if unit else "")).rstrip()


def _cell(text: str, width: int) -> str:
    return text + " " * (width - cell_len(text))


def facts_content(groups: Sequence[FactGroup], width: int) -> Content:
    """Return metadata as labels and values, wrapped to ``width`` cells."""
    parts: list[str | tuple[str, str]] = []
    for group in groups:
        if parts:
            parts.append("\n")
        parts.append((group.title, "bold $accent"))
        label_cells = max(cell_len(fact.label) for fact in group.facts)
        for fact in group.facts:
            parts.append("\n")
            parts.append((_cell(fact.label, label_cells) + _GAP, "$dim"))
            room = max(12, width - label_cells - len(_GAP))
            parts.append((_hang(fact.value, room, label_cells + len(_GAP)), "$foreground"))
    return Content.assemble(*parts)


def split_groups(groups: Sequence[FactGroup]) -> tuple[Sequence[FactGroup], Sequence[FactGroup]]:
    """Split groups in two columns: what people look for first stands on top of each."""
    right = [group for group in groups if group.title in ("intrinsics", "photo")]
    return [group for group in groups if group not in right], right


def _hang(text: str, room: int, indent: int) -> str:
    import textwrap

    lines = textwrap.wrap(text, room, break_long_words=True) or [""]
    return ("\n" + " " * indent).join(lines)


class FactsPane(VerticalScroll, can_focus=False):
    """A scrolling pane with the array table, or with metadata in one or two columns."""

    DEFAULT_CSS = """
    FactsPane { scrollbar-size: 1 1; background: $background; padding: 0 1; }
    FactsPane Horizontal { height: auto; width: 1fr; }
    FactsPane Static { width: 1fr; height: auto; text-wrap: nowrap; text-overflow: ellipsis; }
    FactsPane .facts--second { padding-left: 2; }
    """

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._first = Static("", markup=False)
        self._second = Static("", markup=False, classes="facts--second")
        self._rows: Sequence[ArrayRow] = ()
        self._groups: Sequence[FactGroup] = ()

    def compose(self) -> ComposeResult:
        """Hold two columns."""
        with Horizontal():
            yield self._first
            yield self._second

    def show_arrays(self, rows: Sequence[ArrayRow]) -> None:
        """Show the array table."""
        self._rows = rows
        self._update()

    def show_facts(self, groups: Sequence[FactGroup]) -> None:
        """Show metadata."""
        if groups != self._groups:
            self._groups = groups
            self._update()
            self.scroll_home(animate=False)

    def on_resize(self) -> None:
        """Fit the text to the new width."""
        self._update()

    def _update(self) -> None:
        width = max(20, self.content_size.width)
        two = not self._rows and width >= _TWO_COLUMNS
        self._second.display = two
        if self._rows:
            self._first.update(arrays_content(self._rows, width))
        elif two:
            left, right = split_groups(self._groups)
            self._first.update(facts_content(left, width // 2 - 1))
            self._second.update(facts_content(right, width // 2 - 3))
        else:
            self._first.update(facts_content(self._groups, width))

    @property
    def plain(self) -> str:
        """The text on show, without styles."""
        return f"{self._first.content}\n{self._second.content if self._second.display else ''}"
