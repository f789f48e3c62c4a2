"""What a format writes from: one photo's depth map, camera, colours and cloud, and the options."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from heicdepth_tui import __version__
from heicdepth_tui.depth.camera import Camera
from heicdepth_tui.depth.cloud import Cloud, Projection, build_cloud, color_size
from heicdepth_tui.depth.coverage import WHOLE, Region
from heicdepth_tui.depth.depthmap import DepthMap
from heicdepth_tui.depth.registration import Registration
from heicdepth_tui.depth.trust import DISTORTION, Trust
from heicdepth_tui.errors import ExportError
from heicdepth_tui.export.colouring import Coloured, Colours
from heicdepth_tui.export.options import ColourValues, Exported, ExportOptions
from heicdepth_tui.files import Writer, safe_name
from heicdepth_tui.heif.facts import Header, Size
from heicdepth_tui.text import printable

__all__ = ["Colours", "ExportOptions", "Exported", "Part", "Subject", "ascii_line"]

_ASCII_FORMS = str.maketrans({"×": "x", "−": "-", "–": "-", "≈": "~", "±": "+-", "°": " degrees"})


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a format, ready to be written: its name is the photo's name and ``tail``."""

    tail: str
    write: Writer
    told: str
    """What the summary says after the path."""
    points: int | None = None


@dataclass(frozen=True, eq=False)
class Subject:
    """One photo, decoded as far as the formats ask for it: colours and cloud are made on demand."""

    path: Path
    header: Header
    depth_map: DepthMap
    """In the orientation of the upright photo, without samples outside the photo's crop."""
    camera: Camera | None
    """For the pixel centres of ``depth_map``; None where nothing says what it was."""
    colours: Colours
    options: ExportOptions
    notes: tuple[str, ...] = ()
    """What a reader of any export must know, e.g. that tiles of the photo are missing."""
    region: Region = WHOLE
    """The part of the upright photo that ``depth_map`` covers."""
    registration: Registration | None = None
    """How ``depth_map`` was brought into the orientation of the photo."""

    @property
    def name(self) -> str:
        """The photo's name without its suffix, as found: not yet safe to show or to write."""
        return self.path.stem

    @property
    def file_stem(self) -> str:
        """The start of the names of exported files."""
        return safe_name(self.name)

    @property
    def size(self) -> Size:
        """Size of the upright depth map."""
        return self.depth_map.size

    @cached_property
    def photo(self) -> Coloured:
        """The photo at the depth map's size, in the colour space of ``options.colours``."""
        return self.colours(self.size, self._keeps_stored)

    @property
    def rgb(self) -> NDArray[np.uint8]:
        """The values of ``photo``, uint8 (H, W, 3)."""
        return self.photo.rgb

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
        """The point cloud by ``options.cloud``, built once.

        Raises NoMetresError and NoCameraError where the photo does not carry what the projection
        needs, ExportError where the options leave no point.
        """
        cloud = build_cloud(self.depth_map, self.camera, self.cloud_photo.rgb, self.options.cloud)
        if not len(cloud):
            raise ExportError(
                f"no point is left of the cloud: dropped {cloud.dropped.describe()}",
                path=self.path,
                hint="widen --near, --far and --max-depth",
            )
        return cloud

    @property
    def trust(self) -> Trust:
        """How far the depth map's distances and the camera can be relied on."""
        return self.depth_map.trust.with_camera(self.camera)

    def cloud_told(self, colours: str = "") -> str:
        """Say of the cloud its points, what was dropped, how far to trust it and its colours.

        ``colours`` stands for what is said of them where a format converts them.
        """
        cloud = self.cloud
        told = [f"{len(cloud):,} points", f"dropped {cloud.dropped.describe()}"]
        return "; ".join([*told, cloud.trust.long, colours or self.cloud_photo.short, *self.notes])

    def comments(self) -> tuple[str, ...]:
        """Return what a file's comments say, without the cloud: photo, writer and notes; ASCII."""
        lines = (f"photo: {self.path.name}", f"written by heicdepth-tui {__version__}", *self.notes)
        return tuple(ascii_line(line) for line in lines)

    def depth_comments(self) -> tuple[str, ...]:
        """Return what the comments of a depth raster say; ASCII.

        Trust, the camera of the map and the frame that it projects to, origin.
        """
        lines = (self.trust.sentence, *self.depth_map.notes, *self._projection_lines())
        return (*(ascii_line(line) for line in lines), *self.comments())

    def _projection_lines(self) -> Iterator[str]:
        """Yield how a sample becomes a point, as far as it is known."""
        if self.camera is None:
            return
        yield self.camera.describe()
        yield DISTORTION
        yield "pixel centres: the first sample's centre is u 0, v 0; u to the right, v down"
        if not self.depth_map.reason:
            yield (
                "a sample of Z metres is the point X = (u - cx) / fx * Z, Y = (cy - v) / fy * Z, -Z"
                ": x right, y up, -z forward"
            )

    @property
    def colours_told(self) -> str:
        """Say in which colour space the values of ``rgb`` are, and how they came there; ASCII."""
        return ascii_line(f"colours: {self.photo.told}")

    def cloud_comments(self, colours: str = "") -> tuple[str, ...]:
        """Return what a cloud's comments say: unit, frame, accuracy, camera and colours; ASCII.

        ``colours`` stands for what is said of them where a format converts them.
        """
        lines = (ascii_line(line) for line in self.cloud.comments())
        told = colours or f"colours: {self.cloud_photo.told}"
        return (*lines, ascii_line(told), *self.comments())


def ascii_line(text: str) -> str:
    r"""Return ``text`` as one line of ASCII: typographic signs plain, all else as ``\uNNNN``.

    The headers of PCD and PLY are ASCII, and a line break in them would be a forged field.
    """
    plain = printable(text).translate(_ASCII_FORMS)
    return plain.encode("ascii", "backslashreplace").decode("ascii")
