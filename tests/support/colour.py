"""Colour spaces from their definitions: exact matrices, conversions by hand, an ICC profile."""

from __future__ import annotations

import struct
from collections.abc import Callable
from fractions import Fraction

import numpy as np

Matrix = list[list[Fraction]]
Chromaticities = tuple[tuple[str, str], ...]

D65 = ("0.3127", "0.3290")
DISPLAY_P3 = (("0.680", "0.320"), ("0.265", "0.690"), ("0.150", "0.060"))
BT709 = (("0.640", "0.330"), ("0.300", "0.600"), ("0.150", "0.060"))
ADOBE = (("0.6400", "0.3300"), ("0.2100", "0.7100"), ("0.1500", "0.0600"))  # Adobe RGB (1998)
ADOBE_GAMMA = 563 / 256

P3_COLR = b"nclx" + struct.pack(">HHHB", 12, 13, 6, 0x80)
RED, SHOWN = (200, 60, 40), (217, 42, 23)
"""A colour of Display P3, and what it is in sRGB by ``converted_by_hand``."""


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


def to_xyz(primaries: Chromaticities) -> Matrix:
    """Return the matrix from linear RGB to XYZ: the primaries in the amounts that give white."""
    columns = [tristimulus(*primary) for primary in primaries]
    matrix = [list(row) for row in zip(*columns, strict=True)]
    amounts = solve(matrix, [[value] for value in tristimulus(*D65)])
    return [[value * amounts[i][0] for i, value in enumerate(row)] for row in matrix]


def converted_by_hand(
    rgb: np.ndarray, primaries: Chromaticities, linear: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray:
    """Return colours (N, 3) as sRGB levels, not rounded, in float64 by the textbook formula."""
    matrix = np.array(solve(to_xyz(BT709), to_xyz(primaries)), float)
    light = (linear(rgb / 255) @ matrix.T).clip(0, 1)
    return 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def srgb_linear(coded: np.ndarray) -> np.ndarray:
    return np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)


def adobe_linear(coded: np.ndarray) -> np.ndarray:
    return coded**ADOBE_GAMMA


def adobe_profile() -> bytes:
    """Return an ICC profile of Adobe RGB (1998): matrix and gamma, version 2.1 (ICC.1:2001-04)."""
    # Bradford adaptation from D65 to D50, by the profile connection space's own definition.
    bradford = np.array(
        [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
    )
    source = bradford @ np.array(tristimulus(*D65), float)
    target = bradford @ np.array([0.9642, 1.0, 0.8249])
    adapt = np.linalg.solve(bradford, np.diag(target / source) @ bradford)
    columns = (adapt @ np.array(to_xyz(ADOBE), float)).T

    def xyz(values: np.ndarray) -> bytes:
        return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(65536 * value) for value in values))

    curve = b"curv\0\0\0\0" + struct.pack(">IHxx", 1, round(256 * ADOBE_GAMMA))
    name = b"Adobe RGB (1998)\0"
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", len(name)) + name + bytes(79),
        b"wtpt": xyz(np.array([0.9642, 1.0, 0.8249])),
        **dict(zip((b"rXYZ", b"gXYZ", b"bXYZ"), map(xyz, columns), strict=True)),
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve),
    }
    body, entries = b"", b""
    for tag, data in tags.items():
        entries += tag + struct.pack(">II", 132 + 12 * len(tags) + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    rest = struct.pack(">I", len(tags)) + entries + body
    white = struct.pack(">3i", 63190, 65536, 54061)
    head = struct.pack(">I4sI4s4s4s", 128 + len(rest), b"", 0x02100000, b"mntr", b"RGB ", b"XYZ ")
    return (head + bytes(12) + b"acsp" + bytes(28) + white).ljust(128, b"\0") + rest
