"""Counts how often each code stands in a monochrome layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from heicdepth_tui.photo.sample_arrays import Samples

__all__ = ["code_counts"]


def code_counts(samples: Samples, bits: int) -> tuple[int, ...]:
    """Return the number of samples (H, W) of each code 0 .. 2**bits − 1."""
    if samples.dtype == np.uint8:
        from PIL import Image

        # A sixth of the time of bincount, which converts the samples to 8 bytes each.
        return tuple(Image.fromarray(np.asarray(samples, np.uint8)).histogram()[: 1 << bits])
    return tuple(np.bincount(samples.reshape(-1), minlength=1 << bits).tolist())
