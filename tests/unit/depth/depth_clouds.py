"""What the tests of clouds share: maps of codes written by hand, a camera, colours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from heicdepth_tui.depth.camera import Camera, CameraOrigin
from heicdepth_tui.depth.cloud import Cloud, CloudOptions, build_cloud
from heicdepth_tui.depth.depthmap import DepthMap, build_depth_map
from heicdepth_tui.heif.depth_facts import (
    Accuracy,
    Calibration,
    DepthInfo,
    DepthRepresentation,
    DepthStatus,
    RepresentationType,
)
from heicdepth_tui.heif.picture_facts import Size

DISPARITY = RepresentationType.UNIFORM_DISPARITY


def map_of(
    codes: NDArray[np.uint8] | NDArray[np.uint16],
    d_min: float | None = 1.0,
    d_max: float | None = 4.0,
    *,
    bits: int = 8,
    accuracy: Accuracy = Accuracy.RELATIVE,
) -> DepthMap:
    info = DepthInfo(
        DepthStatus.PRESENT,
        representation=DepthRepresentation(DISPARITY, d_min=d_min, d_max=d_max),
        calibration=Calibration(accuracy=accuracy, native_format="hdis"),
    )
    return build_depth_map(codes, bits, info)


def camera_of(size: Size) -> Camera:
    return Camera(
        100.0, 90.0, size.width / 2 - 0.3, size.height / 2 + 0.2, *size, CameraOrigin.FILE
    )


def colors_of(height: int, width: int) -> NDArray[np.uint8]:
    return np.random.default_rng(7).integers(0, 256, (height, width, 3), dtype=np.uint8)


def cloud_of(depth: DepthMap, options: CloudOptions | None = None) -> Cloud:
    colors = colors_of(*depth.codes.shape)
    return build_cloud(depth, camera_of(depth.size), colors, options or CloudOptions())
