"""Puts tiles together: a whole or thinned picture, or an exact size averaged band by band."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from heicdepth_tui.photo.row_means import RowMeans
from heicdepth_tui.photo.sample_arrays import Samples, whole_pixels
from heicdepth_tui.photo.shrink import box, box_columns
from heicdepth_tui.photo.tiles import Piece

__all__ = ["BandCanvas", "Canvas"]

_MANY = 4
_GREY = 32
"""Grey of tiles not yet decoded or not decodable, in 8-bit levels."""


def _are_alike(one: Samples, other: Samples) -> bool:
    return one.dtype == other.dtype and one.shape[2:] == other.shape[2:]


class Canvas:
    """An upright picture that is filled piece by piece.

    ``shape`` is its (height, width), thinned by the stride of the pieces. ``size`` (width, height)
    is what ``picture`` averages it to; None leaves it as it is.
    """

    def __init__(self, shape: tuple[int, int], size: tuple[int, int] | None, *, bits: int) -> None:
        self._shape = shape
        self._size = size
        self._grey = _GREY << (bits - 8)
        self._samples: Samples | None = None
        self._is_coarse = False

    def accepts(self, piece: Piece) -> bool:
        """Return whether a piece has the same kind of samples as those before it."""
        ours, its = self._samples, piece.samples
        return ours is None or self._is_coarse or _are_alike(ours, its)

    def add(self, piece: Piece) -> None:
        """Put a piece where it belongs."""
        if self._is_coarse:
            self._is_coarse = False
            if not self.accepts(piece):
                self._samples = None
        if self._samples is None:
            shape = self._shape + piece.samples.shape[2:]
            self._samples = np.full(shape, self._grey, dtype=piece.samples.dtype)
        place = piece.rows, piece.columns
        whole_pixels(self._samples)[place] = whole_pixels(piece.samples)

    def begin(self, samples: Samples) -> None:
        """Show a coarse picture of the same size until pieces take its place.

        One that has other channels or bits than the pieces goes with the first of them.
        """
        self._samples = samples
        self._is_coarse = True

    def skip(self, rows: range, columns: range) -> None:
        """Leave the place of a missing piece grey."""
        if self._samples is not None:
            self._samples[rows.start : rows.stop, columns.start : columns.stop] = self._grey

    def picture(self, *, is_draft: bool = False) -> Samples | None:
        """Return the picture so far, None before the first piece.

        A draft is averaged from a quarter of the samples where there are many.
        """
        if self._samples is None or self._size is None:
            return self._samples
        stride = 1
        if is_draft and self._shape[0] >= _MANY * self._size[1]:
            stride = 2 if self._shape[1] >= _MANY * self._size[0] else 1
        return box(self._samples[::stride, ::stride], self._size)


class BandCanvas(Canvas):
    """A picture averaged to an exact size without ever being held whole.

    ``shrink.box`` averages along columns first, rounding after it: of a band of rows only the sums
    are kept, and take the other steps as soon as they are complete. The result is that of the whole
    picture to the bit. For uint8 samples, pieces of stride 1 and a ``size`` of fewer rows than the
    picture; ``spans`` are the upright rows and columns of all pieces, whose rows are equal or
    disjoint.
    """

    def __init__(
        self,
        shape: tuple[int, int],
        size: tuple[int, int],
        spans: Sequence[tuple[range, range]],
    ) -> None:
        super().__init__(size[::-1], None, bits=8)
        self._missing: Counter[tuple[int, int]] = Counter()
        """Columns that a band lacks."""
        for rows, columns in spans:
            self._missing[rows.start, rows.stop] += len(columns)
        self._width, self._across = shape[1], size[0]
        self._means = RowMeans(shape[0], size[1])
        self._bands: dict[tuple[int, int], NDArray[Any]] = {}
        """The sums of bands of which a piece has come."""
        self._missing_columns: dict[tuple[int, int], list[range]] = {}
        self._empty: list[tuple[int, int]] = []
        """Bands of which no piece has come, before the first that has."""
        self._channels: tuple[int, ...] | None = None

    def accepts(self, piece: Piece) -> bool:
        """Return whether a piece has the same kind of samples as those before it."""
        channels = piece.samples.shape[2:]
        return piece.samples.dtype == np.uint8 and self._channels in (None, channels)

    def add(self, piece: Piece) -> None:
        """Add a piece to the sums of its band, and the band to the picture once it is complete."""
        self._channels = piece.samples.shape[2:]
        key = (piece.rows.start, piece.rows.stop)
        if key not in self._bands:
            self._bands[key] = self._room(key)
        samples = cast("NDArray[np.uint8]", piece.samples)
        self._means.add_up(key[0], samples, self._bands[key][:, piece.columns])
        self._count(key, piece.columns.stop - piece.columns.start)

    def skip(self, rows: range, columns: range) -> None:
        """Leave the place of a missing piece grey."""
        key = (rows.start, rows.stop)
        self._missing_columns.setdefault(key, []).append(columns)
        self._count(key, len(columns))

    def _room(self, key: tuple[int, int]) -> NDArray[Any]:
        return self._means.room(*key, (self._width, *(self._channels or ())))

    def _count(self, key: tuple[int, int], columns: int) -> None:
        self._missing[key] -= columns
        if self._missing[key]:
            return
        if key in self._bands:
            self._average(key)
        else:
            self._empty.append(key)
        while self._empty and self._channels is not None:
            empty = self._empty.pop()
            self._bands[empty] = self._room(empty)
            self._average(empty)

    def _average(self, key: tuple[int, int]) -> None:
        sums = self._bands.pop(key)
        for columns in self._missing_columns.pop(key, ()):
            self._means.fill(*key, self._grey, sums[:, columns.start : columns.stop])
        first, rows = self._means.finish(*key, sums)
        averaged = box_columns(rows, self._across)
        place = slice(first, first + len(rows)), slice(0, self._across)
        super().add(Piece(*place, averaged, 0, 0))
