"""Shrinks pictures for the screen and point clouds: thin by a stride, then average by boxes."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "RowMeans",
    "Samples",
    "box",
    "box_columns",
    "contiguous",
    "fit_size",
    "fit_stride",
    "shrink_to_fit",
]

Samples: TypeAlias = NDArray[np.uint8] | NDArray[np.uint16]

_ALIKE = frozenset({2, 4, 8})
"""Factors that ``Image.reduce`` and the BOX filter average to the same bits."""
_SUMMED_AT_ONCE = 1 << 17
"""Sums that are held at a time: they stay in the cache of a core, and their memory is used again.

A band of a 12-megapixel photo at once costs as many page faults as it has pages.
"""
_NARROW_SUMS = 256
"""Most bytes whose sum and rounding fit into 16 bits."""
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
        for first, rows in RowMeans(len(whole), size[1]).add(0, whole):
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
    if rows.shape[1] == width:
        return rows
    from PIL import Image

    image = Image.fromarray(np.ascontiguousarray(rows))
    factor = image.width // width
    if factor in _ALIKE and factor * width == image.width:
        image = image.reduce((factor, 1))
    else:
        image = image.resize((width, image.height), Image.Resampling.BOX)
    return np.asarray(image, dtype=np.uint8)


class RowMeans:
    """Averages the rows of a picture of ``height`` into ``count`` fewer, from bands as they come.

    Row k of the result is the mean of the source rows whose centres lie within
    ``(k * height / count, (k + 1) * height / count]``, as Pillow's BOX takes them; halves are
    rounded up.
    """

    def __init__(self, height: int, count: int) -> None:
        self._edges = [(2 * k * height + count) // (2 * count) for k in range(count + 1)]
        self._parts: dict[int, tuple[int, NDArray[np.uint32]]] = {}

    def add(self, top: int, band: NDArray[np.uint8]) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        """Yield the rows that a band (H, W) or (H, W, 3) completes: index of the first, and they.

        ``top`` is the band's place; each row of the picture comes once.
        """
        edges, bottom = self._edges, top + len(band)
        first, end = bisect_right(edges, top) - 1, bisect_left(edges, bottom)
        whole = first + (edges[first] < top)
        whole_end = max(whole, end - (edges[end] > bottom))
        for row in {first, end - 1} - set(range(whole, whole_end)):
            part = band[max(0, edges[row] - top) : edges[row + 1] - top]
            yield from self._add_part(row, part)
        width = max(1, band[0].size)
        at_once = max(1, _SUMMED_AT_ONCE // width)
        for start in range(whole, whole_end, at_once):
            stop = min(whole_end, start + at_once)
            yield start, _means(band, [edge - top for edge in edges[start : stop + 1]])

    def _add_part(
        self, row: int, part: NDArray[np.uint8]
    ) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        known, total = self._parts.pop(row, (0, None))
        count, sums = known + len(part), part.sum(axis=0, dtype=np.uint32)
        sums = sums if total is None else sums + total
        wanted = self._edges[row + 1] - self._edges[row]
        if count < wanted:
            self._parts[row] = count, sums
        else:
            yield row, ((sums + wanted // 2) // wanted).astype(np.uint8)[None]


def _means(band: NDArray[np.uint8], edges: list[int]) -> NDArray[np.uint8]:
    """Return the mean of ``band[edges[k]:edges[k + 1]]`` as row k."""
    counts = np.diff(edges)
    most = int(counts.max())
    kind = np.dtype(np.uint16 if most <= _NARROW_SUMS else np.uint32)
    sums: NDArray[Any] = np.empty((len(counts), *band.shape[1:]), kind)
    for row, (start, stop) in enumerate(pairwise(edges)):
        np.add.reduce(band[start:stop], axis=0, dtype=kind, out=sums[row])
    means = np.empty(sums.shape, np.uint8)
    for count in {most, int(counts.min())}:
        of_count = counts == count
        chosen = sums if of_count.all() else sums[of_count]
        means[of_count] = (chosen + kind.type(count // 2)) // kind.type(count)
    return means
