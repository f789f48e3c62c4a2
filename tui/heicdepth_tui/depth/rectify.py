"""Corrects lens distortion: of the rays of points, and of pictures by resampling.

The form of the distortion is not documented by its maker (see ``distortion.Lens``), so that all of
it is experimental and says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from heicdepth_tui.heif.picture_facts import Size

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from heicdepth_tui.depth.camera import Camera
    from heicdepth_tui.depth.depthmap import DepthMap
    from heicdepth_tui.depth.distortion import Lens

    Floats = NDArray[np.float64]
    _T = TypeVar("_T", bound=np.generic)

__all__ = [
    "rectified_mask",
    "rectified_rays",
    "rectify_map",
    "rectify_picture",
    "rectify_samples",
    "stored_places",
]

_STRIP_SAMPLES = 1 << 16
"""Samples computed at once: the temporaries of a strip stay in the cache."""


def _factor(lens: Lens, coefficients: tuple[float, ...], across: Floats, down: Floats) -> Floats:
    """Return 1 / (1 + 0.01 · Σ kᵢ r²ⁱ) for offsets from the centre in samples that broadcast."""
    squared = (across * lens.mm_x) ** 2 + (down * lens.mm_y) ** 2
    total: Floats = np.full(squared.shape, coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        total *= squared
        total += coefficient
    total *= 0.01
    total += 1
    np.reciprocal(total, out=total)
    return total


def rectified_rays(camera: Camera, columns: Floats, rows: Floats) -> tuple[Floats, Floats]:
    """Return x and y at Z = 1 of stored samples, (rows, columns) each, y up, undistorted.

    ``columns`` (W,) and ``rows`` (H,) are places in samples. ``camera.lens`` must be there.
    """
    lens = _lens_of(camera)
    across, down = columns - lens.cx, rows[:, None] - lens.cy
    factor = _factor(lens, lens.rectifying, across, down)
    x = factor * (across / camera.fx)
    x += (lens.cx - camera.cx) / camera.fx
    y = np.multiply(factor, down / -camera.fy, out=factor)
    y += (camera.cy - lens.cy) / camera.fy
    return x, y


def stored_places(lens: Lens, columns: Floats, rows: Floats) -> tuple[Floats, Floats]:
    """Return the column and row in the stored map that each place of the rectified map shows.

    By the distorting coefficients, and one step towards the place that the rectifying ones lead
    back from, so that pictures agree with points: what is left is the residual times the slope of
    the shift, some percent of it.
    """
    across, down = columns - lens.cx, rows[:, None] - lens.cy
    factor = _factor(lens, lens.distorting, across, down)
    x, y = across * factor, down * factor
    back = _factor(lens, lens.rectifying, x, y)
    x += across - x * back
    y += down - y * back
    x += lens.cx
    y += lens.cy
    return x, y


def _lens_of(camera: Camera) -> Lens:
    if camera.lens is None:
        raise ValueError(f"a camera without a lens distortion: {camera.lens_problem}")
    return camera.lens


def _strips(lens: Lens, size: Size) -> Iterator[tuple[slice, Floats, Floats]]:
    """Yield slices of rows of a rectified map with the stored places that they show."""
    count = max(1, _STRIP_SAMPLES // size.width)
    columns = np.arange(size.width, dtype=np.float64)
    for start in range(0, size.height, count):
        rows = slice(start, min(start + count, size.height))
        yield (
            rows,
            *stored_places(lens, columns, np.arange(rows.start, rows.stop, dtype=np.float64)),
        )


def rectify_samples(
    samples: NDArray[_T], lens: Lens, size: Size
) -> tuple[NDArray[_T], NDArray[np.bool_]]:
    """Return samples (H, W) as a pinhole camera sees them, and where it sees beyond the map.

    Each sample is the nearest stored one: distances of two surfaces are never averaged. Beyond the
    map it is the nearest one of its border.
    """
    stored = np.ascontiguousarray(samples).reshape(-1)
    made = np.empty((size.height, size.width), samples.dtype)
    outside = np.empty(made.shape, np.bool_)
    for rows, x, y in _strips(lens, size):
        np.rint(x, out=x)
        np.rint(y, out=y)
        outside[rows] = (x < 0) | (x >= size.width) | (y < 0) | (y >= size.height)
        np.clip(x, 0, size.width - 1, out=x)
        np.clip(y, 0, size.height - 1, out=y)
        y *= size.width
        y += x
        made[rows] = stored.take(y.astype(np.intp))
    return made, outside


def rectified_mask(mask: NDArray[np.bool_], camera: Camera) -> NDArray[np.bool_]:
    """Return a mask (H, W) of the stored picture as a pinhole camera sees it, of any size."""
    size = Size(mask.shape[1], mask.shape[0])
    return rectify_samples(mask, _lens_of(camera.resized(size)), size)[0]


def rectify_map(depth_map: DepthMap, camera: Camera) -> DepthMap:
    """Return the depth map that a pinhole camera with the matrix of ``camera`` would have.

    Codes by ``rectify_samples``; what the stored map does not show is invalid.
    ``camera`` must have the map's size and a lens.
    """
    codes: Any
    codes, outside = rectify_samples(depth_map.codes, _lens_of(camera), depth_map.size)
    count = int(np.count_nonzero(outside))
    if not count:
        return replace(depth_map, codes=codes)
    note = (
        f"{count:,} samples of the rectified map lie beyond the stored one: they have no distance, "
        "and the code and colour of the border"
    )
    return replace(depth_map, codes=codes, outside=outside, notes=(*depth_map.notes, note))


def rectify_picture(rgb: NDArray[np.uint8], camera: Camera) -> NDArray[np.uint8]:
    """Return a picture (H, W, 3) as a pinhole camera sees it, its border continued beyond it.

    ``camera`` must have the picture's size and a lens. Values are interpolated linearly between
    four stored pixels.
    """
    lens, size = _lens_of(camera), camera.size
    planes = np.ascontiguousarray(rgb.transpose(2, 0, 1), np.float32).reshape(3, -1)
    # Without another row or column the second neighbour is the first.
    right, below = int(size.width > 1), size.width * int(size.height > 1)
    made = np.empty_like(rgb)
    for rows, x, y in _strips(lens, size):
        np.clip(x, 0, size.width - 1, out=x)
        np.clip(y, 0, size.height - 1, out=y)
        column = np.minimum(x.astype(np.int32), max(0, size.width - 2))
        row = np.minimum(y.astype(np.int32), max(0, size.height - 2))
        share_x, share_y = (x - column).astype(np.float32), (y - row).astype(np.float32)
        first = (row * np.int32(size.width) + column).astype(np.intp)
        for channel, plane in enumerate(planes):
            upper = _between(plane, first, first + right, share_x)
            lower = _between(plane, first + below, first + (right + below), share_x)
            lower -= upper
            lower *= share_y
            lower += upper
            made[rows, :, channel] = np.rint(lower, out=lower)
    return made


def _between(
    plane: NDArray[np.float32],
    first: NDArray[np.intp],
    second: NDArray[np.intp],
    share: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Return the values of a flat plane between two places, ``share`` of the way to the second."""
    start = plane.take(first)
    value = plane.take(second)
    value -= start
    value *= share
    value += start
    return value
