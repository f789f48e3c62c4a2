"""Stereo views: shifts by the formula, near before far, holes counted and filled from behind."""

from __future__ import annotations

import numpy as np
import pytest
from depth_clouds import map_of

from heicdepth_tui.depth.camera import Camera, CameraOrigin
from heicdepth_tui.depth.cloud import Cloud, CloudOptions, Projection, build_cloud
from heicdepth_tui.depth.jumps import JumpRule, cloud_disparity, joined, jump_rule
from heicdepth_tui.depth.stereo import Stereo, stereo_views
from heicdepth_tui.heif.picture_facts import Size

HEIGHT, WIDTH = 4, 64
FOCAL = 100.0
NEAR, FAR = 200, 40
"""Codes of 2 and of 0.4 1/m."""


def scene(codes: np.ndarray, rgb: np.ndarray) -> tuple[Cloud, JumpRule]:
    """A cloud whose code is 100 times its disparity."""
    depth = map_of(codes.astype(np.uint8), 0.0, 2.55)
    size = depth.size
    camera = Camera(FOCAL, FOCAL, size.width / 2, size.height / 2, *size, CameraOrigin.FILE)
    cloud = build_cloud(depth, camera, rgb, CloudOptions(drop_flying=False))
    return cloud, jump_rule(depth, camera, threshold=0.02)


def views(
    codes: np.ndarray, rgb: np.ndarray, *, shift: float, convergence: float, seam: int = 0
) -> Stereo:
    """Views whose baseline shifts a disparity of 1/m by ``shift`` pixels between them."""
    cloud, rule = scene(codes, rgb)
    baseline = shift / FOCAL
    return stereo_views(cloud, rgb, rule, baseline=baseline, convergence=convergence, seam=seam)


def noise(height: int = HEIGHT, width: int = WIDTH) -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (height, width, 3), np.uint8)


def plane(code: int = 100) -> np.ndarray:
    return np.full((HEIGHT, WIDTH), code)


def test_a_plane_shifts_by_the_formula() -> None:
    # 1/Z = 1, 1/Zc = 0.5: f B (1 - 0.5) = 8 pixels, 4 in each view.
    rgb = noise()
    pair = views(plane(), rgb, shift=16, convergence=2.0)
    np.testing.assert_array_equal(pair.left.rgb[:, 4:], rgb[:, :-4])
    np.testing.assert_array_equal(pair.right.rgb[:, :-4], rgb[:, 4:])
    assert pair.shift(1.0) == pytest.approx(8.0)
    assert (pair.nearest, pair.farthest) == pytest.approx((1.0, 1.0))


def test_a_plane_behind_the_convergence_shifts_the_other_way() -> None:
    rgb = noise()
    pair = views(plane(50), rgb, shift=16, convergence=1.0)
    np.testing.assert_array_equal(pair.left.rgb[:, :-4], rgb[:, 4:])
    np.testing.assert_array_equal(pair.right.rgb[:, 4:], rgb[:, :-4])


def test_at_the_convergence_both_views_are_the_photo() -> None:
    rgb = noise()
    pair = views(plane(), rgb, shift=16, convergence=1.0)
    np.testing.assert_array_equal(pair.left.rgb, rgb)
    np.testing.assert_array_equal(pair.right.rgb, rgb)
    assert (pair.left.hole_share, pair.right.hole_share) == (0, 0)


def test_the_convergence_is_the_median_distance_unless_given() -> None:
    codes = plane(50)
    codes[:, :10] = 200
    cloud, rule = scene(codes, noise())
    pair = stereo_views(cloud, noise(), rule, baseline=0.06)
    assert pair.convergence == pytest.approx(2.0)


def test_a_shift_of_half_a_pixel_mixes_two_neighbours() -> None:
    rgb = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    rgb[:, 10] = (200, 100, 50)
    # 1/Z - 1/Zc = 0.5; each view shifts by half of 2 pixels times that.
    pair = views(plane(), rgb, shift=2, convergence=2.0)
    np.testing.assert_array_equal(pair.right.rgb[:, 9], np.broadcast_to((100, 50, 25), (HEIGHT, 3)))
    np.testing.assert_array_equal(
        pair.right.rgb[:, 10], np.broadcast_to((100, 50, 25), (HEIGHT, 3))
    )
    assert not pair.right.rgb[:, 11:-1].any()


FIRST, STOP, OBJECT = 24, 40, (250, 10, 10)


def object_before_a_wall() -> tuple[np.ndarray, np.ndarray]:
    codes, rgb = plane(FAR), noise()
    codes[:, FIRST:STOP] = NEAR
    rgb[:, FIRST:STOP] = OBJECT
    return codes, rgb


def test_near_covers_far_in_both_views() -> None:
    codes, rgb = object_before_a_wall()
    # The wall at the convergence stays, the object moves by 10 · (2 - 0.4) / 2 = 8 pixels.
    pair = views(codes, rgb, shift=10, convergence=2.5)
    for view, moved in ((pair.left, 8), (pair.right, -8)):
        shown = (view.rgb == OBJECT).all(axis=2)
        want = np.zeros((HEIGHT, WIDTH), np.bool_)
        want[:, FIRST + moved : STOP + moved] = True
        np.testing.assert_array_equal(shown, want)


def test_far_never_covers_near_when_only_far_moves() -> None:
    codes, rgb = object_before_a_wall()
    pair = views(codes, rgb, shift=10, convergence=0.5)
    for view in (pair.left, pair.right):
        np.testing.assert_array_equal(
            (view.rgb == OBJECT).all(axis=2)[0], (rgb == OBJECT).all(axis=2)[0]
        )


def test_the_hole_is_as_wide_as_the_object_moved_and_is_counted() -> None:
    codes, rgb = object_before_a_wall()
    pair = views(codes, rgb, shift=10, convergence=2.5)
    # The object left 8 pixels behind on one side of its old place; nothing else is uncovered.
    for view, hole in (
        (pair.left, slice(FIRST, FIRST + 8)),
        (pair.right, slice(STOP - 8, STOP)),
    ):
        want = np.zeros((HEIGHT, WIDTH), np.bool_)
        want[:, hole] = True
        np.testing.assert_array_equal(view.holes, want)
        assert view.hole_share == 8 / WIDTH


def test_a_hole_is_filled_with_the_wall_mirrored_at_its_edge() -> None:
    codes, rgb = object_before_a_wall()
    pair = views(codes, rgb, shift=10, convergence=2.5)
    mirrored = rgb[:, FIRST - 8 : FIRST][:, ::-1]
    np.testing.assert_array_equal(pair.left.rgb[:, FIRST : FIRST + 8], mirrored)


def test_the_mirror_image_ends_where_another_surface_begins() -> None:
    codes, rgb = object_before_a_wall()
    codes[:, FIRST - 3 : FIRST - 2] = NEAR
    pair = views(codes, rgb, shift=10, convergence=2.5)
    filled = pair.left.rgb[:, FIRST : FIRST + 8]
    np.testing.assert_array_equal(filled[:, :2], rgb[:, FIRST - 2 : FIRST][:, ::-1])
    edge = np.broadcast_to(rgb[:, FIRST - 1 : FIRST], (HEIGHT, 6, 3))
    np.testing.assert_array_equal(filled[:, 2:], edge)


def test_a_seam_hides_the_blurred_edge_that_the_object_left_on_the_wall() -> None:
    codes, rgb = object_before_a_wall()
    rgb[:, FIRST - 2 : FIRST] = rgb[:, STOP : STOP + 2] = OBJECT
    plain = views(codes, rgb, shift=10, convergence=2.5)
    pair = views(codes, rgb, shift=10, convergence=2.5, seam=2)
    for left_behind, before, after in (
        (slice(FIRST - 2, FIRST), plain.left, pair.left),
        (slice(STOP, STOP + 2), plain.right, pair.right),
    ):
        assert (before.rgb[:, left_behind] == OBJECT).all()
        assert not (after.rgb[:, left_behind] == OBJECT).all(axis=2).any()
        np.testing.assert_array_equal(after.holes, before.holes)


def test_what_a_view_sees_beside_the_photo_is_a_hole_too() -> None:
    pair = views(plane(), noise(), shift=16, convergence=2.0)
    assert pair.left.holes[:, :4].all()
    assert not pair.left.holes[:, 4:].any()
    assert pair.right.holes[:, -4:].all()
    assert pair.right.hole_share == 4 / WIDTH


def test_a_slope_has_no_cracks() -> None:
    rgb = noise()
    codes = np.broadcast_to(60 + 3 * np.arange(WIDTH), (HEIGHT, WIDTH))
    # It is stretched by 1 + 0.03 · 20 / 2 in one view: 1.3 pixels a sample.
    pair = views(codes, rgb, shift=20, convergence=1 / 1.5)
    for view in (pair.left, pair.right):
        inside = np.flatnonzero(~view.holes[0])
        assert (np.diff(inside) == 1).all()


def test_samples_without_a_distance_lie_with_the_farther_neighbour() -> None:
    rgb = noise()
    codes = plane(FAR)
    codes[:, 20:30] = 0
    codes[:, 30:] = NEAR
    pair = views(codes, rgb, shift=10, convergence=2.5)
    assert pair.invalid == HEIGHT * 10
    np.testing.assert_array_equal(pair.left.rgb[:, 20:30], rgb[:, 20:30])


def test_a_row_without_any_distance_stays_where_it_is() -> None:
    rgb = noise()
    codes = plane()
    codes[1] = 0
    pair = views(codes, rgb, shift=16, convergence=2.0)
    np.testing.assert_array_equal(pair.left.rgb[1], rgb[1])


def test_strips_join_without_a_seam() -> None:
    # More rows than one strip holds, each with a shift of its own.
    height, width = 300, 1024
    rgb = noise(height, width)
    codes = np.broadcast_to((50 + np.arange(height) % 100)[:, None], (height, width))
    pair = views(codes, rgb, shift=8, convergence=1.0)
    for row in (0, 150, 255, 256, 257, 299):
        cloud, rule = scene(codes[row : row + 1], rgb[row : row + 1])
        alone = stereo_views(cloud, rgb[row : row + 1], rule, baseline=8 / FOCAL, convergence=1.0)
        np.testing.assert_array_equal(pair.left.rgb[row], alone.left.rgb[0])
        np.testing.assert_array_equal(pair.right.rgb[row], alone.right.rgb[0])


def test_what_cannot_be_seen_from_two_eyes_is_refused() -> None:
    rgb = noise()
    cloud, rule = scene(plane(), rgb)
    with pytest.raises(ValueError, match="do not fit"):
        stereo_views(cloud, rgb[:-1], rule, baseline=0.06)
    with pytest.raises(ValueError, match="must be positive"):
        stereo_views(cloud, rgb, rule, baseline=0.0)
    flat = build_cloud(
        map_of(plane().astype(np.uint8)), None, rgb, CloudOptions(projection=Projection.FLAT)
    )
    with pytest.raises(ValueError, match="flat cloud"):
        stereo_views(flat, rgb, rule, baseline=0.06)


def test_a_single_column_is_all_hole() -> None:
    rgb = noise(HEIGHT, 1)
    pair = views(np.full((HEIGHT, 1), 100), rgb, shift=2, convergence=1.0)
    assert pair.left.hole_share == 1
    assert pair.left.rgb.shape == (HEIGHT, 1, 3)
    assert Size(1, HEIGHT) == Size(*pair.left.holes.shape[::-1])


def seen_at(
    row: np.ndarray, disparity: np.ndarray, join: np.ndarray, shift: float, zero: float
) -> list[np.ndarray | None]:
    """Colours of one row of a view, pixel by pixel: the nearest piece of surface at each."""
    at = np.arange(len(row)) + shift * (disparity - zero)
    shown: list[np.ndarray | None] = []
    for pixel in range(len(row)):
        nearest, colour = -1.0, None
        for sample in np.flatnonzero(join):
            start, end = at[sample], at[sample + 1]
            first = start - (0.5 if sample == 0 or not join[sample - 1] else 0)
            last = end + (0.5 if sample == len(join) - 1 or not join[sample + 1] else 0)
            if end > start and first <= pixel < last:
                share = min(max((pixel - start) / (end - start), 0), 1)
                near = disparity[sample] * (1 - share) + disparity[sample + 1] * share
                if near > nearest:
                    nearest = near
                    colour = row[sample] * (1 - share) + row[sample + 1] * share
        shown.append(colour)
    return shown


@pytest.mark.parametrize("seed", range(6))
def test_views_of_scenes_at_random_agree_with_a_search_for_the_nearest(seed: int) -> None:
    random = np.random.default_rng(seed)
    height, width = 3, 48
    # Slopes, steps and thin things.
    steps = random.integers(-3, 4, (height, width)) * (random.random((height, width)) < 0.5)
    steps += random.integers(-60, 61, (height, width)) * (random.random((height, width)) < 0.12)
    codes = np.clip(np.cumsum(steps, axis=1) + 110, 30, 240)
    rgb = noise(height, width)
    pair = views(codes, rgb, shift=14, convergence=1 / 1.1)
    cloud, rule = scene(codes, rgb)
    disparity = cloud_disparity(cloud)
    join = joined(disparity, rule, 1)
    for view, shift in ((pair.left, 7.0), (pair.right, -7.0)):
        for row in range(height):
            want = seen_at(
                rgb[row].astype(float), disparity[row].astype(float), join[row], shift, 1.1
            )
            for pixel, colour in enumerate(want):
                assert view.holes[row, pixel] == (colour is None)
                if colour is not None:
                    # A share is kept in 256 steps, a colour in whole levels.
                    assert np.abs(view.rgb[row, pixel] - colour).max() <= 1.01
