"""Shrinks arrays to a size in samples: to the mean of each box, or to the largest of it."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["largest", "shrink"]

_Sample = TypeVar("_Sample", np.uint8, np.uint16)

_SAMPLES_A_BOX = 8
"""Samples kept in each direction of a box; more take longer and gain 0.1 dB."""


def shrink(array: NDArray[_Sample], size: tuple[int, int]) -> NDArray[_Sample]:
    """Return ``array`` (H, W) or (H, W, C) as exactly ``size`` = (width, height) samples.

    Where a direction shrinks, each sample is the rounded mean of the samples whose centres lie in
    its box (the BOX filter of image libraries); of boxes over 16 samples wide only every k-th
    sample is used, starting k // 2 samples in. Where a direction grows, the nearest sample is
    repeated. ValueError for an empty array or size.
    """
    width, height = size
    if width <= 0 or height <= 0 or array.size == 0:
        raise ValueError(f"cannot shrink {array.shape} to {width}×{height} samples")
    if array.shape[:2] == (height, width):
        return array
    step_y = max(1, array.shape[0] // (height * _SAMPLES_A_BOX))
    step_x = max(1, array.shape[1] // (width * _SAMPLES_A_BOX))
    thinned = array[step_y // 2 :: step_y, step_x // 2 :: step_x]
    if height > thinned.shape[0]:
        thinned = thinned[_nearest(thinned.shape[0], height)]
    if width > thinned.shape[1]:
        thinned = thinned[:, _nearest(thinned.shape[1], width)]
    return thinned if thinned.shape[:2] == (height, width) else _box(thinned, width, height)


def largest(array: NDArray[_Sample], size: tuple[int, int]) -> NDArray[_Sample]:
    """Return ``array`` (H, W) as ``size`` = (width, height) samples, each the largest of its box.

    Where a direction grows, the nearest sample is repeated. Array and size are not empty.
    """
    for axis, count in enumerate(reversed(size)):
        length = array.shape[axis]
        if count >= length:
            array = array.take(_nearest(length, count), axis=axis)
        else:
            array = np.maximum.reduceat(array, _borders(length, count)[:-1], axis=axis)
    return array


def _nearest(length: int, count: int) -> NDArray[np.intp]:
    return ((2 * np.arange(count) + 1) * length // (2 * count)).astype(np.intp)


def _borders(length: int, count: int) -> NDArray[np.intp]:
    """Return ``count + 1`` borders; a sample centred on a border belongs to the left box."""
    return ((2 * length * np.arange(count + 1) + count) // (2 * count)).astype(np.intp)


def _box(array: NDArray[_Sample], width: int, height: int) -> NDArray[_Sample]:
    down = _borders(array.shape[0], height)
    across = _borders(array.shape[1], width)
    sums = np.add.reduceat(array, down[:-1], axis=0, dtype=np.uint32)
    sums = np.add.reduceat(sums, across[:-1], axis=1)
    counts = (np.diff(down)[:, None] * np.diff(across)).astype(np.uint32)
    if array.ndim == 3:
        counts = counts[:, :, None]
    return ((sums + counts // 2) // counts).astype(array.dtype)
