"""Maps upright samples to coded ones: rotation, mirror and crop, without copying."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from heicdepth_tui.heif.picture_facts import Crop, Mirror, Rotation, Size, Transform

if TYPE_CHECKING:
    from heicdepth_tui.photo.region import SampleRegion
    from heicdepth_tui.photo.sample_arrays import Samples

__all__ = ["Placement", "inverse", "place"]


@dataclass(frozen=True, slots=True)
class _Axis:
    """One upright axis: sample ``t`` is sample ``start + step * t`` of coded axis ``source``."""

    source: int
    start: int
    step: int
    count: int

    def reversed(self) -> _Axis:
        return _Axis(self.source, self.start + self.step * (self.count - 1), -self.step, self.count)

    def cut(self, first: int, count: int) -> _Axis:
        if first < 0 or count < 1 or first + count > self.count:
            raise ValueError(f"a crop of {first}+{count} in {self.count} samples")
        return _Axis(self.source, self.start + self.step * first, self.step, count)

    def every(self, stride: int) -> _Axis:
        return _Axis(self.source, self.start, self.step * stride, -(-self.count // stride))

    def within(self, low: int, length: int) -> range:
        """Return the upright indices whose coded sample lies in ``low .. low + length - 1``."""
        near, far = (low, low + length - 1) if self.step > 0 else (low + length - 1, low)
        first = max(0, -((self.start - near) // self.step))
        last = min(self.count - 1, (far - self.start) // self.step)
        return range(first, max(first, last + 1))

    def coded(self, indices: range, origin: int) -> slice:
        """Return the slice of coded samples, counted from ``origin``, of some upright indices."""
        if not indices:
            return slice(0, 0)
        first = self.start + self.step * indices.start - origin
        stop = first + self.step * len(indices)
        return slice(first, stop if stop >= 0 else None, self.step)


@dataclass(frozen=True, slots=True)
class Placement:
    """The upright picture as a rearrangement of the coded one.

    ``rows`` and ``columns`` are the upright axes; build one with ``place``.
    """

    rows: _Axis
    columns: _Axis

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the upright picture."""
        return self.rows.count, self.columns.count

    def every(self, stride: int) -> Placement:
        """Return the placement of ``upright[::stride, ::stride]``."""
        return Placement(self.rows.every(stride), self.columns.every(stride))

    def crop(self, region: SampleRegion) -> Placement:
        """Return the placement of a region of the upright picture.

        Raises ValueError where the region reaches outside.
        """
        return Placement(
            self.rows.cut(region.top, region.height), self.columns.cut(region.left, region.width)
        )

    def apply(self, coded: Samples) -> Samples:
        """Return the upright picture as a view of a coded one, (H, W) or (H, W, C)."""
        whole = (range(self.rows.count), range(self.columns.count))
        return self._pick(coded, 0, 0, *whole)

    def piece(self, tile: Samples, top: int, left: int) -> tuple[slice, slice, Samples]:
        """Return where a coded tile at ``top``, ``left`` lands upright, and its samples there.

        The samples are a view of ``tile``, turned and thinned as the upright picture is; rows and
        columns are slices of the upright picture. All are empty where the tile is cropped away.
        """
        sides = (tile.shape[0], tile.shape[1])
        origin = (top, left)
        rows, columns = (
            axis.within(origin[axis.source], sides[axis.source])
            for axis in (self.rows, self.columns)
        )
        samples = self._pick(tile, top, left, rows, columns)
        return slice(rows.start, rows.stop), slice(columns.start, columns.stop), samples

    def span(self, top: int, left: int, height: int, width: int) -> tuple[range, range]:
        """Return the upright rows and columns that a coded rectangle covers."""
        low, sides = (top, left), (height, width)
        rows, columns = (
            axis.within(low[axis.source], sides[axis.source]) for axis in (self.rows, self.columns)
        )
        return rows, columns

    def _pick(self, coded: Samples, top: int, left: int, rows: range, columns: range) -> Samples:
        if self.rows.source == 0:
            return coded[self.rows.coded(rows, top), self.columns.coded(columns, left)]
        picked = coded[self.columns.coded(columns, top), self.rows.coded(rows, left)]
        return picked.swapaxes(0, 1)


def place(coded: Size, transforms: Sequence[Transform]) -> Placement:
    """Return the placement of a coded picture after its transforms, applied in order.

    ISO/IEC 23008-12: ``irot`` turns counter-clockwise, ``imir`` axis 0 swaps top and bottom and
    axis 1 left and right, ``clap`` crops the picture as it is at that point. Raises ValueError
    where a crop reaches outside.
    """
    rows = _Axis(0, 0, 1, coded.height)
    columns = _Axis(1, 0, 1, coded.width)
    for transform in transforms:
        match transform:
            case Rotation(quarter_turns):
                for _ in range(quarter_turns % 4):
                    rows, columns = columns.reversed(), rows
            case Mirror(axis):
                if axis == 0:
                    rows = rows.reversed()
                else:
                    columns = columns.reversed()
            case Crop(left, top, width, height):
                rows, columns = rows.cut(top, height), columns.cut(left, width)
    return Placement(rows, columns)


def inverse(transforms: Sequence[Transform]) -> tuple[Transform, ...]:
    """Return the rotations and mirrors that undo ``transforms``; ValueError for a crop."""
    undone: list[Transform] = []
    for transform in reversed(transforms):
        match transform:
            case Rotation(quarter_turns):
                undone.append(Rotation(-quarter_turns % 4))
            case Mirror():
                undone.append(transform)
            case Crop():
                raise ValueError("a crop cannot be undone")
    return tuple(undone)
