"""A depth map as the items of a file: coded picture, representation, Apple's calibration."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from heicdepth_tui.depth.intrinsics import Intrinsics, follow
from heicdepth_tui.heif.depth_facts import (
    AUX_DEPTH_URNS,
    Accuracy,
    Calibration,
    DepthRepresentation,
    RepresentationType,
)
from heicdepth_tui.heif.picture_facts import Size, Transform
from heicdepth_tui.heif.write.mux import AuxPicture
from heicdepth_tui.heif.write.sei import build_depth_representation
from heicdepth_tui.heif.write.xmp import build_calibration
from heicdepth_tui.photo.encode import encode_hevc
from heicdepth_tui.photo.transforms import inverse, place

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Samples = NDArray[np.uint8] | NDArray[np.uint16]

__all__ = ["NewDepth", "aspect_hint", "aspect_problem", "camera_of", "depth_picture"]

_VERSION = 65541
"""``DepthDataVersion`` of the files that Apple's cameras write."""


@dataclass(frozen=True, slots=True, eq=False)
class NewDepth:
    """A depth map to be written, upright."""

    codes: Samples
    """(H, W), 0 .. 2**bits − 1: uint8 for 8 bits, else uint16."""
    bits: int
    """8, 10 or 12."""
    representation: DepthRepresentation
    accuracy: Accuracy = Accuracy.UNKNOWN
    camera: Intrinsics | None = None
    """Of the upright map, from the corner of its first sample."""
    calibration: Calibration | None = None
    """Of another photo, written in place of ``camera`` where its depth map is turned alike."""
    frame: tuple[Transform, ...] = ()
    """The transforms of the depth map whose calibration that is."""

    @property
    def size(self) -> Size:
        """Width and height in samples."""
        height, width = self.codes.shape
        return Size(width, height)


def camera_of(matrix: ArrayLike, size: Size) -> Intrinsics:
    """Return the camera of a (3, 3) matrix for the pixel centres of an upright map of ``size``.

    Raises ValueError for another shape, values that are not finite, and focal lengths that are not
    positive.
    """
    k = np.asarray(matrix, dtype=np.float64)
    if k.shape != (3, 3) or not np.isfinite(k).all() or k[0, 0] <= 0 or k[1, 1] <= 0:
        raise ValueError("K is a (3, 3) matrix of finite numbers with positive focal lengths")
    if k[0, 1] or k[1, 0]:
        raise ValueError("K has a skew, which the file's camera does not hold")
    fx, fy, cx, cy = (float(value) for value in (k[0, 0], k[1, 1], k[0, 2], k[1, 2]))
    return Intrinsics(fx, fy, cx + 0.5, cy + 0.5, size.width, size.height)


def aspect_problem(depth: Size, photo: Size) -> str:
    """Return why a map of ``depth`` samples does not show a whole photo; empty where it does."""
    if _shows(depth, photo):
        return ""
    return f"the depth map of {depth} and the photo of {photo} differ in aspect"


def aspect_hint(depth: Size, photo: Size) -> str:
    """Return what to do about an ``aspect_problem``."""
    if _shows(Size(depth.height, depth.width), photo):
        return "turn the depth map by 90 degrees: it is taken upright, as the photo is shown"
    return "resize the depth map to the photo's aspect"


def _shows(depth: Size, photo: Size) -> bool:
    rows = depth.width * photo.height / photo.width
    columns = depth.height * photo.width / photo.height
    # Rounding moves a side by less than a sample.
    return min(abs(rows - depth.height), abs(columns - depth.width)) < 1


def depth_picture(depth: NewDepth, transforms: Sequence[Transform]) -> AuxPicture:
    """Return the auxiliary picture whose item turns upright by ``transforms`` (no crop).

    Codes are coded without loss. Raises ValueError where they do not fit the bits.
    """
    back = inverse(transforms)
    codes: Samples = place(depth.size, back).apply(depth.codes)
    coded = Size(codes.shape[1], codes.shape[0])
    picture = encode_hevc(codes, quality=-1, bits=depth.bits)
    calibration = _calibration(depth, tuple(transforms), coded, picture.size)
    return AuxPicture(
        picture,
        AUX_DEPTH_URNS[0],
        build_depth_representation(depth.representation),
        tuple(transforms),
        build_calibration(calibration, bits=depth.bits),
    )


def _calibration(
    depth: NewDepth, transforms: tuple[Transform, ...], coded: Size, padded: Size
) -> Calibration:
    """Return the values for the coded frame: ``padded`` is ``coded`` as the encoder filled it up.

    Small pictures are padded at the right and bottom, and the item crops them: K stays, the frame
    that it refers to grows.
    """
    low, high = _ends(depth.representation)
    is_depth = depth.representation.type is RepresentationType.UNIFORM_Z
    # Camera and distortion belong to the coded frame: turned otherwise, they fit no longer.
    kept = depth.calibration if depth.frame == transforms else None
    if kept is None or not (_is_close(kept.float_min, low) and _is_close(kept.float_max, high)):
        kept = replace(kept or Calibration(version=_VERSION), float_min=low, float_max=high)
    values = replace(
        kept,
        native_format="hdep" if is_depth else "hdis",
        stored_format=f"L{depth.bits:03d}",
        accuracy=depth.accuracy,
        auxiliary_image_type="depth" if is_depth else "disparity",
        problems=(),
    )
    if depth.camera is None or values.intrinsics is not None:
        return values
    k = follow(depth.camera, inverse(transforms), coded)
    return replace(
        values,
        intrinsics=(k.fx, 0.0, 0.0, 0.0, k.fy, 0.0, k.cx, k.cy, 1.0),
        reference_width=float(padded.width),
        reference_height=float(padded.height),
    )


def _is_close(stated: float | None, value: float | None) -> bool:
    """Return whether XMP and SEI state one value: the SEI's mantissas are short."""
    return stated is not None and value is not None and math.isclose(stated, value, rel_tol=1e-3)


def _ends(r: DepthRepresentation) -> tuple[float | None, float | None]:
    """Return the smallest and largest value of the codes: disparity in 1/m, or Z in metres."""
    if r.type is RepresentationType.UNIFORM_Z:
        return r.z_near, r.z_far
    if r.d_min is None and r.z_near and r.z_far:
        return 1 / r.z_far, 1 / r.z_near
    return r.d_min, r.d_max
