"""What stands in a row of the photo list, as pieces of text; nothing of Textual."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heicdepth_tui.heif.depth_facts import DepthStatus
from heicdepth_tui.text import printable, size_text
from heicdepth_tui.ui.model.clipping import clip

if TYPE_CHECKING:
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.heif.facts import HeaderSummary

__all__ = ["Piece", "photo_row", "short_date"]

Piece = tuple[str, str]
"""Text, and what it is: ``""`` (plain), ``mark``, ``chosen``, ``problem`` or ``detail``."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MARKS = {
    DepthStatus.PRESENT: "●",
    DepthStatus.ABSENT: " ",
    DepthStatus.STRIPPED: "○",
    DepthStatus.UNREADABLE: "!",
}
_DEPTH_CELLS, _DATE_CELLS, _SIZE_CELLS = 9, 9, 6
_NAME_CELLS = 24
"""Columns stand beside names cut to this; shorter names are never cut for a column."""


def photo_row(
    entry: Entry,
    summary: HeaderSummary | None,
    is_marked: bool,
    width: int,
    *,
    names: int = 13,
    folder: str = "",
    is_in_range: bool = False,
) -> list[Piece]:
    """Return a row: marks, name, and as many columns as there is room for.

    ``names`` is the width of the longest name in the list, ``folder`` what stands before this one;
    ``is_in_range`` shows a row of a range whose end is not chosen yet.
    """
    problem = entry.problem or ("" if summary is None else summary.problem or _undecodable(summary))
    mark = "!" if problem else "·" if summary is None else _mark(summary)
    kind = "problem" if mark == "!" else "mark"
    chosen = "✓" if is_marked else "┃" if is_in_range else " "
    columns = _columns(width, names)
    used = 3 + sum(size + 1 for _, size in columns) + 1
    name = clip(folder + printable(entry.name), max(1, width - used))
    # A name that was cut has lost the border between folder and name.
    before = folder if name.startswith(folder) and "…" not in name else ""
    pieces = [(chosen, "chosen" if chosen.strip() else ""), (mark, kind), (f" {before}", "detail")]
    pieces.append((name[len(before) :], ""))
    if problem and columns:
        space = sum(size + 1 for _, size in columns)
        pieces.append((" " + clip(printable(problem), space - 1), "problem"))
    else:
        cells = "".join(f" {_cell(column, entry, summary):>{size}}" for column, size in columns)
        pieces.append((cells, "detail"))
    return [*pieces, (" ", "")]


def _undecodable(summary: HeaderSummary) -> str:
    return "" if summary.decodable else "cannot be decoded"


def _mark(summary: HeaderSummary) -> str:
    if summary.status is DepthStatus.PRESENT and not summary.depth_decodable:
        return "!"
    return _MARKS[summary.status]


def _columns(width: int, names: int) -> list[tuple[str, int]]:
    columns: list[tuple[str, int]] = []
    space = width - 4 - min(names, _NAME_CELLS)
    for name, size in (("depth", _DEPTH_CELLS), ("date", _DATE_CELLS), ("size", _SIZE_CELLS)):
        if space < size + 1:
            break
        columns.append((name, size))
        space -= size + 1
    return columns


def _cell(column: str, entry: Entry, summary: HeaderSummary | None) -> str:
    if column == "size":
        return size_text(entry.size)
    if summary is None:
        return ""
    if column == "date":
        return short_date(summary.date)
    if summary.depth is not None:
        return str(summary.depth)
    return "stripped?" if summary.status is DepthStatus.STRIPPED else "–"


def short_date(date: str | None) -> str:
    """Return ``YYYY-MM-DD …`` as ``21 Feb 23``; empty where there is no date."""
    if date is None or len(date) < 10 or not date[5:7].isdigit():
        return ""
    month = int(date[5:7])
    return f"{date[8:10]} {_MONTHS[month - 1]} {date[2:4]}" if 1 <= month <= 12 else ""
