"""De-terracing: smooth the stairs of quantised depth within each surface, by up to half a code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from heicdepth_tui.depth.flying import jumps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from heicdepth_tui.depth.depthmap import DepthMap

_T = TypeVar("_T", bound=np.generic)

__all__ = ["BOX", "JUMP", "SMOOTHED", "smooth_codes", "smoothed_disparity"]

BOX = 17
"""Side of the largest window in samples; measured on a box blur that ignores edges: normals
scatter 10.6° before, 2.9° after."""

JUMP = 0.02
"""Relative step in distance at which a surface ends, as for flying samples."""

SMOOTHED = (
    f"code steps smoothed by means of at most {BOX}x{BOX} samples of one surface, none from beyond "
    f"a step of more than {100 * JUMP:g} %, no sample moved by more than half a code"
)
"""Comment of every file with smoothed distances."""


def smooth_codes(
    codes: NDArray[np.uint8] | NDArray[np.uint16],
    disparity: NDArray[np.float64],
    *,
    jump: float = JUMP,
    box: int = BOX,
) -> NDArray[np.float32]:
    """Return (H, W) float32 fractional codes: means within one surface, clamped to ±½ code.

    ``disparity`` (2**bits,) gives 1/m for each code, NaN where it is invalid. The mean over a row
    comes first, then the mean of those means over a column. Each window is centred on its sample,
    ``box`` samples long (odd) and shorter where it would leave the map or pass a jump (``jumps``):
    so no value from beyond an edge takes part, and planes keep their slope up to their edges.
    Invalid samples are returned as stored, and no result leaves the range of the valid codes. It
    helps where surfaces are smooth at the window's scale; where they bend by more than a code
    within it, samples are drawn to the mean by up to half a code.
    Windows that end at edges: Zhang, Lu, Lafruit, "Cross-based local stereo matching using
    orthogonal integral images", 2009.
    """
    valid = np.isfinite(disparity)
    if not valid.any():
        return codes.astype(np.float32)
    half = box // 2
    mean: NDArray[Any] = codes
    for axis in (1, 0):
        reach = _reach(jumps(codes, disparity, jump, axis), half, axis)
        mean = _centred_mean(mean, reach, half, axis)
    mean -= codes
    smooth = mean.astype(np.float32)
    np.clip(smooth, -0.5, 0.5, out=smooth)
    smooth += codes
    first, last = np.flatnonzero(valid)[[0, -1]]
    np.clip(smooth, first, last, out=smooth)
    if not valid.all():
        np.copyto(smooth, codes, where=~valid.take(codes, mode="clip"))
    return smooth


def smoothed_disparity(depth_map: DepthMap) -> NDArray[np.float32]:
    """Return disparity of the smoothed codes, (H, W) float32, 1/m, NaN where invalid.

    Raises NoMetresError where codes have no distance.
    """
    tables, quantization = depth_map.tables, depth_map.quantization
    if quantization is None:
        return depth_map.disparity()
    values = smooth_codes(depth_map.codes, tables.disparity)
    low, high = quantization.value_at_code_0, quantization.value_at_max_code
    values *= np.float32((high - low) / depth_map.max_code)
    values += np.float32(low)
    if quantization.is_depth:
        with np.errstate(divide="ignore"):
            np.reciprocal(values, out=values)
    if not tables.valid.all() or depth_map.outside is not None:
        values[~depth_map.valid()] = np.nan
    return values


def _reach(ends: NDArray[np.bool_], half: int, axis: int) -> NDArray[np.uint8]:
    """Return how far a centred window along ``axis`` reaches, (H, W), 0 .. ``half`` samples.

    ``ends`` is as ``jumps`` returns it: True between samples that no window may hold both of.
    """
    shape = [length + (dimension == axis) for dimension, length in enumerate(ends.shape)]
    steps, length = ends.shape[axis], shape[axis]
    # Beyond both ends of a line there is nothing to reach.
    padded = list(shape)
    padded[axis] = length + 2 * half
    joined = np.zeros(padded, dtype=np.bool_)
    _along(joined, axis)[half : half + steps] = ~_along(ends, axis)
    lines = _along(joined, axis)
    reach = np.zeros(shape, dtype=np.uint8)
    is_whole = np.ones(shape, dtype=np.bool_)
    for distance in range(1, half + 1):
        before, after = half - distance, half + distance - 1
        _along(is_whole, axis)[:] &= lines[before : before + length]
        _along(is_whole, axis)[:] &= lines[after : after + length]
        reach += is_whole
    return reach


def _centred_mean(
    values: NDArray[np.uint8] | NDArray[np.uint16] | NDArray[np.float64],
    reach: NDArray[np.uint8],
    half: int,
    axis: int,
) -> NDArray[np.float64]:
    """Return the mean of the 2 · ``reach`` + 1 samples along ``axis`` around each, (H, W)."""
    length, width = values.shape[axis], values.shape[1]
    shape = list(values.shape)
    shape[axis] += 1
    # Sums of codes stay below 2**53, so that none is rounded.
    running = np.zeros(shape, dtype=np.float64)
    if axis:
        np.cumsum(values, axis=1, out=running[:, 1:])
    else:
        # 20 times as fast as cumsum down the columns, measured on 768x576.
        for row, line in enumerate(values):
            np.add(running[row], line, out=running[row + 1])
    mean = np.empty(values.shape, dtype=np.float64)
    box = 2 * half + 1
    sums = _along(running, axis)
    if length >= box:
        inner = _along(mean, axis)[half : length - half]
        np.subtract(sums[box:], sums[:-box], out=inner)
        inner /= box
    # Shorter windows are few: away from edges all have the full length.
    at = np.flatnonzero(reach < half)
    reaches = reach.reshape(-1)[at].astype(np.intp)
    row = at // width
    # A line of ``running`` along axis 1 has one entry more than the map's.
    first = at + row - reaches if axis else at - reaches * width
    count = 2 * reaches + 1
    flat = running.reshape(-1)
    last = first + count * (1 if axis else width)
    mean.reshape(-1)[at] = (flat.take(last) - flat.take(first)) / count
    return mean


def _along(array: NDArray[_T], axis: int) -> NDArray[_T]:
    """Return a view whose first axis is ``axis`` of a 2-D array."""
    return array.T if axis else array
