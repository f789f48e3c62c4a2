"""Shrinks pictures for the screen and point clouds: thin by a stride, then average by boxes."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["Samples", "StripBox", "box", "contiguous", "fit_size", "fit_stride", "shrink_to_fit"]

Samples: TypeAlias = NDArray[np.uint8] | NDArray[np.uint16]

_ALIKE = frozenset({2, 4, 8})
"""Factors that ``Image.reduce`` and the BOX filter average to the same bits."""
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


def contiguous(samples: Samples) -> Samples:
    """Return the samples in C order, as they are where they lie so already."""
    return cast("Samples", np.ascontiguousarray(samples))


def box(array: Samples, size: tuple[int, int]) -> Samples:
    """Return an array (H, W) or (H, W, 3) resized to ``size`` (width, height) by Pillow's BOX.

    uint8 is exactly ``Image.resize(size, Image.Resampling.BOX)``; uint16, for which Pillow has no
    colour mode, is the same filter in float32 a channel, rounded to the nearest integer.
    """
    if (array.shape[1], array.shape[0]) == size:
        return array
    from PIL import Image

    if array.dtype == np.uint8:
        image = Image.fromarray(np.ascontiguousarray(array))
        return np.asarray(_box_of_bytes(image, size), dtype=np.uint8)
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


class StripBox:
    """``box`` for strips (h, W) or (h, W, 3) uint8 of one picture, in memory that is used again."""

    def __init__(self) -> None:
        self._images: dict[tuple[int, ...], Image.Image] = {}

    def __call__(self, strip: Samples, size: tuple[int, int]) -> Samples:
        """Return a strip, which lies in C order, resized to ``size`` (width, height)."""
        from PIL import Image

        image = self._images.get(strip.shape)
        if image is None:
            mode = "L" if strip.ndim == 2 else "RGB"
            image = Image.new(mode, (strip.shape[1], strip.shape[0]))
            self._images[strip.shape] = image
        image.frombytes(strip.data)
        return np.asarray(_box_of_bytes(image, size), dtype=np.uint8)


def _box_of_bytes(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return ``Image.resize(size, BOX)``, by ``Image.reduce`` along sides where both are the same.

    Along one side and by a power of two both round halves up; ``reduce`` is several times faster.
    """
    from PIL import Image

    factors = [whole // part for whole, part in zip(image.size, size, strict=True)]
    across, down = (
        factor if factor in _ALIKE and part * factor == whole else 1
        for factor, part, whole in zip(factors, size, image.size, strict=True)
    )
    if across > 1:
        image = image.reduce((across, 1))
    if down > 1 and image.width == size[0]:
        image = image.reduce((1, down))
    return image if image.size == size else image.resize(size, Image.Resampling.BOX)
