"""The pinhole camera of a depth map: from the file's intrinsics, else estimated from EXIF."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from heicdepth_tui.depth.coverage import WHOLE, Region
from heicdepth_tui.depth.registration import register
from heicdepth_tui.heif.picture_facts import Crop, Mirror, Rotation, Size
from heicdepth_tui.photo.transforms import place

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from heicdepth_tui.depth.registration import Registration
    from heicdepth_tui.heif.depth_facts import Calibration
    from heicdepth_tui.heif.facts import Header
    from heicdepth_tui.heif.picture_facts import Transform

__all__ = [
    "Camera",
    "CameraOrigin",
    "StoredCamera",
    "aligned_camera",
    "camera_for_depth",
    "intrinsics_problem",
    "stored_camera",
]

_FRAME_DIAGONAL_MM = 43.2666
"""Diagonal of the 36 mm x 24 mm frame that 35 mm focal lengths refer to."""

_ASPECT_TOLERANCE = 0.02
_MAX_FOCAL_35MM = 5000.0
_MAX_ASPECT_RATIO = 2.0
"""Frames whose aspects differ by more are no crops of each other."""

_MIDDLE_ERROR = 0.03
"""Distance of real principal points from the middle, as a share of a side: 0.7 % (rear wide) and
2.9 % (rear tele) were measured."""


class CameraOrigin(Enum):
    """Source of the camera."""

    FILE = "file"
    EXIF = "exif"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Camera:
    """A pinhole camera for an upright map of ``width`` x ``height`` samples.

    Focal lengths and principal point in samples, the centre of the top-left sample at (0, 0), u to
    the right and v down. ``note`` is a caveat, empty without one. ``estimated``
    names what the file does not state, as clauses.
    """

    fx: float
    fy: float
    cx: float
    cy: float
    width: int
    height: int
    origin: CameraOrigin
    note: str = ""
    estimated: tuple[str, ...] = ()

    @property
    def size(self) -> Size:
        """Size of the map that the camera belongs to."""
        return Size(self.width, self.height)

    def matrix(self) -> NDArray[np.float64]:
        """Return K, (3, 3) float64, row-major as OpenCV writes it, for pixel-centre coordinates."""
        import numpy as np

        return np.array([[self.fx, 0, self.cx], [0, self.fy, self.cy], [0, 0, 1]], dtype=np.float64)

    def resized(self, size: Size) -> Camera:
        """Return the camera of the same view sampled with ``size`` samples."""
        sx, sy = size.width / self.width, size.height / self.height
        return replace(
            self,
            fx=self.fx * sx,
            fy=self.fy * sy,
            cx=(self.cx + 0.5) * sx - 0.5,
            cy=(self.cy + 0.5) * sy - 0.5,
            width=size.width,
            height=size.height,
        )

    @property
    def origin_words(self) -> str:
        """Where it comes from, as a clause."""
        return {
            CameraOrigin.FILE: "camera from the file",
            CameraOrigin.EXIF: "camera estimated from the EXIF 35 mm focal length",
            CameraOrigin.NONE: "camera of unknown origin",
        }[self.origin]

    def describe(self) -> str:
        """Return one line for a person: origin, values, size, note."""
        values = f"fx {self.fx:.3f} fy {self.fy:.3f} cx {self.cx:.3f} cy {self.cy:.3f}"
        note = f"; {self.note}" if self.note else ""
        return f"{self.origin_words}: {values} at {self.width}x{self.height}{note}"


@dataclass(frozen=True, slots=True)
class StoredCamera:
    """The camera as the file states it, in pixels of its reference size, corner convention.

    From the file: the coded, unturned frame. From EXIF: the upright, cropped photo, estimated.
    """

    origin: CameraOrigin
    fx: float
    fy: float
    cx: float
    cy: float
    reference_width: float
    reference_height: float


class _Intrinsics(NamedTuple):
    """K of a frame: samples from the top-left corner, not from the first sample's centre."""

    fx: float
    fy: float
    cx: float
    cy: float
    width: float
    height: float


def intrinsics_problem(calibration: Calibration) -> str:
    """Return why the stored intrinsics are missing or unusable, as a clause; empty where usable."""
    matrix = calibration.intrinsics
    width, height = calibration.reference_width, calibration.reference_height
    if matrix is None:
        return "the file has no intrinsics"
    if len(matrix) != 9 or not all(math.isfinite(value) for value in matrix):
        return "the intrinsics are not 9 finite numbers"
    if width is None or height is None:
        return "the intrinsics have no reference size"
    if not (math.isfinite(width) and math.isfinite(height) and width >= 1 and height >= 1):
        return f"the reference size {width:g}x{height:g} of the intrinsics is none"
    fx, below_fx, bottom_left, skew, fy, bottom_middle, cx, cy, bottom_right = matrix
    if fx <= 0 or fy <= 0:
        return f"the focal length fx {fx:g} fy {fy:g} is not positive"
    if below_fx or bottom_left or bottom_middle or bottom_right != 1:
        return "the intrinsics do not have the form of a camera matrix"
    if skew:
        return f"the intrinsics have a skew of {skew:g}"
    # A field of view between 0.6 and 178.9 degrees, a principal point not a frame away.
    if not (0.01 <= fx / width <= 100 and 0.01 <= fy / height <= 100):
        return f"the focal length fx {fx:g} fy {fy:g} fits no lens at {width:g}x{height:g}"
    if not (-width <= cx <= 2 * width and -height <= cy <= 2 * height):
        return f"the principal point ({cx:g}, {cy:g}) lies far outside {width:g}x{height:g}"
    return ""


def stored_camera(header: Header) -> StoredCamera | None:
    """Return the camera as the file states it, before scaling and turning; None without one.

    From the depth item's XMP where its intrinsics are usable, else estimated from EXIF for the
    upright photo: the same choice as ``camera_for_depth`` makes.
    """
    stored, _ = _file_intrinsics(header)
    if stored is not None:
        return StoredCamera(CameraOrigin.FILE, *stored)
    photo = header.primary
    middle = _estimate(header, photo.coded)
    if middle is None:
        return None
    return StoredCamera(CameraOrigin.EXIF, *_follow(middle, photo.transforms, photo.displayed_size))


def aligned_camera(header: Header, registration: Registration | None = None) -> Camera | None:
    """Return the camera of the depth map as exports write it, turned and cropped as the photo is.

    ``registration`` is the one that was used, None for the one that the file decides. None without
    a depth map, and where neither file nor EXIF states a camera.
    """
    item = header.depth.item
    if item is None:
        return None
    found = register(header.primary, item) if registration is None else registration
    size = Size(*place(item.displayed_size, found.transforms).shape[::-1])
    return camera_for_depth(header, size, found.transforms, found.region)


def camera_for_depth(
    header: Header, size: Size, turn: tuple[Transform, ...] = (), region: Region = WHOLE
) -> Camera | None:
    """Return the camera of the upright depth map of ``size`` samples; None where none is known.

    ``turn`` is done to the map after it was decoded (``Registration.transforms``); ``size`` is that
    of the map after it. ``region`` is the part of the upright photo that the map then covers.

    From the depth item's XMP: K (column-major, in the coded frame, corner convention) is scaled by
    its reference size and follows the depth item's own irot, imir and clap in order; the centre
    convention subtracts half a sample. A reference of another aspect than the map is fitted as a
    centred crop, see ``_fit``. Else from EXIF, see ``_estimate``; it follows the item's transforms
    in the same way. Extrinsics and lens distortion are never applied.
    Sources: ISO/IEC 23008-12 6.5.9–6.5.12 for the transforms; the corner convention was measured.
    """
    stored, problem = _file_intrinsics(header)
    item = header.depth.item
    coded, transforms = (size, ()) if item is None else (item.coded, (*item.transforms, *turn))
    if stored is None:
        photo = region.size_in(header.primary.displayed_size)
        return _from_exif(header, coded, transforms, size, photo, problem)
    k, fitted = _fit(stored, coded, header.primary.coded)
    note = ""
    if fitted:
        note = (
            f"the reference {stored.width:g}x{stored.height:g} has another aspect than the map "
            f"of {coded.width}x{coded.height}"
        )
    return _camera(_follow(k, transforms, size), CameraOrigin.FILE, note, fitted)


def _file_intrinsics(header: Header) -> tuple[_Intrinsics | None, str]:
    """Return the stored K, or None and why it is not used (empty without any calibration)."""
    calibration, item = header.depth.calibration, header.depth.item
    if calibration is None:
        return None, ""
    problem = intrinsics_problem(calibration)
    if problem:
        return None, problem
    stored = _as_stored(calibration)
    if item is None:
        return stored, ""
    reference = f"{stored.width:g}x{stored.height:g}"
    coded = f"{item.coded.width}x{item.coded.height}"
    if _lies_across(stored, item.coded):
        return None, f"the intrinsics refer to {reference}, which lies across the map of {coded}"
    aspect = _aspect(stored, item.coded)
    if max(aspect, 1 / aspect) > _MAX_ASPECT_RATIO:
        return None, f"the intrinsics refer to {reference}, of which the map of {coded} is no crop"
    return stored, ""


def _as_stored(calibration: Calibration) -> _Intrinsics:
    matrix = calibration.intrinsics
    width, height = calibration.reference_width, calibration.reference_height
    if matrix is None or width is None or height is None:
        raise ValueError("intrinsics_problem() must be empty")
    return _Intrinsics(matrix[0], matrix[4], matrix[6], matrix[7], width, height)


def _lies_across(stored: _Intrinsics, coded: Size) -> bool:
    """Return whether the reference frame has the map's aspect only after a quarter turn."""
    aspect = stored.width / stored.height
    map_aspect = coded.width / coded.height
    if abs(aspect / map_aspect - 1) <= _ASPECT_TOLERANCE:
        return False
    return abs(aspect * map_aspect - 1) <= _ASPECT_TOLERANCE


def _aspect(stored: _Intrinsics, coded: Size) -> float:
    """Return the aspect of the reference frame divided by that of the map."""
    return stored.width * coded.height / (stored.height * coded.width)


def _fit(stored: _Intrinsics, coded: Size, photo: Size) -> tuple[_Intrinsics, tuple[str, ...]]:
    """Return K in samples of the coded map, and the assumptions made for it, as clauses.

    Frames of one aspect are scaled side by side. Else one frame is a centred crop of the other, at
    one scale: the reference is the crop where it lies within the coded photo, which has the
    map's shape, pixel for pixel; otherwise the map is.
    """
    sx, sy = coded.width / stored.width, coded.height / stored.height
    if abs(_aspect(stored, coded) - 1) <= _ASPECT_TOLERANCE:
        return _scale(stored, coded.width, coded.height), ()
    is_inside = (
        abs(photo.width * coded.height / (photo.height * coded.width) - 1) <= _ASPECT_TOLERANCE
        and stored.width <= photo.width
        and stored.height <= photo.height
    )
    scale = min(sx, sy) if is_inside else max(sx, sy)
    frame = f"reference {stored.width:g}x{stored.height:g}"
    fitted = _Intrinsics(
        stored.fx * scale,
        stored.fy * scale,
        (stored.cx - stored.width / 2) * scale + coded.width / 2,
        (stored.cy - stored.height / 2) * scale + coded.height / 2,
        coded.width,
        coded.height,
    )
    if is_inside:
        return fitted, (f"the {frame} is taken as a centred crop of the map",)
    return fitted, (f"the map is taken as a centred crop of the {frame}",)


def _camera(
    k: _Intrinsics, origin: CameraOrigin, note: str, estimated: tuple[str, ...] = ()
) -> Camera:
    width, height = int(k.width), int(k.height)
    return Camera(k.fx, k.fy, k.cx - 0.5, k.cy - 0.5, width, height, origin, note, estimated)


def _follow(k: _Intrinsics, transforms: tuple[Transform, ...], size: Size) -> _Intrinsics:
    """Return K of the coded frame after the item's transforms, for a map of ``size``."""
    for transform in transforms:
        k = _apply(k, transform)
    return _scale(k, size.width, size.height)


def _scale(k: _Intrinsics, width: float, height: float) -> _Intrinsics:
    sx, sy = width / k.width, height / k.height
    return _Intrinsics(k.fx * sx, k.fy * sy, k.cx * sx, k.cy * sy, width, height)


def _apply(k: _Intrinsics, transform: Transform) -> _Intrinsics:
    match transform:
        case Rotation(quarter_turns):
            for _ in range(quarter_turns % 4):
                k = _Intrinsics(k.fy, k.fx, k.cy, k.width - k.cx, k.height, k.width)
            return k
        case Mirror(axis=0):
            return k._replace(cy=k.height - k.cy)
        case Mirror():
            return k._replace(cx=k.width - k.cx)
        case Crop(left, top, width, height):
            return k._replace(cx=k.cx - left, cy=k.cy - top, width=width, height=height)


def _estimate(header: Header, frame: Size) -> _Intrinsics | None:
    """Return K of a whole coded frame, of photo or depth map, estimated from EXIF; None without.

    f = f35 / 43.2666 · diagonal of the coded photo, before any crop, since the lens exposed all of
    it; for the map by the share of the photo that it shows: all of it, or what the photo's crop
    leaves where only that has the map's shape. The principal point is assumed in the middle.
    """
    f35 = header.exif.focal_length_35mm
    if f35 is None or not 0 < f35 <= _MAX_FOCAL_35MM:
        return None
    focal = f35 / _FRAME_DIAGONAL_MM * math.hypot(*frame)
    if _shows_the_crop(header, frame):
        focal *= math.hypot(*header.primary.coded) / math.hypot(*header.primary.displayed_size)
    return _Intrinsics(focal, focal, frame.width / 2, frame.height / 2, frame.width, frame.height)


def _shows_the_crop(header: Header, frame: Size) -> bool:
    """Return whether a frame has the shape of the cropped photo but not of the whole photo."""
    return _is_alike(frame, header.primary.displayed_size) and not _is_alike(
        frame, header.primary.coded
    )


def _is_alike(one: Size, other: Size) -> bool:
    """Return whether two frames have the same shape, in landscape or portrait."""
    ratio = max(one) * min(other) / (min(one) * max(other))
    return abs(ratio - 1) <= _ASPECT_TOLERANCE


def _from_exif(
    header: Header,
    coded: Size,
    transforms: tuple[Transform, ...],
    size: Size,
    photo: Size,
    problem: str,
) -> Camera | None:
    """Return the camera estimated from EXIF; ``photo`` is the size of what the map covers."""
    middle = _estimate(header, coded)
    if middle is None:
        return None
    notes = [problem] if problem else []
    if abs(photo.width * size.height / (photo.height * size.width) - 1) > _ASPECT_TOLERANCE:
        notes.append(f"the photo {photo.width}x{photo.height} has another aspect than the map")
    k = _follow(middle, transforms, size)
    off = round(_MIDDLE_ERROR * max(coded))
    beside = math.hypot(k.cx - k.width / 2, k.cy - k.height / 2)
    stored = stored_camera(header)
    if stored is not None and _shows_the_crop(header, coded):
        x, y = stored.cx - stored.reference_width / 2, stored.cy - stored.reference_height / 2
        beside += math.hypot(x, y) * max(coded) / max(header.primary.displayed_size)
    estimated = [
        "focal length from its 35 mm equivalent",
        f"principal point assumed in the middle of the frame (real ones: up to {off} samples off)",
    ]
    if beside >= 0.5:
        estimated.append(f"the middle of the crop lies {beside:.0f} samples from that of the frame")
    return _camera(k, CameraOrigin.EXIF, "; ".join(notes), tuple(estimated))
