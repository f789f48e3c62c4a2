"""A cursor on the rows of a table of one or two columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

if TYPE_CHECKING:
    from heicdepth_tui.ui.presenters.table_lines import Line, TableRow

__all__ = ["RowPlace", "moved", "row_at", "row_places"]


class RowPlace(NamedTuple):
    """Where a row begins: the number of its line, and its first cell."""

    line: int
    cell: int
    row: TableRow


def row_places(lines: Sequence[Line]) -> list[RowPlace]:
    """Return the rows of a table in the order of their lines."""
    places: list[RowPlace] = []
    seen: set[int] = set()
    for number, line in enumerate(lines):
        cell = 0
        for piece in line:
            if piece.row is not None and id(piece.row) not in seen:
                seen.add(id(piece.row))
                places.append(RowPlace(number, cell, piece.row))
            cell += cell_len(piece.text)
    return places


def row_at(line: Line, cell: int) -> TableRow | None:
    """Return the row that a cell of a line belongs to."""
    end = 0
    for piece in line:
        end += cell_len(piece.text)
        if cell < end:
            return piece.row
    return line[-1].row if line else None


def moved(
    places: Sequence[RowPlace], row: TableRow | None, across: int, down: int
) -> RowPlace | None:
    """Return the row that a cursor comes to from ``row``; the first row from none.

    Down and up it stays in its column as long as that has rows; at an edge it stays where it is.
    """
    found = next((place for place in places if place.row is row), None)
    if found is None:
        return places[0] if places else None
    if across:
        beside = [place for place in places if (place.cell - found.cell) * across > 0]
        return _nearest(beside, found)
    for _ in range(abs(down)):
        beyond = [place for place in places if (place.line - found.line) * down > 0]
        column = [place for place in beyond if place.cell == found.cell]
        # In another column where this one ends.
        found = _nearest(column or beyond, found)
    return found


def _nearest(places: Sequence[RowPlace], at: RowPlace) -> RowPlace:
    return min(places, key=lambda place: abs(place.line - at.line), default=at)
