"""Step, validity, flying and edge distance of samples, each against values made by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from depth_clouds import camera_of, map_of
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_np
from numpy.typing import NDArray

from heicdepth_tui.depth.fields import EDGE_REACH, edge_distance, sample_fields, sampled_at
from heicdepth_tui.depth.flying import jumps
from heicdepth_tui.depth.smooth import smoothed_disparity
from heicdepth_tui.heif.picture_facts import Size

EVEN = np.linspace(1, 4, 256)


def test_a_jump_is_a_step_of_more_than_the_threshold_and_one_code() -> None:
    # 1/m of codes: 0 is 1.0, 1 is 1.0118, 2 is 1.0235 (+2.4 %); 254 to 255 is +0.3 %.
    codes = np.array([[0, 1, 2, 0, 254, 255, 255, 240]], dtype=np.uint8)
    assert jumps(codes, EVEN, 0.02, 1).tolist() == [[False, False, True, True, False, False, True]]
    assert jumps(codes.T, EVEN, 0.02, 0).ravel().tolist() == jumps(codes, EVEN, 0.02, 1)[0].tolist()
    # One code is never a jump, however far apart rounding puts two neighbours.
    assert not jumps(codes[:, :2], np.geomspace(0.01, 100, 256), 0.02, 1).any()


def test_a_step_to_an_invalid_sample_is_a_jump() -> None:
    disparity = np.where(np.arange(256) >= 5, EVEN, np.nan)
    codes = np.array([[4, 5, 6, 0, 1]], dtype=np.uint8)
    assert jumps(codes, disparity, 0.5, 1).tolist() == [[True, False, True, True]]


@settings(max_examples=60, deadline=None)
@given(st_np.arrays(np.uint8, st.tuples(st.integers(2, 9), st.integers(2, 50)),
                    elements=st.sampled_from((90, 90, 90, 90, 90, 91, 200))))  # fmt: skip
def test_edge_distance_is_that_to_the_nearest_sample_beside_a_jump(
    codes: NDArray[np.uint8],
) -> None:
    height, width = codes.shape
    at_edge = [
        (y, x)
        for y, x in np.ndindex(codes.shape)
        for dy, dx in ((0, 1), (1, 0), (0, -1), (-1, 0))
        if 0 <= y + dy < height
        and 0 <= x + dx < width
        and (codes[y, x] == 200) != (codes[y + dy, x + dx] == 200)
    ]
    found = edge_distance(codes, EVEN, 0.02)
    for y, x in np.ndindex(codes.shape):
        nearest = min((np.hypot(y - v, x - u) for v, u in at_edge), default=np.inf)
        assert found[y, x] == pytest.approx(min(nearest, EDGE_REACH), rel=1e-6)


def test_fields_of_a_map_with_an_invalid_a_flying_and_a_far_sample() -> None:
    codes = np.full((40, 90), 80, dtype=np.uint8)
    codes[20, 5] = 0  # 0 1/m: invalid
    codes[:, 80:] = 240
    codes[7, 79] = 160  # hangs between 80 and 240
    depth = map_of(codes, 0.0, 4.0)
    fields = sample_fields(depth, camera_of(depth.size))
    assert np.argwhere(fields.valid == 0).tolist() == [[20, 5]]
    assert np.argwhere(fields.flying).tolist() == [[7, 79]]
    # Z = 1 / d; one code is 4 / 255 1/m, so that it makes Z² · 4 / 255 metres.
    z = 255 / 4 / 80
    assert fields.step[0, 0] == pytest.approx(z * z * 4 / 255, rel=1e-6)
    assert np.isnan(fields.step[20, 5])
    assert np.isnan(fields.edge[20, 5])
    assert fields.edge[20, 6] == 0
    assert fields.edge[20, 9] == 3
    assert fields.edge[24, 8] == pytest.approx(np.hypot(3, 3))  # (21, 5) lies below the hole
    assert fields.edge[0, 40] == EDGE_REACH
    assert fields.edge[0, 75] == 4
    assert fields.edge[0, 85] == 5


def test_what_the_camera_did_not_see_ends_at_an_edge() -> None:
    codes = np.full((3, 8), 80, dtype=np.uint8)
    outside = np.zeros(codes.shape, dtype=np.bool_)
    outside[:, 6:] = True
    depth = replace(map_of(codes), outside=outside)
    fields = sample_fields(depth, camera_of(depth.size))
    assert fields.valid[0].tolist() == [1] * 6 + [0] * 2
    np.testing.assert_array_equal(fields.edge[1], [5, 4, 3, 2, 1, 0, np.nan, np.nan])
    assert np.isnan(smoothed_disparity(depth)[:, 6:]).all()
    assert np.isfinite(smoothed_disparity(depth)[:, :6]).all()


def test_a_finer_grid_takes_the_sample_of_its_cell() -> None:
    field = np.array([[1, 2, 3], [4, 5, 6]], dtype=np.uint8)
    fine = sampled_at(field, Size(6, 4)).reshape(4, 6)
    assert fine.tolist() == np.repeat(np.repeat(field, 2, 0), 2, 1).tolist()
    assert sampled_at(field, Size(6, 4), 3).tolist() == [1, 2, 4, 5]
