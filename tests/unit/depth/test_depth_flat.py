"""The flat cloud: the blog's formula bit for bit, what its height is, what it can do without."""

from __future__ import annotations

import numpy as np
import pytest
from depth_clouds import DISPARITY, cloud_of, colors_of, map_of
from numpy.typing import NDArray

from heicdepth_tui.depth.cloud import CloudOptions, Projection, build_cloud
from heicdepth_tui.depth.depthmap import DepthMap, build_depth_map
from heicdepth_tui.errors import NoCameraError, NoMetresError
from heicdepth_tui.heif.depth_facts import (
    DepthInfo,
    DepthRepresentation,
    DepthStatus,
    RepresentationType,
)
from heicdepth_tui.heif.picture_facts import Size


def blog_formula(codes: NDArray[np.uint8], d_min: float, d_max: float) -> NDArray[np.float32]:
    """The flat cloud as the blog post makes it, float32 as the PCD writer stores it.

    Each step is one correctly rounded operation of IEEE 754 on each element, with no sum and no
    product of matrices: the same operations in the same order give the same bits everywhere.
    """
    n, m = codes.shape
    x = np.linspace(0, 2 * n / m, n)  # == 2 * (n / m): a factor of 2 is exact
    y = np.linspace(0, 2, m)
    xy = np.array(np.meshgrid(x, y, indexing="ij")).reshape(2, -1).T
    z = codes.reshape(-1, 1).astype(np.float64) / 255.0
    z = (d_max - d_min) * z + d_min
    return np.concatenate([xy, z], axis=-1).astype(np.float32)


@pytest.mark.parametrize(
    ("d_min", "d_max"), [(1.498046875, 4.3828125), (4.0, 1.0), (-0.7, 0.3), (2.0, 2.0)]
)
@pytest.mark.parametrize("shape", [(57, 76), (76, 57), (1, 5), (31, 31)])
def test_the_flat_cloud_is_the_blog_bit_for_bit(
    shape: tuple[int, int], d_min: float, d_max: float
) -> None:
    codes = np.random.default_rng(3).integers(0, 256, shape, dtype=np.uint8)
    options = CloudOptions(projection=Projection.FLAT, max_depth=0.3, smooth=True)
    cloud = build_cloud(map_of(codes, d_min, d_max), None, colors_of(*shape), options)
    expected = blog_formula(codes, d_min, d_max)
    assert cloud.xyz.dtype == expected.dtype
    assert cloud.xyz.tobytes() == expected.tobytes()
    assert np.array_equal(cloud.rgb, colors_of(*shape).reshape(-1, 3))
    assert cloud.dropped.total == 0
    assert cloud.camera is None
    assert "not depth" in cloud.comments()[0]


def test_the_flat_cloud_steps_and_takes_colours_down_to_the_map(slope: DepthMap) -> None:
    options = CloudOptions(projection=Projection.FLAT, stride=2, normals=True)
    fine = np.repeat(np.repeat(colors_of(8, 32), 2, axis=0), 2, axis=1)
    cloud = build_cloud(slope, None, fine, options)
    assert cloud.grid == Size(16, 4)
    whole = blog_formula(slope.codes, 1.0, 4.0).reshape(8, 32, 3)
    assert np.array_equal(cloud.xyz.reshape(4, 16, 3), whole[::2, ::2])
    assert np.array_equal(cloud.rgb.reshape(4, 16, 3), colors_of(8, 32)[::2, ::2])
    assert cloud.normals is not None
    assert (cloud.normals[:, 2] >= 0).all()


def test_flat_depth_of_ten_bits_ends_at_its_own_top() -> None:
    depth = map_of(np.array([[0, 1023]], dtype=np.uint16), bits=10)
    cloud = build_cloud(depth, None, colors_of(1, 2), CloudOptions(projection=Projection.FLAT))
    assert cloud.xyz[:, 2].tolist() == [1.0, 4.0]


@pytest.mark.parametrize(
    ("representation", "quantity", "reason"),
    [
        (
            DepthRepresentation(DISPARITY, d_min=1.0, d_max=4.0),
            "disparity without a known unit",
            "",
        ),
        (DepthRepresentation(DISPARITY, 1.0, 4.0, 0.25, 1.0), "disparity in 1/m", ""),
        (DepthRepresentation(DISPARITY, d_min=4.0, d_max=1.0), "codes scaled", "reversed"),
        (DepthRepresentation(DISPARITY, d_min=-2.0, d_max=-1.0), "codes scaled", "in front"),
        (DepthRepresentation(RepresentationType(3), d_min=1.0, d_max=4.0), "codes scaled", "curve"),
        (
            DepthRepresentation(RepresentationType(2), 1.0, 4.0, z_near=0.5, z_far=2.0),
            "codes scaled",
            "",
        ),
        (
            DepthRepresentation(RepresentationType(0), 1.0, 4.0, z_near=0.5, z_far=2.0),
            "codes scaled",
            "",
        ),
    ],
)
def test_a_flat_cloud_says_what_its_height_is_and_why_there_are_no_metres(
    representation: DepthRepresentation, quantity: str, reason: str
) -> None:
    info = DepthInfo(DepthStatus.PRESENT, representation=representation)
    depth = build_depth_map(np.zeros((2, 3), dtype=np.uint8), 8, info)
    flat = CloudOptions(projection=Projection.FLAT)
    lines = build_cloud(depth, None, colors_of(2, 3), flat).comments()
    assert quantity in lines[0]
    assert ("1/m" in lines[0]) is (quantity == "disparity in 1/m")
    assert [reason in line for line in lines if "no metres: " in line] == [True] * bool(reason)


def test_without_metres_or_camera(slope: DepthMap) -> None:
    reversed_map = map_of(np.zeros((2, 3), dtype=np.uint8), 4.0, 1.0)
    with pytest.raises(NoMetresError, match="reversed"):
        cloud_of(reversed_map)
    with pytest.raises(NoCameraError, match="--projection flat"):
        build_cloud(slope, None, colors_of(8, 32))
    flat = CloudOptions(projection=Projection.FLAT)
    assert len(build_cloud(slope, None, colors_of(8, 32), flat)) == 256
    assert len(build_cloud(reversed_map, None, colors_of(2, 3), flat)) == 6
    for low, high in ((None, None), (1.0, None), (float("nan"), 1.0), (0.0, float("inf"))):
        bad = map_of(np.zeros((2, 3), dtype=np.uint8), low, high)
        with pytest.raises(NoMetresError, match="d_min"):
            build_cloud(bad, None, colors_of(2, 3), flat)
