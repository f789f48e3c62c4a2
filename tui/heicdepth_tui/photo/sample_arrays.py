"""Arrays of samples, and how they are moved: a pixel at a time, whatever its channels."""

from __future__ import annotations

from typing import Any, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

__all__ = ["Samples", "contiguous", "extremes", "whole_pixels"]

Samples: TypeAlias = NDArray[np.uint8] | NDArray[np.uint16]
"""(H, W) or (H, W, C); the channels of a pixel lie together."""

_COLOURS = 3
"""Dimensions of a picture in colours."""
_CACHED_SAMPLES = 1 << 18


def contiguous(samples: Samples) -> Samples:
    """Return the samples in C order, as they are where they lie so already."""
    if samples.flags.c_contiguous:
        return samples
    in_order = np.ascontiguousarray(whole_pixels(samples))
    return cast("Samples", in_order.view(samples.dtype).reshape(samples.shape))


def extremes(samples: Samples) -> tuple[int, int]:
    """Return the least and the greatest sample; there is one at least.

    Both are sought in the same rows before the next ones, while the cache of a core has them.
    """
    rows = max(1, _CACHED_SAMPLES // samples[0].size)
    blocks = [samples[start : start + rows] for start in range(0, len(samples), rows)]
    ranges = [(int(block.min()), int(block.max())) for block in blocks]
    return min(low for low, _ in ranges), max(high for _, high in ranges)


def whole_pixels(samples: Samples) -> NDArray[Any]:
    """Return samples as a view (H, W) with one element a pixel.

    To turn or thin a picture so takes a third of the time of its single samples (measured).
    """
    if samples.ndim != _COLOURS:
        return samples
    pixel = np.dtype((np.void, samples.shape[2] * samples.itemsize))
    return samples.view(pixel)[..., 0]
