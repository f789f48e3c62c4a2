"""Fits pictures of any aspect into cells."""

from __future__ import annotations

from typing import NamedTuple

from heicdepth_tui.draw.modes import Blocks

__all__ = [
    "CELL_ASPECT",
    "LEAST_CELL_ASPECT",
    "MOST_CELL_ASPECT",
    "Box",
    "Fit",
    "fit_cells",
    "whole_scale",
]

CELL_ASPECT = 2.0
"""Height of a cell over its width, where the terminal does not state it."""
LEAST_CELL_ASPECT, MOST_CELL_ASPECT = 1.0, 3.0


class Box(NamedTuple):
    """A rectangle of cells."""

    column: int
    row: int
    columns: int
    rows: int

    @property
    def size(self) -> tuple[int, int]:
        """Its (columns, rows)."""
        return self.columns, self.rows


class Fit(NamedTuple):
    """The cells that a picture takes, and the samples to shrink it to."""

    cols: int
    rows: int
    width: int
    """Samples, ``cols`` times the samples across a cell."""
    height: int
    """Samples, ``rows`` times the samples down a cell."""

    def box_in(self, room: Box) -> Box:
        """Return the cells that the picture takes when it is centred in ``room``."""
        left = room.column + (room.columns - self.cols) // 2
        top = room.row + (room.rows - self.rows) // 2
        return Box(left, top, self.cols, self.rows)


def fit_cells(
    image: tuple[int, int],
    cells: tuple[int, int],
    blocks: Blocks = Blocks.HALF,
    cell_aspect: float = CELL_ASPECT,
) -> Fit:
    """Return the largest whole number of cells that shows ``image`` in its true aspect.

    ``image`` is (width, height) in samples, ``cells`` the available (columns, rows),
    ``cell_aspect`` a cell's height over its width. One of the two directions is filled, the other
    is rounded to the nearest cell, at least one. The fit of an empty image, or into no
    cells, is all zeros.
    """
    width, height = image
    columns, rows = cells
    if min(width, height, columns, rows) <= 0:
        return Fit(0, 0, 0, 0)
    scale = min(columns / width, rows * cell_aspect / height)
    used_columns = min(columns, max(1, round(width * scale)))
    used_rows = min(rows, max(1, round(height * scale / cell_aspect)))
    across, down = blocks.samples
    return Fit(used_columns, used_rows, used_columns * across, used_rows * down)


def whole_scale(size: tuple[int, int], side: int) -> int:
    """Return how many times a picture (width, height) can be enlarged within ``side`` pixels."""
    return max(1, side // max(1, *size))
