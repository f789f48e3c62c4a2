"""The data that export formats write: depth map, camera, colours and cloud of a photo."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from heicdepth_tui._version import __version__
from heicdepth_tui.depth.camera import Camera
from heicdepth_tui.depth.cloud import Cloud, Projection, build_cloud, color_size
from heicdepth_tui.depth.coverage import WHOLE, Region
from heicdepth_tui.depth.depthmap import DepthMap
from heicdepth_tui.depth.rectify import rectified_mask, rectify_samples
from heicdepth_tui.depth.registration import Registration
from heicdepth_tui.depth.trust import Trust, distortion_sentence
from heicdepth_tui.errors import ExportError, MissingLayerError
from heicdepth_tui.export.calibration import calibration_comments
from heicdepth_tui.export.colouring import Coloured, Colours
from heicdepth_tui.export.mattes import LayerPixels, auxiliary_share, selection, selection_line
from heicdepth_tui.export.options import ColourValues, Exported, ExportOptions
from heicdepth_tui.export.raster import DepthRaster, depth_raster, raster_size
from heicdepth_tui.files import NamingWriter, Writer, safe_name
from heicdepth_tui.heif.facts import Auxiliary, Header
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.photo.layers import Layer, Pixels
from heicdepth_tui.text import printable

__all__ = [
    "Colours",
    "ExportOptions",
    "ExportSource",
    "Exported",
    "LayerPixels",
    "OutputFile",
    "PhotoSource",
    "ascii_line",
]

_T = TypeVar("_T")
_ASCII_FORMS = str.maketrans({"×": "x", "−": "-", "–": "-", "≈": "~", "±": "+-", "°": " degrees"})


@dataclass(frozen=True, slots=True)
class OutputFile:
    """A file to write; its name is the photo's ``file_stem`` followed by ``suffix``."""

    suffix: str
    """E.g. ``-codes.png``; ``-rgbd/depth/000000.png`` is a file in a new folder of the set."""
    write: Writer | NamingWriter
    summary: str
    """The summary line after the path."""
    points: int | None = None


def _no_layers(layer: Layer) -> Pixels:
    raise MissingLayerError(f"the {layer.phrase} is not at hand")


@dataclass(frozen=True, eq=False, kw_only=True)
class PhotoSource:
    """A photo whose header is read: what formats take that need no depth map."""

    path: Path
    header: Header
    options: ExportOptions
    notes: tuple[str, ...] = ()
    """Caveats for all exports, e.g. that tiles of the photo are missing."""
    layers: LayerPixels = _no_layers
    """Decodes a layer at its own size; raises DecodeError."""

    @property
    def name(self) -> str:
        """The photo's name without its suffix, unescaped: not safe to print or as a file name."""
        return self.path.stem

    @property
    def file_stem(self) -> str:
        """The start of the names of exported files."""
        return safe_name(self.options.stem or self.name)

    def comments(self) -> tuple[str, ...]:
        """Return the comments of every format: photo, program and notes; ASCII."""
        lines = (f"photo: {self.path.name}", f"written by heicdepth-tui {__version__}", *self.notes)
        return tuple(ascii_line(line) for line in lines)


@dataclass(frozen=True, eq=False, kw_only=True)
class ExportSource(PhotoSource):
    """A photo with its depth map; colours, raster and cloud are computed on first use."""

    depth_map: DepthMap
    """In the orientation of the upright photo, without samples outside the photo's crop."""
    camera: Camera | None
    """For the pixel centres of ``depth_map``; None where the file has no usable camera data."""
    colours: Colours
    region: Region = WHOLE
    """The part of the upright photo that ``depth_map`` covers."""
    registration: Registration | None = None
    """The steps that turned ``depth_map`` into the orientation of the photo."""
    _made: dict[object, Any] = field(default_factory=dict, init=False, repr=False)

    def once(self, make: Callable[[ExportSource], _T]) -> _T:
        """Return ``make(self)``, made once and shared by all formats; ``make`` is a function."""
        if make not in self._made:
            self._made[make] = make(self)
        made: _T = self._made[make]
        return made

    @property
    def size(self) -> Size:
        """Size of the upright depth map."""
        return self.depth_map.size

    @cached_property
    def photo(self) -> Coloured:
        """The photo at the depth map's size, in the colour space of ``options.colours``."""
        return self._photo_at(self.size)

    def _photo_at(self, size: Size) -> Coloured:
        return self.colours(size, self._keeps_stored)

    @property
    def rgb(self) -> NDArray[np.uint8]:
        """The values of ``photo``, uint8 (H, W, 3)."""
        return self.photo.rgb

    @property
    def raster_size(self) -> Size:
        """Size of the depth raster that ``options.cloud`` requests."""
        photo = self.region.size_in(self.header.primary.displayed_size)
        return raster_size(self.depth_map, photo, self.options.cloud)

    @cached_property
    def raster_photo(self) -> Coloured:
        """The photo at the size of the depth raster, in the colour space of ``options.colours``."""
        return self.photo if self.raster_size == self.size else self._photo_at(self.raster_size)

    @cached_property
    def raster(self) -> DepthRaster:
        """The distances at ``raster_size``; raises NoMetresError where codes have none."""
        is_raised = self.raster_size != self.size
        rgb = self.raster_photo.rgb if is_raised else None
        return depth_raster(self.depth_map, self.camera, rgb, self.options.cloud)

    @property
    def raster_camera(self) -> Camera | None:
        """The camera for the pixel centres of the depth raster."""
        if self.camera is None or self.raster_size == self.size:
            return self.camera
        return self.camera.resized(self.raster_size)

    @property
    def raster_suffix(self) -> str:
        """The end of the names of raster files: empty at the depth map's own size, else ``-2x``."""
        is_raised = self.raster_size != self.size
        return f"-{self.options.cloud.color_resolution.value}" if is_raised else ""

    @cached_property
    def cloud_photo(self) -> Coloured:
        """The photo at the size of the cloud's grid before ``stride``, as the cloud takes it.

        In the colour space of ``options.colours``, but as decoded for a flat cloud.
        """
        stored = self._keeps_stored or self.options.cloud.projection is Projection.FLAT
        return self.colours(self.cloud_size, stored)

    @property
    def cloud_size(self) -> Size:
        """Size of the photo that gives the cloud its colours."""
        options = self.options.cloud
        if options.projection is not Projection.PERSPECTIVE:
            return self.size
        photo = self.region.size_in(self.header.primary.displayed_size)
        return color_size(self.size, photo, options.color_resolution)

    @property
    def _keeps_stored(self) -> bool:
        return self.options.colours is ColourValues.STORED

    @cached_property
    def cloud(self) -> Cloud:
        """The point cloud by ``options.cloud`` in ``options.axes``.

        Raises as ``opengl_cloud``.
        """
        return self.opengl_cloud.in_axes(self.options.axes)

    @cached_property
    def opengl_cloud(self) -> Cloud:
        """The point cloud by ``options.cloud``, built once: x right, y up, −z forward.

        Raises NoMetresError and NoCameraError where the projection needs metres or a camera that
        the photo does not have, ExportError where the options leave no point.
        """
        # The photo is asked for last: another process may be decoding it.
        cloud = build_cloud(
            self.depth_map, self.camera, lambda: self.cloud_photo.rgb, self.options.cloud
        )
        cloud = self._selected(cloud)
        if not len(cloud):
            raise ExportError(
                f"no point is left of the cloud: dropped {cloud.dropped.describe()}",
                path=self.path,
                hint=self.more_points,
            )
        return cloud

    @property
    def more_points(self) -> str:
        """A hint to change the options in force that leave out points; empty for none."""
        options, cloud = self.options, self.options.cloud
        steps: list[str] = []
        if cloud.near is not None or cloud.farthest < math.inf:
            steps.append("widen --near, --far and --max-depth")
        if options.only or options.without:
            steps.append("choose other mattes with --only and --without")
        if cloud.stride > 1:
            steps.append("take a smaller --step")
        if not steps and cloud.drop_flying:
            steps.append("add --keep-flying")
        return ", or ".join(steps)

    def auxiliary_share(self, auxiliary: Auxiliary) -> NDArray[np.float32]:
        """Return an auxiliary image at the samples of the raster, (H, W) float32, 0 .. 1.

        See ``mattes.auxiliary_share``; rectified where the depth map is. Raises DecodeError.
        """
        size, camera = self.raster_size, self.raster_camera
        share = auxiliary_share(self.header, auxiliary, self.layers, self.region, size)
        if camera is None or not camera.is_resampled or camera.lens is None:
            return share
        return rectify_samples(share, camera.lens, size)[0]

    def _selected(self, cloud: Cloud) -> Cloud:
        """Return the points that the mattes of the options select."""
        only, without = self.options.only, self.options.without
        if not only and not without:
            return cloud
        shown = selection(
            self.header, self.layers, self.region, self.cloud_size, only=only, without=without
        )
        camera = self.camera
        if camera is not None and camera.is_resampled:
            shown = rectified_mask(shown, camera)
        stride = self.options.cloud.stride
        keep = shown[::stride, ::stride].reshape(-1)
        return cloud.selected(keep, selection_line(only, without))

    @property
    def trust(self) -> Trust:
        """The trust in the depth map's distances and the camera."""
        return self.depth_map.trust.with_camera(self.camera)

    def cloud_summary(self, colours: str = "") -> str:
        """Return a summary of the cloud: points, dropped samples, accuracy, colours, notes.

        ``colours`` replaces the clause about colours, for formats that convert them.
        """
        cloud = self.opengl_cloud
        counts = (f"{len(cloud):,} points", f"dropped {cloud.dropped.describe()}")
        colours = colours or self.cloud_photo.short
        rectified = "" if cloud.camera is None else cloud.camera.rectified_note
        notes = [note for note in (rectified, *self.notes) if note]
        return "; ".join([*counts, cloud.trust.long, colours, *dict.fromkeys(notes)])

    def depth_comments(self) -> tuple[str, ...]:
        """Return the comments of a map as stored: accuracy, camera, frame, photo; ASCII."""
        return self._grid_comments((), self.camera)

    def raster_comments(self) -> tuple[str, ...]:
        """Return the comments of the depth raster: as of a map as stored, and how it was made."""
        remarks = () if self.depth_map.reason else self.raster.remarks
        return self._grid_comments(remarks, self.raster_camera)

    def _grid_comments(self, remarks: tuple[str, ...], camera: Camera | None) -> tuple[str, ...]:
        projection, stored = self._projection_lines(camera), calibration_comments(self.header)
        lines = (self.trust.sentence, *remarks, *self.depth_map.notes, *projection, *stored)
        return (*(ascii_line(line) for line in lines), *self.comments())

    def _projection_lines(self, camera: Camera | None) -> Iterator[str]:
        """Yield the camera and the formulas from a sample to a point, where they are known."""
        if camera is None:
            return
        yield camera.describe()
        yield distortion_sentence(camera)
        yield "pixel centres: the first sample's centre is u 0, v 0; u to the right, v down"
        if not self.depth_map.reason:
            yield (
                "a sample of Z metres is the point X = (u - cx) / fx * Z, Y = (cy - v) / fy * Z, -Z"
                ": x right, y up, -z forward"
            )

    @property
    def colours_comment(self) -> str:
        """The colour space of ``raster_photo`` and how it was converted; ASCII."""
        return ascii_line(f"colours: {self.raster_photo.long}")

    def cloud_comments(self, colours: str = "", cloud: Cloud | None = None) -> tuple[str, ...]:
        """Return the comments of a cloud: unit, frame, accuracy, camera and colours; ASCII.

        ``colours`` replaces the line about colours, for formats that convert them; ``cloud`` is
        the one that is written, by default ``self.cloud``.
        """
        cloud = self.cloud if cloud is None else cloud
        lines = [*cloud.comments(), *calibration_comments(self.header)]
        colours = colours or f"colours: {self.cloud_photo.long}"
        return (*map(ascii_line, lines), ascii_line(colours), *self.comments())


def ascii_line(text: str) -> str:
    r"""Return ``text`` as one line of ASCII: typographic signs replaced, others as ``\uNNNN``.

    The headers of PCD and PLY are ASCII, and a line break would start another header field.
    """
    plain = printable(text).translate(_ASCII_FORMS)
    return plain.encode("ascii", "backslashreplace").decode("ascii")
