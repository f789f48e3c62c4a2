"""The header's description of depth maps: representation, calibration, status."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum

from heicdepth_tui.heif.picture_facts import ImageItem, Size

__all__ = [
    "AUX_DEPTH_URNS",
    "Accuracy",
    "Calibration",
    "DepthElsewhere",
    "DepthInfo",
    "DepthRepresentation",
    "DepthStatus",
    "RepresentationType",
]


AUX_DEPTH_URNS = (
    "urn:mpeg:hevc:2015:auxid:2",
    "urn:mpeg:mpegB:cicp:systems:auxiliary:depth",
)
"""The auxC types that mark a depth map (ISO/IEC 23008-12 and 23001-11)."""


class RepresentationType(IntEnum):
    """``depth_representation_type`` of the depth representation information SEI (H.265 Annex G)."""

    UNIFORM_INVERSE_Z = 0
    UNIFORM_DISPARITY = 1
    UNIFORM_Z = 2
    NONUNIFORM_DISPARITY = 3

    @property
    def label(self) -> str:
        """The field's name for it, e.g. ``uniform disparity``."""
        return self.name.lower().replace("_", " ").replace(" z", " Z")


@dataclass(frozen=True, slots=True)
class DepthRepresentation:
    """The depth representation SEI as stored; values are None where the file has none.

    d_min and d_max are in 1/m for Apple's files, z_near and z_far in metres. Nothing is checked or
    corrected here: NaN never occurs (the coding has none), but reversed, equal, negative and huge
    values do.
    """

    type: RepresentationType
    d_min: float | None = None
    d_max: float | None = None
    z_near: float | None = None
    z_far: float | None = None
    reference_view: int | None = None
    nonuniform: tuple[int, ...] = ()
    """Type 3 only: the depth_nonlinear_representation_model values."""


class Accuracy(Enum):
    """``depthData:Accuracy``: whether distances are promised or only their ratios."""

    ABSOLUTE = "absolute"
    RELATIVE = "relative"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Calibration:
    """Apple's calibration from the XMP of an auxiliary item, as stored (namespaces in xmp.py).

    None means that the XMP does not carry the value, or that it was refused (not finite, wrong
    count), which ``problems`` then states.
    """

    float_min: float | None = None
    float_max: float | None = None
    native_format: str | None = None
    """Four-character code, e.g. ``hdis`` (disparity, 1/m) or ``hdep`` (depth, m)."""
    stored_format: str | None = None
    accuracy: Accuracy = Accuracy.UNKNOWN
    quality: str | None = None
    filtered: bool | None = None
    version: int | None = None
    intrinsics: tuple[float, ...] | None = None
    """9 values, column-major: fx,0,0, 0,fy,0, cx,cy,1 in pixels of the reference size."""
    reference_width: float | None = None
    reference_height: float | None = None
    extrinsics: tuple[float, ...] | None = None
    """12 values as stored."""
    distortion: tuple[float, ...] | None = None
    inverse_distortion: tuple[float, ...] | None = None
    distortion_center: tuple[float, float] | None = None
    pixel_size_mm: float | None = None
    simulated_aperture: float | None = None
    portrait_score: float | None = None
    effect_strength: float | None = None
    auxiliary_image_type: str | None = None
    problems: tuple[str, ...] = ()


class DepthStatus(Enum):
    """Four states that a viewer must tell apart."""

    PRESENT = "present"
    ABSENT = "absent"
    STRIPPED = "stripped"
    """EXIF states Portrait, yet there is no depth item: removed when the photo was shared."""
    UNREADABLE = "unreadable"
    """A depth item exists, but its header is broken, it has no data, or it is no picture."""


@dataclass(frozen=True, slots=True)
class DepthInfo:
    """The header's description of the photo's depth map, or of one of several depth maps."""

    status: DepthStatus
    reason: str = ""
    """One sentence for a person; empty when present."""
    item: ImageItem | None = None
    urn: str = ""
    representation: DepthRepresentation | None = None
    representation_problem: str = ""
    """The reason that a depth item has no representation."""
    calibration: Calibration | None = None
    calibration_problem: str = ""
    others: tuple[DepthInfo, ...] = ()
    """Further depth items of the photo, by id, each with its own representation and calibration.

    ``item`` is the one with the highest id that the decoders read, as libheif chooses."""
    elsewhere: tuple[DepthElsewhere, ...] = ()
    """Depth maps of other pictures of the file, and of the picture that the photo derives from."""

    @property
    def undecodable_reason(self) -> str:
        """The reason that no decoder reads the depth map's type; empty where one does.

        A clause, e.g. ``the depth map is coded as JPEG (item type jpeg), which …``.
        """
        reason = "" if self.item is None else self.item.undecodable_reason
        return f"the depth map is {reason}" if reason else ""

    @property
    def decodable(self) -> bool:
        """True where there is a depth map and the decoders of this program read its type."""
        return self.status is DepthStatus.PRESENT and not self.undecodable_reason

    @property
    def accuracy(self) -> Accuracy:
        """Accuracy from the XMP; UNKNOWN where it is silent."""
        return Accuracy.UNKNOWN if self.calibration is None else self.calibration.accuracy


@dataclass(frozen=True, slots=True)
class DepthElsewhere:
    """The depth map of a picture of the file that is not the primary one."""

    picture: int
    """Item id of that picture."""
    size: Size | None
    """Its upright size; None where its header is broken."""
    is_source: bool
    """True where the primary is an identity (``iden``) derived from that picture."""
    depth: DepthInfo
    """Its ``others`` and ``elsewhere`` are empty."""
