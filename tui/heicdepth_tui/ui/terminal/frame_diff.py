"""Frame diff: writes of the main screen only the cells that changed.

A list that scrolls by one row changes every row, but of most rows only the digits of a name; and a
layout is painted whole by Textual, 36 KB, even where little moved. On a line of 1 Mbit/s the
first costs 90 ms a key, the second 300 ms each time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

from heicdepth_tui.ui.terminal.internals import EncodedStrip, RenderedUpdate, placed_strips
from heicdepth_tui.ui.terminal.switches import has

if TYPE_CHECKING:
    from rich.console import Console
    from rich.style import Style

__all__ = ["ScreenBuffer"]

_Cell = tuple[str, "Style | None"]
_GAP = 8
"""Cells that stay between two that change are written too: going there costs as many bytes."""


class ScreenBuffer:
    """The strips that were written last and are still on the screen, by row and column."""

    def __init__(self) -> None:
        self._rows: dict[int, dict[int, Strip]] = {}

    def clear(self) -> None:
        """Forget what the terminal shows."""
        self._rows.clear()

    def write(
        self, column: int, row: int, strip: Strip, console: Console, *, by_cells: bool = True
    ) -> str:
        """Return what must be written to show ``strip`` in its place; empty where it is shown.

        ``by_cells`` compares cell by cell, 0.1 ms a line: for lines where bytes take longer.
        """
        text = strip.render(console)
        if not has("diff"):
            return _at(column, row) + text
        pieces = self._rows.setdefault(row, {})
        old = pieces.get(column)
        if old is not None and old.render(console) == text:
            return ""
        end = column + strip.cell_length
        if old is None or old.cell_length != strip.cell_length:
            # Something else covered this part of the row.
            for at in [
                at for at, piece in pieces.items() if at < end and at + piece.cell_length > column
            ]:
                del pieces[at]
            old = None
        pieces[column] = strip
        whole = _at(column, row) + text
        if old is None or not by_cells:
            return whole
        before, after = _cells(old), _cells(strip)
        if before is None or after is None:
            return whole
        changes = "".join(
            _at(column + start, row) + _render(after[start:stop], console)
            for start, stop in _runs(before, after)
        )
        return min(changes, whole, key=len)

    def filter_update(self, update: object, console: Console, *, by_cells: bool = True) -> object:
        """Return the part of an update of the main screen that the terminal does not show yet."""
        pieces = placed_strips(update) if has("diff") else None
        if pieces is None:
            if update is not None:
                self.clear()
            return update
        return RenderedUpdate(
            "".join(self.write(x, y, strip, console, by_cells=by_cells) for x, y, strip in pieces)
        )


def _at(column: int, row: int) -> str:
    return f"\x1b[{row + 1};{column + 1}H"


def _cells(strip: Strip) -> list[_Cell] | None:
    """Return a line cell by cell; None for pictures, and where characters are not a cell each."""
    if isinstance(strip, EncodedStrip):
        return None
    cells: list[_Cell] = []
    for text, style, _ in strip:
        if not text.isascii() and any(cell_len(char) != 1 for char in text):
            return None
        cells.extend((char, style) for char in text)
    return cells


def _runs(old: Sequence[_Cell], new: Sequence[_Cell]) -> list[tuple[int, int]]:
    """Return the runs of cells that differ, those close to each other as one."""
    runs: list[tuple[int, int]] = []
    for at, (before, after) in enumerate(zip(old, new, strict=True)):
        if before == after:
            continue
        if runs and at - runs[-1][1] < _GAP:
            runs[-1] = runs[-1][0], at + 1
        else:
            runs.append((at, at + 1))
    return runs


def _render(cells: Iterable[_Cell], console: Console) -> str:
    segments = [
        Segment("".join(char for char, _ in run), style)
        for style, run in groupby(cells, key=itemgetter(1))
    ]
    return Strip(segments).render(console)
