"""Colours to sRGB: the matrix by exact fractions from the primaries, ICC profiles, previews."""

from __future__ import annotations

import struct
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from photo_asking import request_for

from heicdepth_tui.draw.drawing import Drawing
from heicdepth_tui.draw.modes import Blocks
from heicdepth_tui.heif.mux import PhotoSpec, PlainPicture, mux
from heicdepth_tui.photo.client import Decoder
from heicdepth_tui.photo.colour import P3_TO_BT709, srgb_by_profile, srgb_from
from heicdepth_tui.photo.decode import decode, load
from heicdepth_tui.photo.drawing import picture_of
from heicdepth_tui.photo.encode import encode_grid, encode_hevc
from heicdepth_tui.photo.layers import PRIMARY, THUMBNAIL, Pixels, Request, as_rgb8

Matrix = list[list[Fraction]]
Chromaticities = tuple[tuple[str, str], ...]

D65 = ("0.3127", "0.3290")
DISPLAY_P3 = (("0.680", "0.320"), ("0.265", "0.690"), ("0.150", "0.060"))
BT709 = (("0.640", "0.330"), ("0.300", "0.600"), ("0.150", "0.060"))
ADOBE = (("0.6400", "0.3300"), ("0.2100", "0.7100"), ("0.1500", "0.0600"))  # Adobe RGB (1998)
ADOBE_GAMMA = 563 / 256

P3_COLR = b"nclx" + struct.pack(">HHHB", 12, 13, 6, 0x80)
SRGB_COLR = b"nclx" + struct.pack(">HHHB", 1, 13, 6, 0x80)
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


def every_colour() -> np.ndarray:
    """Return all combinations of 18 levels, the ends among them."""
    levels = np.arange(0, 256, 15)
    return np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(-1, 3).astype(np.uint8)


def test_display_p3_becomes_srgb_within_a_level() -> None:
    colours = every_colour()
    true = converted_by_hand(colours, DISPLAY_P3, srgb_linear)
    # Half a level, and half a step of 1/16384 where a unit of light is 12.92 · 255 levels.
    assert np.abs(srgb_from(colours, "Display P3") - true).max() <= 0.5 + 0.11
    assert srgb_from(np.array([[RED]], np.uint8), "Display P3").tolist() == [[list(SHOWN)]]


def test_greys_are_the_same_in_both() -> None:
    greys = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    np.testing.assert_array_equal(srgb_from(greys, "Display P3"), greys)


@pytest.mark.parametrize("space", ["sRGB", "unknown", "", "BT.2020 PQ"])
def test_other_spaces_stay_as_they_are(space: str) -> None:
    colours = every_colour()
    assert srgb_from(colours, space) is colours


def test_blocks_do_not_show() -> None:
    colours = np.tile(every_colour(), (30, 1))  # 175,000: more than two blocks
    converted = srgb_from(colours, "Display P3")
    np.testing.assert_array_equal(converted[: 18**3], converted[-(18**3) :])


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


def test_a_profile_is_followed() -> None:
    colours = every_colour()
    true = converted_by_hand(colours, ADOBE, adobe_linear)
    converted = srgb_by_profile(colours[None], adobe_profile())
    assert converted is not None
    # Little CMS reckons in 16 bits, from colorants of 16 bits: a level, and half of rounding.
    assert np.abs(converted[0] - true).max() <= 1.5


@pytest.mark.parametrize("cut", [0, 100, 128, 200, 400])
def test_a_broken_profile_converts_nothing(cut: int) -> None:
    assert srgb_by_profile(np.zeros((2, 2, 3), np.uint8), adobe_profile()[:cut]) is None


def plain(colour: tuple[int, int, int]) -> np.ndarray:
    return np.full((64, 64, 3), colour, np.uint8)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Return a writer of a photo in one colour, with the ``colr`` boxes given."""

    def make(*colr: bytes, **more: object) -> Path:
        path = tmp_path / "one.heic"
        primary = encode_hevc(plain(RED), quality=-1)
        path.write_bytes(mux(PhotoSpec(primary=primary, colr=colr, **more)))  # type: ignore[arg-type]
        return path

    return make


def colour_of(pixels: Pixels) -> list[int]:
    """Return the colour that a pane shows, in the middle."""
    return [int(level) for level in as_rgb8(pixels)[32, 32]]


def asked(path: Path, **knobs: object) -> Pixels:
    request = Request(1, "pane", str(path), PRIMARY, **knobs)  # type: ignore[arg-type]
    *_, answer = decode(request)
    assert answer.pixels is not None
    return answer.pixels


def test_what_is_shown_of_a_p3_photo_is_srgb(write: Callable[..., Path]) -> None:
    pixels = asked(write(P3_COLR))
    assert (pixels.space, pixels.converted_from) == ("Display P3", "")
    # Y'CbCr of 8 bits and back is within 2 levels of what was encoded.
    assert pixels.array[32, 32].tolist() == pytest.approx(RED, abs=2)
    assert colour_of(pixels) == pytest.approx(SHOWN, abs=3)
    assert colour_of(asked(write(SRGB_COLR))) == pytest.approx(RED, abs=2)
    assert colour_of(asked(write())) == pytest.approx(RED, abs=2)
    assert asked(write()).space == "unknown"


def test_other_profiles_are_converted_where_they_are_decoded(write: Callable[..., Path]) -> None:
    path = write(b"prof" + adobe_profile())
    converted, stored = asked(path), asked(path, stored=True)
    shown = converted_by_hand(np.array([RED]), ADOBE, adobe_linear)[0]
    assert (converted.space, converted.converted_from) == ("sRGB", "Adobe RGB (1998)")
    assert colour_of(converted) == pytest.approx(shown.tolist(), abs=4)
    assert (stored.space, stored.converted_from) == ("Adobe RGB (1998)", "")
    assert colour_of(stored) == pytest.approx(RED, abs=2)
    np.testing.assert_array_equal(load(path, PRIMARY).array, stored.array)


def test_a_profile_that_cannot_be_used_leaves_colours_as_they_are(
    write: Callable[..., Path],
) -> None:
    profile = adobe_profile().replace(b"gXYZ", b"none")
    pixels = asked(write(b"prof" + profile))
    assert (pixels.space, pixels.converted_from) == ("Adobe RGB (1998)", "")
    assert colour_of(pixels) == pytest.approx(RED, abs=2)


def test_tiles_may_state_the_space_of_their_grid(tmp_path: Path) -> None:
    path = tmp_path / "grid.heic"
    grid = encode_grid(np.tile(plain(RED), (2, 2, 1)), tile=64, quality=-1)
    path.write_bytes(mux(PhotoSpec(primary=grid, colr=(P3_COLR,))))
    pixels = asked(path, fit=(64, 64))
    assert pixels.space == "Display P3"
    assert colour_of(pixels) == pytest.approx(SHOWN, abs=3)


def test_a_thumbnail_that_states_no_space_has_that_of_its_photo(
    write: Callable[..., Path],
) -> None:
    thumbnail = PlainPicture(encode_hevc(plain(RED), quality=-1))
    path = write(P3_COLR, thumbnails=(thumbnail,))
    assert load(path, THUMBNAIL).space == "Display P3"


def test_the_picture_in_cells_is_srgb_in_the_decoder_process_too(
    write: Callable[..., Path], start: Callable[..., Decoder]
) -> None:
    path = write(P3_COLR)
    drawing = Drawing((4, 2), Blocks.HALF)
    request = request_for(path, "photo", PRIMARY, fit=(64, 64), drawing=drawing)
    pixels = start().get(request)
    assert pixels.space == "Display P3"
    picture = picture_of(pixels, drawing)
    assert picture.fg[0, 0].tolist() == pytest.approx(SHOWN, abs=3)
