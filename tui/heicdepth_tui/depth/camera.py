"""The camera of a depth map: from the file's calibration or camera properties, else from EXIF."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from heicdepth_tui.depth.coverage import WHOLE, Region
from heicdepth_tui.depth.distortion import lens_frame, lens_of, lens_problem
from heicdepth_tui.depth.intrinsics import (
    ASPECT_TOLERANCE,
    Intrinsics,
    fit,
    follow,
    lies_across,
    problem_of,
)
from heicdepth_tui.depth.intrinsics import aspect as aspect_of
from heicdepth_tui.depth.registration import register
from heicdepth_tui.errors import RectifyError
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.photo.transforms import place

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from heicdepth_tui.depth.distortion import Lens
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

_MAX_FOCAL_35MM = 5000.0
_MAX_ASPECT_RATIO = 2.0
"""Frames whose aspects differ by more are no crops of each other."""

_NO_LENS = "the file states no lens distortion"

_MIDDLE_ERROR = 0.03
"""Distance of real principal points from the middle, as a share of a side: 0.7 % (rear wide) and
2.9 % (rear tele) were measured."""


class CameraOrigin(Enum):
    """Source of the camera."""

    FILE = "file"
    """The XMP of the depth item."""
    DEPTH_CMIN = "depth-cmin"
    """The camera matrix among the properties of the depth item."""
    PHOTO_CMIN = "photo-cmin"
    """The camera matrix among the properties of the photo."""
    EXIF = "exif"
    NONE = "none"

    @property
    def label(self) -> str:
        """The origin in a few words: ``camera from the file``, ``camera estimated from EXIF`` …."""
        return _LABELS[self]


_LABELS = {
    CameraOrigin.FILE: "camera from the file",
    CameraOrigin.DEPTH_CMIN: "camera from the file (cmin of the depth map)",
    CameraOrigin.PHOTO_CMIN: "camera from the file (cmin of the photo)",
    CameraOrigin.EXIF: "camera estimated from EXIF",
    CameraOrigin.NONE: "no camera",
}


@dataclass(frozen=True, slots=True)
class Camera:
    """A pinhole camera for an upright map of ``width`` x ``height`` samples.

    Focal lengths and principal point in samples, the centre of the top-left sample at (0, 0), u to
    the right and v down. ``note`` is a caveat, empty without one. ``estimated``
    names what the file does not state, as clauses. ``lens`` is the distortion of the samples, None
    with the reason in ``lens_problem``. A camera that ``is_rectified`` corrects the ray of each
    sample by it; the samples of one that ``is_resampled`` were moved to where no lens shifts them.
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
    lens: Lens | None = None
    lens_problem: str = _NO_LENS
    is_rectified: bool = False
    is_resampled: bool = False

    @property
    def size(self) -> Size:
        """Size of the map that the camera belongs to."""
        return Size(self.width, self.height)

    @property
    def K(self) -> NDArray[np.float64]:  # noqa: N802  the field's name for it
        """The camera matrix, (3, 3) float64, row-major as OpenCV writes it, for pixel centres."""
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
            lens=None if self.lens is None else self.lens.resized(self.size, size),
        )

    def rectified(self) -> Camera:
        """Return the camera that corrects each sample's ray by the lens distortion.

        Raises RectifyError, with the reason, where the file does not give a usable one.
        """
        if self.lens is None:
            raise RectifyError(
                f"the points cannot be rectified: {self.lens_problem}",
                hint="export without --rectify",
            )
        return self if self.is_resampled else replace(self, is_rectified=True)

    def resampled(self) -> Camera:
        """Return the camera of the map that was resampled by the lens distortion."""
        return replace(self, is_rectified=False, is_resampled=True)

    @property
    def rectified_note(self) -> str:
        """The correction and its residual, for summaries; empty where nothing is corrected."""
        if self.lens is None or not (self.is_rectified or self.is_resampled):
            return ""
        if not self.lens.shift_px:
            return "by the file's coefficients the lens shifts nothing"
        return f"rectified (experimental), residual {self.lens.residual_px:.2f} px"

    @property
    def origin_words(self) -> str:
        """Where it comes from, as a clause."""
        return {
            CameraOrigin.EXIF: "camera estimated from the EXIF 35 mm focal length",
            CameraOrigin.NONE: "camera of unknown origin",
        }.get(self.origin, self.origin.label)

    def describe(self) -> str:
        """Return one line for a person: origin, values, size, note."""
        values = f"fx {self.fx:.3f} fy {self.fy:.3f} cx {self.cx:.3f} cy {self.cy:.3f}"
        note = f"; {self.note}" if self.note else ""
        return f"{self.origin_words}: {values} at {self.width}x{self.height}{note}"


@dataclass(frozen=True, slots=True)
class StoredCamera:
    """The camera as the file states it, in pixels of its reference size, corner convention.

    From the XMP: the coded, unturned frame. From a camera property: the coded frame of its picture.
    From EXIF: the upright, cropped photo, estimated.
    """

    origin: CameraOrigin
    fx: float
    fy: float
    cx: float
    cy: float
    reference_width: float
    reference_height: float


def intrinsics_problem(calibration: Calibration) -> str:
    """Return why the stored intrinsics are missing or unusable, as a clause; empty where usable."""
    matrix = calibration.intrinsics
    width, height = calibration.reference_width, calibration.reference_height
    if matrix is None:
        return "the file has no intrinsics"
    if len(matrix) != 9 or not all(map(math.isfinite, matrix)):
        return "the intrinsics are not 9 finite numbers"
    if width is None or height is None:
        return "the intrinsics have no reference size"
    if not (math.isfinite(width) and math.isfinite(height) and width >= 1 and height >= 1):
        return f"the reference size {width:g}x{height:g} of the intrinsics is none"
    fx, below_fx, bottom_left, skew, fy, bottom_middle, cx, cy, bottom_right = matrix
    is_matrix = not (below_fx or bottom_left or bottom_middle) and bottom_right == 1
    if not is_matrix and fx > 0 and fy > 0:
        return "the intrinsics do not have the form of a camera matrix"
    return problem_of(Intrinsics(fx, fy, cx, cy, width, height), skew)


def stored_camera(header: Header) -> StoredCamera | None:
    """Return the camera as the file states it, before scaling and turning; None without one.

    From the depth item's XMP where its intrinsics are usable, else from the camera property (cmin)
    of the depth item or the photo, else estimated from EXIF for the upright photo: the same choice
    as ``camera_for_depth`` makes.
    """
    stored, _ = _file_intrinsics(header)
    if stored is not None:
        return StoredCamera(CameraOrigin.FILE, *stored)
    origin, k, _ = _property_intrinsics(header)
    if k is not None:
        return StoredCamera(origin, *k)
    photo = header.primary
    middle = _estimate(header, photo.coded)
    if middle is None:
        return None
    return StoredCamera(CameraOrigin.EXIF, *follow(middle, photo.transforms, photo.displayed_size))


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
    centred crop, see ``fit``. Else from the camera property (cmin) of the depth item, or of the
    photo, whose part ``region`` it then is. Else from EXIF, see ``_estimate``; it follows the
    item's transforms in the same way. Extrinsics are never applied, nor is the lens distortion
    unless ``Camera.rectified`` requests it.
    Sources: ISO/IEC 23008-12 6.5.9–6.5.12 for the transforms, 6.5.40 for cmin; the corner
    convention was measured.
    """
    stored, problem = _file_intrinsics(header)
    item = header.depth.item
    coded, transforms = (size, ()) if item is None else (item.coded, (*item.transforms, *turn))
    if stored is not None:
        return _from_file(header, stored, coded, transforms, size)
    origin, k, cmin_problem = _property_intrinsics(header)
    problem = "; ".join(filter(None, (problem, cmin_problem)))
    if k is not None:
        return _from_property(header, origin, k, (*transforms,), size, region, problem)
    photo = region.size_in(header.primary.displayed_size)
    return _from_exif(header, coded, transforms, size, photo, problem)


def _from_file(
    header: Header,
    stored: Intrinsics,
    coded: Size,
    transforms: tuple[Transform, ...],
    size: Size,
) -> Camera:
    """Return the camera of the depth item's XMP with its lens."""
    k, fitted = fit(stored, coded, header.primary.coded)
    note = ""
    if fitted:
        note = (
            f"the reference {stored.width:g}x{stored.height:g} has another aspect than the map "
            f"of {coded.width}x{coded.height}"
        )
    k, calibration = follow(k, transforms, size), header.depth.calibration
    lens, problem = None, _NO_LENS if calibration is None else lens_problem(calibration)
    if calibration is not None and not problem:
        frame, _ = fit(lens_frame(calibration), coded, header.primary.coded)
        lens = lens_of(calibration, follow(frame, transforms, size))
    return _camera(k, CameraOrigin.FILE, note, fitted, (lens, problem))


def _property_intrinsics(header: Header) -> tuple[CameraOrigin, Intrinsics | None, str]:
    """Return the camera matrix (cmin) of depth item or photo in its coded frame, or why not."""
    problems: list[str] = []
    for origin, item, name in (
        (CameraOrigin.DEPTH_CMIN, header.depth.item, "depth map"),
        (CameraOrigin.PHOTO_CMIN, header.primary, "photo"),
    ):
        camera = None if item is None else header.camera_of(item.id)
        if item is None or camera is None or camera.intrinsics is None:
            continue
        stated, (width, height) = camera.intrinsics, item.coded
        fx = stated.focal_x * width
        fy = fx if stated.focal_y is None else stated.focal_y * height
        k = Intrinsics(fx, fy, stated.centre_x * width, stated.centre_y * height, width, height)
        problem = problem_of(k, stated.skew)
        if not problem:
            return origin, k, "; ".join(problems)
        problems.append(f"cmin of the {name}: {problem}")
    return CameraOrigin.NONE, None, "; ".join(problems)


def _from_property(
    header: Header,
    origin: CameraOrigin,
    k: Intrinsics,
    transforms: tuple[Transform, ...],
    size: Size,
    region: Region,
    problem: str,
) -> Camera:
    """Return the camera of a camera matrix in the coded frame of depth item or photo."""
    notes = [problem] if problem else []
    fitted: tuple[str, ...] = ()
    if origin is CameraOrigin.DEPTH_CMIN:
        k = follow(k, transforms, size)
    else:
        photo = header.primary
        k = follow(k, photo.transforms, photo.displayed_size)
        k = k._replace(
            cx=k.cx - region.left * k.width,
            cy=k.cy - region.top * k.height,
            width=k.width * region.width,
            height=k.height * region.height,
        )
        if abs(aspect_of(k, size) - 1) > ASPECT_TOLERANCE:
            shape = f"{k.width:g}x{k.height:g}"
            notes.append(f"the photo {shape} has another aspect than the map")
        k, fitted = fit(k, size, size)
    return _camera(k, origin, "; ".join(notes), fitted)


def _file_intrinsics(header: Header) -> tuple[Intrinsics | None, str]:
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
    aspect, problem = aspect_of(stored, item.coded), "which lies across the map of {}x{}"
    if not lies_across(stored, item.coded):
        if max(aspect, 1 / aspect) <= _MAX_ASPECT_RATIO:
            return stored, ""
        problem = "of which the map of {}x{} is no crop"
    reference = f"{stored.width:g}x{stored.height:g}"
    return None, f"the intrinsics refer to {reference}, {problem.format(*item.coded)}"


def _as_stored(calibration: Calibration) -> Intrinsics:
    matrix = calibration.intrinsics
    width, height = calibration.reference_width, calibration.reference_height
    if matrix is None or width is None or height is None:
        raise ValueError("intrinsics_problem() must be empty")
    return Intrinsics(matrix[0], matrix[4], matrix[6], matrix[7], width, height)


def _camera(
    k: Intrinsics,
    origin: CameraOrigin,
    note: str,
    estimated: tuple[str, ...] = (),
    lens: tuple[Lens | None, str] = (None, _NO_LENS),
) -> Camera:
    size = int(k.width), int(k.height)
    return Camera(k.fx, k.fy, k.cx - 0.5, k.cy - 0.5, *size, origin, note, estimated, *lens)


def _estimate(header: Header, frame: Size) -> Intrinsics | None:
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
    return Intrinsics(focal, focal, frame.width / 2, frame.height / 2, frame.width, frame.height)


def _shows_the_crop(header: Header, frame: Size) -> bool:
    """Return whether a frame has the shape of the cropped photo but not of the whole photo."""
    return _is_alike(frame, header.primary.displayed_size) and not _is_alike(
        frame, header.primary.coded
    )


def _is_alike(one: Size, other: Size) -> bool:
    """Return whether two frames have the same shape, in landscape or portrait."""
    ratio = max(one) * min(other) / (min(one) * max(other))
    return abs(ratio - 1) <= ASPECT_TOLERANCE


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
    if abs(photo.width * size.height / (photo.height * size.width) - 1) > ASPECT_TOLERANCE:
        notes.append(f"the photo {photo.width}x{photo.height} has another aspect than the map")
    k = follow(middle, transforms, size)
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
