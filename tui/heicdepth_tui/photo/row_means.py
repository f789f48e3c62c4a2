"""Averages the rows of a picture into fewer, from bands of it and from tiles of a band."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from math import gcd
from typing import Any, cast

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from heicdepth_tui.photo.sample_arrays import contiguous

__all__ = ["RowMeans"]

_NARROW_SUMS = 256
"""Most bytes whose sum and rounding fit into 16 bits."""


class RowMeans:
    """Averages the rows of a picture of ``height`` into ``count`` fewer.

    Row k of the result is the mean of the source rows whose centres lie within
    ``(k * height / count, (k + 1) * height / count]``, as Pillow's BOX takes them; halves are
    rounded up. Bands of the picture, from row ``top`` to before ``bottom``, come in any order:
    ``add`` averages a whole one; one in tiles takes ``room`` for its sums, ``add_up`` or ``fill``
    for the columns of each tile, and ``finish``.
    """

    def __init__(self, height: int, count: int) -> None:
        self._edges = [(2 * k * height + count) // (2 * count) for k in range(count + 1)]
        common = gcd(height, count)
        self._alike, self._period = count // common, height // common
        """Row ``k + alike`` begins ``period`` source rows below row k, and has as many."""
        self._kind = np.dtype(np.uint16 if -(-height // count) <= _NARROW_SUMS else np.uint32)
        self._begun: dict[int, tuple[int, NDArray[Any]]] = {}
        """Rows that another band completes: how many source rows are summed, and the sums."""
        self._spare: NDArray[Any] | None = None

    def add(self, top: int, band: NDArray[np.uint8]) -> tuple[int, NDArray[np.uint8]]:
        """Return the rows that a band (H, W) or (H, W, 3) completes, as ``finish`` does."""
        bottom = top + len(band)
        sums = self.room(top, bottom, band.shape[1:])
        self.add_up(top, band, sums)
        return self.finish(top, bottom, sums)

    def room(self, top: int, bottom: int, shape: tuple[int, ...]) -> NDArray[Any]:
        """Return an array for the sums of a band of rows of ``shape``, not filled.

        It has a row for each one of the result that the band has a part of.
        """
        count = len(self._rows(top, bottom))
        # A new array costs as many page faults as it has pages.
        spare, self._spare = self._spare, None
        if spare is None or spare.shape[1:] != shape or len(spare) < count:
            spare = np.empty((count, *shape), self._kind)
        return spare[:count]

    def add_up(self, top: int, part: NDArray[np.uint8], sums: NDArray[Any]) -> None:
        """Fill the sums of a band, or of the columns of it that ``part`` has."""
        edges, rows = self._edges, self._rows(top, top + len(part))
        whole = self._whole(top, top + len(part))
        if not part[0].flags.c_contiguous:
            part = cast("NDArray[np.uint8]", contiguous(part))
        for row in {rows[0], rows[-1]} - set(whole):
            source = part[max(0, edges[row] - top) : edges[row + 1] - top]
            np.add.reduce(source, axis=0, dtype=self._kind, out=sums[row - rows.start])
        for row in whole[: self._alike]:
            # One call for all rows of a kind: a call for each takes as long as the sums.
            start, height = edges[row] - top, edges[row + 1] - edges[row]
            alike = sums[row - rows.start : whole.stop - rows.start : self._alike]
            sources = as_strided(
                part[start:],
                (len(alike), height, *part.shape[1:]),
                (self._period * part.strides[0], *part.strides),
                writeable=False,
            )
            np.add.reduce(sources, axis=1, dtype=self._kind, out=alike)

    def fill(self, top: int, bottom: int, value: int, sums: NDArray[Any]) -> None:
        """Fill the sums as ``add_up`` does for a part of one value."""
        for row, total in zip(self._rows(top, bottom), sums, strict=True):
            total[...] = value * self._length(row, top, bottom)

    def finish(self, top: int, bottom: int, sums: NDArray[Any]) -> tuple[int, NDArray[np.uint8]]:
        """Return the rows, maybe none, that a band completes, and the index of the first.

        ``sums`` are those of all its columns, and are not the caller's any more.
        """
        rows, complete = self._rows(top, bottom), self._whole(top, bottom)
        for row in {rows[0], rows[-1]} - set(complete):
            known, before = self._begun.pop(row, (0, 0))
            total = sums[row - rows.start]
            total += before
            known += self._length(row, top, bottom)
            if known < self._edges[row + 1] - self._edges[row]:
                self._begun[row] = known, total.copy()
            else:
                complete = range(min(row, complete.start), max(row + 1, complete.stop))
        means = sums[complete.start - rows.start : complete.stop - rows.start]
        for row in complete[: self._alike]:
            alike = means[row - complete.start :: self._alike]
            height = self._edges[row + 1] - self._edges[row]
            alike += height // 2
            alike //= height
        self._spare = sums
        return complete.start, means.astype(np.uint8)

    def _rows(self, top: int, bottom: int) -> range:
        """Return the rows of the result that source rows belong to."""
        return range(bisect_right(self._edges, top) - 1, bisect_left(self._edges, bottom))

    def _whole(self, top: int, bottom: int) -> range:
        """Return those of them that have no other source rows."""
        rows = self._rows(top, bottom)
        start = rows.start + (self._edges[rows.start] < top)
        return range(start, max(start, rows.stop - (self._edges[rows.stop] > bottom)))

    def _length(self, row: int, top: int, bottom: int) -> int:
        """Return how many source rows of a row lie in a band."""
        return min(self._edges[row + 1], bottom) - max(self._edges[row], top)
