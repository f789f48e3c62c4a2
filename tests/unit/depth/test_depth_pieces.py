"""Smoothing, raising to the photo and normals, each against values made by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_np
from numpy.typing import NDArray

from heicdepth_tui.depth.normals import grid_normals
from heicdepth_tui.depth.smooth import smooth_codes
from heicdepth_tui.depth.upsample import box_mean, cell_of, raise_disparity

EVEN = np.linspace(1, 4, 256)
"""Disparity of each code, 1/m: a step of more than 2 % is one of two codes up to 1.2 1/m, of seven
at 4 1/m."""

NINE = 2e-6
"""Relative error of a mean of nine float32 with float32 weights: the two sums of nine err by
9 · 2⁻²⁴ each, the products and the division by 2⁻²⁴. What exp and einsum make of a weight differs
between processors, but is the same in both sums; it tells only where the values differ."""
UNIT = 3e-7
"""Error of a length or a component of three float32 near 1, some 5 · 2⁻²⁴."""


def test_smoothing_takes_the_stairs_out_of_a_ramp() -> None:
    truth = np.linspace(20, 30, 400)
    codes = np.broadcast_to(np.rint(truth).astype(np.uint8), (60, 400))
    smooth = smooth_codes(codes, EVEN)
    inner = np.s_[:, 8:-8]
    # Steps are 40 samples wide, the window 17: the error of rounding, 0.29 rms, falls by half.
    before = np.sqrt(np.mean((codes - truth)[inner] ** 2))
    after = np.sqrt(np.mean((smooth - truth)[inner] ** 2))
    assert before == pytest.approx(12**-0.5, abs=0.01)
    assert after < 0.7 * before
    assert smooth.dtype == np.float32


def arm(line: NDArray[np.uint8], at: int, half: int) -> slice:
    """Return the window of one line around a sample by the words of ``smooth_codes``."""

    def is_joined(one: int, other: int) -> bool:
        low, high = sorted((int(line[one]), int(line[other])))
        near, far = EVEN[high], EVEN[low]
        return low >= 40 and (high - low <= 1 or near <= far * 1.02)

    reach = 0
    while (
        reach < half
        and at - reach > 0
        and at + reach < len(line) - 1
        and is_joined(at - reach - 1, at - reach)
        and is_joined(at + reach, at + reach + 1)
    ):
        reach += 1
    return slice(at - reach, at + reach + 1)


surfaces = st_np.array_shapes(min_dims=2, max_dims=2, max_side=14).flatmap(
    lambda shape: st.builds(
        lambda steps, base: (base + steps).astype(np.uint8),
        st_np.arrays(np.uint8, shape, elements=st.integers(0, 3)),
        st_np.arrays(np.uint8, shape, elements=st.sampled_from((35, 60, 60, 60, 200))),
    )
)


@settings(max_examples=60, deadline=None)
@given(surfaces)
def test_smoothing_is_a_clamped_mean_within_each_surface(codes: NDArray[np.uint8]) -> None:
    disparity = np.where(np.arange(256) >= 40, EVEN, np.nan)
    smooth = smooth_codes(codes, disparity, box=5)
    rows = np.array([[codes[y, arm(codes[y], x, 2)].mean() for x in range(codes.shape[1])]
                     for y in range(codes.shape[0])])  # fmt: skip
    for y, x in np.ndindex(codes.shape):
        code = float(codes[y, x])
        mean = rows[arm(codes[:, x], y, 2), x].mean()
        expected = code if code < 40 else max(np.clip(mean, code - 0.5, code + 0.5), 40)
        # A float32 near 200 is off by 2**-17 at most.
        assert smooth[y, x] == pytest.approx(expected, abs=2e-5)


def test_smoothing_keeps_each_side_of_a_jump_to_itself() -> None:
    v, u = np.mgrid[0:40, 0:60]
    near = u + v // 3 > 40
    floor = np.rint(60 + 0.15 * u + 0.08 * v).astype(np.uint8)
    for behind in (0, 30, 120):
        # What lies on the other side changes; the floor beside the jump stays to the bit.
        codes = np.where(near, np.uint8(180 + behind // 4), floor)
        smooth = smooth_codes(codes, EVEN)
        if behind == 0:
            first = smooth
        np.testing.assert_array_equal(smooth[~near], first[~near])
        np.testing.assert_array_equal(smooth[near], codes[near])
    truth = 60 + 0.15 * u + 0.08 * v
    error, before = (np.abs(one - truth)[~near] for one in (first, floor))
    assert error.mean() < 0.5 * before.mean()
    beside = ~near & np.roll(near, -1, axis=1)
    # Up to the jump: no worse than rounding left it, half a code.
    assert np.abs(first - truth)[beside].max() <= 0.5 + 1e-5


def test_smoothing_leaves_a_plane_as_it_is_up_to_its_edges() -> None:
    v, u = np.mgrid[0:30, 0:40]
    plane = (50 + u + v).astype(np.uint8)
    np.testing.assert_array_equal(smooth_codes(plane, EVEN), plane)


def test_smoothing_of_deep_codes_is_exact_in_its_sums() -> None:
    codes = np.full((40, 5000), 65535, dtype=np.uint16)
    assert np.array_equal(smooth_codes(codes, np.linspace(1, 4, 65536)), codes)


def test_smoothing_without_a_distance_returns_the_codes() -> None:
    codes = np.array([[0, 1, 2], [3, 5, 9]], dtype=np.uint8)
    assert np.array_equal(smooth_codes(codes, np.full(256, np.nan)), codes)


def test_cells_and_box_means() -> None:
    assert cell_of(8, 4).tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    assert cell_of(5, 3).tolist() == [0, 0, 1, 2, 2]
    rgb = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)
    expected = rgb.reshape(2, 2, 3, 2, 3).mean(axis=(1, 3))
    # Sums of integers are exact, the division rounds to float32.
    np.testing.assert_allclose(box_mean(rgb, 2, 3), expected, rtol=6e-8)


def test_a_plane_of_disparity_is_reproduced() -> None:
    # B-splines reproduce linear functions; borders repeat their sample, so leave them out.
    y, x = np.mgrid[0:20, 0:24]
    coarse = (2 + 0.002 * x + 0.001 * y).astype(np.float32)
    rgb = np.random.default_rng(1).integers(0, 256, (105, 126, 3), dtype=np.uint8)  # 5.25 times
    fine = raise_disparity(coarse, rgb)
    v, u = np.mgrid[0:105, 0:126]
    truth = 2 + 0.002 * ((u + 0.5) / 5.25 - 0.5) + 0.001 * ((v + 0.5) / 5.25 - 0.5)
    np.testing.assert_allclose(fine[6:-6, 6:-6], truth[6:-6, 6:-6], rtol=NINE)


def edge_scene(factor: int) -> tuple[NDArray[np.float32], NDArray[np.uint8], NDArray[np.bool_]]:
    """Return a slanted edge between 1 and 3 1/m: coarse disparity, photo, truth (is near)."""
    height, width = 24, 32
    v, u = np.mgrid[0 : height * factor, 0 : width * factor] / factor
    near = u + 0.3 * v > 19.4
    rgb = np.where(near[..., None], [200, 120, 40], [40, 90, 160]).astype(np.uint8)
    share = near.reshape(height, factor, width, factor).mean(axis=(1, 3))
    return np.where(share > 0.5, 3, 1).astype(np.float32), rgb, near


def test_the_photo_says_where_the_edge_runs() -> None:
    coarse, rgb, near = edge_scene(4)
    fine = raise_disparity(coarse, rgb)
    assert set(np.unique(np.round(fine, 5))) == {1.0, 3.0}  # nothing hangs between
    wrong = np.count_nonzero((fine > 2) != near)
    blocks = np.repeat(np.repeat(coarse > 2, 4, axis=0), 4, axis=1)
    assert np.count_nonzero(blocks != near) > 50
    assert wrong == 0


def test_a_thin_line_survives_where_the_photo_tells_nothing() -> None:
    # At most 3/8 of a sample off its middle it weighs 0.75 - 0.14, more than both sides together.
    coarse = np.ones((7, 9), dtype=np.float32)
    coarse[3] = 2
    expected = np.repeat(np.repeat(coarse, 4, axis=0), 4, axis=1)
    grey = np.full((28, 36, 3), 99, dtype=np.uint8)
    np.testing.assert_allclose(raise_disparity(coarse, grey), expected, rtol=NINE)
    upright = raise_disparity(coarse.T, grey.transpose(1, 0, 2))
    np.testing.assert_allclose(upright, expected.T, rtol=NINE)


def test_samples_not_to_be_used_stay_holes_and_give_nothing_to_others() -> None:
    coarse, rgb, near = edge_scene(4)
    hole = np.zeros(coarse.shape, dtype=np.bool_)
    hole[12, 10] = hole[3, 3:6] = True
    hole[0, 0] = True
    fine = raise_disparity(np.where(hole, np.nan, coarse), rgb)
    assert np.array_equal(np.isnan(fine), np.repeat(np.repeat(hole, 4, axis=0), 4, axis=1))
    there = ~np.isnan(fine)
    assert np.array_equal(fine[there] > 2, near[there])


def test_a_doubtful_sample_takes_a_neighbours_surface_and_alone_is_a_hole() -> None:
    coarse, rgb, near = edge_scene(4)
    share = near.reshape(24, 4, 32, 4).mean(axis=(1, 3))
    straddling = (share > 0) & (share < 1)
    assert straddling.any()
    coarse[straddling] = 2
    fine = raise_disparity(coarse, rgb, unreliable=straddling)
    assert np.array_equal(fine > 2, near)
    assert set(np.unique(np.round(fine, 5))) == {1.0, 3.0}
    everywhere = np.ones(coarse.shape, dtype=np.bool_)
    assert np.isnan(raise_disparity(coarse, rgb, unreliable=everywhere)).all()


@settings(max_examples=40, deadline=None)
@given(
    st_np.arrays(
        np.float32,
        (4, 5),
        elements=st.one_of(st.just(np.nan), st.floats(0.015625, 100, width=32)),
    ),
    st.integers(0, 2**32 - 1),
    st.sampled_from([(4, 5), (8, 10), (9, 13), (21, 26)]),
)
def test_no_value_leaves_its_coarse_neighbourhood(
    coarse: NDArray[np.float32], seed: int, shape: tuple[int, int]
) -> None:
    rgb = np.random.default_rng(seed).integers(0, 256, (*shape, 3), dtype=np.uint8)
    fine = raise_disparity(coarse, rgb)
    rows, columns = cell_of(shape[0], 4), cell_of(shape[1], 5)
    for y, x in np.ndindex(shape):
        r, c = rows[y], columns[x]
        if np.isnan(coarse[r, c]):
            assert np.isnan(fine[y, x])
            continue
        near_by = coarse[max(r - 1, 0) : r + 2, max(c - 1, 0) : c + 2]
        assert np.nanmin(near_by) * (1 - 1e-6) <= fine[y, x] <= np.nanmax(near_by) * (1 + 1e-6)


def test_strips_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    coarse, rgb, _ = edge_scene(4)
    whole = raise_disparity(coarse, rgb)
    monkeypatch.setattr("heicdepth_tui.depth.upsample._STRIP_SAMPLES", 700)
    # All candidates of a group are 1 or 3 in this scene: weights do not tell.
    np.testing.assert_allclose(raise_disparity(coarse, rgb), whole, rtol=NINE)


def test_grids_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match="cannot be raised"):
        raise_disparity(np.ones((4, 4), dtype=np.float32), np.zeros((3, 4, 3), dtype=np.uint8))


PLANE = 3e-5
"""Neighbours of the planes lie 0.08 m apart and more, at coordinates below 8 m that float32 rounds
to 2.4e-7 m: their differences are off by 6e-6 of themselves; two make a normal, twice each."""


def plane_grid(slope: float = 0.5) -> NDArray[np.float32]:
    """Return a plane z = -(2 + slope·x) seen by rays on an 9 x 12 grid."""
    u = (np.arange(12) - 5.5) / 20
    v = (4.0 - np.arange(9))[:, None] / 20
    depth = 2 / (1 - slope * u)  # Z = 2 + slope · u · Z
    depth = np.broadcast_to(depth, (9, 12))
    return np.stack([u * depth, v * depth, -depth], axis=-1).astype(np.float32)


def test_normals_of_a_plane_point_to_the_camera() -> None:
    # The plane 0.5·x + z = -2 has the normal (0.5, 0, 1)/1.118; the camera lies on that side.
    normals = grid_normals(plane_grid(), None)
    expected = np.array([0.5, 0, 1]) / np.sqrt(1.25)
    np.testing.assert_allclose(normals, np.broadcast_to(expected, (9, 12, 3)), rtol=0, atol=PLANE)


def test_normals_stop_at_a_depth_jump() -> None:
    grid = plane_grid()
    grid[:, 6:] *= 3  # the right half three times as far, along the same rays
    normals = grid_normals(grid, None)
    expected = np.array([0.5, 0, 1]) / np.sqrt(1.25)
    np.testing.assert_allclose(normals, np.broadcast_to(expected, (9, 12, 3)), rtol=0, atol=PLANE)


def test_normals_beside_holes_are_one_sided_and_alone_unknown() -> None:
    grid = plane_grid()
    usable = np.ones(grid.shape[:2], dtype=np.bool_)
    usable[4, 5] = False
    usable[:2, 0:3] = usable[0:3, 1] = False
    usable[2, 0] = usable[1, 1] = False
    usable[0, 0] = True  # alone in its corner
    grid[~usable] = np.nan
    normals = grid_normals(grid, usable)
    assert np.isfinite(normals).all()
    known = np.linalg.norm(normals, axis=-1) > 0
    assert not known[~usable].any()
    assert not known[0, 0]
    assert known[4, 4]
    np.testing.assert_allclose(np.linalg.norm(normals[known], axis=-1), 1, rtol=0, atol=UNIT)


def test_normals_of_a_single_row_are_unknown() -> None:
    assert not grid_normals(plane_grid()[:1], None).any()


def test_normals_in_strips_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    grid = plane_grid() * np.random.default_rng(0).uniform(0.99, 1.01, (9, 12, 1))
    whole = grid_normals(grid.astype(np.float32), None)
    monkeypatch.setattr("heicdepth_tui.depth.normals._STRIP_SAMPLES", 24)
    stripped = grid_normals(grid.astype(np.float32), None)
    np.testing.assert_allclose(stripped, whole, rtol=0, atol=UNIT)
