"""Corrects lens distortion: forward for the rays of points, inverse for resampled pictures.

The form of the distortion is not documented by its maker (see ``distortion.Lens``), so that all of
it is experimental and says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from heicdepth_tui.depth.camera import Camera
    from heicdepth_tui.depth.depthmap import DepthMap
    from heicdepth_tui.depth.distortion import Lens
    from heicdepth_tui.heif.picture_facts import Size

    Floats = NDArray[np.float64]
    _T = TypeVar("_T", bound=np.generic)

__all__ = [
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
    factor = _factor(lens, lens.forward, across, down)
    x = factor * (across / camera.fx)
    x += (lens.cx - camera.cx) / camera.fx
    y = np.multiply(factor, down / -camera.fy, out=factor)
    y += (camera.cy - lens.cy) / camera.fy
    return x, y


def stored_places(lens: Lens, columns: Floats, rows: Floats) -> tuple[Floats, Floats]:
    """Return the column and row in the stored map that each place of the rectified map shows.

    By the inverse coefficients, and one step that makes the forward ones lead back: its error is
    the residual times the slope of the shift, a thousandth of the residual or less for phones.
    """
    across, down = columns - lens.cx, rows[:, None] - lens.cy
    factor = _factor(lens, lens.inverse, across, down)
    x, y = across * factor, down * factor
    forward = _factor(lens, lens.forward, x, y)
    x += across - x * forward
    y += down - y * forward
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
    made = np.empty((size.height, size.width), samples.dtype)
    outside = np.empty(made.shape, np.bool_)
    for rows, x, y in _strips(lens, size):
        column, row = np.rint(x).astype(np.intp), np.rint(y).astype(np.intp)
        beyond = (column < 0) | (column >= size.width) | (row < 0) | (row >= size.height)
        np.clip(column, 0, size.width - 1, out=column)
        np.clip(row, 0, size.height - 1, out=row)
        made[rows] = samples[row, column]
        outside[rows] = beyond
    return made, outside


def rectify_map(depth_map: DepthMap, camera: Camera) -> DepthMap:
    """Return the depth map that a pinhole camera with the matrix of ``camera`` would have.

    Codes by ``rectify_samples``; what the stored map does not show has code 0 and is invalid.
    ``camera`` must have the map's size and a lens.
    """
    codes: Any
    codes, outside = rectify_samples(depth_map.codes, _lens_of(camera), depth_map.size)
    if not outside.any():
        return replace(depth_map, codes=codes)
    codes[outside] = 0
    return replace(depth_map, codes=codes, outside=outside)


def rectify_picture(rgb: NDArray[np.uint8], camera: Camera) -> NDArray[np.uint8]:
    """Return a picture (H, W, 3) as a pinhole camera sees it, black beyond the stored one.

    ``camera`` must have the picture's size and a lens. Values are interpolated linearly between
    four stored pixels.
    """
    lens, size = _lens_of(camera), camera.size
    made = np.empty_like(rgb)
    for rows, x, y in _strips(lens, size):
        left, top = np.floor(x), np.floor(y)
        share_x, share_y = (x - left).astype(np.float32), (y - top).astype(np.float32)
        column, row = left.astype(np.intp), top.astype(np.intp)
        beyond = (x < -0.5) | (x > size.width - 0.5) | (y < -0.5) | (y > size.height - 0.5)
        columns = [np.clip(column + one, 0, size.width - 1) for one in (0, 1)]
        lines = [np.clip(row + one, 0, size.height - 1) for one in (0, 1)]
        mixed = np.zeros((*x.shape, 3), np.float32)
        for line, weight_y in zip(lines, (1 - share_y, share_y), strict=True):
            for place, weight_x in zip(columns, (1 - share_x, share_x), strict=True):
                mixed += rgb[line, place] * (weight_y * weight_x)[..., None]
        mixed[beyond] = 0
        made[rows] = np.rint(mixed).astype(np.uint8)
    return made
