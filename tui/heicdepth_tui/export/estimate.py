"""Points and bytes to expect of an export, from sizes alone; nothing is decoded."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from heicdepth_tui.depth.points import Projection, color_size
from heicdepth_tui.export.options import ExportOptions
from heicdepth_tui.heif.picture_facts import Size

__all__ = ["Estimate", "estimate_export"]

_BYTES_A_POINT = {
    "pcd": 16,
    "pcd-compressed": 5.2,
    "pcd-ascii": 50,
    "ply": 15,
    "glb": 24,
    "html": 1.7,
}
"""Of clouds: exact where binary, else the larger one of two real photos."""
_BYTES_A_NORMAL = {"pcd": 12, "pcd-compressed": 3.6, "pcd-ascii": 40, "ply": 12, "glb": 12}
_BYTES_A_SAMPLE = {"npz": 12.1, "png": 2, "tiff": 4.1}
"""Of depth rasters, measured likewise."""


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
    points = size = 0
    for (depth, picture), count in photos.items():
        grid = _grid(depth, picture, options)
        a_point = sum(_BYTES_A_POINT.get(name, 0) for name in options.formats)
        if a_point:
            points += count * grid
        if options.cloud.normals:
            a_point += sum(_BYTES_A_NORMAL.get(name, 0) for name in options.formats)
        a_sample = sum(_BYTES_A_SAMPLE.get(name, 0) for name in options.formats)
        size += count * round(grid * a_point + depth.width * depth.height * a_sample)
    return Estimate(points, size)


def _grid(depth: Size, picture: Size, options: ExportOptions) -> int:
    cloud = options.cloud
    size = depth
    if cloud.projection is Projection.PERSPECTIVE:
        size = color_size(depth, picture, cloud.color_resolution)
    return math.ceil(size.width / cloud.stride) * math.ceil(size.height / cloud.stride)
