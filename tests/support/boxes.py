"""The BOX filter, plainly: columns first, then rows, rounded in between."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

__all__ = ["box_by_hand"]


def box_by_hand(samples: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return uint8 samples (H, W) or (H, W, 3) shrunk to ``size`` (width, height).

    Rows are means of integers, halves up; along them Pillow averages. Where height is kept or
    enlarged, Pillow does both.
    """
    height, count = len(samples), size[1]
    if count >= height:
        return np.asarray(Image.fromarray(samples).resize(size, Image.Resampling.BOX))
    centres = np.arange(height) + 0.5
    rows = []
    for row in range(count):
        inside = (centres > row * height / count) & (centres <= (row + 1) * height / count)
        total, number = samples[inside].sum(axis=0, dtype=np.int64), int(inside.sum())
        rows.append((2 * total + number) // (2 * number))
    image = Image.fromarray(np.stack(rows).astype(np.uint8))
    return np.asarray(image.resize(size, Image.Resampling.BOX))
