"""A crosshair in cells, and rows of a picture with signs over them."""

from __future__ import annotations

from collections.abc import Mapping

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

__all__ = ["Place", "cross_row", "cross_rows", "place_in", "with_signs"]

_ACROSS, _DOWN = 5, 3
"""Cells of an arm of the crosshair."""

Place = tuple[int, int]
"""Column and row of a cell of the picture."""


def place_in(share: tuple[float, float], cells: tuple[int, int]) -> Place:
    """Return the cell of a picture of (columns, rows) at shares of its width and height."""
    column, row = (
        min(count - 1, max(0, int(part * count))) for part, count in zip(share, cells, strict=True)
    )
    return column, row


def cross_rows(cross: Place) -> range:
    """Return the rows that a crosshair stands in; some may lie beyond the picture."""
    return range(cross[1] - _DOWN, cross[1] + _DOWN + 1)


def cross_row(cross: Place, row: int, columns: int) -> dict[int, str]:
    """Return the signs of a crosshair in a row of a picture, by column."""
    column, middle = cross
    if row != middle:
        return {column: "│"} if row in cross_rows(cross) else {}
    arms = range(max(0, column - _ACROSS), min(columns, column + _ACROSS + 1))
    return {place: "┼" if place == column else "─" for place in arms}


def with_signs(strip: Strip, signs: Mapping[int, str], left: int, width: int) -> Strip:
    """Return a row of ``width`` cells with signs over it, each on the ground of its own cell.

    Columns of ``signs`` count from the cell ``left``.
    """
    pieces, at = [], 0
    for column, char in sorted(signs.items()):
        place = left + column
        if not at <= place < width:
            continue
        under = next(iter(strip.crop(place, place + 1)), Segment(" "))
        pieces += [strip.crop(at, place), Strip([Segment(char, _contrast(under.style))])]
        at = place + 1
    return Strip.join([*pieces, strip.crop(at, width)])


def _contrast(style: Style | None) -> Style:
    """Return black on light cells and white on dark ones, over the cell's own ground."""
    colour = None if style is None else style.bgcolor
    if colour is None or colour.is_default:
        return Style(bold=True)
    red, green, blue = colour.get_truecolor()
    is_light = 2 * red + 5 * green + blue > 8 * 140
    ink = (0, 0, 0) if is_light else (255, 255, 255)
    return Style(color=Color.from_rgb(*ink), bgcolor=colour, bold=True)
