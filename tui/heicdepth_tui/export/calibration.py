"""The file's full calibration as JSON values and as comments of files."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from heicdepth_tui.text import printable

if TYPE_CHECKING:
    from heicdepth_tui.depth.camera import Camera
    from heicdepth_tui.heif.camera_facts import ItemCamera
    from heicdepth_tui.heif.depth_facts import Calibration
    from heicdepth_tui.heif.facts import Header

__all__ = [
    "calibration_comments",
    "calibration_record",
    "camera_properties_record",
    "lens_record",
    "stereo_record",
]

Record = dict[str, Any]


def calibration_record(calibration: Calibration | None) -> Record | None:
    """Return the numbers of a depth item's XMP as stored; None without any."""
    if calibration is None:
        return None
    return {
        "intrinsics": _numbers(calibration.intrinsics),
        "reference_width": _finite(calibration.reference_width),
        "reference_height": _finite(calibration.reference_height),
        "extrinsics": _numbers(calibration.extrinsics),
        "distortion": _numbers(calibration.distortion),
        "inverse_distortion": _numbers(calibration.inverse_distortion),
        "distortion_center": _numbers(calibration.distortion_center),
        "pixel_size_mm": _finite(calibration.pixel_size_mm),
        "simulated_aperture": _finite(calibration.simulated_aperture),
        "portrait_score": _finite(calibration.portrait_score),
        "version": calibration.version,
    }


def lens_record(camera: Camera | None) -> Record | None:
    """Return the lens distortion of the depth map as exports write it; None without a camera."""
    if camera is None:
        return None
    lens = camera.lens
    if lens is None:
        names = ("cx", "cy", "mm_x", "mm_y", "shift_px", "residual_px")
        return {"usable": False, "problem": printable(camera.lens_problem), **dict.fromkeys(names)}
    return {
        "usable": True,
        "problem": "",
        "cx": lens.cx,
        "cy": lens.cy,
        "mm_x": lens.mm_x,
        "mm_y": lens.mm_y,
        "shift_px": lens.shift_px,
        "residual_px": lens.residual_px,
    }


def camera_properties_record(header: Header) -> list[Record]:
    """Return the camera properties (cmin, cmex) of photo, depth map and stereo views."""
    return [
        {
            "item": camera.item,
            "picture": _picture_of(header, camera.item),
            "uuid": camera.is_uuid,
            "intrinsics": _cmin_record(camera),
            "extrinsics": _cmex_record(camera),
            "problem": printable(camera.problem),
        }
        for camera in header.cameras
    ]


def _picture_of(header: Header, item: int) -> str:
    if item == header.primary.id:
        return "photo"
    depth = header.depth.item
    return "depth" if depth is not None and item == depth.id else "view"


def _cmin_record(camera: ItemCamera) -> Record | None:
    stated = camera.intrinsics
    if stated is None:
        return None
    return {
        "focal_x": stated.focal_x,
        "focal_y": stated.focal_y,
        "centre_x": stated.centre_x,
        "centre_y": stated.centre_y,
        "skew": stated.skew,
    }


def _cmex_record(camera: ItemCamera) -> Record | None:
    stated = camera.extrinsics
    if stated is None:
        return None
    return {
        "position_mm": [value / 1000 for value in stated.position_um],
        "quaternion": _numbers(stated.quaternion),
        "rotation_degrees": _numbers(stated.rotation_degrees),
        "world": stated.world,
    }


def stereo_record(header: Header) -> Record | None:
    """Return the first stereo pair: items and the distance of its cameras; None without one."""
    if not header.stereo_pairs:
        return None
    pair = header.stereo_pairs[0]
    return {"left": pair.left, "right": pair.right, "baseline_mm": header.baseline_mm}


def calibration_comments(header: Header) -> Iterator[str]:
    """Yield lines with every number of the calibration, as stored: for the comments of a file."""
    calibration = header.depth.calibration
    if calibration is not None:
        yield from _stored_lines(calibration)
    representation = header.depth.representation
    if representation is not None and representation.reference_view is not None:
        yield f"disparity reference view: {representation.reference_view}"
    for camera in header.cameras:
        yield from _property_lines(header, camera)
    if header.baseline_mm is not None:
        yield f"distance of the two cameras of the stereo pair: {header.baseline_mm:.7g} mm"


def _stored_lines(calibration: Calibration) -> Iterator[str]:
    if calibration.intrinsics is not None:
        size = f"{calibration.reference_width or 0:g}x{calibration.reference_height or 0:g}"
        yield f"stored intrinsic matrix at {size}, by columns: {_text(calibration.intrinsics)}"
    for label, values in (
        ("stored extrinsic matrix, by columns, not applied", calibration.extrinsics),
        ("stored lens distortion coefficients", calibration.distortion),
        ("stored inverse lens distortion coefficients", calibration.inverse_distortion),
        ("stored lens distortion centre, reference px", calibration.distortion_center),
    ):
        if values is not None:
            yield f"{label}: {_text(values)}"
    if calibration.pixel_size_mm is not None:
        yield f"stored pixel size: {calibration.pixel_size_mm:.9g} mm"


def _property_lines(header: Header, camera: ItemCamera) -> Iterator[str]:
    picture = {"photo": "photo", "depth": "depth map"}.get(
        _picture_of(header, camera.item), "second view"
    )
    stated, place = camera.intrinsics, camera.extrinsics
    if stated is not None:
        focal_y = "" if stated.focal_y is None else f", {stated.focal_y:.9g} heights"
        yield (
            f"camera matrix (cmin) of the {picture}: focal length {stated.focal_x:.9g} widths"
            f"{focal_y}, centre {stated.centre_x:.9g} widths, {stated.centre_y:.9g} heights"
        )
    if place is not None:
        millimetres = _text([value / 1000 for value in place.position_um])
        yield f"camera position (cmex) of the {picture}, mm, not applied: {millimetres}"
        if place.quaternion is not None:
            yield f"camera orientation of the {picture}, x y z w: {_text(place.quaternion)}"
        if place.rotation_degrees is not None:
            turn = _text(place.rotation_degrees)
            yield f"camera orientation of the {picture}, yaw pitch roll in degrees: {turn}"


def _text(values: Sequence[float]) -> str:
    return " ".join(f"{value:.9g}" for value in values)


def _numbers(values: Sequence[float] | None) -> list[float] | None:
    if values is None or not all(map(math.isfinite, values)):
        return None
    return list(values)


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
