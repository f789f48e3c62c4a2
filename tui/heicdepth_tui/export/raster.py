"""The depth raster of PNG, TIFF, NPZ and EXR: as stored, or smoothed and raised to finer grids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from heicdepth_tui.depth.flying import flying_kinds
from heicdepth_tui.depth.points import color_size
from heicdepth_tui.depth.smooth import SMOOTHED, smoothed_disparity
from heicdepth_tui.depth.upsample import raise_disparity, raised_lines
from heicdepth_tui.errors import NoMetresError
from heicdepth_tui.heif.picture_facts import Size

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from heicdepth_tui.depth.camera import Camera
    from heicdepth_tui.depth.depthmap import DepthMap
    from heicdepth_tui.depth.points import CloudOptions

__all__ = ["DepthRaster", "depth_raster", "raster_size"]


@dataclass(frozen=True, slots=True, eq=False)
class DepthRaster:
    """Distances on a grid, upright."""

    disparity: NDArray[np.float32]
    """(H, W), 1/m, NaN where invalid."""
    metres: NDArray[np.float32]
    """(H, W), Z along the optical axis, NaN where invalid."""
    remarks: tuple[str, ...] = ()
    """File comments: how the distances were made; empty where they are as stored."""
    short: tuple[str, ...] = ()
    """The same in a few words each, for summaries."""


def raster_size(depth_map: DepthMap, photo: Size, options: CloudOptions) -> Size:
    """Return the size of the raster that ``options`` request; the map's own without metres.

    ``photo`` is the size of what the map shows of the upright photo.
    """
    if depth_map.reason:
        return depth_map.size
    return color_size(depth_map.size, photo, options.color_resolution)


def depth_raster(
    depth_map: DepthMap,
    camera: Camera | None,
    rgb: NDArray[np.uint8] | None,
    options: CloudOptions,
) -> DepthRaster:
    """Return the distances at the size of ``rgb``, smoothed and raised as a cloud's are.

    ``rgb`` is (H, W, 3) uint8 of the size that ``raster_size`` gives, None where that is the map's
    own. Of ``options`` ``smooth``,
    ``drop_flying`` and ``flying_threshold`` count; nothing is clipped, and without raising flying
    samples stay. Raises NoMetresError where codes have no distance.
    """
    if depth_map.reason:
        raise NoMetresError(depth_map.reason, hint="npz and png write the codes as stored")
    if rgb is None and not options.smooth:
        return DepthRaster(depth_map.disparity(), depth_map.metres())
    disparity = smoothed_disparity(depth_map) if options.smooth else depth_map.disparity()
    remarks = [SMOOTHED] if options.smooth else []
    short = ["smoothed"] if options.smooth else []
    if rgb is not None:
        flying = None
        if options.drop_flying:
            focal = np.inf if camera is None else min(camera.fx, camera.fy)
            table = depth_map.tables.disparity
            flying = flying_kinds(depth_map.codes, table, options.flying_threshold, focal) > 0
        disparity = raise_disparity(disparity, rgb, unreliable=flying)
        full = Size(rgb.shape[1], rgb.shape[0])
        remarks += raised_lines(depth_map.size, full, drop_flying=options.drop_flying)
        short.append(f"raised from {depth_map.size}")
    metres = np.reciprocal(disparity, dtype=np.float64).astype(np.float32)
    return DepthRaster(disparity, metres, tuple(remarks), tuple(short))
