"""Writes arrays as a HEIC photo with a depth map."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from heicdepth_tui.depth.quantise import quantise, representation_for
from heicdepth_tui.files import write_new_set
from heicdepth_tui.heif.depth_facts import (
    AUX_DEPTH_URNS,
    Accuracy,
    Calibration,
    RepresentationType,
)
from heicdepth_tui.heif.write.mux import AuxPicture, PhotoSpec, mux
from heicdepth_tui.heif.write.sei import build_depth_representation
from heicdepth_tui.heif.write.xmp import build_calibration
from heicdepth_tui.photo.encode import SRGB_COLR, encode_grid, encode_hevc

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from heicdepth_tui.heif.depth_facts import DepthRepresentation
    from heicdepth_tui.heif.write.mux import CodedPicture, TiledPicture

__all__ = ["Written", "write"]

_TILE = 512
_TYPES = {
    "disparity": RepresentationType.UNIFORM_DISPARITY,
    "inverse-z": RepresentationType.UNIFORM_INVERSE_Z,
    "z": RepresentationType.UNIFORM_Z,
}


@dataclass(frozen=True, slots=True)
class Written:
    """A photo that was written."""

    path: Path
    filled: int
    """Samples that were not finite or not positive: written as the farthest code."""


def write(
    path: str | os.PathLike[str],
    rgb: NDArray[np.uint8],
    metres: ArrayLike,
    K: ArrayLike | None = None,  # noqa: N803  the field's name for it
    *,
    bits: int = 8,
    representation: str = "disparity",
    accuracy: str = "unknown",
    quality: int = 90,
) -> Written:
    """Write a photo and its depth map as a new HEIC file.

    ``rgb`` is (H, W, 3) uint8 sRGB, ``metres`` (h, w) Z along the optical axis, of any resolution
    with the same aspect. ``K`` is (3, 3), the camera of ``metres`` for its pixel centres, as
    ``Photo.camera`` gives it; it is written as Apple does. ``bits`` of a code are 8, 10 or 12, the
    codes even in ``disparity``, ``inverse-z`` or ``z``; their range is that of ``metres``.
    ``accuracy`` is what the file states of its distances: ``absolute``, ``relative`` or
    ``unknown``. ``quality`` is that of the photo, 0 to 100; the codes are lossless.

    HEIC has no code for "no distance": samples that are NaN, infinite or not positive get the
    farthest code, and their number is returned.
    Raises WriteError where ``path`` exists or cannot be written, ValueError for arrays that do not
    fit.
    """
    path = Path(path)
    samples = np.asarray(metres, dtype=np.float64)
    _check(rgb, samples)
    known = np.isfinite(samples) & (samples > 0)
    if not known.any():
        raise ValueError("metres has no sample that is finite and positive")
    nearest, farthest = float(samples[known].min()), float(samples[known].max())
    if representation not in _TYPES:
        raise ValueError(f"representation is one of {', '.join(_TYPES)}, not {representation!r}")
    meaning = representation_for(_TYPES[representation], nearest, farthest)
    codes = quantise(np.where(known, samples, farthest), meaning, bits)
    height, width = samples.shape
    matrix = None if K is None else _checked_matrix(K)
    calibration = _calibration(meaning, bits, Accuracy(accuracy), matrix, width, height)
    depth = AuxPicture(
        encode_hevc(codes, quality=-1, bits=bits),
        AUX_DEPTH_URNS[0],
        build_depth_representation(meaning),
        xmp=build_calibration(calibration, bits=bits),
    )
    spec = PhotoSpec(_encoded(rgb, quality), colr=(SRGB_COLR,), auxiliaries=(depth,))
    data = mux(spec)
    suffix = path.suffix
    parts = [(suffix, lambda file: file.write(data))]
    stem = path.name.removesuffix(suffix)
    written = write_new_set(path.parent, stem, parts, numbered=False)[0]
    return Written(written, int(samples.size - np.count_nonzero(known)))


def _check(rgb: NDArray[np.uint8], metres: NDArray[np.float64]) -> None:
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8:
        raise ValueError(f"rgb is (H, W, 3) uint8, not {rgb.shape} {rgb.dtype}")
    if metres.ndim != 2 or not metres.size:
        raise ValueError(f"metres is (h, w), not {metres.shape}")
    # Heights that the same aspect gives differ by rounding: one row of the coarser of the two.
    rows = metres.shape[1] * rgb.shape[0] / rgb.shape[1]
    if abs(rows - metres.shape[0]) > 1:
        raise ValueError(
            f"metres of {metres.shape[1]}x{metres.shape[0]} and a photo of "
            f"{rgb.shape[1]}x{rgb.shape[0]} differ in aspect"
        )


def _checked_matrix(matrix: ArrayLike) -> NDArray[np.float64]:
    k = np.asarray(matrix, dtype=np.float64)
    if k.shape != (3, 3) or not np.isfinite(k).all() or k[0, 0] <= 0 or k[1, 1] <= 0:
        raise ValueError("K is a (3, 3) matrix of finite numbers with positive focal lengths")
    return k


def _encoded(rgb: NDArray[np.uint8], quality: int) -> CodedPicture | TiledPicture:
    if max(rgb.shape[:2]) <= _TILE:
        return encode_hevc(rgb, quality=quality)
    return encode_grid(rgb, tile=_TILE, quality=quality)


def _calibration(
    meaning: DepthRepresentation,
    bits: int,
    accuracy: Accuracy,
    k: NDArray[np.float64] | None,
    width: int,
    height: int,
) -> Calibration:
    """Return Apple's values; cx and cy count from the corner of the first sample."""
    is_depth = meaning.type is RepresentationType.UNIFORM_Z
    near, far = meaning.z_near, meaning.z_far
    if is_depth:
        low, high = near, far
    elif near and far:
        low, high = 1 / far, 1 / near
    else:
        low, high = meaning.d_min, meaning.d_max
    known = k is not None
    return Calibration(
        float_min=low,
        float_max=high,
        native_format="hdep" if is_depth else "hdis",
        stored_format=f"L{bits:03d}",
        accuracy=accuracy,
        intrinsics=None
        if k is None
        else (
            *(float(k[0, 0]), 0.0, 0.0),
            *(float(k[0, 1]), float(k[1, 1]), 0.0),
            *(float(k[0, 2]) + 0.5, float(k[1, 2]) + 0.5, 1.0),
        ),
        reference_width=float(width) if known else None,
        reference_height=float(height) if known else None,
        auxiliary_image_type="depth" if is_depth else "disparity",
    )
