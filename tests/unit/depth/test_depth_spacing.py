"""Steps between neighbouring samples, by which points close the gaps of steep surfaces."""

from __future__ import annotations

import numpy as np

from heicdepth_tui.depth.normals import JUMP
from heicdepth_tui.depth.spacing import MAX_SLOPE, grid_stretch

FOCAL = 100.0


def stretch(rows: list[list[float]]) -> list[list[float]]:
    found = grid_stretch(np.array(rows, np.float32), FOCAL)
    return [[round(float(value), 4) for value in row] for row in found]


def test_a_flat_surface_has_no_steps() -> None:
    assert stretch([[2.0, 2.0], [2.0, 2.0]]) == [[0, 0], [0, 0]]


def test_both_sides_of_a_step_get_it_along_rows_and_columns() -> None:
    assert stretch([[2.0, 2.02, 2.02], [2.0, 2.02, 2.05]]) == [
        [0.02, 0.02, 0.03],
        [0.02, 0.03, 0.03],
    ]


def test_a_jump_to_another_surface_is_no_step() -> None:
    beyond = 2.0 * (1 + JUMP) + 0.001

    assert stretch([[2.0, beyond]]) == [[0, 0]]
    assert stretch([[beyond, 2.0]]) == [[0, 0]]


def test_steep_steps_are_limited_by_the_distance_of_samples_across() -> None:
    limit = MAX_SLOPE / 400.0

    found = grid_stretch(np.array([[1.0, 1.03]], np.float32), 400.0)

    np.testing.assert_allclose(found, [[limit, 1.03 * limit]], rtol=1e-6)


def test_invalid_samples_are_no_neighbours() -> None:
    nan = float("nan")

    assert stretch([[nan, 2.0, 2.01], [nan, 2.0, nan]])[0][1:] == [0.01, 0.01]
    assert stretch([[nan, 2.0]])[0][1] == 0
