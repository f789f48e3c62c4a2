"""Clouds raised to the photo's resolution: their size, their surfaces, what flew before."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from depth_clouds import DISPARITY, camera_of, map_of

from heicdepth_tui.depth.camera import camera_for_depth
from heicdepth_tui.depth.cloud import CloudOptions, ColorResolution, build_cloud, color_size
from heicdepth_tui.depth.depthmap import build_depth_map
from heicdepth_tui.heif.facts import Header
from heicdepth_tui.heif.picture_facts import Rotation, Size

DEPTH, PHOTO = Size(768, 576), Size(4032, 3024)


@pytest.mark.parametrize(
    ("photo", "resolution", "expected"),
    [
        (PHOTO, ColorResolution.DEPTH, DEPTH),
        (PHOTO, ColorResolution.X2, Size(1536, 1152)),
        (PHOTO, ColorResolution.X4, Size(3072, 2304)),
        (PHOTO, ColorResolution.PHOTO, PHOTO),
        (Size(1600, 1200), ColorResolution.X4, Size(1600, 1200)),
        (Size(400, 300), ColorResolution.X4, DEPTH),
        (Size(400, 300), ColorResolution.PHOTO, DEPTH),
    ],
)
def test_color_size(photo: Size, resolution: ColorResolution, expected: Size) -> None:
    assert color_size(DEPTH, photo, resolution) == expected


@pytest.mark.parametrize("resolution", [ColorResolution.X2, ColorResolution.PHOTO])
def test_raised_clouds_lie_on_the_same_sphere(
    sphere: Callable[..., object],
    header: Callable[..., Header],
    resolution: ColorResolution,
) -> None:
    """A finer grid between the same codes: half a code, and the curve's sag within a sample."""
    shot = sphere(DISPARITY, 12, (Rotation(3),))
    depth = build_depth_map(shot.codes, 12, shot.info)
    camera = camera_for_depth(header(shot.info), depth.size)
    size = color_size(depth.size, Size(315, 420), resolution)
    assert size == (Size(180, 240) if resolution is ColorResolution.X2 else Size(315, 420))
    rows = np.arange(size.height) * depth.size.height // size.height
    columns = np.arange(size.width) * depth.size.width // size.width
    rgb = np.where(shot.hit[rows][:, columns, None], [220, 60, 30], [30, 60, 90]).astype(np.uint8)
    cloud = build_cloud(depth, camera, rgb, CloudOptions(color_resolution=resolution))
    assert cloud.grid == size
    assert cloud.camera is not None
    assert cloud.camera.size == size
    distance = np.linalg.norm(cloud.xyz - shot.centre, axis=1)
    to_camera = -cloud.xyz / np.linalg.norm(cloud.xyz, axis=1)[:, None]
    facing = np.einsum("ij,ij->i", (cloud.xyz - shot.centre) / distance[:, None], to_camera) > 0.7
    on_sphere = (distance < 1.2 * shot.radius) & facing
    assert np.count_nonzero(on_sphere) > 3000
    assert np.abs(distance[on_sphere] - shot.radius).max() < 1e-3
    assert any("raised" in line for line in cloud.comments())


def test_the_photo_gives_flying_samples_of_the_raised_map_to_a_surface() -> None:
    codes = np.zeros((6, 9), dtype=np.uint8)
    codes[:, 4], codes[:, 5:] = 100, 255
    depth = map_of(codes)
    rgb = np.zeros((12, 18, 3), dtype=np.uint8)
    rgb[:, 9:] = 200  # the edge runs through the middle of the column that flies
    options = CloudOptions(color_resolution=ColorResolution.X2)
    cloud = build_cloud(depth, camera_of(depth.size), rgb, options)
    assert cloud.dropped.describe() == "nothing"
    expected = np.where(rgb[..., 0] > 0, 0.25, 1.0).reshape(-1)
    # A mean of nine equal float32 with weights: two sums of nine err by 9 · 2⁻²⁴ each.
    np.testing.assert_allclose(-cloud.xyz[:, 2], expected, rtol=2e-6)
    assert any("photo fits best" in line for line in cloud.comments())
    # From the file's corner: the finer grid has the same view.
    assert cloud.camera == camera_of(depth.size).resized(Size(18, 12))
