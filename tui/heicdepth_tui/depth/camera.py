"""The pinhole camera of a depth map: from the file's intrinsics, else estimated from EXIF."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from heicdepth_tui.heif.facts import Crop, Mirror, Rotation, Size

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from heicdepth_tui.heif.facts import Calibration, Header, Transform

__all__ = [
    "Camera",
    "CameraOrigin",
    "StoredCamera",
    "camera_for_depth",
    "intrinsics_problem",
    "stored_camera",
]

_FRAME_DIAGONAL_MM = 43.2666
"""Diagonal of the 36 mm x 24 mm frame that 35 mm focal lengths refer to."""

_ASPECT_TOLERANCE = 0.02
_MAX_FOCAL_35MM = 5000.0
_ESTIMATED = (
    "focal length from its 35 mm equivalent",
    "principal point assumed in the middle of the frame",
)


class CameraOrigin(Enum):
    """How the camera is known."""

    FILE = "file"
    EXIF = "exif"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Camera:
    """A pinhole camera for an upright map of ``width`` x ``height`` samples.

    Focal lengths and principal point in samples, the centre of the top-left sample at (0, 0), u to
    the right and v down. ``note`` is what a reader must know; empty where nothing. ``estimated``
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

    def describe(self) -> str:
        """Return one line for a person: origin, values, size, note."""
        origin = {
            CameraOrigin.FILE: "camera from the file",
            CameraOrigin.EXIF: "camera estimated from the EXIF 35 mm focal length",
            CameraOrigin.NONE: "camera of unknown origin",
        }[self.origin]
        values = f"fx {self.fx:.3f} fy {self.fy:.3f} cx {self.cx:.3f} cy {self.cy:.3f}"
        note = f"; {self.note}" if self.note else ""
        return f"{origin}: {values} at {self.width}x{self.height}{note}"


@dataclass(frozen=True, slots=True)
class StoredCamera:
    """The camera as the file states it, in pixels of its reference size, corner convention.

    From the file: the coded, unturned frame. From EXIF: the upright photo, estimated.
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
    """Return why the stored intrinsics cannot be used, as a clause; empty where they can.

    Also says so when there are none.
    """
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
    focal = _exif_focal(header, header.primary.upright)
    if focal is None:
        return None
    width, height = header.primary.upright
    return StoredCamera(CameraOrigin.EXIF, focal, focal, width / 2, height / 2, width, height)


def camera_for_depth(header: Header, size: Size, turn: tuple[Transform, ...] = ()) -> Camera | None:
    """Return the camera of the upright depth map of ``size`` samples; None where none is known.

    ``turn`` is what was done to the map after it was decoded (``Registration.turn``); ``size`` is
    that of the map after it.

    From the depth item's XMP: K (column-major, in the coded frame, corner convention) is scaled by
    its reference size and follows the depth item's own irot, imir and clap in order; the centre
    convention subtracts half a sample. Else from EXIF: f = f35 / 43.2666 · diagonal of the coded
    map before any crop, principal point in its middle, which is an estimate; it follows the item's
    transforms in the same way. Extrinsics and lens distortion are never applied.
    Sources: ISO/IEC 23008-12 6.5.9–6.5.12 for the transforms; the corner convention was measured.
    """
    stored, problem = _file_intrinsics(header)
    item = header.depth.item
    coded, transforms = (size, ()) if item is None else (item.coded, (*item.transforms, *turn))
    if stored is None:
        return _from_exif(header, coded, transforms, size, problem)
    return _from_file(stored, coded, transforms, size)


def _file_intrinsics(header: Header) -> tuple[_Intrinsics | None, str]:
    """Return the stored K, or None and why it is not used (empty without any calibration)."""
    calibration, item = header.depth.calibration, header.depth.item
    if calibration is None:
        return None, ""
    problem = intrinsics_problem(calibration)
    if problem:
        return None, problem
    stored = _as_stored(calibration)
    if item is not None and _lies_across(stored, item.coded):
        reference = f"{stored.width:g}x{stored.height:g}"
        coded = f"{item.coded.width}x{item.coded.height}"
        return None, f"the intrinsics refer to {reference}, which lies across the map of {coded}"
    return stored, ""


def _as_stored(calibration: Calibration) -> _Intrinsics:
    matrix = calibration.intrinsics
    width, height = calibration.reference_width, calibration.reference_height
    if matrix is None or width is None or height is None:
        raise ValueError("intrinsics_problem() was not asked first")
    return _Intrinsics(matrix[0], matrix[4], matrix[6], matrix[7], width, height)


def _lies_across(stored: _Intrinsics, coded: Size) -> bool:
    """Whether the reference frame has the map's aspect only when it is turned by a quarter."""
    aspect = stored.width / stored.height
    map_aspect = coded.width / coded.height
    if abs(aspect / map_aspect - 1) <= _ASPECT_TOLERANCE:
        return False
    return abs(aspect * map_aspect - 1) <= _ASPECT_TOLERANCE


def _from_file(
    stored: _Intrinsics, coded: Size, transforms: tuple[Transform, ...], size: Size
) -> Camera:
    note = ""
    if abs(stored.width / stored.height / (coded.width / coded.height) - 1) > _ASPECT_TOLERANCE:
        note = (
            f"the reference {stored.width:g}x{stored.height:g} has another aspect than the map "
            f"of {coded.width}x{coded.height}"
        )
    k = _follow(_scale(stored, coded.width, coded.height), transforms, size)
    return _camera(k, CameraOrigin.FILE, note)


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


def _exif_focal(header: Header, size: Size) -> float | None:
    f35 = header.exif.focal_length_35mm
    if f35 is None or not 0 < f35 <= _MAX_FOCAL_35MM:
        return None
    return f35 / _FRAME_DIAGONAL_MM * math.hypot(size.width, size.height)


def _from_exif(
    header: Header, coded: Size, transforms: tuple[Transform, ...], size: Size, problem: str
) -> Camera | None:
    # A crop leaves the focal length as it was: the diagonal is that of the whole coded map.
    focal = _exif_focal(header, coded)
    if focal is None:
        return None
    notes = [problem] if problem else []
    photo = header.primary.upright
    if abs(photo.width * size.height / (photo.height * size.width) - 1) > _ASPECT_TOLERANCE:
        notes.append(f"the photo {photo.width}x{photo.height} has another aspect than the map")
    middle = _Intrinsics(focal, focal, coded.width / 2, coded.height / 2, coded.width, coded.height)
    k = _follow(middle, transforms, size)
    return _camera(k, CameraOrigin.EXIF, "; ".join(notes), _ESTIMATED)
