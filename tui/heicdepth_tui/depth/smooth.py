"""De-terracing: smooth the stairs of quantised depth, moving no sample past half a code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["BOX", "smooth_codes"]

BOX = 17
"""Side of the blur's window in samples; measured: normals scatter 10.6° before, 2.9° after."""


def smooth_codes(
    codes: NDArray[np.uint8] | NDArray[np.uint16], valid: NDArray[np.bool_], *, box: int = BOX
) -> NDArray[np.float32]:
    """Return (H, W) float32 fractional codes: a box blur, each clamped to ±½ of its stored code.

    ``valid`` (2**bits,) marks the codes that have a distance; samples of the others are left out of
    every mean and returned as stored. The window is cut at the borders. No result leaves the range
    of the valid codes, so none becomes an invalid distance. ``box`` is odd, in samples. It helps
    where surfaces are smooth at the window's scale; where they bend by more than a code within it,
    and beside depth edges, samples are drawn to the mean by up to that half a code.
    """
    inside = None if valid.all() else valid.take(codes, mode="clip")
    stored = codes if inside is None else np.where(inside, codes, codes.dtype.type(0))
    total = _box_sum(stored, box)
    if inside is None:
        rows, columns = (_window_lengths(length, box) for length in codes.shape)
        mean = total.astype(np.float32)
        mean /= rows[:, None]
        mean /= columns
    else:
        count = _box_sum(inside.view(np.uint8), box)
        mean = total.astype(np.float32)
        mean /= np.maximum(count, 1)
    mean -= codes
    np.clip(mean, -0.5, 0.5, out=mean)
    if inside is not None:
        mean *= inside
    mean += codes
    first, last = _valid_range(valid)
    if inside is None:
        np.clip(mean, first, last, out=mean)
    else:
        np.copyto(mean, np.clip(mean, first, last), where=inside)
    return mean


def _valid_range(valid: NDArray[np.bool_]) -> tuple[int, int]:
    codes = np.flatnonzero(valid)
    return (int(codes[0]), int(codes[-1])) if codes.size else (0, len(valid) - 1)


def _window_lengths(length: int, box: int) -> NDArray[np.float32]:
    """Return how many samples of a line the window around each sample holds."""
    position = np.arange(length)
    half = box // 2
    spans = np.minimum(position + half, length - 1) - np.maximum(position - half, 0) + 1
    return spans.astype(np.float32)


def _box_sum(values: NDArray[np.uint8] | NDArray[np.uint16], box: int) -> NDArray[np.uint32]:
    """Return the sum over the window around each sample; (H, W) uint32, exact."""
    return _line_sum(_line_sum(values, box, 1), box, 0)


def _line_sum(
    values: NDArray[np.uint8] | NDArray[np.uint16] | NDArray[np.uint32], box: int, axis: int
) -> NDArray[np.uint32]:
    # Sums of a window stay below 2**32; those that run along the line may wrap, and the
    # difference of two wrapped sums is exact again.
    running = np.cumsum(values, axis=axis, dtype=np.uint32)
    length = values.shape[axis]
    half = box // 2
    position = np.arange(length)
    after = np.minimum(position + half, length - 1)
    total: NDArray[np.uint32] = running.take(after, axis=axis)
    if axis:
        total[:, half + 1 :] -= running[:, : max(length - half - 1, 0)]
    else:
        total[half + 1 :] -= running[: max(length - half - 1, 0)]
    return total
