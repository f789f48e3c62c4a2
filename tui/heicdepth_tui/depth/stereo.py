"""Stereo views: a photo warped to two eyes by its depth map, with what each eye uncovers filled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from heicdepth_tui.depth.jumps import JumpRule, cloud_disparity, joined

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from heicdepth_tui.depth.points import Cloud

    F32 = NDArray[np.float32]
    Mask = NDArray[np.bool_]
    Places = NDArray[np.intp]

__all__ = ["Stereo", "View", "stereo_views"]

_STRIP_SAMPLES = 1 << 18
"""Samples warped at once: bounds the temporary memory to some 20 MB."""

_SHARE = 256
"""A place between two samples is kept in steps of this share."""
_BITS = 9
"""Of such a share in a packed place, 0 to 256."""

_ALIKE = 0.04
"""Disparities of neighbours that differ by more than this ratio are of different surfaces."""


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A picture as seen by one eye."""

    rgb: NDArray[np.uint8]
    """(H, W, 3)."""
    holes: Mask
    """(H, W), True where no sample of the photo lands; these are filled from the farther side."""

    @property
    def hole_share(self) -> float:
        """The share of the picture that was filled, 0 to 1."""
        return float(np.count_nonzero(self.holes)) / self.holes.size


@dataclass(frozen=True, slots=True, eq=False)
class Stereo:
    """Views of two eyes half a baseline to the left and to the right of the photo's camera."""

    left: View
    right: View
    baseline: float
    """m."""
    convergence: float
    """m along the optical axis: a point at this distance has the same place in both views."""
    nearest: float
    """m, Z of the nearest sample."""
    farthest: float
    """m, Z of the farthest sample."""
    focal: float
    """In pixels, along the rows."""
    invalid: int
    """Samples without a distance, taken as far away as the farther neighbour in their row."""

    def shift(self, metres: float) -> float:
        """Return u in the left view minus u in the right one of a point at Z ``metres``, pixels.

        Positive before the convergence distance: f · B · (1/Z − 1/Zc).
        """
        return self.focal * self.baseline * (1 / metres - 1 / self.convergence)


class _Warp(NamedTuple):
    """The shift of a sample, gain · (disparity − zero) pixels to the right."""

    gain: float
    """Pixels times metres."""
    zero: float
    """1/m."""


def stereo_views(
    cloud: Cloud,
    rgb: NDArray[np.uint8],
    rule: JumpRule,
    *,
    baseline: float,
    convergence: float | None = None,
    seam: int = 0,
) -> Stereo:
    """Return the views of two eyes ``baseline`` metres apart, for parallel cameras.

    ``cloud`` is perspective, its grid has the size of ``rgb`` (H, W, 3) uint8. A sample (u, v) at
    distance Z lands at u ± f · B/2 · (1/Z − 1/Zc) in the left (+) and the right (−) view, in the
    same row; ``convergence``, Zc in metres, is the median of Z where None. Between neighbours that
    ``rule`` joins colours are interpolated; where it does not, each ends half a sample beyond its
    centre. Of several samples on one pixel the nearest is seen. Holes are filled from the farther
    side, and with them ``seam`` pixels of that side, where the photo shows the blurred edge of what
    is in front. Raises ValueError for grids that do not fit, for a flat cloud, and for a baseline
    or a convergence that is not positive.
    """
    camera = cloud.camera
    if camera is None:
        raise ValueError("a flat cloud has no distances to see it from two eyes by")
    if rgb.shape != (cloud.grid.height, cloud.grid.width, 3):
        raise ValueError(f"colours of {rgb.shape} do not fit the grid of {cloud.grid}")
    disparity = cloud_disparity(cloud)
    inverse = np.float32(-1) / cloud.xyz[:, 2]
    zero = float(np.median(inverse)) if convergence is None else 1 / convergence
    if not (baseline > 0 and zero > 0):
        raise ValueError(f"baseline {baseline} m and convergence {convergence} m must be positive")
    gain = camera.fx * baseline / 2
    return Stereo(
        left=_view(rgb, disparity, rule, _Warp(gain, zero), seam),
        right=_view(rgb, disparity, rule, _Warp(-gain, zero), seam),
        baseline=baseline,
        convergence=1 / zero,
        nearest=1 / float(inverse.max()),
        farthest=1 / float(inverse.min()),
        focal=camera.fx,
        invalid=int(np.count_nonzero(np.isnan(disparity))),
    )


def _view(rgb: NDArray[np.uint8], disparity: F32, rule: JumpRule, warp: _Warp, seam: int) -> View:
    """Return the picture after the warp; a positive gain is warped in its mirror image."""
    flip = np.s_[:, ::-1] if warp.gain > 0 else np.s_[:, :]
    warp = warp._replace(gain=-abs(warp.gain))
    view = np.empty_like(rgb)
    holes = np.empty(disparity.shape, dtype=np.bool_)
    colours, depths = rgb[flip], disparity[flip]
    target, missing = view[flip], holes[flip]
    for rows in _strips(disparity.shape):
        strip = _fill_invalid(depths[rows], np.float32(warp.zero))
        packed = _packed(colours[rows])
        join = joined(strip, rule, 1)
        target[rows], missing[rows] = _warp_strip(packed, strip, join, warp, seam)
    return View(view, holes)


def _strips(shape: tuple[int, ...]) -> Iterator[slice]:
    height, width = shape
    rows = max(1, _STRIP_SAMPLES // width)
    for start in range(0, height, rows):
        yield slice(start, min(start + rows, height))


def _packed(rgb: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """Return one number for each sample, red in its highest byte but one."""
    red, green, blue = (rgb[..., channel].astype(np.uint32) for channel in range(3))
    packed: NDArray[np.uint32] = (red << np.uint32(16)) | (green << np.uint32(8)) | blue
    return packed


def _unpacked(packed: NDArray[np.uint32]) -> NDArray[np.uint8]:
    rgb = np.empty((*packed.shape, 3), dtype=np.uint8)
    for channel in range(3):
        rgb[..., channel] = packed >> np.uint32(16 - 8 * channel)
    return rgb


def _warp_strip(
    colours: NDArray[np.uint32], disparity: F32, join: Mask, warp: _Warp, seam: int
) -> tuple[NDArray[np.uint8], Mask]:
    """Return rows of a view (R, W, 3), and where they are holes (R, W); the gain is negative."""
    height, width = disparity.shape
    place = _landed(disparity, join, warp)
    hole = place < 0
    at, share = place >> _BITS, (place & (2 * _SHARE - 1)).astype(np.uint32)
    np.maximum(at, 0, out=at)
    flat = colours.reshape(-1)
    seen = _between(flat[at], flat[np.minimum(at + 1, flat.size - 1)], share)
    seen[hole] = 0
    depth = disparity.reshape(-1)[at]
    depth[hole] = np.nan
    seen, depth = seen.reshape(height, width), depth.reshape(height, width)
    if seam:
        rows, columns = np.nonzero(np.isnan(depth))
        depth = _seams(depth, rows, columns, seam)
    rows, columns = np.nonzero(np.isnan(depth))
    source = _farther_side(depth, rows, columns)
    seen[rows, columns] = seen[rows, source]
    return _unpacked(seen), hole.reshape(height, width)


def _landed(disparity: F32, join: Mask, warp: _Warp) -> Places:
    """Return the place in the strip that each pixel of the view shows, flat; −1 for a hole.

    The place is (index of a sample) · 2 ** ``_BITS`` + (share of the way to the next one) ·
    ``_SHARE``. With a negative gain, of places on one pixel the rightmost is the nearest: sample
    u2 > u1 lands on the same pixel as u1 only if its disparity is larger.
    """
    height, width = disparity.shape
    at = np.arange(width) + np.float64(warp.gain) * (disparity.astype(np.float64) - warp.zero)
    closed = np.zeros((height, width + 1), dtype=np.bool_)
    closed[:, 1:-1] = join
    start, end = at[:, :-1], at[:, 1:]
    # Beside a jump a surface reaches half a sample beyond the centre of its last sample.
    first = np.ceil(start - 0.5 * ~closed[:, :-2]).astype(np.intp)
    stop = np.ceil(end + 0.5 * ~closed[:, 2:]).astype(np.intp)
    np.clip(first, 0, width, out=first)
    np.clip(stop, 0, width, out=stop)
    # A piece that ends left of its start is seen from behind.
    count = np.where(join & (end > start), np.maximum(stop - first, 0), 0)
    places = np.full(height * width, -1, dtype=np.intp)
    counts = count.reshape(-1)
    piece = np.repeat(np.arange(counts.size), counts)
    if not piece.size:
        return places
    pixel = np.arange(piece.size) - np.repeat(np.cumsum(counts) - counts, counts)
    pixel += first.reshape(-1)[piece]
    begin = np.ascontiguousarray(start).reshape(-1)[piece]
    length = np.ascontiguousarray(end).reshape(-1)[piece] - begin
    share = np.rint(np.clip((pixel - begin) / length, 0, 1) * _SHARE).astype(np.intp)
    row, column = np.divmod(piece, width - 1)
    sample = row * width + column
    np.maximum.at(places, row * width + pixel, (sample << _BITS) | share)
    return places


def _between(
    one: NDArray[np.uint32], other: NDArray[np.uint32], share: NDArray[np.uint32]
) -> NDArray[np.uint32]:
    """Return packed colours ``share`` / ``_SHARE`` of the way from one to the other, rounded."""
    rest = np.uint32(_SHARE) - share
    odd, even = np.uint32(0x00FF00FF), np.uint32(0x0000FF00)
    mixed = (one & odd) * rest
    mixed += (other & odd) * share
    mixed += np.uint32(0x00800080)
    mixed >>= np.uint32(8)
    mixed &= odd
    green = ((one & even) >> np.uint32(8)) * rest
    green += ((other & even) >> np.uint32(8)) * share
    green += np.uint32(0x80)
    green &= even
    mixed |= green
    return mixed


class _Sides(NamedTuple):
    """The known pixels beside each hole of a strip, as lists in row-major order."""

    left: Places
    """Column, −1 without one."""
    right: Places
    """Column, W without one."""
    is_left: Mask
    """True where the left one is the farther."""
    far: F32
    """Disparity of the farther one, NaN without any."""


def _sides(depth: F32, rows: Places, columns: Places) -> _Sides:
    left, right = _known_beside(depth, rows, columns)
    there = np.pad(depth, ((0, 0), (1, 1)), constant_values=np.nan)
    of_left, of_right = there[rows, left + 1], there[rows, right + 1]
    is_left = np.isnan(of_right) | (of_left <= of_right)
    return _Sides(left, right, is_left, np.where(is_left, of_left, of_right))


def _seams(depth: F32, rows: Places, columns: Places, seam: int) -> F32:
    """Return ``depth`` with NaN on the farther side of each hole too, ``seam`` pixels wide.

    A photo shows there the blurred edge of what is in front, which is elsewhere in a view.
    """
    width = depth.shape[1]
    sides = _sides(depth, rows, columns)
    between = (sides.left >= 0) & (sides.right < width)
    edge = np.where(sides.is_left, sides.left, sides.right)[between]
    step = np.where(sides.is_left, -1, 1)[between]
    lines, far = rows[between], sides.far[between]
    wider = depth.copy()
    for ahead in range(seam):
        at = np.clip(edge + ahead * step, 0, width - 1)
        alike = np.abs(depth[lines, at] - far) <= far * np.float32(_ALIKE)
        wider[lines[alike], at[alike]] = np.nan
    return wider


def _farther_side(depth: F32, rows: Places, columns: Places) -> Places:
    """Return the column of the row that fills each hole at (rows, columns).

    The nearest known pixel to the left or to the right, whichever is farther away; of its surface
    the part that mirrors the hole, so that texture goes on, as far as that surface reaches without
    a gap. Its own column where a row has no known pixel. ``depth`` is (R, W) disparity, NaN in
    holes, of which (rows, columns) are all, in row-major order.
    """
    width = depth.shape[1]
    left, right, is_left, far = _sides(depth, rows, columns)
    edge = np.where(is_left, left, right)
    mirrored = 2 * edge - columns + np.where(is_left, 1, -1)
    is_inside = (mirrored >= 0) & (mirrored < width)
    np.clip(mirrored, 0, width - 1, out=mirrored)
    alike = np.abs(depth[rows, mirrored] - far) <= far * np.float32(_ALIKE)
    alike &= is_inside
    # The first pixel of another surface ends the mirror image, seen from the edge of the hole.
    at = np.arange(rows.size)
    before = np.maximum.accumulate(np.where(alike, -1, at))
    after = np.minimum.accumulate(np.where(alike, rows.size, at)[::-1])[::-1]
    whole = np.where(is_left, before < at - (columns - left - 1), after > at + right - columns - 1)
    return np.where(np.isnan(far), columns, np.where(whole, mirrored, edge))


def _known_beside(depth: F32, rows: Places, columns: Places) -> tuple[Places, Places]:
    """Return the nearest known columns left (−1 without one) and right (W without one)."""
    width = depth.shape[1]
    known = ~np.isnan(depth)
    across = np.arange(width, dtype=np.int32)
    left = np.maximum.accumulate(np.where(known, across, -1), axis=1)
    right = np.minimum.accumulate(np.where(known, across, width)[:, ::-1], axis=1)[:, ::-1]
    return left[rows, columns], right[rows, columns]


def _fill_invalid(disparity: F32, fallback: np.float32) -> F32:
    """Return the rows with NaN replaced by the farther known neighbour, else by ``fallback``."""
    rows, columns = np.nonzero(np.isnan(disparity))
    filled = np.array(disparity)
    if not rows.size:
        return filled
    left, right = _known_beside(disparity, rows, columns)
    there = np.pad(disparity, ((0, 0), (1, 1)), constant_values=np.nan)
    farther = np.fmin(there[rows, left + 1], there[rows, right + 1])
    filled[rows, columns] = np.where(np.isnan(farther), fallback, farther)
    return filled
