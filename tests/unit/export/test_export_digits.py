"""Numbers as text: the digits that Python prints, without zeros before them."""

from __future__ import annotations

import numpy as np
import pytest

from heicdepth_tui.export.digits import blocks, fixed_point, text_lines, whole


def test_whole_numbers_are_printed_as_python_does() -> None:
    values = np.array([0, 1, 9, 10, 4711, 999_999, 1_000_000], np.uint32)
    lines = text_lines([b"f ", whole(values), b"/", whole(values)]).decode().splitlines()
    assert lines == [f"f {value}/{value}" for value in values.tolist()]


@pytest.mark.parametrize("decimals", [1, 4, 6])
def test_fixed_point_is_printed_as_python_does(decimals: int) -> None:
    # Eighths are exact, so that both round the same number.
    values = np.concatenate(
        [np.arange(-40, 41) / 8, [1234.5, -1234.5, 0.000001, -0.25, 99.9999999]]
    )
    lines = text_lines([b"v ", fixed_point(values, decimals)]).decode().splitlines()
    # Adding 0 makes the zero without a sign of the one that has one.
    rounded = np.rint(values * 10**decimals) / 10**decimals + 0.0
    assert lines == [f"v {value:.{decimals}f}" for value in rounded]


def test_blocks_hold_every_row_once() -> None:
    rows = [row for part in blocks(70_000) for row in range(part.start, part.stop)]
    assert rows == list(range(70_000))
