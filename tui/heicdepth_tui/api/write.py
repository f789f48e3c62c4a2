"""Writes arrays as a HEIC photo with a depth map."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from heicdepth_tui.api.options import member
from heicdepth_tui.depth.camera import Camera
from heicdepth_tui.edit.depth_item import NewDepth, aspect_problem, camera_of, depth_picture
from heicdepth_tui.edit.embed import check_name, coded_photo, write_photo
from heicdepth_tui.edit.meaning import REPRESENTATIONS, quantised
from heicdepth_tui.heif.depth_facts import Accuracy
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.heif.write.mux import PhotoSpec, mux
from heicdepth_tui.photo.encode import SRGB_COLR

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Written", "write"]


@dataclass(frozen=True, slots=True)
class Written:
    """A photo that was written."""

    path: Path
    filled: int
    """Samples that were not finite or not positive: written as the farthest code."""


def write(
    path: str | os.PathLike[str],
    rgb: ArrayLike,
    metres: ArrayLike,
    K: ArrayLike | Camera | None = None,  # noqa: N803  the field's name for it
    *,
    bits: int = 8,
    representation: str = "disparity",
    accuracy: str = "unknown",
    quality: int = 90,
) -> Written:
    """Write a photo and its depth map as a new HEIC file; return its path and what was filled.

    ``rgb`` is (H, W, 3) uint8 sRGB or a picture of Pillow, ``metres`` (h, w) Z along the optical
    axis, of any resolution with the same aspect. ``K`` is (3, 3), the camera of ``metres`` for its
    pixel centres, or a camera as ``Photo.camera`` gives it, whose K is taken; it is written as
    Apple does. ``bits`` of a code are 8, 10 or 12, the
    codes even in ``disparity``, ``inverse-z`` or ``z``; their range is that of ``metres``.
    ``accuracy`` is what the file states of its distances: ``absolute``, ``relative`` or
    ``unknown``. ``quality`` is that of the photo, 0 to 100; the codes are lossless.

    HEIC has no code for "no distance": samples that are masked, NaN, infinite or not positive get
    the farthest code, and their number is returned.
    Raises WriteError where ``path`` exists, cannot be written or is no name of a HEIC, ValueError
    for arrays that do not fit and for values out of range.
    """
    check_name(Path(path))
    colours = _colours(rgb)
    samples = np.ma.filled(np.ma.asarray(metres, dtype=np.float64), np.nan)
    if samples.ndim != 2 or not samples.size:
        raise ValueError(f"metres is (h, w), not {samples.shape}")
    size = Size(samples.shape[1], samples.shape[0])
    problem = aspect_problem(size, Size(colours.shape[1], colours.shape[0]))
    if problem:
        raise ValueError(problem)
    if representation not in REPRESENTATIONS:
        known = ", ".join(REPRESENTATIONS)
        raise ValueError(f"representation is one of {known}, not {representation!r}")
    if not 0 <= quality <= 100:
        raise ValueError(f"quality is 0 to 100, not {quality}")
    matrix = K.K if isinstance(K, Camera) else K
    made = quantised(samples, REPRESENTATIONS[representation], bits)
    depth = NewDepth(
        made.codes,
        bits,
        made.representation,
        Accuracy(member(Accuracy, "accuracy", accuracy)),
        None if matrix is None else camera_of(matrix, size),
    )
    spec = PhotoSpec(
        coded_photo(colours, quality), colr=(SRGB_COLR,), auxiliaries=(depth_picture(depth, ()),)
    )
    return Written(write_photo(Path(path), mux(spec)), made.filled)


def _colours(rgb: ArrayLike) -> NDArray[np.uint8]:
    """Return a photo as (H, W, 3) uint8; raises ValueError for another array."""
    array = np.asarray(rgb)
    if array.dtype.kind == "i" and not isinstance(rgb, np.ndarray) and array.size:
        # Lists of numbers have no type of their own.
        if array.min() < 0 or array.max() > 255:
            raise ValueError("rgb has values beyond 0 to 255")
        array = array.astype(np.uint8)
    if array.ndim != 3 or array.shape[2] != 3 or array.dtype != np.uint8:
        raise ValueError(f"rgb is (H, W, 3) uint8, not {array.shape} {array.dtype}")
    return array
