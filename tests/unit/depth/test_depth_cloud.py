"""Clouds: spheres where they are, points in order, counts of what was dropped, the flat formula."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from heicdepth_tui.depth.camera import Camera, CameraOrigin, camera_for_depth
from heicdepth_tui.depth.cloud import (
    Cloud,
    CloudOptions,
    ColorResolution,
    Dropped,
    Projection,
    build_cloud,
    color_size,
)
from heicdepth_tui.depth.depthmap import DepthMap, build_depth_map
from heicdepth_tui.errors import NoCameraError, NoMetresError
from heicdepth_tui.heif.facts import (
    Accuracy,
    Calibration,
    DepthFacts,
    DepthRepresentation,
    DepthStatus,
    Header,
    Mirror,
    RepresentationType,
    Rotation,
    Size,
    Transform,
)

DISPARITY = RepresentationType.UNIFORM_DISPARITY
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


def map_of(
    codes: NDArray[np.uint8] | NDArray[np.uint16],
    d_min: float | None = 1.0,
    d_max: float | None = 4.0,
    *,
    bits: int = 8,
    accuracy: Accuracy = Accuracy.RELATIVE,
) -> DepthMap:
    facts = DepthFacts(
        DepthStatus.PRESENT,
        representation=DepthRepresentation(DISPARITY, d_min=d_min, d_max=d_max),
        calibration=Calibration(accuracy=accuracy),
    )
    return build_depth_map(codes, bits, facts)


def camera_of(size: Size) -> Camera:
    return Camera(
        100.0, 90.0, size.width / 2 - 0.3, size.height / 2 + 0.2, *size, CameraOrigin.FILE
    )


def colors_of(height: int, width: int) -> NDArray[np.uint8]:
    return np.random.default_rng(7).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.fixture
def ramp() -> DepthMap:
    """Codes 0 to 38 on a gentle slope: one code a sample, so nothing flies."""
    return map_of(np.add.outer(np.arange(8), np.arange(32)).astype(np.uint8))


def cloud_of(depth: DepthMap, options: CloudOptions | None = None) -> Cloud:
    colors = colors_of(*depth.codes.shape)
    return build_cloud(depth, camera_of(depth.size), colors, options or CloudOptions())


def sphere_cloud(shot, header: Callable[..., Header]) -> Cloud:  # type: ignore[no-untyped-def]
    depth = build_depth_map(shot.codes, shot.bits, shot.facts)
    camera = camera_for_depth(header(shot.facts), depth.size)
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
    depth = build_depth_map(shot.codes, bits, shot.facts)
    on_sphere = shot.hit.reshape(-1)[cloud.index]
    points = cloud.xyz[on_sphere].astype(np.float64)
    assert len(points) > 1000
    half_code = 0.5 * depth.step().reshape(-1)[cloud.index][on_sphere].astype(np.float64)
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
    ray = np.linalg.inv(camera.matrix()) @ np.stack([u, v, np.ones(256)])
    np.testing.assert_allclose(cloud.xyz, (ray * z * [[1], [-1], [-1]]).T, rtol=1.2e-7, atol=1e-9)
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


def test_everything_may_be_dropped(ramp: DepthMap) -> None:
    cloud = cloud_of(ramp, CloudOptions(near=50, normals=True))
    assert len(cloud) == 0
    assert cloud.xyz.shape == (0, 3)
    assert cloud.rgb.shape == (0, 3)
    assert cloud.normals is not None
    assert cloud.normals.shape == (0, 3)
    assert cloud.dropped.describe() == "256 clipped"


@pytest.mark.parametrize("smooth", [False, True])
def test_step_takes_rows_and_columns_and_drops_nothing(ramp: DepthMap, smooth: bool) -> None:
    whole = cloud_of(ramp, CloudOptions(smooth=smooth))
    cloud = cloud_of(ramp, CloudOptions(step=3, smooth=smooth))
    assert cloud.grid == Size(11, 3)
    assert cloud.dropped.describe() == "nothing"
    taken = np.arange(256).reshape(8, 32)[::3, ::3].reshape(-1)
    assert np.array_equal(cloud.xyz, whole.xyz[taken])
    assert np.array_equal(cloud.rgb, whole.rgb[taken])
    assert any("step 3" in line for line in cloud.comments())


def test_flying_is_judged_before_the_step_is_taken() -> None:
    codes = np.full((3, 6), 0, dtype=np.uint8)
    codes[:, 2], codes[:, 3:] = 100, 255
    cloud = cloud_of(map_of(codes), CloudOptions(step=2))
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


def test_smoothing_moves_no_point_by_more_than_half_a_code(ramp: DepthMap) -> None:
    plain = cloud_of(ramp, CloudOptions(drop_flying=False))
    smooth = cloud_of(ramp, CloudOptions(drop_flying=False, smooth=True))
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
    depth = build_depth_map(shot.codes, 12, shot.facts)
    camera = camera_for_depth(header(shot.facts), depth.size)
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
    assert (np.einsum("ij,ij->i", cloud.normals, to_camera) >= 0).all()


def test_clipped_samples_still_tell_where_the_surface_runs() -> None:
    codes = np.array([[1, 2, 3]] * 3, dtype=np.uint8)
    depth = map_of(codes)
    middle = float(depth.metres()[0, 1])
    options = CloudOptions(near=middle * 0.9999, far=middle * 1.0001, normals=True)
    cloud = cloud_of(depth, options)
    assert cloud.index.tolist() == [1, 4, 7]
    assert cloud.normals is not None
    np.testing.assert_allclose(np.linalg.norm(cloud.normals, axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("resolution", [ColorResolution.X2, ColorResolution.PHOTO])
def test_raised_clouds_lie_on_the_same_sphere(
    sphere: Callable[..., object],
    header: Callable[..., Header],
    resolution: ColorResolution,
) -> None:
    """A finer grid between the same codes: half a code, and the curve's sag within a sample."""
    shot = sphere(DISPARITY, 12, (Rotation(3),))
    depth = build_depth_map(shot.codes, 12, shot.facts)
    camera = camera_for_depth(header(shot.facts), depth.size)
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
    np.testing.assert_allclose(-cloud.xyz[:, 2], expected, rtol=1e-6)
    assert any("photo fits best" in line for line in cloud.comments())
    # From the file's corner: the finer grid has the same view.
    assert cloud.camera == camera_of(depth.size).resized(Size(18, 12))


def test_grey_photos_have_grey_points(ramp: DepthMap) -> None:
    grey = colors_of(8, 32)[..., 0]
    cloud = build_cloud(ramp, camera_of(ramp.size), grey)
    assert np.array_equal(cloud.rgb, np.repeat(grey.reshape(-1, 1), 3, axis=1))


def test_comments_say_what_the_numbers_are(ramp: DepthMap) -> None:
    text = "\n".join(cloud_of(ramp).comments())
    assert text.isascii()
    for words in (
        "unit metre",
        "x right, y up, -z forward",
        "ratios are usable, real distances are not promised",
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
    facts = DepthFacts(
        DepthStatus.PRESENT,
        representation=DepthRepresentation(RepresentationType.UNIFORM_Z, z_near=0.5, z_far=2.0),
        calibration=Calibration(accuracy=accuracy),
    )
    depth = build_depth_map(np.zeros((2, 2), dtype=np.uint8), 8, facts)
    text = "\n".join(cloud_of(depth).comments())
    assert "what" in text
    assert "is assumed" in text
    assert "the file promises" not in text
    assert "ratios are usable" not in text


@pytest.mark.parametrize(
    ("representation", "quantity", "reason"),
    [
        (DepthRepresentation(DISPARITY, d_min=1.0, d_max=4.0), "disparity in 1/m", ""),
        (DepthRepresentation(DISPARITY, d_min=4.0, d_max=1.0), "codes scaled", "reversed"),
        (DepthRepresentation(DISPARITY, d_min=-1.0, d_max=1.0), "codes scaled", "negative"),
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
    facts = DepthFacts(DepthStatus.PRESENT, representation=representation)
    depth = build_depth_map(np.zeros((2, 3), dtype=np.uint8), 8, facts)
    flat = CloudOptions(projection=Projection.FLAT)
    lines = build_cloud(depth, None, colors_of(2, 3), flat).comments()
    assert quantity in lines[0]
    assert ("1/m" in lines[0]) is (quantity == "disparity in 1/m")
    assert [reason in line for line in lines if "no metres: " in line] == [True] * bool(reason)


def test_comments_are_printable_whatever_the_file_says() -> None:
    facts = DepthFacts(
        DepthStatus.PRESENT,
        representation=None,
        representation_problem="é\x1b]0;title\x07\nnext",
        calibration=Calibration(native_format="hdis", float_min=1.0, float_max=2.0),
    )
    depth = build_depth_map(np.zeros((2, 2), dtype=np.uint8), 8, facts)
    for line in cloud_of(depth).comments():
        assert line.isascii()
        assert line.isprintable()


def test_without_metres_or_camera(ramp: DepthMap) -> None:
    reversed_map = map_of(np.zeros((2, 3), dtype=np.uint8), 4.0, 1.0)
    with pytest.raises(NoMetresError, match="reversed"):
        cloud_of(reversed_map)
    with pytest.raises(NoCameraError, match="--projection flat"):
        build_cloud(ramp, None, colors_of(8, 32))
    flat = CloudOptions(projection=Projection.FLAT)
    assert len(build_cloud(ramp, None, colors_of(8, 32), flat)) == 256
    assert len(build_cloud(reversed_map, None, colors_of(2, 3), flat)) == 6
    for low, high in ((None, None), (1.0, None), (float("nan"), 1.0), (0.0, float("inf"))):
        bad = map_of(np.zeros((2, 3), dtype=np.uint8), low, high)
        with pytest.raises(NoMetresError, match="d_min"):
            build_cloud(bad, None, colors_of(2, 3), flat)


def blog_formula(codes: NDArray[np.uint8], d_min: float, d_max: float) -> NDArray[np.float32]:
    """The flat cloud as the blog post makes it, float32 as the PCD writer stores it."""
    n, m = codes.shape
    x = np.linspace(0, 2 * n / m, n)
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


def test_the_flat_cloud_steps_and_takes_colours_down_to_the_map(ramp: DepthMap) -> None:
    options = CloudOptions(projection=Projection.FLAT, step=2, normals=True)
    fine = np.repeat(np.repeat(colors_of(8, 32), 2, axis=0), 2, axis=1)
    cloud = build_cloud(ramp, None, fine, options)
    assert cloud.grid == Size(16, 4)
    whole = blog_formula(ramp.codes, 1.0, 4.0).reshape(8, 32, 3)
    assert np.array_equal(cloud.xyz.reshape(4, 16, 3), whole[::2, ::2])
    assert np.array_equal(cloud.rgb.reshape(4, 16, 3), colors_of(8, 32)[::2, ::2])
    assert cloud.normals is not None
    assert (cloud.normals[:, 2] >= 0).all()


def test_flat_depth_of_ten_bits_ends_at_its_own_top() -> None:
    depth = map_of(np.array([[0, 1023]], dtype=np.uint16), bits=10)
    cloud = build_cloud(depth, None, colors_of(1, 2), CloudOptions(projection=Projection.FLAT))
    assert cloud.xyz[:, 2].tolist() == [1.0, 4.0]


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


@pytest.mark.parametrize(
    "wrong",
    [
        {"step": 0},
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


def test_arrays_that_do_not_fit(ramp: DepthMap) -> None:
    camera = camera_of(ramp.size)
    with pytest.raises(ValueError, match="do not fit"):
        build_cloud(ramp, camera, colors_of(16, 64))
    with pytest.raises(ValueError, match="camera"):
        build_cloud(ramp, camera_of(Size(31, 8)), colors_of(8, 32))
    with pytest.raises(ValueError, match="colours"):
        build_cloud(ramp, camera, np.zeros((8, 32, 4), dtype=np.uint8))
    with pytest.raises(ValueError, match="colours"):
        build_cloud(ramp, camera, np.zeros((8, 32, 3), dtype=np.float32))  # type: ignore[arg-type]


def test_flying_pixels_of_a_real_portrait(real_photos: Path) -> None:
    import pillow_heif

    photo = pillow_heif.open_heif(real_photos / "real" / "pug.heic")
    codes = np.ascontiguousarray(np.asarray(photo.info["depth_images"][0].to_pillow()))
    depth = map_of(codes, 1.498046875, 4.3828125)
    cloud = cloud_of(depth)
    # Measured: 0.30 % lie between a nearer and a farther neighbour, a sixth of them on slopes.
    assert cloud.dropped.flying / codes.size == pytest.approx(0.0025, abs=0.0003)
    assert len(cloud) + cloud.dropped.total == codes.size == 442_368
