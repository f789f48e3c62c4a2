"""A photo whose cloud is drawn: read as an export reads it, and kept between frames."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from heicdepth_tui.depth.cloud import build_cloud
from heicdepth_tui.depth.points import ColorResolution, Projection
from heicdepth_tui.depth.spacing import grid_stretch
from heicdepth_tui.draw.colormaps import colorize
from heicdepth_tui.draw.raster import Points
from heicdepth_tui.draw.shrink import shrink
from heicdepth_tui.export.run import read_source
from heicdepth_tui.photo.layers import Pixels
from heicdepth_tui.ui.model.cloud_frame import CloudColours, CloudRequest
from heicdepth_tui.ui.model.pose import Rest

if TYPE_CHECKING:
    from heicdepth_tui.depth.camera import Camera
    from heicdepth_tui.depth.points import Cloud
    from heicdepth_tui.export.options import ExportOptions
    from heicdepth_tui.export.source import ExportSource
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.photo.layers import LayerKind, Request

__all__ = ["OpenCloud", "open_cloud"]

_LONGEST_SIDE = 1024
"""Samples of a map's longer side up to which every sample is drawn; of larger maps, every n-th."""


@dataclass(eq=False)
class OpenCloud:
    """A photo whose depth map and colours are decoded, and what was made of them last."""

    entry: Entry
    source: ExportSource
    _cloud: ExportSource | None = None
    _points: tuple[tuple[object, ...], Points] | None = None

    def is_for(self, request: CloudRequest) -> bool:
        """Whether a request is about this photo, read in the same way."""
        mine, asked = self.source.options, request.options
        return (self.entry, mine.register, mine.colours, mine.scale) == (
            request.entry,
            asked.register,
            asked.colours,
            asked.scale,
        )

    def at(self, options: ExportOptions) -> ExportSource:
        """Return the source of a cloud with the clip and the flying samples of these options."""
        cloud = replace(
            options.cloud,
            projection=Projection.PERSPECTIVE,
            color_resolution=ColorResolution.DEPTH,
            stride=self.stride,
            smooth=False,
            normals=False,
        )
        if self._cloud is None or self._cloud.options.cloud != cloud:
            wanted = replace(self.source.options, cloud=cloud)
            self._cloud = replace(self.source, options=wanted)
        return self._cloud

    @property
    def stride(self) -> int:
        """Rows and columns of the map for one of the cloud that is drawn."""
        return max(1, -(-max(self.source.size) // _LONGEST_SIDE))

    @property
    def _camera(self) -> Camera:
        camera = self.source.camera
        if camera is None:
            # Building the cloud has raised NoCameraError before.
            raise ValueError("a cloud without a camera has no view at rest")
        return camera

    @cached_property
    def metres(self) -> NDArray[np.float32]:
        """Z of the samples that are drawn, (H, W), NaN where invalid."""
        return self.source.depth_map.metres()[:: self.stride, :: self.stride]

    @cached_property
    def limits(self) -> tuple[float, float]:
        """The nearest and the farthest Z of the map's valid samples, m."""
        depth_map = self.source.depth_map
        metres = depth_map.tables.metres[np.unique(depth_map.codes)]
        return float(np.nanmin(metres)), float(np.nanmax(metres))

    @cached_property
    def rest(self) -> Rest:
        """The camera of the photo, and a target amid what it shows in the middle.

        The target's disparity is the mean one there: near things count more than far ones.
        """
        camera = self._camera
        height, width = self.metres.shape
        middle = self.metres[height // 4 : height - height // 4, width // 4 : width - width // 4]
        middle = middle if np.isfinite(middle).any() else self.metres
        distance = 1 / float(np.nanmean(1 / middle, dtype=np.float64))
        # Pixels are square: where the camera's are not by a little, the mean serves both ways.
        focal = (camera.fx * camera.fy) ** 0.5
        return Rest(focal, (camera.cx, camera.cy), (camera.width, camera.height), distance)

    @cached_property
    def stretch(self) -> NDArray[np.float32]:
        """See ``grid_stretch``, of the samples that are drawn, flat."""
        return grid_stretch(self.metres, self.rest.focal / self.stride).reshape(-1)

    @cached_property
    def normals(self) -> NDArray[np.float32]:
        """Normals of the samples that are drawn, (H·W, 3), 0 where unknown.

        Of the map with its code steps smoothed: as stored, they scatter by 10 degrees.
        """
        options = replace(
            self.source.options.cloud,
            near=None,
            far=None,
            max_depth=None,
            stride=self.stride,
            drop_flying=False,
            smooth=True,
            normals=True,
        )
        source = replace(self.source, options=replace(self.source.options, cloud=options))
        cloud = build_cloud(source.depth_map, source.camera, source.cloud_photo.rgb, options)
        grid = np.zeros((cloud.grid.height * cloud.grid.width, 3), dtype=np.float32)
        if cloud.normals is not None:
            grid[cloud.index] = cloud.normals
        return grid

    def number_of(self, cloud: Cloud, sample: tuple[int, int] | None) -> int | None:
        """Return the number of the point of a sample (column, row); None where there is none.

        Where not every sample is drawn, that of the nearest one above and left of it.
        """
        if sample is None:
            return None
        column, row = (place // self.stride for place in sample)
        at = row * cloud.grid.width + column
        number = int(np.searchsorted(cloud.index, at))
        return number if number < len(cloud) and cloud.index[number] == at else None

    def points(self, request: CloudRequest) -> tuple[ExportSource, Points]:
        """Return the points of a request, those of the last one where nothing else is requested."""
        source = self.at(request.options)
        spec = request.spec
        key = (source, request.colours, request.is_shaded, spec.colormap, spec.mode, spec.scale)
        if self._points is not None and self._points[0] == key:
            return source, self._points[1]
        cloud = source.cloud
        spacing = cloud.xyz[:, 2] * np.float32(-self.stride / self.rest.focal)
        points = Points(
            xyz=np.ascontiguousarray(cloud.xyz.T),
            rgb=self._colours(source, request),
            spacing=spacing,
            stretch=self.stretch[cloud.index],
            normals=self.normals[cloud.index].T if request.is_shaded else None,
        )
        self._points = key, points
        return source, points

    def _colours(self, source: ExportSource, request: CloudRequest) -> NDArray[np.uint8]:
        cloud = source.cloud
        if request.colours is CloudColours.PHOTO:
            return cloud.rgb
        depth_map, spec = source.depth_map, request.spec
        codes = depth_map.codes[:: self.stride, :: self.stride].reshape(-1)[cloud.index]
        return colorize(codes[:, None], depth_map.max_code, spec.colormap, spec.mode, spec.scale)[
            :, 0
        ]


def open_cloud(request: CloudRequest, decode: Callable[[Request], Pixels]) -> OpenCloud:
    """Read the photo of a request as an export does; layers that are decoded serve again.

    Raises FileAccessError and HeaderError, NoDepthError, and what ``decode`` does.
    """
    path = Path(request.entry.path)
    source = read_source(path, request.options, _reusing(request.decoded, decode))
    return OpenCloud(request.entry, source)


def _reusing(
    decoded: Mapping[LayerKind, Pixels], decode: Callable[[Request], Pixels]
) -> Callable[[Request], Pixels]:
    """Return what decodes only what ``decoded`` has not, or has in fewer samples."""

    def get(request: Request) -> Pixels:
        pixels = decoded.get(request.layer.kind)
        if pixels is None:
            return decode(request)
        height, width = pixels.array.shape[:2]
        if request.exact is None:
            return pixels if pixels.shape[:2] == (height, width) else decode(request)
        if width < request.exact[0] or height < request.exact[1]:
            return decode(request)
        return Pixels(
            shrink(cast("NDArray[np.uint8]", pixels.array), request.exact),
            pixels.shape,
            pixels.dtype,
            pixels.minimum,
            pixels.maximum,
            pixels.bits,
            pixels.note,
            space=pixels.space,
            converted_from=pixels.converted_from,
        )

    return get
