"""What a format writes from: one photo's depth map, camera, colours and cloud, and the options."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from heicdepth_tui import __version__
from heicdepth_tui.depth.camera import Camera, CameraOrigin
from heicdepth_tui.depth.cloud import Cloud, Projection, build_cloud, color_size
from heicdepth_tui.depth.depthmap import DepthMap
from heicdepth_tui.errors import ExportError
from heicdepth_tui.export.options import Exported, ExportOptions
from heicdepth_tui.export.region import WHOLE, Region
from heicdepth_tui.files import Writer, safe_name
from heicdepth_tui.heif.facts import Accuracy, Header, Size
from heicdepth_tui.text import printable

__all__ = ["Colours", "ExportOptions", "Exported", "Part", "Subject", "ascii_line"]

Colours = Callable[[Size], NDArray[np.uint8]]
"""Gives what the depth map shows of the upright photo at exactly that size, uint8 (H, W, 3).

Values are as decoded, in the photo's own colour space; raises what decoding does.
"""

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
    camera: Camera | None
    """For the pixel centres of the upright depth map; None where nothing says what it was."""
    colours: Colours
    options: ExportOptions
    notes: tuple[str, ...] = ()
    """What a reader of any export must know, e.g. that tiles of the photo are missing."""
    region: Region = WHOLE
    """The part of the upright photo that the depth map covers."""

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
    def rgb(self) -> NDArray[np.uint8]:
        """The photo at the depth map's size, uint8 (H, W, 3), in the photo's colour space."""
        return self.colours(self.size)

    @cached_property
    def cloud(self) -> Cloud:
        """The point cloud by ``options.cloud``, built once.

        Raises NoMetresError and NoCameraError where the photo does not carry what the projection
        needs, ExportError where the options leave no point.
        """
        options = self.options.cloud
        wanted = self.size
        if options.projection is Projection.PERSPECTIVE:
            photo = self.region.size_in(self.header.primary.upright)
            wanted = color_size(self.size, photo, options.color_resolution)
        rgb = self.rgb if wanted == self.size else self.colours(wanted)
        cloud = build_cloud(self.depth_map, self.camera, rgb, options)
        if not len(cloud):
            raise ExportError(
                f"no point is left of the cloud: dropped {cloud.dropped.describe()}",
                path=self.path,
                hint="widen --near, --far and --max-depth",
            )
        return cloud

    @property
    def trust(self) -> str:
        """How far distances can be trusted, in a few words."""
        if self._assumed and self.depth_map.accuracy is Accuracy.ABSOLUTE:
            return "distances by an assumed law, not promised"
        assumed = ", with an assumed law" if self._assumed else ""
        return {
            Accuracy.RELATIVE: "distances relative",
            Accuracy.ABSOLUTE: "distances absolute",
            Accuracy.UNKNOWN: "accuracy of distances unknown",
        }[self.depth_map.accuracy] + assumed

    @property
    def caveat(self) -> str:
        """How far the cloud can be trusted, in a sentence for a file's header."""
        if self.options.cloud.projection is Projection.FLAT:
            return "flat projection: shapes, distances and their ratios are not real"
        return self.depth_caveat

    @property
    def depth_caveat(self) -> str:
        """How far the depth map's distances can be trusted, whatever the projection."""
        if self.depth_map.reason:
            return f"no metres: {self.depth_map.reason}"
        if self._assumed:
            return (
                f"accuracy {self.depth_map.accuracy.value} by the file, but what its codes mean is "
                "an assumption: nothing is promised"
            )
        return {
            Accuracy.RELATIVE: "accuracy relative: ratios hold, real distance is not promised",
            Accuracy.ABSOLUTE: "accuracy absolute",
            Accuracy.UNKNOWN: "accuracy unknown: the photo does not say",
        }[self.depth_map.accuracy]

    @property
    def _assumed(self) -> bool:
        coding = self.depth_map.coding
        return coding is not None and coding.assumed

    def cloud_told(self) -> str:
        """Say of the cloud how many points it has, what was dropped and how far to trust it."""
        cloud = self.cloud
        told = [f"{len(cloud):,} points", f"dropped {cloud.dropped.describe()}"]
        if cloud.projection is Projection.FLAT:
            told.append("flat projection, not to scale")
        else:
            told += [camera_told(cloud.camera), self.trust]
        return "; ".join([*told, *self.notes])

    def comments(self) -> tuple[str, ...]:
        """Return what a file's comments say, without the cloud: photo, writer and notes; ASCII."""
        lines = (f"photo: {self.path.name}", f"written by heicdepth-tui {__version__}", *self.notes)
        return tuple(ascii_line(line) for line in lines)

    def depth_comments(self) -> tuple[str, ...]:
        """Return what the comments of a depth raster say; ASCII.

        Caveat, what was assumed, the camera of the map and the frame that it projects to, origin.
        """
        lines = (self.depth_caveat, *self.depth_map.notes, *self._projection_lines())
        return (*(ascii_line(line) for line in lines), *self.comments())

    def _projection_lines(self) -> Iterator[str]:
        """Yield how a sample becomes a point, as far as it is known."""
        if self.camera is None:
            yield "no camera: neither the file nor EXIF says what it was"
            return
        yield self.camera.describe()
        yield "pixel centres: the first sample's centre is u 0, v 0; u to the right, v down"
        if not self.depth_map.reason:
            yield (
                "a sample of Z metres is the point X = (u - cx) / fx * Z, Y = (cy - v) / fy * Z, -Z"
                " in metres: x right, y up, -z forward"
            )

    @property
    def colours_told(self) -> str:
        """Say in which colour space the values of ``rgb`` and of the cloud stand; ASCII."""
        name = self.header.colour.name
        if name == "unknown":
            return "colours: as decoded, the photo states no colour space (sRGB is usual)"
        return f"colours: {ascii_line(name)} as decoded, not converted"

    def cloud_comments(self, colours: str = "") -> tuple[str, ...]:
        """Return what a cloud's comments say: unit, frame, accuracy, camera and colours; ASCII.

        ``colours`` stands for ``colours_told`` where a format converts them.
        """
        lines = (ascii_line(line) for line in self.cloud.comments())
        return (*lines, colours or self.colours_told, *self.comments())


def camera_told(camera: Camera | None) -> str:
    """Say in a few words how the camera was known."""
    if camera is None:
        return "no camera"
    return {
        CameraOrigin.FILE: "camera from the file",
        CameraOrigin.EXIF: "camera estimated from EXIF",
        CameraOrigin.NONE: "no camera",
    }[camera.origin]


def ascii_line(text: str) -> str:
    r"""Return ``text`` as one line of ASCII: typographic signs plain, all else as ``\uNNNN``.

    The headers of PCD and PLY are ASCII, and a line break in them would be a forged field.
    """
    plain = printable(text).translate(_ASCII_FORMS)
    return plain.encode("ascii", "backslashreplace").decode("ascii")
