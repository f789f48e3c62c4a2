"""Rendered depth against closed forms worked out here, and colour that is where the depth is."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from heicdepth_tui.samples.gallery import MARBLES
from heicdepth_tui.samples.raycast import cast
from heicdepth_tui.samples.shading import shade
from heicdepth_tui.samples.solids import Box, Floor, Pinhole, Scene, Sphere, Wall

FLOOR = Floor(-1.0, ((0.7, 0.7, 0.7), (0.2, 0.2, 0.2)))
WALL = Wall(4.0, ((0.5, 0.5, 0.5), (0.3, 0.3, 0.3)))
CAMERA = Pinhole(fx=80.0, fy=80.0, cx=40.0, cy=30.0, width=81, height=61)


def scene(*solids: Sphere | Box) -> Scene:
    return Scene(solids, FLOOR, WALL)


def test_sphere_on_the_axis_is_nearest_in_the_middle() -> None:
    metres = cast(scene(Sphere((0.0, 0.0, -2.0), 0.5, (1.0, 0.0, 0.0))), CAMERA)
    assert metres[30, 40] == pytest.approx(1.5, abs=1e-12)
    # Direction (0.1, 0, -1): Z solves 1.01 Z² - 4 Z + 3.75 = 0.
    assert metres[30, 48] == pytest.approx((4 - math.sqrt(16 - 4 * 1.01 * 3.75)) / 2.02, abs=1e-12)


def test_floor_and_wall_where_nothing_stands_before_them() -> None:
    metres = cast(scene(), CAMERA)
    assert metres[0, 0] == metres[30, 40] == 4.0
    # 30 rows down is a slope of 30/80: the floor one metre below is 80/30 m away.
    assert metres[60, 7] == pytest.approx(80 / 30, abs=1e-12)


def test_depth_is_along_the_axis_not_along_the_ray() -> None:
    metres = cast(scene(), CAMERA)
    assert (metres[10] == 4.0).all()


def test_box_shows_its_front_at_its_depth_and_turned_its_edge() -> None:
    front = cast(scene(Box((0.0, 0.0, -2.0), (0.6, 0.6, 0.6), (1.0, 1.0, 1.0))), CAMERA)
    assert front[30, 40] == pytest.approx(1.7, abs=1e-12)
    assert front[30, 47] == pytest.approx(1.7, abs=1e-12)
    turned = Box((0.0, 0.0, -2.0), (0.6, 0.6, 0.6), (1.0, 1.0, 1.0), turn=45.0)
    assert cast(scene(turned), CAMERA)[30, 40] == pytest.approx(
        2.0 - 0.3 * math.sqrt(2.0), abs=1e-9
    )


def test_the_turn_is_counter_clockwise_seen_from_above() -> None:
    plate = Box((0.0, 0.0, -2.0), (1.0, 0.6, 0.01), (1.0, 1.0, 1.0), turn=20.0)
    metres = cast(scene(plate), CAMERA)
    # Seen from above, the camera at the bottom: the right end rises, away from the camera.
    assert metres[30, 52] > metres[30, 28]


def test_nearer_solids_hide_farther_ones() -> None:
    near = Sphere((0.0, 0.0, -1.0), 0.2, (1.0, 0.0, 0.0))
    far = Sphere((0.0, 0.0, -2.0), 0.5, (0.0, 1.0, 0.0))
    for order in ((near, far), (far, near)):
        metres = cast(scene(*order), CAMERA)
        assert metres[30, 40] == pytest.approx(0.8, abs=1e-12)
        rgb = shade(scene(*order), CAMERA)
        red, green, _ = rgb[30, 40].tolist()
        assert red > 2 * green


def test_a_camera_that_looks_down_sees_the_sphere_where_it_projects() -> None:
    camera = replace(CAMERA, pitch=12.0)
    sphere = Sphere((0.1, -0.5, -2.0), 0.05, (1.0, 0.0, 0.0))
    u, v = camera.project(sphere.centre)
    _, _, z = camera.to_camera(sphere.centre)
    metres = cast(scene(sphere), camera)
    assert metres[round(v), round(u)] == pytest.approx(-z - 0.05, abs=0.004)
    assert math.dist(camera.to_camera(sphere.centre), (0, 0, 0)) == pytest.approx(
        math.dist(sphere.centre, (0, 0, 0))
    )


def test_every_pixel_back_projects_onto_the_surface_it_shows() -> None:
    camera = Pinhole(fx=60.0, fy=66.0, cx=37.0, cy=28.5, width=81, height=61, pitch=7.0)
    metres = cast(MARBLES, camera)
    v, u = np.mgrid[0:61, 0:81]
    x, y = (u - camera.cx) / camera.fx * metres, (camera.cy - v) / camera.fy * metres
    for sphere in MARBLES.spheres:
        centre = camera.to_camera(sphere.centre)
        off = np.sqrt((x - centre[0]) ** 2 + (y - centre[1]) ** 2 + (-metres - centre[2]) ** 2)
        assert (off > sphere.radius - 1e-9).all()
    nearest = MARBLES.spheres[0]
    cx, cy, cz = camera.to_camera(nearest.centre)
    on_it = np.abs(np.sqrt((x - cx) ** 2 + (y - cy) ** 2 + (metres + cz) ** 2) - nearest.radius)
    assert (on_it < 1e-9).sum() > 50


def test_scaling_keeps_corners_and_shows_the_same() -> None:
    camera = Pinhole.of(96, 72, 26.0).scaled(48, 36)
    assert (camera.cx, camera.cy) == (23.5, 17.5)
    whole = cast(MARBLES, Pinhole.of(96, 72, 26.0, pitch=6.0))
    half = cast(MARBLES, Pinhole.of(96, 72, 26.0, pitch=6.0).scaled(48, 36))
    assert half.min() == pytest.approx(whole.min(), rel=0.02)
    assert half.shape == (36, 48)


def test_focal_length_follows_the_diagonal() -> None:
    camera = Pinhole.of(4000, 3000, 43.266615)
    assert camera.fx == pytest.approx(5000.0, rel=1e-6)


def test_colours_are_8_bit_srgb_and_many() -> None:
    rgb = shade(MARBLES, Pinhole.of(96, 72, 26.0, pitch=6.0))
    assert (rgb.shape, rgb.dtype) == ((72, 96, 3), np.uint8)
    assert len(np.unique(rgb.reshape(-1, 3), axis=0)) > 500


def test_light_comes_from_where_the_scene_says() -> None:
    ball = Sphere((0.0, 0.0, -1.5), 0.5, (0.5, 0.5, 0.5), gloss=0.0)
    rgb = shade(replace(scene(ball), light=(-1.0, 0.3, 0.3)), CAMERA).astype(int)
    assert rgb[30, 24].sum() > rgb[30, 56].sum() + 60


def test_shadow_falls_on_the_floor_away_from_the_light() -> None:
    ball = Sphere((0.0, -0.75, -3.2), 0.25, (0.5, 0.5, 0.5))
    plain = replace(scene(ball), floor=Floor(-1.0, ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))))
    rgb = shade(replace(plain, light=(-1.0, 1.0, 0.0)), CAMERA).astype(int)
    u, v = CAMERA.project((0.3, -1.0, -3.2))
    mirrored, _ = CAMERA.project((-0.3, -1.0, -3.2))
    assert rgb[round(v), round(u)].sum() < rgb[round(v), round(mirrored)].sum() - 60


def test_solid_at_the_camera_is_refused() -> None:
    with pytest.raises(ValueError, match="plane of the camera"):
        cast(scene(Sphere((0.0, 0.0, -0.3), 0.5, (1.0, 1.0, 1.0))), CAMERA)


def test_solid_outside_the_picture_changes_nothing() -> None:
    aside = Sphere((9.0, 0.0, -2.0), 0.5, (1.0, 0.0, 0.0))
    assert np.array_equal(cast(scene(aside), CAMERA), cast(scene(), CAMERA))
