"""Display P3 to BT.709: the matrix by exact fractions from the primaries."""

from __future__ import annotations

from fractions import Fraction

import pytest

from heicdepth_tui.photo.colour import P3_TO_BT709

Matrix = list[list[Fraction]]

D65 = ("0.3127", "0.3290")
DISPLAY_P3 = (("0.680", "0.320"), ("0.265", "0.690"), ("0.150", "0.060"))
BT709 = (("0.640", "0.330"), ("0.300", "0.600"), ("0.150", "0.060"))


def tristimulus(x: str, y: str) -> list[Fraction]:
    """Return X, Y, Z of a chromaticity at Y = 1."""
    return [Fraction(x) / Fraction(y), Fraction(1), (1 - Fraction(x) - Fraction(y)) / Fraction(y)]


def solve(matrix: Matrix, right: Matrix) -> Matrix:
    """Return X of ``matrix · X = right`` by elimination, exact."""
    rows = [[*row, *more] for row, more in zip(matrix, right, strict=True)]
    for index in range(3):
        pivot = next(row for row in range(index, 3) if rows[row][index])
        rows[index], rows[pivot] = rows[pivot], rows[index]
        rows[index] = [value / rows[index][index] for value in rows[index]]
        for row in range(3):
            if row != index:
                factor = rows[row][index]
                rows[row] = [a - factor * b for a, b in zip(rows[row], rows[index], strict=True)]
    return [row[3:] for row in rows]


def to_xyz(primaries: tuple[tuple[str, str], ...]) -> Matrix:
    """Return the matrix from linear RGB to XYZ: the primaries in the amounts that give white."""
    columns = [tristimulus(*primary) for primary in primaries]
    matrix = [list(row) for row in zip(*columns, strict=True)]
    amounts = solve(matrix, [[value] for value in tristimulus(*D65)])
    return [[value * amounts[i][0] for i, value in enumerate(row)] for row in matrix]


def test_the_matrix_follows_from_primaries_and_white() -> None:
    exact = solve(to_xyz(BT709), to_xyz(DISPLAY_P3))
    for row, exact_row in zip(P3_TO_BT709, exact, strict=True):
        for value, true in zip(row, exact_row, strict=True):
            # A fraction written as a float is rounded once, by half a unit in its 53rd bit.
            assert abs(Fraction(value) - true) <= abs(true) / 2**53


def test_white_stays_white() -> None:
    for row in P3_TO_BT709:
        # Three values under 2, each rounded by up to 2**-53, and two sums.
        assert sum(row) == pytest.approx(1, abs=8 * 2**-53)
