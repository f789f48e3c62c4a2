"""The lines of the array table and of the metadata tables, wrapped and aligned for a width."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

if TYPE_CHECKING:
    from heicdepth_tui.report.statistics import ArrayStatistics
    from heicdepth_tui.report.tables import ArrayRow, FactGroup

__all__ = ["Line", "Piece", "TableRow", "table_lines"]


@dataclass(frozen=True, slots=True, eq=False)
class TableRow:
    """A row of a table, on one line or several; ``value`` is what is copied of it."""

    value: str


class Piece(NamedTuple):
    """A part of a line."""

    text: str
    kind: str
    """``title``, ``label``, ``value`` or ``problem``."""
    row: TableRow | None = None
    """The row that it is part of; None for titles and for what separates columns."""


Line = tuple[Piece, ...]

_GAP = "  "
_TWO_COLUMNS = 84


def _full_lines(
    rows: Sequence[ArrayRow], statistics: Sequence[ArrayStatistics], width: int
) -> list[Line]:
    """Return the array table with mean and quantiles beside min and max.

    Where ``width`` cells are too few, these stand below it; of a column that has no room there,
    they follow each other in one run of text.
    """
    from heicdepth_tui.report.statistics import STATISTICS_COLUMNS
    from heicdepth_tui.report.tables import ARRAY_COLUMNS

    by_name = {one.name: one.values for one in statistics}
    blank = ("",) * len(STATISTICS_COLUMNS)
    table: list[tuple[str, ...]] = [(*ARRAY_COLUMNS[:-1], *STATISTICS_COLUMNS)]
    table += [(*row.cells[:-1], *(by_name.get(row.name) or blank)) for row in rows]
    units = ["", *(row.unit for row in rows)]
    lines = _aligned(table, units, width)
    if lines is not None and all(row.minimum for row in rows):
        return lines
    lines = _array_lines(rows, width)
    table = [("mean, quantiles", *STATISTICS_COLUMNS)]
    table += [(one.name, *(one.values or blank)) for one in statistics]
    below = _aligned(table, ["", *(one.unit for one in statistics)], width, texts=1)
    if below is None:
        lines.append((Piece("mean; quantiles of 5, 25, 50, 75, 95 %", "label"),))
        for one in statistics:
            text = f"{one.values[0]};  {'  '.join(one.values[1:])} {one.unit}" if one.values else ""
            copied, name = TableRow(f"{one.name}  {text}".rstrip()), f"{one.name}{_GAP}"
            room = max(12, width - cell_len(name))
            lines += _hang(name, "value", _wrap(text.rstrip(), room), "value", copied)
        return lines
    return [*lines, (), *below]


def _aligned(
    table: Sequence[Sequence[str]], units: Sequence[str], width: int, texts: int = 3
) -> list[Line] | None:
    """Return a heading and rows in columns, the first ``texts`` left; None where none has room."""
    widths = [max(map(cell_len, column)) for column in zip(*table, strict=True)]
    for gap in (_GAP, " "):
        rows = [
            _row(cells, widths, gap, unit, texts) for cells, unit in zip(table, units, strict=True)
        ]
        if max(map(cell_len, rows)) <= width:
            break
    else:
        return None
    lines: list[Line] = [(Piece(rows[0], "label"),)]
    for text, cells, unit in zip(rows[1:], table[1:], units[1:], strict=True):
        copied = TableRow(_GAP.join(filter(None, (*cells, unit))))
        lines.append((Piece(text, "value", copied),))
    return lines


def _array_lines(rows: Sequence[ArrayRow], width: int) -> list[Line]:
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
    lines: list[Line] = [(Piece(_row(heading, widths, gap, ""), "label"),)]
    for row in rows:
        copied = TableRow("  ".join(filter(None, row.cells)))
        if row in tabled:
            text = _row(row.cells[:-1], widths, gap, row.unit)
            lines.append((Piece(text, "value", copied),))
            continue
        name = _cell(row.name, widths[0]) + gap
        text, kind = f"{row.dtype} {row.minimum} to {row.maximum} {row.unit}", "value"
        if not row.minimum:
            # A row that only says why there is nothing.
            text, kind = f"{row.shape}: {row.unit}", "problem"
        lines += _hang(name, kind, _wrap(text, max(12, width - len(name))), kind, copied)
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


def _row(cells: Sequence[str], widths: Sequence[int], gap: str, unit: str, texts: int = 3) -> str:
    shown = [
        _cell(cell, width) if column < texts else " " * (width - cell_len(cell)) + cell
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return (gap.join(shown) + (f" {unit}" if unit else "")).rstrip()


def _cell(text: str, width: int) -> str:
    return text + " " * (width - cell_len(text))


def _fact_lines(groups: Sequence[FactGroup], width: int) -> list[Line]:
    """Return metadata as labels and values, wrapped to ``width`` cells."""
    lines: list[Line] = []
    for group in groups:
        lines.append((Piece(group.title, "title"),))
        label_cells = max(cell_len(fact.label) for fact in group.facts)
        room = max(12, width - label_cells - len(_GAP))
        for fact in group.facts:
            label = _cell(fact.label, label_cells) + _GAP
            row = TableRow(fact.value)
            lines += _hang(label, "label", _wrap(fact.value, room), "value", row)
    return lines


def _wrap(text: str, room: int) -> list[str]:
    if len(text) <= room and text.isprintable() and text == text.strip():
        # As it is: textwrap takes 60 us to find that out.
        return [text]
    import textwrap

    return textwrap.wrap(text, room, break_long_words=True) or [""]


def _hang(head: str, head_kind: str, text: Sequence[str], kind: str, row: TableRow) -> list[Line]:
    heads = (head, *(" " * cell_len(head) for _ in text[1:]))
    return [
        (Piece(first, head_kind, row), Piece(line, kind, row))
        for first, line in zip(heads, text, strict=True)
    ]


def _split_groups(groups: Sequence[FactGroup]) -> tuple[Sequence[FactGroup], Sequence[FactGroup]]:
    """Split groups in two columns: what people look for first stands on top of each."""
    right = [group for group in groups if group.title in ("intrinsics", "photo")]
    return [group for group in groups if group not in right], right


def _beside(left: Sequence[Line], right: Sequence[Line], width: int) -> list[Line]:
    """Return two columns of lines as one, the right one beginning at half of ``width``."""
    half = width // 2
    joined: list[Line] = []
    for first, second in zip_longest(left, right, fillvalue=()):
        used = sum(cell_len(piece.text) for piece in first)
        joined.append((*first, Piece(" " * max(1, half - used), "label"), *second))
    return joined


def table_lines(
    rows: Sequence[ArrayRow],
    groups: Sequence[FactGroup],
    width: int,
    statistics: Sequence[ArrayStatistics] = (),
) -> list[Line]:
    """Return both tables below each other, metadata in two columns where there is room.

    The array table has the mean and the quantiles in ``statistics``.
    """
    lines: list[Line] = []
    if rows:
        lines = _full_lines(rows, statistics, width) if statistics else _array_lines(rows, width)
    if lines and groups:
        lines.append(())
    if width < _TWO_COLUMNS:
        return lines + _fact_lines(groups, width)
    left, right = _split_groups(groups)
    half = width // 2 - 2
    return lines + _beside(_fact_lines(left, half), _fact_lines(right, half), width)
