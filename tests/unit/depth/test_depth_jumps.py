"""Jumps: slopes hold together, edges part, rounding never cuts."""

from __future__ import annotations

import numpy as np
import pytest
from depth_clouds import camera_of, map_of

from heicdepth_tui.depth.jumps import JumpRule, joined, jump_rule
from heicdepth_tui.heif.picture_facts import Size

RULE = JumpRule(threshold=0.02, grazing=0.5, code=0.01)


def line(*disparity: float) -> np.ndarray:
    return np.array([disparity], dtype=np.float32)


def across(disparity: np.ndarray, rule: JumpRule = RULE) -> list[bool]:
    """The pairs of a line, and the same of the line stood on end."""
    (row,) = joined(disparity, rule, 1).tolist()
    assert joined(np.ascontiguousarray(disparity.T), rule, 0)[:, 0].tolist() == row
    return row


def test_a_step_of_more_than_the_threshold_between_flat_surfaces_is_a_jump() -> None:
    assert across(line(1.0, 1.0, 1.03, 1.03)) == [True, False, True]
    assert across(line(1.03, 1.03, 1.0, 1.0)) == [True, False, True]


def test_a_step_below_the_threshold_is_none() -> None:
    assert across(line(1.0, 1.0, 1.019, 1.019)) == [True, True, True]


def test_a_steep_slope_holds_together() -> None:
    assert across(line(1.0, 1.1, 1.2, 1.3)) == [True, True, True]


def test_an_edge_beside_a_slope_parts_it() -> None:
    assert across(line(1.0, 1.03, 1.06, 1.5, 1.53)) == [True, True, False, True]


def test_a_thin_object_is_parted_on_both_sides() -> None:
    # The way back is no slope that would explain the way there.
    assert across(line(1.0, 1.0, 1.3, 1.0, 1.0)) == [True, False, False, True]


def test_a_step_steeper_than_surfaces_are_seen_is_a_jump_on_a_slope_too() -> None:
    assert across(line(1.0, 1.6, 2.5)) == [False, False]


def test_one_code_is_never_a_jump() -> None:
    far = JumpRule(threshold=0.02, grazing=0.5, code=0.1)
    assert across(line(0.1, 0.1, 0.2, 0.2), far) == [True, True, True]


def test_one_code_of_a_depth_map_in_metres_is_never_a_jump() -> None:
    # 4 m and 4.2 m: one code of 0.2 m, at 2 m and 2.5 m more than one.
    metres = JumpRule(threshold=0.02, grazing=0.5, code=0.2001, is_depth=True)
    assert across(line(1 / 4, 1 / 4, 1 / 4.2, 1 / 4.2), metres) == [True, True, True]
    assert across(line(1 / 2, 1 / 2, 1 / 2.5, 1 / 2.5), metres) == [True, False, True]


def test_no_sample_joins_nothing_and_explains_no_slope() -> None:
    nan = float("nan")
    assert across(line(1.0, nan, 1.0, 1.0)) == [False, False, True]
    assert across(line(nan, 1.0, 1.1, nan)) == [False, False, False]


def test_the_rule_takes_its_code_and_its_steepness_from_map_and_camera() -> None:
    size = Size(8, 6)
    depth = map_of(np.zeros((6, 8), np.uint8), 1.0, 4.0)
    rule = jump_rule(depth, camera_of(size), threshold=0.02)
    assert rule.code == pytest.approx(3 / 255, rel=2e-3)
    assert rule.code > 3 / 255
    assert rule.grazing == pytest.approx(19 / 90)
    assert jump_rule(depth, camera_of(size), threshold=0.02, stride=3).grazing == pytest.approx(
        3 * 19 / 90
    )
