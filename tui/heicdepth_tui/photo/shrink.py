"""Shrinks pictures for the screen and point clouds: thin by a stride, then average by boxes."""

from __future__ import annotations

from typing import cast

import numpy as np
from numpy.typing import NDArray

from heicdepth_tui.photo.row_means import RowMeans
from heicdepth_tui.photo.sample_arrays import Samples

__all__ = [
    "box",
    "box_columns",
    "fit_size",
    "fit_stride",
    "shrink_to_fit",
]

_ALIKE = frozenset({2, 4, 8})
"""Factors that ``Image.reduce`` and the BOX filter average to the same bits."""
_BAND_ROWS = 512
"""Rows of a picture that are averaged at a time: their sums stay small."""
_BOX_SAMPLES = 2
"""Least samples a side that are averaged into one.

Panes average again over several of these, so that thinning costs under 0.1 dB there, and a picture
of 200 megapixels takes a quarter of the memory that eight samples would.
"""


def fit_size(shape: tuple[int, int], fit: tuple[int, int]) -> tuple[int, int]:
    """Return the (width, height) of a picture of ``shape`` (height, width) made to fit ``fit``.

    The aspect is kept to the nearest sample, nothing is enlarged, and no side is under 1.
    """
    height, width = shape
    scale = min(fit[0] / width, fit[1] / height, 1.0)
    return max(1, round(width * scale)), max(1, round(height * scale))


def fit_stride(shape: tuple[int, int], fit: tuple[int, int]) -> int:
    """Return the stride that thins a picture of ``shape`` (height, width) before it is averaged."""
    width, height = fit_size(shape, fit)
    return max(1, min(shape[1] // width, shape[0] // height) // _BOX_SAMPLES)


def shrink_to_fit(upright: Samples, fit: tuple[int, int]) -> Samples:
    """Return ``upright[::s, ::s]`` averaged by boxes to ``fit_size``, ``s`` being ``fit_stride``.

    A picture that fits already comes back as it is.
    """
    shape = (upright.shape[0], upright.shape[1])
    stride = fit_stride(shape, fit)
    return box(upright[::stride, ::stride], fit_size(shape, fit))


def box(array: Samples, size: tuple[int, int]) -> Samples:
    """Return an array (H, W) or (H, W, 3) resized to ``size`` (width, height) by the BOX filter.

    A sample of the result is the mean of those whose centres lie in its box. uint8 that is shrunk
    down is averaged along columns first (``RowMeans``), then along rows by Pillow, rounded in
    between: within one code of ``Image.resize(size, Image.Resampling.BOX)``, which takes the other
    order and more time, but where a centre lies on the edge of two boxes: the rounding of floats
    decides for one of them there, and here it is always the first. uint8
    of which height is kept or enlarged is Pillow's to the bit; uint16, for which Pillow has no
    colour mode, is its filter in float32 a channel, rounded to the nearest integer.
    """
    if (array.shape[1], array.shape[0]) == size:
        return array
    from PIL import Image

    if array.dtype == np.uint8:
        whole = cast("NDArray[np.uint8]", array)
        if size[1] >= len(whole):
            image = Image.fromarray(np.ascontiguousarray(whole))
            return np.asarray(image.resize(size, Image.Resampling.BOX), dtype=np.uint8)
        result = np.empty((size[1], size[0], *whole.shape[2:]), np.uint8)
        means = RowMeans(len(whole), size[1])
        for top in range(0, len(whole), _BAND_ROWS):
            first, rows = means.add(top, whole[top : top + _BAND_ROWS])
            result[first : first + len(rows)] = box_columns(rows, size[0])
        return result
    planes = np.atleast_3d(array)
    resized = [
        np.asarray(
            Image.fromarray(np.ascontiguousarray(planes[:, :, index], dtype=np.float32)).resize(
                size, Image.Resampling.BOX
            )
        )
        for index in range(planes.shape[2])
    ]
    stacked = resized[0] if array.ndim == 2 else np.stack(resized, axis=2)
    rounded: NDArray[np.uint16] = np.rint(stacked).astype(np.uint16)
    return rounded


def box_columns(rows: NDArray[np.uint8], width: int) -> NDArray[np.uint8]:
    """Return rows (H, W) or (H, W, 3) resized to a width by Pillow's BOX.

    Along one side and by a power of two ``Image.reduce`` rounds as that does, several times faster.
    """
    if rows.shape[1] == width or not len(rows):
        return rows[:, :width]
    from PIL import Image

    image = Image.fromarray(np.ascontiguousarray(rows))
    factor = image.width // width
    if factor in _ALIKE and factor * width == image.width:
        image = image.reduce((factor, 1))
    else:
        image = image.resize((width, image.height), Image.Resampling.BOX)
    return np.asarray(image, dtype=np.uint8)
