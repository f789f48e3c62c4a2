"""Flying pixels: samples that hang between a nearer and a farther surface, alone or in ramps."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Codes = NDArray[np.uint8] | NDArray[np.uint16]

__all__ = ["ALONE", "GRAZING", "RAMP", "flying_kinds", "jumps"]

ALONE, RAMP = 1, 2
"""Kinds of flying samples: one between its two neighbours, and one of a run of 2 to 5."""

GRAZING = 19.0
"""Tangent of 87°: a surface that steep to the image plane is seen in hardly any sample."""

_LONGEST_RAMP = 5
_MAX_STEP_SHARE = 0.5
"""Share of a ramp's whole jump up to which one step may go: more is a sharp edge."""


class _Bounds(NamedTuple):
    """For each code the last code that is not yet on its upper side, the first not on its lower."""

    upper: NDArray[np.int64]
    lower: NDArray[np.int64]
    first_valid: int
    last_valid: int


def flying_kinds(
    codes: Codes, disparity: NDArray[np.float64], threshold: float, focal: float = np.inf
) -> NDArray[np.uint8]:
    """Return (H, W) uint8: 0, ALONE or RAMP for samples between a nearer and a farther surface.

    ``codes`` is (H, W); ``disparity`` (2**bits,) gives 1/m for each code, monotonic over the valid
    codes, NaN where invalid; ``focal`` is the smaller focal length in samples. A sample hangs
    between its left and right neighbour, or between its upper and lower one, where one is nearer
    and the other farther, each by more than ``threshold`` (0.02: the farther distance is more than
    1.02 times the nearer) and by more than one code, because one code is what rounding alone makes
    of a slope. Along that row or column it flies

    - ALONE, where the step to each neighbour, in codes, is more than twice the step beyond it, from
      that neighbour to the next sample, and one code for rounding: on a steep surface a step and
      the one beyond are alike, beyond a flying sample lie the two surfaces;
    - in a RAMP, where a run of 2 to 5 such samples has a mean step of more than twice the step
      beyond either end, and one code for rounding; where no step is more than half of the whole
      jump, which would be a sharp edge beside a steep surface; and where the distance grows by more
      than GRAZING / ``focal`` a sample in the mean, steeper than surfaces are seen.

    A step that leads out of the map or to an invalid sample counts as no step for a sample alone,
    and makes no ramp. Invalid samples neither fly nor count as neighbours. A sample
    that is both is ALONE. Measured at 2 %:
    ALONE are a quarter per cent of an iPhone portrait, under 1 % of exact scenes of 96x72 samples,
    under 0.3 % of finer ones; RAMP are 1.7 per mille of a tele portrait with blurred edges, 20
    in a million of exact scenes of 768x576, none of coarser ones.
    """
    codes = cast("Codes", np.ascontiguousarray(codes))
    bounds = _bounds(disparity, threshold)
    upper = _look_up(bounds.upper, codes)
    lower = _look_up(bounds.lower, codes)
    above, below = _beyond(codes, bounds)
    valid = np.isfinite(disparity)
    kinds = np.zeros(codes.shape, dtype=np.uint8)
    flat = kinds.reshape(-1)
    alone, runs = [], []
    for axis in (0, 1):
        between = np.zeros(codes.shape, dtype=np.bool_)
        if axis == 0:
            _mark_between(above, below, upper, lower, between)
        else:
            _mark_between(above.T, below.T, upper.T, lower.T, between.T)
        found = np.flatnonzero(between)
        alone.append(found[_is_off_slope(codes, valid, found, axis)])
        runs.append(_runs(codes.shape, found, axis))
    both = _Runs(*(np.concatenate(part) for part in zip(*runs, strict=True)))
    flat[_ramps(codes, disparity, both, focal)] = RAMP
    flat[np.concatenate(alone)] = ALONE
    return kinds


def jumps(
    codes: Codes, disparity: NDArray[np.float64], threshold: float, axis: int
) -> NDArray[np.bool_]:
    """Return where a surface ends between two neighbours along ``axis``.

    (H − 1, W) bool for axis 0, (H, W − 1) for axis 1: entry i is the step from sample i to i + 1.
    By the measure of ``flying_kinds``: one of the two is nearer by more than ``threshold`` and by
    more than one code, or one of them is invalid. ``disparity`` is as there.
    """
    bounds = _bounds(disparity, threshold)
    one, other = (codes[:-1], codes[1:]) if axis == 0 else (codes[:, :-1], codes[:, 1:])
    low = cast("Codes", np.minimum(one, other))
    high = np.maximum(one, other)
    found: NDArray[np.bool_] = high > _look_up(bounds.upper, low)
    if bounds.first_valid > 0:
        found |= low < bounds.first_valid
    if bounds.last_valid < len(disparity) - 1:
        found |= high > bounds.last_valid
    return found


def _runs(shape: tuple[int, int], found: NDArray[np.intp], axis: int) -> _Runs:
    """Return the runs of 2 to 5 samples among ``found``, which lie between two neighbours."""
    height, width = shape
    stride = (width, 1)[axis]
    if axis == 0:
        # Column by column, so that neighbours along the axis follow each other.
        found = np.sort(found % width * height + found // width)
    # A sample at the end of a line is never between two, so no run goes on in the next line.
    ends = np.flatnonzero(found[1:] != found[:-1] + 1)
    ends = np.append(ends, len(found) - 1)[: len(found)]
    length = np.diff(ends, prepend=-1)
    place = found[ends] % shape[axis] - length + 1
    # The samples beyond both neighbours must be there.
    is_run = (length > 1) & (length <= _LONGEST_RAMP)
    is_run &= (place > 1) & (place + length < shape[axis] - 1)
    length = length[is_run]
    first = found[ends[is_run]] - length + 1
    if axis == 0:
        first = first % height * width + first // height
    return _Runs(first, length, np.full_like(first, stride))


class _Runs(NamedTuple):
    """Runs of samples along rows or columns, two samples away from the ends of their line."""

    first: NDArray[np.intp]
    """Flat indices."""
    length: NDArray[np.intp]
    stride: NDArray[np.intp]


def _ramps(
    codes: Codes, disparity: NDArray[np.float64], runs: _Runs, focal: float
) -> NDArray[np.intp]:
    """Return the flat indices of the samples of those runs that are ramps."""
    first, length, stride = runs
    flat, steps = codes.reshape(-1), length + 1
    start, end = first - stride, first + length * stride
    # Codes in steps, (runs, 7), the last one repeated: a step of 0 is never the steepest.
    at = np.minimum(np.arange(_LONGEST_RAMP + 2), steps[:, None])
    places = start[:, None] + at * stride[:, None]
    along = flat[places].astype(np.int64)
    near, far = along[:, 0], along[:, -1]
    jump = np.abs(near - far)
    keep = np.abs(np.diff(along, axis=1)).max(axis=1, initial=0) <= _MAX_STEP_SHARE * jump
    for edge, beyond in ((near, flat[start - stride]), (far, flat[end + stride])):
        away = np.abs(edge - beyond.astype(np.int64))
        keep &= (jump > steps * (2 * away + 1)) & np.isfinite(disparity[beyond])
    growth = np.abs(np.log(disparity[near] / disparity[far]))
    keep &= growth > steps * np.log1p(GRAZING / focal)
    inside = (at > 0) & (at < steps[:, None]) & keep[:, None]
    hanging: NDArray[np.intp] = places[inside]
    return hanging


def _is_off_slope(
    codes: Codes, valid: NDArray[np.bool_], found: NDArray[np.intp], axis: int
) -> NDArray[np.bool_]:
    """Return which samples (flat indices) stand off from what lies beyond both neighbours."""
    flat, stride = codes.reshape(-1), (codes.shape[1], 1)[axis]
    place = found // stride % codes.shape[axis]
    off = np.ones(len(found), dtype=np.bool_)
    for ahead, is_inside in ((-stride, place > 1), (stride, place < codes.shape[axis] - 2)):
        value, near = flat[found], flat[found + ahead]
        far = flat[np.where(is_inside, found + 2 * ahead, found + ahead)]
        step, beyond = _distance(value, near), _distance(near, far)
        off &= (step >> 1 > beyond) | ~valid.take(far, mode="clip")
    return off


def _distance(one: Codes, other: Codes) -> Codes:
    """Return the absolute difference, in a type without signs."""
    return cast("Codes", np.maximum(one, other) - np.minimum(one, other))


def _look_up(table: NDArray[np.int64], codes: Codes) -> Codes:
    """Return the table's entry of each code in the codes' own type, which compares fastest."""
    if codes.dtype == np.uint8:
        return table.astype(np.uint8).take(codes, mode="clip")
    return table.astype(np.uint16).take(codes, mode="clip")


def _mark_between(
    above: Codes, below: Codes, upper: Codes, lower: Codes, mask: NDArray[np.bool_]
) -> None:
    """Set ``mask`` where the rows before and after lie on different sides; all are (H, W)."""
    rising = below[:-2] < lower[1:-1]
    rising &= above[2:] > upper[1:-1]
    falling = above[:-2] > upper[1:-1]
    falling &= below[2:] < lower[1:-1]
    rising |= falling
    mask[1:-1] |= rising


def _beyond(codes: Codes, bounds: _Bounds) -> tuple[Codes, Codes]:
    """Return the codes to compare with the upper and the lower bound, invalid ones made neutral."""
    top = len(bounds.upper) - 1
    above = below = codes
    if bounds.last_valid < top:
        above = np.where(codes > bounds.last_valid, codes.dtype.type(0), codes)
    if bounds.first_valid > 0:
        below = np.where(codes < bounds.first_valid, codes.dtype.type(top), codes)
    return above, below


def _bounds(disparity: NDArray[np.float64], threshold: float) -> _Bounds:
    valid = np.flatnonzero(np.isfinite(disparity))
    count = len(disparity)
    upper = np.full(count, count - 1, dtype=np.int64)
    lower = np.zeros(count, dtype=np.int64)
    if valid.size == 0:
        return _Bounds(upper, lower, 0, count - 1)
    first, last = int(valid[0]), int(valid[-1])
    part = disparity[first : last + 1]
    # A mapping in Z falls with the code: its mirror image rises, and the test is symmetric.
    falls = part[0] > part[-1]
    rising = -part if falls else part
    factor = 1 + threshold
    nearer = -part / factor if falls else part * factor
    farther = -part * factor if falls else part / factor
    code = np.arange(first, last + 1)
    upper[code] = np.maximum(first + np.searchsorted(rising, nearer, side="right") - 1, code + 1)
    lower[code] = np.minimum(first + np.searchsorted(rising, farther, side="left"), code - 1)
    np.clip(upper, 0, count - 1, out=upper)
    np.clip(lower, 0, count - 1, out=lower)
    return _Bounds(upper, lower, first, last)
