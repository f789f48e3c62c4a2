"""The options and the result of an export; importing this costs nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from heicdepth_tui.depth.axes import Axes
from heicdepth_tui.depth.points import CloudOptions
from heicdepth_tui.depth.registration import Frames
from heicdepth_tui.depth.scale import KnownLength
from heicdepth_tui.heif.limits import DEFAULT_LIMITS, Limits

__all__ = [
    "FORMAT_FIELD",
    "MATTE_NAMES",
    "PICTURE_NAMING",
    "CameraFile",
    "ColourValues",
    "DepthUnit",
    "ExportOptions",
    "Exported",
    "Matte",
    "PointField",
    "format_stem",
]

FORMAT_FIELD = "{format}"
"""In ``ExportOptions.stem``, the place of the format's name."""


class ColourValues(Enum):
    """The colour space of exported colours; its value names it in options."""

    SRGB = "srgb"
    """sRGB, converted where the photo states another space that is known."""
    STORED = "stored"
    """The photo's own, as decoded."""


class Matte(Enum):
    """A matte that selects points; its value names it in options."""

    PORTRAIT = "portrait"
    SKIN = "skin"
    HAIR = "hair"
    TEETH = "teeth"
    GLASSES = "glasses"
    SKY = "sky"


MATTE_NAMES = tuple(one.value for one in Matte)
"""The names of all mattes."""


class PointField(Enum):
    """A further field of points in PLY and PCD; its value names it in options and files."""

    STEP = "step"
    """Metres per code."""
    VALID = "valid"
    FLYING = "flying"
    EDGE = "edge"
    """Samples to the nearest edge."""


class DepthUnit(Enum):
    """One step of the 16-bit depth PNG; its value names it in options and file names."""

    MILLIMETRE = "mm"
    TENTH_MILLIMETRE = "0.1mm"

    @property
    def per_metre(self) -> int:
        """Steps in a metre."""
        return 1000 if self is DepthUnit.MILLIMETRE else 10_000

    @property
    def label(self) -> str:
        """The unit spelled out, for texts."""
        return "millimetres" if self is DepthUnit.MILLIMETRE else "units of 0.1 mm"


class CameraFile(Enum):
    """A tool whose own form of camera file is written; its value names it in options."""

    OPEN3D = "open3d"
    """PinholeCameraIntrinsic as JSON."""
    COLMAP = "colmap"
    """A folder with cameras.txt, images.txt and points3D.txt."""
    NERFSTUDIO = "nerfstudio"
    """transforms.json."""
    ROS = "ros"
    """camera_info as YAML."""


PICTURE_NAMING = frozenset({CameraFile.COLMAP, CameraFile.NERFSTUDIO})
"""Tools whose camera file names the picture that the camera took."""


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """Formats, geometry, colours and folder of an export."""

    formats: tuple[str, ...] = ("pcd",)
    """Names in ``registry.FORMATS``."""
    cloud: CloudOptions = field(default_factory=CloudOptions)
    organised: bool = False
    """PCD only: keep the rows and columns of the depth map, with NaN for what was dropped."""
    colours: ColourValues = ColourValues.SRGB
    """A flat cloud keeps the colours as decoded; GLB's are linear BT.709 in any case."""
    png_unit: DepthUnit = DepthUnit.MILLIMETRE
    """PNG only: the step of the depth picture."""
    axes: Axes = Axes.OPENGL
    """PCD and PLY only: the axes of points and normals in perspective."""
    camera_files: tuple[CameraFile, ...] = ()
    """Camera files that are written beside the formats."""
    baseline_mm: float = 63.0
    """Stereo only: the distance between the two eyes, in millimetres of the depth map."""
    convergence: float | None = None
    """Stereo only: Z in metres of what has the same place in both views; None for the median."""
    register: Frames = Frames.AUTO
    """The frames of photo and depth item that show the same view, where their turns differ."""
    fields: tuple[PointField, ...] = ()
    """PLY and PCD only: further fields of each point."""
    only: tuple[Matte, ...] = ()
    """Clouds only: keep points that one of these mattes shows; all where empty."""
    without: tuple[Matte, ...] = ()
    """Clouds only: drop points that one of these mattes shows."""
    scale: float | KnownLength | None = None
    """Multiplies all distances: a factor, or a known length of each photo that gives it.

    Without effect on the flat projection."""
    out: Path = Path()
    """The folder to write to; made where it is missing."""
    stem: str = ""
    """The start of the files' names, ``{format}`` in it replaced; empty: the photo's name."""
    with_gps: bool = False
    """Write where the photo was taken into the files' comments; off by default."""
    limits: Limits = DEFAULT_LIMITS
    """The limits beyond which a photo is refused."""


@dataclass(frozen=True, slots=True)
class Exported:
    """One file that was written."""

    path: Path
    format: str
    points: int | None
    """Points with a position; None where the file is no cloud."""
    summary: str
    """One printable line for a person: path, points, dropped samples, trust."""


def format_stem(stem: str, name: str) -> str:
    """Return the start of the names of a format's files; a camera file's is named by its tool."""
    return stem.replace(FORMAT_FIELD, name.removeprefix("camera-"))
