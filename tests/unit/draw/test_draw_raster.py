"""Rasterised points: the view at rest is the photo, spheres are round, near hides far."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from heicdepth_tui.draw.frame_cross import AXIS_COLOURS, draw_frame_cross
from heicdepth_tui.draw.raster import SAME_SURFACE, Points, Raster, View, rasterise
from heicdepth_tui.draw.shrink import shrink
from heicdepth_tui.ui.model.pose import Pose, Rest, view_of

RED, BLUE, GROUND = (200, 40, 30), (20, 60, 220), (1, 2, 3)
AT_REST = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
YAWS = range(-180, 180, 20)
PITCHES = (-90, -40, 0, 40, 90)


def points_of(xyz: object, rgb: object, spacing: float = 0.0, stretch: float = 0.0) -> Points:
    places = np.asarray(xyz, np.float32).reshape(-1, 3)
    colours = np.broadcast_to(np.asarray(rgb, np.uint8), places.shape)
    count = len(places)
    return Points(
        np.ascontiguousarray(places.T),
        np.ascontiguousarray(colours),
        np.full(count, spacing, np.float32),
        np.full(count, stretch, np.float32),
    )


def view(size: tuple[int, int] = (41, 31), **changes: object) -> View:
    centre = ((size[0] - 1) / 2, (size[1] - 1) / 2)
    known = View(AT_REST, (0.0, 0.0, -2.0), 2.0, 40.0, centre, size)
    return replace(known, **changes)  # type: ignore[arg-type]


def turned(yaw: float, pitch: float, **changes: object) -> View:
    return view(rotation=Pose(yaw, pitch).rotation, **changes)


def joined(*parts: Points) -> Points:
    return Points(
        np.concatenate([part.xyz for part in parts], axis=1),
        np.concatenate([part.rgb for part in parts]),
        np.concatenate([part.spacing for part in parts]),
        np.concatenate([part.stretch for part in parts]),
    )


def sheet(z: float, side: float, step: float, colour: tuple[int, int, int]) -> Points:
    """A square of points about the z axis, ``side`` m wide, every ``step`` m."""
    at = np.arange(-side / 2, side / 2 + step / 2, step)
    x, y = np.meshgrid(at, at)
    return points_of(np.stack([x, y, np.full_like(x, z)], axis=-1), colour, step)


def sphere(radius: float, centre_z: float, count: int, colour: tuple[int, int, int]) -> Points:
    """Points all over a sphere, evenly: a Fibonacci spiral."""
    number = np.arange(count)
    y = 1 - 2 * (number + 0.5) / count
    angle = number * math.pi * (3 - math.sqrt(5))
    ring = np.sqrt(1 - y * y)
    xyz = np.stack([ring * np.cos(angle), y, ring * np.sin(angle)], axis=1) * radius
    # The spiral's points are about this far from the next ones.
    step = radius * math.sqrt(4 * math.pi / count)
    return points_of(xyz + np.array([0, 0, centre_z]), colour, 1.5 * step)


def pixels_of(raster: Raster, colour: tuple[int, int, int]) -> np.ndarray:
    return (raster.rgb == colour).all(axis=2)


def test_a_point_falls_where_the_pinhole_formula_puts_it() -> None:
    x, y, z = 0.35, -0.2, -2.5

    raster = rasterise(points_of((x, y, z), RED), view(), GROUND)

    column, row = round(20 + 40 * x / -z), round(15 - 40 * y / -z)
    assert raster.rgb[row, column].tolist() == list(RED)
    assert raster.index[row, column] == 0
    assert raster.depth[row, column] == np.float32(2.5)
    assert np.count_nonzero(raster.index >= 0) == 1
    assert np.isinf(raster.depth).sum() == raster.depth.size - 1
    assert (raster.rgb[raster.index < 0] == GROUND).all()


def test_orthographic_and_perspective_agree_at_the_distance_of_the_target() -> None:
    points = points_of([(0.3, 0.2, -2.0), (0.3, 0.2, -2.9)], [RED, BLUE])

    near, far = (
        rasterise(points, view(is_orthographic=is_orthographic), GROUND).index
        for is_orthographic in (False, True)
    )

    assert (near == 0).nonzero() == (far == 0).nonzero()
    assert np.count_nonzero(near == 1) == 1
    # Without perspective the far point lies behind the near one.
    assert np.count_nonzero(far == 1) == 0


@pytest.mark.parametrize("is_orthographic", [False, True])
def test_near_hides_far_in_every_direction(is_orthographic: bool) -> None:
    inside, shell = sphere(0.3, -2, 20_000, BLUE), sphere(0.5, -2, 60_000, RED)
    points = joined(inside, shell)

    for yaw in YAWS:
        for pitch in PITCHES:
            raster = rasterise(points, turned(yaw, pitch, is_orthographic=is_orthographic), GROUND)
            assert not pixels_of(raster, BLUE).any(), (yaw, pitch)
            assert pixels_of(raster, RED)[15, 20], (yaw, pitch)


@pytest.mark.parametrize("aspect", [0.75, 1.1, 1.5])
def test_a_sphere_is_round_in_pixels_that_are_not_square(aspect: float) -> None:
    points = sphere(0.5, -2, 60_000, RED)
    radius = 120 * 0.5 / math.sqrt(4 - 0.25)
    y, x = np.mgrid[:131, :91]
    distance = np.hypot(x - 45.0, (y - 65.0) * aspect)
    shown = turned(35, 20, size=(91, 131), focal=120.0, centre=(45.0, 65.0), pixel_aspect=aspect)

    red = pixels_of(rasterise(points, shown, GROUND), RED)

    assert red[distance < radius - max(1, aspect)].all()
    # The squares that the nearest points fill are two pixels wide, and at least as high.
    assert not red[distance > radius + math.hypot(1, math.ceil(2 / aspect) * aspect / 2)].any()


@pytest.mark.parametrize("aspect", [0.75, 1.5])
@pytest.mark.parametrize("zoom", [3, 10, 25])
def test_holes_close_in_pixels_that_are_not_square(zoom: int, aspect: float) -> None:
    points = joined(sheet(-2.0, 2.0, 0.02, RED), sheet(-3.0, 6.0, 0.02, BLUE))
    raster = rasterise(points, view(distance=2.0 / zoom, pixel_aspect=aspect), GROUND)

    assert pixels_of(raster, RED).all()


def test_a_sphere_is_round_from_everywhere() -> None:
    points = sphere(0.5, -2, 60_000, RED)
    # The outline of a sphere at 2 m: the tangent cone, 2 / sqrt(2² − 0.5²) · 0.5 · focal / 2.
    radius = 120 * 0.5 / math.sqrt(4 - 0.25)
    y, x = np.mgrid[:91, :91] - 45.0
    distance = np.hypot(x, y)

    for yaw in YAWS:
        for pitch in PITCHES:
            shown = turned(yaw, pitch, size=(91, 91), focal=120.0, centre=(45.0, 45.0))
            red = pixels_of(rasterise(points, shown, GROUND), RED)
            # A pixel centre may lie half a diagonal from its point, and in a square of 2x2 pixels,
            # which the nearest points fill, a whole one.
            assert red[distance < radius - 1].all(), (yaw, pitch)
            assert not red[distance > radius + math.sqrt(2)].any(), (yaw, pitch)


@pytest.mark.parametrize("zoom", [1, 3, 10, 25])
def test_holes_close_and_the_background_does_not_show_through(zoom: int) -> None:
    points = joined(sheet(-2.0, 2.0, 0.02, RED), sheet(-3.0, 6.0, 0.02, BLUE))

    for roll in range(0, 90, 15):
        cos, sin = math.cos(math.radians(roll)), math.sin(math.radians(roll))
        rotation = ((cos, -sin, 0.0), (sin, cos, 0.0), (0.0, 0.0, 1.0))
        shown = view(rotation=rotation, distance=2.0 / zoom)
        inside = pixels_of(rasterise(points, shown, GROUND), RED)
        assert inside[5:-5, 10:-10].all(), roll


def test_a_steep_surface_has_no_gaps_when_it_is_seen_from_the_front() -> None:
    # A floor seen at a low angle: its samples lie far apart along the line of sight.
    z = np.repeat(-np.arange(1.0, 3.0, 0.05), 81)
    x = np.tile(np.linspace(-0.4, 0.4, 81), 40)
    floor = points_of(np.stack([x, np.full_like(x, -0.3), z], axis=1), RED, 0.01, 0.05)
    above = view(rotation=Pose(0, 90).rotation, target=(0.0, -0.3, -2.0), distance=1.0, focal=60.0)

    raster = rasterise(floor, above, GROUND)

    assert pixels_of(raster, RED)[:, 2:-2].all()
    gaps = replace(floor, stretch=np.zeros_like(floor.stretch))
    assert not pixels_of(rasterise(gaps, above, GROUND), RED)[:, 2:-2].all()


def test_the_pixel_has_the_mean_colour_of_its_nearest_surface_alone() -> None:
    beyond = -2.0 * (1 + SAME_SURFACE) * 1.001
    places = [(0, 0, -2.0), (0.001, 0, -2.01), (0, 0.001, beyond)]

    colours = [(10, 20, 30), (21, 41, 91), BLUE]
    raster = rasterise(points_of(places, colours), view(focal=200.0), GROUND)

    # Means of 10 and 21, 20 and 41, 30 and 91, of which halves are rounded to even.
    assert raster.rgb[15, 20].tolist() == [16, 30, 60]
    assert raster.index[15, 20] == 0


def test_what_lies_behind_the_camera_is_not_drawn() -> None:
    raster = rasterise(points_of([(0, 0, 0.5), (0, 0, 0.0)], RED, 0.1), view(), GROUND)

    assert raster.coverage == 0
    assert (raster.rgb == GROUND).all()


def test_no_points_give_an_empty_picture() -> None:
    raster = rasterise(points_of(np.zeros((0, 3)), RED), view(), GROUND)

    assert raster.rgb.shape == (31, 41, 3)
    assert (raster.rgb == GROUND).all()
    assert (raster.index == -1).all()


def test_arrays_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="2 colours"):
        Points(
            np.zeros((3, 1), np.float32),
            np.zeros((2, 3), np.uint8),
            np.zeros(2, np.float32),
            np.zeros(2, np.float32),
        )


def test_every_pixel_names_the_point_that_it_shows() -> None:
    points = joined(sheet(-2.0, 1.0, 0.05, RED), sheet(-2.8, 4.0, 0.05, BLUE))
    shown = turned(25, 15)

    raster = rasterise(points, shown, GROUND)

    right, up, back = np.asarray(shown.rotation)
    rows, columns = np.nonzero(raster.index >= 0)
    hit = raster.index[rows, columns]
    local = points.xyz[:, hit] - np.asarray(shown.target)[:, None]
    depth = shown.distance - back @ local
    scale = shown.focal / depth
    # The square that a point fills is centred on it: half a side, and half a pixel for its centre.
    reach = np.ceil(0.05 * math.sqrt(2) * scale) / 2 + 0.5
    assert (np.abs(shown.centre[0] + right @ local * scale - columns) <= reach).all()
    assert (np.abs(shown.centre[1] - up @ local * scale - rows) <= reach).all()
    np.testing.assert_allclose(raster.depth[rows, columns], depth, rtol=1e-5)
    assert (raster.rgb[rows, columns] == points.rgb[hit]).all()


def test_at_rest_the_cloud_looks_like_the_photo() -> None:
    # A photo of 160x120 with detail, and a slanted plane of depth behind it.
    rng = np.random.default_rng(11)
    coarse = rng.integers(0, 256, (15, 20, 3), dtype=np.uint8)
    photo = np.repeat(np.repeat(coarse, 8, axis=0), 8, axis=1)
    v, u = np.mgrid[:120, :160].astype(np.float64)
    focal, cx, cy = 130.0, 82.5, 57.0
    z = 1.5 + 0.01 * u
    xyz = np.stack([(u - cx) / focal * z, (cy - v) / focal * z, -z], axis=-1)
    points = points_of(xyz, photo.reshape(-1, 3))
    points = replace(points, spacing=(z / focal).astype(np.float32).reshape(-1))
    rest = Rest(focal, (cx, cy), (160, 120), 2.0)

    raster = rasterise(points, view_of(Pose(), rest, (80, 60)), GROUND)

    assert raster.coverage == 1
    expected = shrink(photo, (80, 60)).astype(float)
    noise = np.mean((raster.rgb - expected) ** 2)
    # Both are means of the same 2x2 samples, rounded.
    assert noise <= 0.5


def test_shading_darkens_by_the_angle_to_the_light() -> None:
    points = points_of([(-0.3, 0, -2), (0, 0, -2), (0.3, 0, -2)], (200, 200, 200))
    normals = np.array([[0, 0, 1], [1, 0, 0], [0, 0, 0]], np.float32).T
    plain = rasterise(points, view(), GROUND)

    raster = rasterise(replace(points, normals=normals), view(), GROUND, shaded=True)

    facing, aside, unknown = (raster.rgb[15, x, 0] for x in (14, 20, 26))
    assert plain.rgb[15, 14, 0] == plain.rgb[15, 20, 0] == 200
    assert 200 > facing > unknown > aside
    assert (raster.rgb[raster.index < 0] == GROUND).all()


def test_the_frame_cross_points_right_and_up_at_rest() -> None:
    rgb = np.zeros((60, 80, 3), np.uint8)

    draw_frame_cross(rgb, AT_REST)

    red, green, blue = ((rgb == colour).all(axis=2).nonzero() for colour in AXIS_COLOURS)
    assert len(set(red[0])) == 1
    assert len(set(green[1])) == 1
    # z points to the viewer: one pixel, from which x goes right and y up.
    (row,), (column,) = blue
    assert red[1].min() == column + 1
    assert green[0].max() == row - 1


@pytest.mark.parametrize(("aspect", "length"), [(0.5, 12), (1.5, 5)])
def test_the_axes_are_as_long_up_as_across_whatever_the_shape_of_pixels(
    aspect: float, length: int
) -> None:
    rgb = np.zeros((120, 80, 3), np.uint8)

    draw_frame_cross(rgb, AT_REST, aspect)
    draw_frame_cross(rgb, Pose(0, 180).rotation, aspect)

    red, green = ((rgb == colour).all(axis=2).nonzero() for colour in AXIS_COLOURS[:2])
    across = max(red[1]) - min(red[1]) + 1
    up, down = (abs(end(green[0]) - red[0][0]) for end in (min, max))
    assert up == down == length == round(across / aspect)


def test_a_small_picture_has_no_frame_cross() -> None:
    rgb = np.zeros((20, 20, 3), np.uint8)

    draw_frame_cross(rgb, AT_REST)

    assert not rgb.any()
