"""What the header of a HEIF file says, as frozen dataclasses; nothing here reads or decodes."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import NamedTuple

__all__ = [
    "AUX_DEPTH_URNS",
    "PORTRAIT_RENDERED",
    "Accuracy",
    "Auxiliary",
    "Calibration",
    "ColourSpace",
    "Crop",
    "DepthElsewhere",
    "DepthInfo",
    "DepthRepresentation",
    "DepthStatus",
    "Exif",
    "Extent",
    "Grid",
    "Header",
    "HeaderSummary",
    "ImageItem",
    "Mirror",
    "RepresentationType",
    "Rotation",
    "Size",
    "StereoPair",
    "Transform",
    "layer_name",
]

AUX_DEPTH_URNS = (
    "urn:mpeg:hevc:2015:auxid:2",
    "urn:mpeg:mpegB:cicp:systems:auxiliary:depth",
)
"""The auxC types that mark a depth map (ISO/IEC 23008-12 and 23001-11)."""

PORTRAIT_RENDERED = frozenset({7, 8})
"""EXIF CustomRendered values that Apple writes for portrait mode: with HDR, and without."""

_LAYER_NAMES = {
    "urn:mpeg:hevc:2015:auxid:1": "alpha",
    "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha": "alpha",
    "urn:mpeg:hevc:2015:auxid:2": "depth",
    "urn:mpeg:mpegB:cicp:systems:auxiliary:depth": "depth",
    "urn:com:apple:photo:2020:aux:hdrgainmap": "gain map",
    "urn:com:samsung:photo:2024:aux:hdrgainmap": "gain map",
    "urn:com:apple:photo:2018:aux:portraiteffectsmatte": "portrait matte",
    "urn:com:apple:photo:2019:aux:semanticskinmatte": "skin matte",
    "urn:com:apple:photo:2019:aux:semantichairmatte": "hair matte",
    "urn:com:apple:photo:2019:aux:semanticteethmatte": "teeth matte",
    "urn:com:apple:photo:2020:aux:semanticglassesmatte": "glasses matte",
    "urn:com:apple:photo:2020:aux:semanticskymatte": "sky matte",
    "tag:apple.com,2023:photo:aux:styledeltamap": "style delta map",
    "tag:apple.com,2023:photo:aux:linearthumbnail": "linear thumbnail",
}


def layer_name(urn: str) -> str:
    """Return the short name of an auxiliary image's type, or the urn itself where none is known."""
    return _LAYER_NAMES.get(urn, urn)


class Size(NamedTuple):
    """Width and height in samples."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}×{self.height}"


class Extent(NamedTuple):
    """A run of bytes: ``offset`` from the start of the file and ``length``, both in bytes."""

    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Rotation:
    """``irot``: turn by ``quarter_turns`` (1, 2 or 3) of 90° counter-clockwise."""

    quarter_turns: int


@dataclass(frozen=True, slots=True)
class Mirror:
    """``imir``: axis 0 swaps top and bottom, axis 1 swaps left and right (ISO/IEC 23008-12)."""

    axis: int


@dataclass(frozen=True, slots=True)
class Crop:
    """``clap`` resolved to samples of the frame it applies to; all integers, inside the frame."""

    left: int
    top: int
    width: int
    height: int


Transform = Rotation | Mirror | Crop


@dataclass(frozen=True, slots=True)
class Grid:
    """A ``grid`` item: ``rows`` x ``columns`` tiles, cropped to ``width`` x ``height`` samples."""

    rows: int
    columns: int
    width: int
    height: int
    tiles: tuple[int, ...]
    """Item ids in raster order; ``len(tiles) == rows * columns``."""


@dataclass(frozen=True, slots=True)
class ImageItem:
    """One image of the file, as coded and as seen."""

    id: int
    type: str
    """Item type: ``hvc1``, ``av01``, ``grid``, ``iden``, ``iovl``, ``jpeg``, ``unci`` …"""
    coded: Size
    """Size before any transform (``ispe``); the grid's output size for a grid."""
    displayed_size: Size
    """Size after the item's own transforms: the size a decoder returns."""
    transforms: tuple[Transform, ...]
    """In the order they apply (``ipma`` order)."""
    bits: int | None
    """Bits a channel (``pixi``, else the decoder configuration), None where the file is silent."""
    channels: int | None
    """1 for monochrome, 3 for colour, None where the file is silent."""
    grid: Grid | None
    hidden: bool
    bytes: int
    """Length of the coded payload in bytes; of all tiles together for a grid."""
    undecodable_reason: str = ""
    """Why no decoder of this program reads its type, as a clause that follows "is", e.g. ``coded
    as JPEG (item type jpeg), which this program cannot decode``; empty where one does."""


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
    count): ``problems`` then says so.
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


@dataclass(frozen=True, slots=True)
class Exif:
    """The few EXIF values the tool shows; None where absent or unusable."""

    make: str | None = None
    model: str | None = None
    lens: str | None = None
    date: str | None = None
    """DateTimeOriginal (else DateTime) as ``YYYY-MM-DD HH:MM:SS``; None where not a date."""
    orientation: int | None = None
    """1 to 8 as stored. HEIF readers must not apply it: irot and imir already say it."""
    focal_length: float | None = None
    """Millimetres."""
    focal_length_35mm: float | None = None
    """FocalLengthIn35mmFilm, millimetres."""
    custom_rendered: int | None = None
    has_gps: bool = False

    @property
    def portrait(self) -> bool:
        """Whether CustomRendered says Portrait (8) or Portrait HDR (7)."""
        return self.custom_rendered in PORTRAIT_RENDERED


@dataclass(frozen=True, slots=True)
class Auxiliary:
    """An auxiliary image that belongs to the primary image (``auxl``)."""

    item: ImageItem
    urn: str
    name: str
    """Layer name: see ``layer_name``."""
    calibration: Calibration | None = None
    """From the XMP tied to this item by ``cdsc``; None without XMP or where it was unusable."""
    problem: str = ""
    """What was wrong with this item's SEI, XMP or references; empty where nothing was."""

    @property
    def undecodable_reason(self) -> str:
        """Why no decoder of this program reads its type; empty where one does."""
        return self.item.undecodable_reason


class DepthStatus(Enum):
    """Four different things that a viewer must not mix up."""

    PRESENT = "present"
    ABSENT = "absent"
    STRIPPED = "stripped"
    """EXIF says Portrait, yet there is no depth item: removed when the photo was shared."""
    UNREADABLE = "unreadable"
    """A depth item exists, but its header is broken, it has no data, or it is no picture."""


@dataclass(frozen=True, slots=True)
class DepthInfo:
    """What the header says of the photo's depth map, or of one of several depth maps."""

    status: DepthStatus
    reason: str = ""
    """One sentence for a person; empty when present."""
    item: ImageItem | None = None
    urn: str = ""
    representation: DepthRepresentation | None = None
    representation_problem: str = ""
    """Why there is no representation although there is a depth item."""
    calibration: Calibration | None = None
    calibration_problem: str = ""
    others: tuple[DepthInfo, ...] = ()
    """Further depth items of the photo, by id, each with its own representation and calibration.

    ``item`` is the one with the highest id that the decoders read, as libheif chooses."""
    elsewhere: tuple[DepthElsewhere, ...] = ()
    """Depth maps of other pictures of the file, and of the picture that the photo derives from."""

    @property
    def undecodable_reason(self) -> str:
        """Why no decoder of this program reads the depth map's type; empty where one does.

        A clause, e.g. ``the depth map is coded as JPEG (item type jpeg), which …``.
        """
        reason = "" if self.item is None else self.item.undecodable_reason
        return f"the depth map is {reason}" if reason else ""

    @property
    def decodable(self) -> bool:
        """Whether there is a depth map and the decoders of this program read its type."""
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
    """Whether the primary is an identity (``iden``) derived from that picture."""
    depth: DepthInfo
    """Its ``others`` and ``elsewhere`` are empty."""


@dataclass(frozen=True, slots=True)
class ColourSpace:
    """In which colour space the photo's values stand, as the file says (``colr``)."""

    name: str = "unknown"
    """``Display P3``, ``sRGB``, another profile's description, or what ``nclx`` says in words."""
    profile_bytes: int = 0
    """Length of its ICC profile for RGB values; 0 where the file carries none that can be used."""


@dataclass(frozen=True, slots=True)
class StereoPair:
    """A ``ster`` entity group: item ids of the left and right view."""

    left: int
    right: int


@dataclass(frozen=True, slots=True)
class Header:
    """Everything the tool knows of a photo without decoding it."""

    path: str
    file_size: int
    """Bytes."""
    brand: str
    compatible_brands: tuple[str, ...]
    primary: ImageItem
    depth: DepthInfo
    auxiliaries: tuple[Auxiliary, ...] = ()
    """All of the primary's auxiliary images, the depth map among them, by item id."""
    thumbnails: tuple[ImageItem, ...] = ()
    """Of the primary image, largest first."""
    images: tuple[ImageItem, ...] = ()
    """Every further top-level image (burst, stereo view), without tiles, aux and thumbnails."""
    stereo_pairs: tuple[StereoPair, ...] = ()
    exif: Exif = field(default_factory=Exif)
    exif_problem: str = ""
    is_sequence: bool = False
    """Whether the file also holds an image sequence (``moov``)."""
    truncated: str = ""
    """Which payloads reach past the end of the file; empty where none do."""
    codec: str = ""
    """Item type that holds the primary's samples (``hvc1``, ``av01`` …): of the tiles in a grid."""
    problems: tuple[str, ...] = ()
    """What was wrong with items that could not be listed above; each names its item."""
    colour: ColourSpace = field(default_factory=ColourSpace)
    """Of the primary image."""

    @property
    def undecodable_reason(self) -> str:
        """Why no decoder of this program reads the photo's type; empty where one does.

        A clause, e.g. ``the photo is coded as JPEG (item type jpeg), which …``.
        """
        reason = self.primary.undecodable_reason
        return f"the photo is {reason}" if reason else ""

    @property
    def decodable(self) -> bool:
        """Whether the decoders of this program read the photo's type."""
        return not self.primary.undecodable_reason

    @property
    def format(self) -> str:
        """What kind of file it is, whatever its name says: ``HEIC``, ``AVIF`` or ``HEIF``."""
        return {"hvc1": "HEIC", "av01": "AVIF"}.get(self.codec, "HEIF")

    @property
    def camera_name(self) -> str:
        """Make and model without saying the make twice; empty where EXIF is silent."""
        make, model = self.exif.make or "", self.exif.model or ""
        return model if model.startswith(make) else f"{make} {model}".strip()


@dataclass(frozen=True, slots=True)
class HeaderSummary:
    """What a row of the photo list shows; read far faster than a whole header."""

    file_size: int
    primary: Size | None
    """Upright size; None where ``problem`` is set."""
    status: DepthStatus
    depth: Size | None
    """Upright size of the depth map; None where there is none."""
    date: str | None
    """As in ``Exif.date``."""
    problem: str = ""
    """A few words for the row when the file cannot be shown: ``JPEG``, ``cut short`` …"""
    format: str = ""
    """``HEIC``, ``AVIF`` or ``HEIF`` as in ``Header.format``; empty where it is none of them."""
    decodable: bool = True
    """Whether the decoders of this program read the photo's type."""
    depth_decodable: bool = True
    """Whether they read the depth map's; says nothing unless ``status`` is PRESENT."""
