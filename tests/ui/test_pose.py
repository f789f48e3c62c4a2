"""Poses: turning, zooming and moving, and the views that they give."""

from __future__ import annotations

import numpy as np
import pytest

from heicdepth_tui.ui.model.pose import MAX_ZOOM, MIN_ZOOM, Pose, Rest, view_of

REST = Rest(120.0, (50.0, 30.0), (100, 80), 1.5)


def shown_at(pose: Pose, point: tuple[float, float, float]) -> tuple[float, float]:
    """Where a point falls, by the pinhole formula with the view of 200x160 pixels."""
    view = view_of(pose, REST, (200, 160))
    right, up, back = np.asarray(view.rotation)
    local = np.asarray(point) - np.asarray(view.target)
    scale = view.focal / (view.distance - back @ local)
    return view.centre[0] + right @ local * scale, view.centre[1] - up @ local * scale


def test_at_rest_the_view_is_the_photo_s_camera() -> None:
    view = view_of(Pose(), REST, (200, 160))

    # Twice as many pixels as samples: pixel centres at 2 (u + 0.5) - 0.5.
    assert (view.focal, view.centre) == (240.0, (100.5, 60.5))
    assert (view.target, view.distance) == ((0.0, 0.0, -1.5), 1.5)
    x, y = shown_at(Pose(), (0.2, 0.1, -2.0))
    assert (x, y) == (pytest.approx(100.5 + 240 * 0.1), pytest.approx(60.5 - 240 * 0.05))


def test_the_photo_is_centred_where_the_room_has_another_shape() -> None:
    wide = view_of(Pose(), REST, (400, 160))

    assert wide.focal == 240.0
    assert wide.centre == (200.5, 60.5)


@pytest.mark.parametrize("yaw", [-170, -60, 0, 35, 90])
@pytest.mark.parametrize("pitch", [-90, -20, 0, 50, 90])
def test_a_rotation_keeps_lengths_and_angles(yaw: float, pitch: float) -> None:
    rotation = np.asarray(Pose(yaw, pitch).rotation)

    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(rotation) == pytest.approx(1)


def test_the_near_side_turns_to_the_right_and_down() -> None:
    near = (0.0, 0.0, -1.0)

    assert shown_at(Pose().turned(20, 0), near)[0] > shown_at(Pose(), near)[0]
    assert shown_at(Pose().turned(0, 20), near)[1] > shown_at(Pose(), near)[1]


def test_the_target_stays_where_it_is_when_turned_and_zoomed() -> None:
    target = (0.0, 0.0, -1.5)

    for pose in (Pose(50, -30), Pose(zoom=4), Pose(-120, 80, 0.5)):
        assert shown_at(pose, target) == pytest.approx((100.5, 60.5))


def test_pitch_ends_upright_and_yaw_goes_round() -> None:
    assert Pose(pitch=80).turned(0, 30).pitch == 90
    assert Pose(pitch=-80).turned(0, -30).pitch == -90
    assert Pose(yaw=170).turned(20, 0).yaw == -170


def test_zoom_has_ends() -> None:
    assert Pose().zoomed(1e9).zoom == MAX_ZOOM
    assert Pose().zoomed(1e-9).zoom == MIN_ZOOM


@pytest.mark.parametrize("pose", [Pose(), Pose(70, 20), Pose(-140, -60, 5.0)])
def test_a_pan_moves_the_target_by_its_share_of_the_distance(pose: Pose) -> None:
    before = shown_at(pose, (0.0, 0.0, -1.5))

    after = shown_at(pose.panned(0.1, 0.05), (0.0, 0.0, -1.5))

    # 0.1 of the distance is 0.1 of the focal length in pixels, which the zoom magnifies.
    assert after[0] - before[0] == pytest.approx(24 * pose.zoom)
    assert after[1] - before[1] == pytest.approx(-12 * pose.zoom)


def test_back_at_rest_the_projection_stays() -> None:
    pose = Pose(10, 20, 3, (0.1, 0, 0), is_orthographic=True)

    assert pose.at_rest() == Pose(is_orthographic=True)
    assert pose.at_rest().is_at_rest
    assert not pose.is_at_rest


@pytest.mark.parametrize("aspect", [0.75, 1.25])
def test_pixels_that_are_not_square_show_the_same_view(aspect: float) -> None:
    square = view_of(Pose(), REST, (200, 150))
    view = view_of(Pose(), REST, (200, round(150 / aspect)), aspect)

    assert (view.focal, view.centre[0]) == (square.focal, square.centre[0])
    # The middle of a pixel in units of its width, from the upper edge.
    assert (view.centre[1] + 0.5) * aspect == pytest.approx(square.centre[1] + 0.5)
