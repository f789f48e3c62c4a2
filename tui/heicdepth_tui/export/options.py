"""What to export and where, and what came of it; importing this costs nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from heicdepth_tui.depth.points import CloudOptions
from heicdepth_tui.depth.registration import Frames
from heicdepth_tui.heif.limits import DEFAULT_LIMITS, Limits

__all__ = ["ColourValues", "DepthUnit", "ExportOptions", "Exported"]


class ColourValues(Enum):
    """In which colour space the colours of exports are; its value names it in options."""

    SRGB = "srgb"
    """sRGB, converted where the photo states another space that is known."""
    STORED = "stored"
    """The photo's own, as decoded."""


class DepthUnit(Enum):
    """What one step of the 16-bit depth PNG is; its value names it in options and file names."""

    MILLIMETRE = "mm"
    TENTH_MILLIMETRE = "0.1mm"

    @property
    def per_metre(self) -> int:
        """Steps in a metre."""
        return 1000 if self is DepthUnit.MILLIMETRE else 10_000

    @property
    def label(self) -> str:
        """The unit in words, for texts."""
        return "millimetres" if self is DepthUnit.MILLIMETRE else "units of 0.1 mm"


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """What to write of a photo, and where."""

    formats: tuple[str, ...] = ("pcd",)
    """Names in ``registry.FORMATS``."""
    cloud: CloudOptions = field(default_factory=CloudOptions)
    organised: bool = False
    """PCD only: keep the rows and columns of the depth map, with NaN for what was dropped."""
    colours: ColourValues = ColourValues.SRGB
    """A flat cloud keeps the colours as decoded; GLB's are linear BT.709 in any case."""
    png_unit: DepthUnit = DepthUnit.MILLIMETRE
    """PNG only: what a step of the depth picture is."""
    register: Frames = Frames.AUTO
    """Which frames of photo and depth item show the same view, where those are turned apart."""
    out: Path = Path()
    """The folder to write to; made where it is missing."""
    with_gps: bool = False
    """Write where the photo was taken into the files' comments; never done unasked."""
    limits: Limits = DEFAULT_LIMITS
    """What a photo may cost before it is refused."""


@dataclass(frozen=True, slots=True)
class Exported:
    """One file that was written."""

    path: Path
    format: str
    points: int | None
    """Points with a position; None where the file is no cloud."""
    summary: str
    """One printable line for a person: path, points, what was dropped, how far to trust it."""
