"""The page's shader makes the cloud of the packed images; its formulas, in numpy."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from heicdepth_tui.depth.camera import Camera, CameraOrigin
from heicdepth_tui.depth.cloud import Cloud, CloudOptions, ColorResolution, Projection, build_cloud
from heicdepth_tui.depth.depthmap import DepthMap, build_depth_map
from heicdepth_tui.errors import ExportError
from heicdepth_tui.export.packing import COLOUR_BYTES_A_SAMPLE, PackedCloud, pack_cloud
from heicdepth_tui.heif.depth_facts import (
    DepthInfo,
    DepthRepresentation,
    DepthStatus,
    RepresentationType,
)

WIDTH, HEIGHT = 48, 36
CAMERA = Camera(40.0, 41.5, 22.25, 18.5, WIDTH, HEIGHT, CameraOrigin.FILE)
RAMP = np.add.outer(np.arange(HEIGHT) * 2, np.arange(WIDTH) * 3)  # 0 .. 211
RGB = np.stack([RAMP, 255 - RAMP, RAMP // 2], axis=-1).astype(np.uint8)
LAWS = {
    RepresentationType.UNIFORM_INVERSE_Z: DepthRepresentation(
        RepresentationType.UNIFORM_INVERSE_Z, z_near=0.25, z_far=4.0
    ),
    RepresentationType.UNIFORM_DISPARITY: DepthRepresentation(
        RepresentationType.UNIFORM_DISPARITY, d_min=0.0, d_max=4.0
    ),
    RepresentationType.UNIFORM_Z: DepthRepresentation(
        RepresentationType.UNIFORM_Z, z_near=0.25, z_far=4.0
    ),
}


def depth_map(kind: RepresentationType, bits: int = 8) -> DepthMap:
    codes = RAMP.astype(np.uint8) if bits == 8 else (RAMP << (bits - 8)).astype(np.uint16)
    return build_depth_map(codes, bits, DepthInfo(DepthStatus.PRESENT, representation=LAWS[kind]))


def pack(cloud: Cloud, codes: object, rgb: object) -> PackedCloud:
    return pack_cloud(cloud, codes, rgb)  # type: ignore[arg-type]


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def unpack(packed: PackedCloud) -> tuple[np.ndarray, np.ndarray]:
    """Do in numpy what page.js does: (N, 3) points in the page's frame and (N, 3) colours."""
    red, green, blue = np.moveaxis(pixels(packed.codes.data).astype(float), -1, 0)
    value = packed.mapping[0] + packed.mapping[1] * (red * 256 + green if packed.wide else red)
    v, u = np.nonzero(blue == 255)
    value = 1 / value[v, u] if packed.inverse else value[v, u]
    spread = value if packed.perspective else 1.0
    x = (packed.columns[0] + packed.columns[1] * u) * spread
    y = (packed.rows[0] + packed.rows[1] * v) * spread
    z = -value if packed.perspective else value
    return np.stack([x, y, z], axis=1), pixels(packed.colours.data)[v, u]


@pytest.mark.parametrize("kind", LAWS, ids=lambda kind: kind.label)
@pytest.mark.parametrize("bits", [8, 10, 12])
def test_every_representation_and_depth_of_codes_comes_back(
    kind: RepresentationType, bits: int
) -> None:
    stored = depth_map(kind, bits)
    cloud = build_cloud(stored, CAMERA, RGB, CloudOptions())
    packed = pack(cloud, stored.codes, RGB)

    xyz, rgb = unpack(packed)

    np.testing.assert_allclose(xyz, cloud.xyz, rtol=1e-6, atol=1e-7)
    np.testing.assert_array_equal(rgb, cloud.rgb)
    assert packed.loss is None
    assert packed.wide == (bits > 8)
    assert packed.inverse == (kind is not RepresentationType.UNIFORM_Z)
    codes = pixels(packed.codes.data).astype(int)
    shown = codes[..., 0] * 256 + codes[..., 1] if packed.wide else codes[..., 0]
    drawn = codes[..., 2] == 255
    np.testing.assert_array_equal(shown[drawn], stored.codes[drawn])


def test_invalid_and_clipped_samples_are_marked_not_drawn() -> None:
    stored = depth_map(RepresentationType.UNIFORM_DISPARITY)  # code 0 is infinitely far
    cloud = build_cloud(stored, CAMERA, RGB, CloudOptions(max_depth=2.0, drop_flying=False))
    packed = pack(cloud, stored.codes, RGB)

    mask = pixels(packed.codes.data)[..., 2]

    assert set(np.unique(mask)) == {0, 255}
    np.testing.assert_array_equal(np.flatnonzero(mask), cloud.index)
    assert mask[0, 0] == 0  # 1/Z = 0
    assert packed.points == len(cloud) == np.count_nonzero(RAMP / 255 * 4.0 >= 0.5)


def test_step_packs_the_smaller_grid() -> None:
    stored = depth_map(RepresentationType.UNIFORM_DISPARITY)
    cloud = build_cloud(stored, CAMERA, RGB, CloudOptions(stride=5))
    packed = pack(cloud, stored.codes[::5, ::5], RGB[::5, ::5])

    xyz, rgb = unpack(packed)

    assert (packed.width, packed.height) == (10, 8)
    np.testing.assert_allclose(xyz, cloud.xyz, rtol=1e-6, atol=1e-7)
    np.testing.assert_array_equal(rgb, cloud.rgb)
    assert packed.spacing == pytest.approx(5 / 40.0)


@pytest.mark.parametrize(
    "options",
    [CloudOptions(smooth=True), CloudOptions(color_resolution=ColorResolution.X2)],
    ids=["smoothed", "enlarged"],
)
def test_a_map_that_is_not_as_stored_gets_16_bit_codes_of_its_own(options: CloudOptions) -> None:
    stored = depth_map(RepresentationType.UNIFORM_DISPARITY)
    # A plane is smooth already: terraces of three samples are not.
    stored = replace(stored, codes=stored.codes // np.uint8(3))
    factor = 1 if options.smooth else 2
    photo = RGB.repeat(factor, 0).repeat(factor, 1)
    cloud = build_cloud(stored, CAMERA, photo, options)

    packed = pack(cloud, stored.codes if options.smooth else None, None)
    xyz, rgb = unpack(packed)

    assert packed.wide
    half_a_code = packed.mapping[1] / 2
    np.testing.assert_allclose(1 / xyz[:, 2], 1 / cloud.xyz[:, 2], atol=half_a_code * 1.01)
    np.testing.assert_allclose(xyz[:, 0] / xyz[:, 2], cloud.xyz[:, 0] / cloud.xyz[:, 2], atol=1e-6)
    np.testing.assert_array_equal(rgb, cloud.rgb)


def test_the_flat_cloud_stands_upright_by_a_quarter_turn() -> None:
    stored = depth_map(RepresentationType.UNIFORM_DISPARITY)
    options = CloudOptions(projection=Projection.FLAT)
    cloud = build_cloud(stored, None, RGB, options)

    packed = pack(cloud, stored.codes, RGB)
    xyz, rgb = unpack(packed)

    assert not packed.perspective
    assert not packed.inverse
    # x of the cloud runs down the rows, y along the columns.
    turned = np.stack([cloud.xyz[:, 1], -cloud.xyz[:, 0], cloud.xyz[:, 2]], axis=1)
    np.testing.assert_allclose(xyz, turned, atol=1e-6)
    assert np.linalg.det([[0, 1, 0], [-1, 0, 0], [0, 0, 1]]) == 1.0  # a turn, not a reflection
    np.testing.assert_array_equal(rgb, cloud.rgb)


def test_colours_that_lossless_coding_cannot_hold_become_a_jpeg_within_the_limit() -> None:
    shape = (HEIGHT * 8, WIDTH * 8)
    noise = np.random.default_rng(1).integers(0, 256, (*shape, 3), np.uint8)
    codes = np.full(shape, 128, np.uint8)
    info = DepthInfo(DepthStatus.PRESENT, representation=LAWS[RepresentationType.UNIFORM_DISPARITY])
    camera = Camera(300.0, 300.0, 190.0, 140.0, shape[1], shape[0], CameraOrigin.FILE)
    cloud = build_cloud(build_depth_map(codes, 8, info), camera, noise, CloudOptions())

    packed = pack(cloud, codes, noise)

    assert packed.colours.type == "image/jpeg"
    assert len(packed.colours.data) <= COLOUR_BYTES_A_SAMPLE * codes.size
    off = np.abs(unpack(packed)[1].astype(int) - cloud.rgb)
    assert packed.loss is not None
    assert packed.loss.largest == off.max() > 20
    # A mean of whole numbers in float64: the order of the sum may change the last bits.
    assert packed.loss.mean == pytest.approx(off.mean(), rel=1e-12)
    assert packed.loss.codec.startswith("JPEG of quality ")
    np.testing.assert_allclose(unpack(packed)[0], cloud.xyz, rtol=1e-6, atol=1e-8)


def test_the_front_view_is_the_cameras_own_place_and_fits_the_frame() -> None:
    stored = depth_map(RepresentationType.UNIFORM_Z)
    cloud = build_cloud(stored, CAMERA, RGB, CloudOptions())

    viewpoint = pack(cloud, stored.codes, RGB).viewpoint
    front = viewpoint.front

    # Half a sample beyond the outermost centres: the frame is 48 x 36 samples at f 40 and 41.5.
    assert front.tangents == pytest.approx((24 / 40.0, 18 / 41.5), rel=1e-5)
    assert viewpoint.distance == pytest.approx(np.linalg.norm(front.pivot))  # eye at the origin
    # The pivot lies on the ray through the middle of the frame, at the median of what is there.
    assert front.pivot[0] / -front.pivot[2] == pytest.approx((23.5 - 22.25) / 40.0, rel=1e-4)
    assert front.pivot[1] / -front.pivot[2] == pytest.approx(-(17.5 - 18.5) / 41.5, rel=1e-4)
    farthest = np.linalg.norm(cloud.xyz - np.array(front.pivot), axis=1).max()
    assert farthest <= viewpoint.radius <= 2 * farthest


@pytest.mark.parametrize("projection", list(Projection))
def test_the_first_view_is_turned_and_still_shows_the_whole_cloud(projection: Projection) -> None:
    stored = depth_map(RepresentationType.UNIFORM_INVERSE_Z)
    cloud = build_cloud(stored, CAMERA, RGB, CloudOptions(projection=projection))
    packed = pack(cloud, stored.codes, RGB)
    home, distance = packed.viewpoint.home, packed.viewpoint.distance

    x, y, z = (unpack(packed)[0] - np.array(home.pivot)).T
    x, z = np.cos(home.yaw) * x + np.sin(home.yaw) * z, np.cos(home.yaw) * z - np.sin(home.yaw) * x
    y, z = (
        np.cos(home.pitch) * y - np.sin(home.pitch) * z,
        np.cos(home.pitch) * z + np.sin(home.pitch) * y,
    )
    depth = distance - z

    assert home.yaw - packed.viewpoint.front.yaw == pytest.approx(-0.22)
    assert (depth > 0).all()
    fits = (np.abs(x / depth) < home.tangents[0] * 1.03) & (
        np.abs(y / depth) < home.tangents[1] * 1.03
    )
    assert fits.mean() > 0.98


def test_a_single_point_is_packed() -> None:
    stored = depth_map(RepresentationType.UNIFORM_DISPARITY)
    cloud = build_cloud(stored, CAMERA, RGB, CloudOptions(drop_flying=False))
    one = replace(cloud, xyz=cloud.xyz[700:701], rgb=cloud.rgb[700:701], index=cloud.index[700:701])

    xyz, rgb = unpack(pack(one, stored.codes, RGB))

    np.testing.assert_allclose(xyz, one.xyz, rtol=1e-6)
    np.testing.assert_array_equal(rgb, one.rgb)


def test_points_that_lie_on_no_grid_are_refused() -> None:
    stored = depth_map(RepresentationType.UNIFORM_DISPARITY)
    cloud = build_cloud(stored, CAMERA, RGB, CloudOptions())
    bent = cloud.xyz.copy()
    bent[:, 0] += 0.05 * bent[:, 0] ** 2

    with pytest.raises(ExportError, match="columns of a grid"):
        pack(replace(cloud, xyz=bent), stored.codes, RGB)
