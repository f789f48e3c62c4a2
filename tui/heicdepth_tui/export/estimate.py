"""Points and bytes to expect of an export, from sizes alone; nothing is decoded."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from heicdepth_tui.depth.points import Projection, color_size
from heicdepth_tui.export.options import ExportOptions
from heicdepth_tui.export.registry import FORMATS, Kind
from heicdepth_tui.heif.picture_facts import Size

__all__ = ["Estimate", "estimate_export"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """Upper bound of points, and the bytes of all formats together, for some photos."""

    points: int = 0
    """0 where no format holds a cloud."""
    bytes: int = 0


def estimate_export(photos: Mapping[tuple[Size, Size], int], options: ExportOptions) -> Estimate:
    """Return the sum over photos, counted by the upright sizes of their depth map and picture.

    Dropped samples are unknown before decoding, so points are those of the whole grid.
    """
    expected = [FORMATS[name].bytes for name in options.formats]
    points = size = 0
    for (depth, picture), count in photos.items():
        grid = _grid(depth, picture, options)
        a_point = sum(one.a_point for one in expected)
        if any(FORMATS[name].kind is Kind.CLOUD for name in options.formats):
            points += count * grid
        if options.cloud.normals:
            a_point += sum(one.a_normal for one in expected)
        of_map = _area(depth) * sum(one.a_sample for one in expected)
        of_photo = _area(picture) * sum(one.a_pixel for one in expected)
        raster = color_size(depth, picture, options.cloud.color_resolution)
        of_raster = _area(raster) * sum(one.a_pixel_of_grid for one in expected)
        size += count * round(grid * a_point + of_map + of_raster + of_photo)
    return Estimate(points, size)


def _area(size: Size) -> int:
    return size.width * size.height


def _grid(depth: Size, picture: Size, options: ExportOptions) -> int:
    cloud = options.cloud
    size = depth
    if cloud.projection is Projection.PERSPECTIVE:
        size = color_size(depth, picture, cloud.color_resolution)
    return math.ceil(size.width / cloud.stride) * math.ceil(size.height / cloud.stride)
