"""Clouds: spheres where they are, points in order, counts of what was dropped, what they say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from depth_clouds import DISPARITY, camera_of, cloud_of, colors_of, map_of
from numpy.typing import NDArray

from heicdepth_tui.depth.camera import camera_for_depth
from heicdepth_tui.depth.cloud import Cloud, CloudOptions, ColorResolution, Dropped, build_cloud
from heicdepth_tui.depth.depthmap import DepthMap, build_depth_map
from heicdepth_tui.errors import NoCameraError
from heicdepth_tui.heif.depth_facts import (
    Accuracy,
    Calibration,
    DepthInfo,
    DepthRepresentation,
    DepthStatus,
    RepresentationType,
)
from heicdepth_tui.heif.facts import Header
from heicdepth_tui.heif.picture_facts import Mirror, Rotation, Size, Transform

KINDS = [RepresentationType(0), RepresentationType(1), RepresentationType(2)]
ORIENTATIONS: list[tuple[Transform, ...]] = [
    (),
    (Rotation(1),),
    (Rotation(2),),
    (Rotation(3),),
    (Mirror(0),),
    (Mirror(1),),
    (Rotation(1), Mirror(1)),
    (Rotation(3), Mirror(1)),
]


UNIT = 3e-7
"""Error of a length of three float32 near 1: three squares, two sums and a root, 5 · 2⁻²⁴."""


def sphere_cloud(shot, header: Callable[..., Header]) -> Cloud:  # type: ignore[no-untyped-def]
    depth = build_depth_map(shot.codes, shot.bits, shot.info)
    camera = camera_for_depth(header(shot.info), depth.size)
    return build_cloud(depth, camera, colors_of(*shot.codes.shape))


def ray_lengths(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Length of each point's ray at Z = 1."""
    return np.linalg.norm(points, axis=1) / -points[:, 2]


@pytest.mark.parametrize("bits", [8, 10, 12])
@pytest.mark.parametrize("kind", KINDS, ids=[kind.label for kind in KINDS])
@pytest.mark.parametrize("transforms", ORIENTATIONS, ids=str)
def test_a_sphere_is_where_it_is(
    sphere: Callable[..., object],
    header: Callable[..., Header],
    transforms: tuple[Transform, ...],
    kind: RepresentationType,
    bits: int,
) -> None:
    """Centre and radius come out within the quantisation of the codes.

    Rounding moves a sample by at most half a code along its ray, so by e = ½·dZ/dv·|ray|, and its
    distance from the centre by no more. dZ/dv changes across half a code by less than 1 + ZΔd/2,
    below 1 % here. A sphere fitted by least squares averages more than 1,000 such errors; fitting
    centre and radius at once to a cap loses some of that, but stays within the bound of one sample.
    """
    shot = sphere(kind, bits, transforms)
    cloud = sphere_cloud(shot, header)
    depth = build_depth_map(shot.codes, bits, shot.info)
    on_sphere = shot.hit.reshape(-1)[cloud.index]
    points = cloud.xyz[on_sphere].astype(np.float64)
    assert len(points) > 1000
    half_code = 0.5 * depth.depth_resolution().reshape(-1)[cloud.index][on_sphere].astype(
        np.float64
    )
    bound = 1.01 * half_code * ray_lengths(points) + 1e-6
    error = np.linalg.norm(points - shot.centre, axis=1) - shot.radius
    assert (np.abs(error) <= bound).all()
    # |p|² = 2 c·p + (r² − |c|²) is linear in c and r² − |c|².
    system = np.column_stack([2 * points, np.ones(len(points))])
    solution = np.linalg.lstsq(system, (points**2).sum(axis=1), rcond=None)[0]
    centre, radius = solution[:3], np.sqrt(solution[3] + solution[:3] @ solution[:3])
    assert np.linalg.norm(centre - shot.centre) < bound.max()
    assert abs(radius - shot.radius) < bound.max()


@pytest.mark.parametrize("kind", KINDS, ids=[kind.label for kind in KINDS])
def test_deeper_codes_err_by_a_quarter_and_a_sixteenth(
    sphere: Callable[..., object], header: Callable[..., Header], kind: RepresentationType
) -> None:
    """Rounding errors are even over a code, so their rms goes with the code: 255/1023, 255/4095."""
    rms = {}
    for bits in (8, 10, 12):
        shot = sphere(kind, bits, ())
        cloud = sphere_cloud(shot, header)
        points = cloud.xyz[shot.hit.reshape(-1)[cloud.index]].astype(np.float64)
        error = np.linalg.norm(points - shot.centre, axis=1) - shot.radius
        rms[bits] = np.sqrt(np.mean(error**2))
    assert rms[10] / rms[8] == pytest.approx(255 / 1023, rel=0.1)
    assert rms[12] / rms[8] == pytest.approx(255 / 4095, rel=0.1)


def test_points_are_the_pinhole_model_in_double() -> None:
    every_code = map_of(np.arange(256, dtype=np.uint8).reshape(8, 32))
    camera = camera_of(every_code.size)
    cloud = cloud_of(every_code, CloudOptions(drop_flying=False))
    z = 1 / (1 + np.arange(256) / 255 * 3)
    v, u = np.divmod(np.arange(256), 32)
    # OpenCV's frame is x right, y down, z forward; ours turns y and z around.
    ray = np.linalg.inv(camera.K) @ np.stack([u, v, np.ones(256)])
    # Rounding to float32 is 2⁻²⁴ of the value; LAPACK's inverse and the product err in float64 by
    # some 2⁻⁵³ · 40/100, which counts where a coordinate is almost zero.
    np.testing.assert_allclose(cloud.xyz, (ray * z * [[1], [-1], [-1]]).T, rtol=6e-8, atol=1e-14)
    assert cloud.xyz.dtype == np.float32
    assert cloud.index.tolist() == list(range(256))
    assert cloud.index.dtype == np.intp
    assert cloud.grid == Size(32, 8)
    assert len(cloud) == 256
    assert np.array_equal(cloud.rgb, colors_of(8, 32).reshape(-1, 3))


def test_dropped_samples_are_counted_once_each_and_the_rest_keeps_its_order() -> None:
    # 0 to 2.55 1/m, a hundredth a code: code 0 is invalid, 20 is 5 m, 40 2.5 m, 100 1 m.
    codes = np.full((6, 6), 255, dtype=np.uint8)
    codes[0, :3] = 0
    codes[2, :3] = 100, 100, 150  # (2, 2) flies
    codes[3, :3] = 20, 20, 40  # so does (3, 2)
    depth = map_of(codes, 0.0, 2.55)
    cloud = cloud_of(depth, CloudOptions(max_depth=2.0))
    # Row 2 holds samples 12 to 17, row 3 18 to 23; what is clipped is not counted as flying.
    expected = [i for i in range(36) if i not in {0, 1, 2, 14, 18, 19, 20}]
    assert cloud.index.tolist() == expected
    assert cloud.dropped == Dropped(invalid=3, clipped=3, flying=1)
    assert cloud.dropped.total == 7
    assert cloud.dropped.describe() == "1 flying, 3 clipped, 3 invalid"
    whole = cloud_of(depth, CloudOptions(drop_flying=False))
    assert whole.dropped == Dropped(invalid=3)
    kept = np.isin(whole.index, cloud.index)
    assert np.array_equal(whole.xyz[kept], cloud.xyz)
    assert np.array_equal(whole.rgb[kept], cloud.rgb)
    assert np.isfinite(cloud.xyz).all()


def test_ramps_are_dropped_and_counted_apart() -> None:
    codes = np.zeros((3, 9), dtype=np.uint8)
    codes[:, 3:] = 255
    codes[0, 2:4], codes[1, 2], codes[2, 6] = (85, 170), 100, 0
    cloud = cloud_of(map_of(codes))
    assert cloud.dropped == Dropped(flying=1, ramps=2)
    assert cloud.dropped.total == 3
    assert cloud.dropped.describe() == "1 flying, 2 on ramps"
    assert cloud.index.tolist() == [at for at in range(27) if at not in {2, 3, 11}]
    assert any(line.startswith("ramps: runs of 2 to 5") for line in cloud.comments())


def test_clipping_keeps_its_ends() -> None:
    # 1, 2 and 4 1/m: 1, 0.5 and 0.25 m exactly.
    depth = map_of(np.array([[0, 85, 255]], dtype=np.uint8))
    for options, kept in (
        ({"near": 0.5}, [0, 1]),
        ({"far": 0.5}, [1, 2]),
        ({"near": 0.25, "max_depth": 0.25}, [2]),
        ({"far": 1.0, "max_depth": 0.5}, [1, 2]),
    ):
        cloud = cloud_of(depth, CloudOptions(drop_flying=False, **options))
        assert cloud.index.tolist() == kept
        assert cloud.dropped == Dropped(clipped=3 - len(kept))


def test_everything_may_be_dropped(slope: DepthMap) -> None:
    cloud = cloud_of(slope, CloudOptions(near=50, normals=True))
    assert len(cloud) == 0
    assert cloud.xyz.shape == (0, 3)
    assert cloud.rgb.shape == (0, 3)
    assert cloud.normals is not None
    assert cloud.normals.shape == (0, 3)
    assert cloud.dropped.describe() == "256 clipped"


@pytest.mark.parametrize("smooth", [False, True])
def test_stride_takes_rows_and_columns_and_drops_nothing(slope: DepthMap, smooth: bool) -> None:
    whole = cloud_of(slope, CloudOptions(smooth=smooth))
    cloud = cloud_of(slope, CloudOptions(stride=3, smooth=smooth))
    assert cloud.grid == Size(11, 3)
    assert cloud.dropped.describe() == "nothing"
    taken = np.arange(256).reshape(8, 32)[::3, ::3].reshape(-1)
    assert np.array_equal(cloud.xyz, whole.xyz[taken])
    assert np.array_equal(cloud.rgb, whole.rgb[taken])
    assert any("stride 3" in line for line in cloud.comments())


def test_flying_is_judged_before_the_step_is_taken() -> None:
    codes = np.full((3, 6), 0, dtype=np.uint8)
    codes[:, 2], codes[:, 3:] = 100, 255
    cloud = cloud_of(map_of(codes), CloudOptions(stride=2))
    assert cloud.dropped == Dropped(flying=2)
    assert cloud.index.tolist() == [0, 2, 3, 5]


def test_index_and_grid_rebuild_an_organised_cloud() -> None:
    codes = np.arange(48, dtype=np.uint8).reshape(6, 8)
    cloud = cloud_of(map_of(codes, 0.0, 4.0), CloudOptions(drop_flying=False))
    organised = np.full((cloud.grid.width * cloud.grid.height, 3), np.nan, dtype=np.float32)
    organised[cloud.index] = cloud.xyz
    depth = -organised.reshape(6, 8, 3)[..., 2]
    assert np.isnan(depth[0, 0])
    np.testing.assert_array_equal(depth, map_of(codes, 0.0, 4.0).metres())


def test_smoothing_moves_no_point_by_more_than_half_a_code() -> None:
    terraces = map_of((np.add.outer(np.arange(24), np.arange(40)) // 5).astype(np.uint8))
    plain = cloud_of(terraces, CloudOptions(drop_flying=False))
    smooth = cloud_of(terraces, CloudOptions(drop_flying=False, smooth=True))
    disparity = -1 / plain.xyz[:, 2].astype(np.float64)
    moved = np.abs(-1 / smooth.xyz[:, 2].astype(np.float64) - disparity)
    assert moved.max() > 0.001
    assert moved.max() <= 0.5 * 3 / 255 + 1e-6
    assert any("half a code" in line for line in smooth.comments())


def test_smoothing_brings_a_slanted_wall_nearer_to_the_truth() -> None:
    v, u = np.mgrid[0:60, 0:80]
    truth = 40 + 0.06 * u + 0.03 * v  # in codes: a plane in space, as disparity is linear on one
    depth = map_of(np.rint(truth).astype(np.uint8))
    rms = []
    for smooth in (False, True):
        cloud = cloud_of(depth, CloudOptions(smooth=smooth))
        disparity = -1 / cloud.xyz[:, 2].astype(np.float64).reshape(60, 80)
        error = (disparity - (1 + truth / 255 * 3))[8:-8, 8:-8]
        rms.append(np.sqrt(np.mean(error**2)))
    assert rms[1] < 0.3 * rms[0]


def test_normals_of_a_sphere_point_away_from_its_centre(
    sphere: Callable[..., object], header: Callable[..., Header]
) -> None:
    shot = sphere(DISPARITY, 12, (Rotation(1),))
    depth = build_depth_map(shot.codes, 12, shot.info)
    camera = camera_for_depth(header(shot.info), depth.size)
    cloud = build_cloud(depth, camera, colors_of(*depth.codes.shape), CloudOptions(normals=True))
    assert cloud.normals is not None
    assert cloud.normals.shape == cloud.xyz.shape
    outward = (cloud.xyz - shot.centre) / shot.radius
    to_camera = -cloud.xyz / np.linalg.norm(cloud.xyz, axis=1)[:, None]
    # Away from the rim, where neither rays nor differences graze the surface.
    facing = shot.hit.reshape(-1)[cloud.index] & (np.einsum("ij,ij->i", outward, to_camera) > 0.5)
    assert np.count_nonzero(facing) > 800
    cosine = np.einsum("ij,ij->i", cloud.normals, outward)[facing]
    assert np.degrees(np.arccos(np.clip(np.median(cosine), -1, 1))) < 3
    # Three products of float32 and their sums: off by 5 · 2⁻²⁴ at most, here and in the code.
    assert (np.einsum("ij,ij->i", cloud.normals, to_camera) >= -6e-7).all()


def test_clipped_samples_still_tell_where_the_surface_runs() -> None:
    codes = np.array([[1, 2, 3]] * 3, dtype=np.uint8)
    depth = map_of(codes)
    middle = float(depth.metres()[0, 1])
    options = CloudOptions(near=middle * 0.9999, far=middle * 1.0001, normals=True)
    cloud = cloud_of(depth, options)
    assert cloud.index.tolist() == [1, 4, 7]
    assert cloud.normals is not None
    np.testing.assert_allclose(np.linalg.norm(cloud.normals, axis=1), 1, rtol=0, atol=UNIT)


def test_grey_photos_have_grey_points(slope: DepthMap) -> None:
    grey = colors_of(8, 32)[..., 0]
    cloud = build_cloud(slope, camera_of(slope.size), grey)
    assert np.array_equal(cloud.rgb, np.repeat(grey.reshape(-1, 1), 3, axis=1))


@pytest.mark.parametrize("resolution", [ColorResolution.DEPTH, ColorResolution.X2])
def test_the_photo_may_come_late(slope: DepthMap, resolution: ColorResolution) -> None:
    factor = 1 if resolution is ColorResolution.DEPTH else 2
    photo = colors_of(slope.size.height * factor, slope.size.width * factor)
    camera, options = camera_of(slope.size), CloudOptions(color_resolution=resolution)
    at_once = build_cloud(slope, camera, photo, options)
    late = build_cloud(slope, camera, lambda: photo, options)
    np.testing.assert_array_equal(late.xyz, at_once.xyz)
    np.testing.assert_array_equal(late.rgb, at_once.rgb)


def test_no_photo_is_asked_for_where_there_can_be_no_points(slope: DepthMap) -> None:
    def photo() -> NDArray[np.uint8]:
        raise AssertionError("decoded for nothing")

    with pytest.raises(NoCameraError):
        build_cloud(slope, None, photo)


def test_comments_say_what_the_numbers_are(slope: DepthMap) -> None:
    text = "\n".join(cloud_of(slope).comments())
    assert text.isascii()
    for words in (
        "unit metre",
        "x right, y up, -z forward",
        "ratios hold, real distances are not promised",
        "distorted to match the picture",
        "camera from the file: fx 100.000 fy 90.000",
        "256 points of a 32x8 grid",
        "dropped: nothing",
        "2 %",
        "code 0 is disparity 1 1/m, code 255 is 4 1/m",
    ):
        assert words in text
    absolute = map_of(np.zeros((2, 2), dtype=np.uint8), accuracy=Accuracy.ABSOLUTE)
    assert "promises real distances" in "\n".join(cloud_of(absolute).comments())


@pytest.mark.parametrize("accuracy", list(Accuracy))
def test_an_assumed_law_promises_nothing(accuracy: Accuracy) -> None:
    info = DepthInfo(
        DepthStatus.PRESENT,
        representation=DepthRepresentation(RepresentationType.UNIFORM_Z, z_near=0.5, z_far=2.0),
        calibration=Calibration(accuracy=accuracy),
    )
    depth = build_depth_map(np.zeros((2, 2), dtype=np.uint8), 8, info)
    text = "\n".join(cloud_of(depth).comments())
    assert ", assumed: the file does not state that" in text
    assert "unit metre" not in text
    assert "the file promises" not in text
    assert "ratios hold" not in text


def test_comments_are_printable_whatever_the_file_says() -> None:
    info = DepthInfo(
        DepthStatus.PRESENT,
        representation=None,
        representation_problem="é\x1b]0;title\x07\nnext",
        calibration=Calibration(native_format="hdis", float_min=1.0, float_max=2.0),
    )
    depth = build_depth_map(np.zeros((2, 2), dtype=np.uint8), 8, info)
    for line in cloud_of(depth).comments():
        assert line.isascii()
        assert line.isprintable()


@pytest.mark.parametrize(
    "wrong",
    [
        {"stride": 0},
        {"max_depth": 0.0},
        {"near": -1.0},
        {"far": float("nan")},
        {"near": 2.0, "far": 1.0},
        {"near": 2.0, "max_depth": 1.0},
        {"flying_threshold": 0.0},
    ],
    ids=str,
)
def test_options_that_mean_nothing(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        CloudOptions(**wrong)  # type: ignore[arg-type]


def test_arrays_that_do_not_fit(slope: DepthMap) -> None:
    camera = camera_of(slope.size)
    with pytest.raises(ValueError, match="do not fit"):
        build_cloud(slope, camera, colors_of(16, 64))
    with pytest.raises(ValueError, match="camera"):
        build_cloud(slope, camera_of(Size(31, 8)), colors_of(8, 32))
    with pytest.raises(ValueError, match="colours"):
        build_cloud(slope, camera, lambda: colors_of(2, 2))
    with pytest.raises(ValueError, match="colours"):
        build_cloud(slope, camera, np.zeros((8, 32, 4), dtype=np.uint8))
    with pytest.raises(ValueError, match="colours"):
        build_cloud(slope, camera, np.zeros((8, 32, 3), dtype=np.float32))  # type: ignore[arg-type]


def test_flying_pixels_of_a_real_portrait(real_photos: Path) -> None:
    import pillow_heif

    photo = pillow_heif.open_heif(real_photos / "real" / "pug.heic")
    codes = np.ascontiguousarray(np.asarray(photo.info["depth_images"][0].to_pillow()))
    depth = map_of(codes, 1.498046875, 4.3828125)
    cloud = cloud_of(depth)
    # Measured: 0.30 % lie between a nearer and a farther neighbour, a sixth of them on slopes.
    assert cloud.dropped.flying / codes.size == pytest.approx(0.0025, abs=0.0003)
    assert len(cloud) + cloud.dropped.total == codes.size == 442_368
