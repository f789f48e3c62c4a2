"""A picture of what a screen shows, to be drawn from the samples and saved."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from heicdepth_tui.draw.code_scale import WHOLE_RANGE, CodeScale

if TYPE_CHECKING:
    from heicdepth_tui.export.options import ExportOptions
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.photo.layers import Layer, Pixels
    from heicdepth_tui.photo.region import SampleRegion
    from heicdepth_tui.ui.model.cloud_frame import CloudRequest
    from heicdepth_tui.ui.model.layer_view import LayerViewRequest

__all__ = [
    "CloudPart",
    "LayerPart",
    "LegendTexts",
    "PicturePart",
    "PictureRequest",
    "Place",
    "ViewPart",
]

Place = tuple[float, float]
"""Shares of a picture's width and height, from its top left."""


@dataclass(frozen=True, slots=True)
class LegendTexts:
    """The legend of a depth map: texts at the near and the far end of the ramp, ticks, a note."""

    ends: tuple[str, str]
    ticks: tuple[tuple[float, str], ...]
    """Share of the ramp's length, and the text."""
    note: str


@dataclass(frozen=True, slots=True, eq=False)
class LayerPart:
    """A layer, or the region of it that is in view.

    ``pixels`` are its samples where they are decoded whole; otherwise they are decoded, and
    ``region`` (as decoded) limits them. ``turn`` is that of ``RenderSpec``. With ``colormap`` the
    samples are codes, coloured between the ends of ``scale``.
    """

    heading: str
    layer: Layer
    size: tuple[int, int]
    """(width, height) of the whole layer."""
    pixels: Pixels | None = None
    region: SampleRegion | None = None
    turn: tuple[int, bool] = (0, False)
    colormap: str = ""
    scale: CodeScale = WHOLE_RANGE
    legend: LegendTexts | None = None
    cross: Place | None = None
    marks: tuple[tuple[Place, str], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class CloudPart:
    """A frame of the cloud; ``bar`` is a scale bar's share of the width, and its text."""

    heading: str
    request: CloudRequest
    bar: tuple[float, str]
    notes: tuple[str, ...] = ()
    legend: LegendTexts | None = None
    """That of the colours of depth; None where they are those of the photo."""


@dataclass(frozen=True, slots=True, eq=False)
class ViewPart:
    """A view of the layers screen; ``options`` state how photo and depth are registered."""

    heading: str
    request: LayerViewRequest
    options: ExportOptions


PicturePart: TypeAlias = LayerPart | CloudPart | ViewPart


@dataclass(frozen=True, slots=True, eq=False)
class PictureRequest:
    """The parts to draw beside each other, and the folder for the file."""

    entry: Entry
    view: str
    """Name of the view, which ends the file's name."""
    title: str
    parts: tuple[PicturePart, ...]
    folder: Path
