"""The header of a HEIF file as frozen values; this module neither reads nor decodes."""

from __future__ import annotations

from dataclasses import dataclass, field

from heicdepth_tui.heif.camera_facts import ItemCamera, baseline_mm
from heicdepth_tui.heif.depth_facts import Calibration, DepthInfo, DepthStatus
from heicdepth_tui.heif.picture_facts import ImageItem, Size

__all__ = [
    "PORTRAIT_RENDERED",
    "Auxiliary",
    "ColourSpace",
    "Exif",
    "Header",
    "HeaderSummary",
    "StereoPair",
    "layer_name",
]


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


@dataclass(frozen=True, slots=True)
class Exif:
    """The few EXIF values the tool shows; None where absent or unusable."""

    make: str | None = None
    model: str | None = None
    lens: str | None = None
    date: str | None = None
    """DateTimeOriginal (else DateTime) as ``YYYY-MM-DD HH:MM:SS``; None where not a date."""
    orientation: int | None = None
    """1 to 8 as stored. HEIF readers must not apply it: irot and imir already state it."""
    focal_length: float | None = None
    """Millimetres."""
    focal_length_35mm: float | None = None
    """FocalLengthIn35mmFilm, millimetres."""
    custom_rendered: int | None = None
    has_gps: bool = False

    @property
    def portrait(self) -> bool:
        """True where CustomRendered is Portrait (8) or Portrait HDR (7)."""
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
    """Errors of this item's SEI, XMP or references; empty where there are none."""

    @property
    def undecodable_reason(self) -> str:
        """The reason that no decoder of this program reads its type; empty where one does."""
        return self.item.undecodable_reason


@dataclass(frozen=True, slots=True)
class ColourSpace:
    """The colour space of the photo's values as the file states it (``colr``)."""

    name: str = "unknown"
    """``Display P3``, ``sRGB``, another profile's description, or the names of ``nclx``."""
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
    """True where the file also holds an image sequence (``moov``)."""
    truncated: str = ""
    """The payloads that reach past the end of the file; empty where none do."""
    codec: str = ""
    """Item type that holds the primary's samples (``hvc1``, ``av01`` …): of the tiles in a grid."""
    problems: tuple[str, ...] = ()
    """Errors of items that are not listed above; each names its item."""
    colour: ColourSpace = field(default_factory=ColourSpace)
    """Of the primary image."""
    cameras: tuple[ItemCamera, ...] = ()
    """Camera properties of photo, depth map and stereo views, where the file has them, by item."""

    def camera_of(self, item: int) -> ItemCamera | None:
        """Return the camera properties of an item; None where it has none."""
        return next((camera for camera in self.cameras if camera.item == item), None)

    @property
    def baseline_mm(self) -> float | None:
        """Distance of the two cameras of the first stereo pair; None where it is not stated."""
        if not self.stereo_pairs:
            return None
        pair = self.stereo_pairs[0]
        return baseline_mm(self.camera_of(pair.left), self.camera_of(pair.right))

    @property
    def undecodable_reason(self) -> str:
        """The reason that no decoder of this program reads the photo's type; empty where one does.

        A clause, e.g. ``the photo is coded as JPEG (item type jpeg), which …``.
        """
        reason = self.primary.undecodable_reason
        return f"the photo is {reason}" if reason else ""

    @property
    def decodable(self) -> bool:
        """True where the decoders of this program read the photo's type."""
        return not self.primary.undecodable_reason

    @property
    def format(self) -> str:
        """Format of the file by its content: ``HEIC``, ``AVIF`` or ``HEIF``."""
        return {"hvc1": "HEIC", "av01": "AVIF"}.get(self.codec, "HEIF")

    @property
    def camera_name(self) -> str:
        """Make and model without repeating the make; empty where EXIF has neither."""
        make, model = self.exif.make or "", self.exif.model or ""
        return model if model.startswith(make) else f"{make} {model}".strip()


@dataclass(frozen=True, slots=True)
class HeaderSummary:
    """The values that a row of the photo list shows, a subset of ``Header``."""

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
    """True where the decoders of this program read the photo's type."""
    depth_decodable: bool = True
    """True where they read the depth map's; meaningless unless ``status`` is PRESENT."""
