"""Colours to sRGB: the matrix by exact fractions from the primaries, ICC profiles, previews."""

from __future__ import annotations

import struct
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from photo_requests import request_for

from heicdepth_tui.draw.modes import Blocks
from heicdepth_tui.draw.rendering import RenderSpec
from heicdepth_tui.heif.write.mux import PhotoSpec, PlainPicture, mux
from heicdepth_tui.photo.client import Decoder
from heicdepth_tui.photo.colour import (
    P3_TO_BT709,
    coded_levels,
    linear_from_coded,
    srgb_by_profile,
    srgb_from,
)
from heicdepth_tui.photo.decode import decode, load
from heicdepth_tui.photo.encode import encode_grid, encode_hevc
from heicdepth_tui.photo.layers import PRIMARY, THUMBNAIL, Pixels, Request, as_rgb8
from heicdepth_tui.photo.rendering import picture_of
from tests.support.colour import (
    ADOBE,
    BT709,
    DISPLAY_P3,
    P3_COLR,
    RED,
    SHOWN,
    adobe_linear,
    adobe_profile,
    converted_by_hand,
    solve,
    srgb_linear,
    to_xyz,
)

SRGB_COLR = b"nclx" + struct.pack(">HHHB", 1, 13, 6, 0x80)


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


def test_levels_made_linear_and_coded_again_are_the_same() -> None:
    linear = linear_from_coded()
    assert coded_levels(linear.reshape(16, 16)).reshape(-1).tolist() == list(range(256))
    outside = np.array([-0.2, -7.0, 1.2, 9.0], np.float32)
    assert coded_levels(outside).tolist() == [0, 0, 255, 255]


@pytest.mark.parametrize("space", ["sRGB", "unknown", "", "BT.2020 PQ"])
def test_other_spaces_stay_as_they_are(space: str) -> None:
    colours = every_colour()
    assert srgb_from(colours, space) is colours


def test_blocks_do_not_show() -> None:
    colours = np.tile(every_colour(), (30, 1))  # 175,000: more than two blocks
    converted = srgb_from(colours, "Display P3")
    np.testing.assert_array_equal(converted[: 18**3], converted[-(18**3) :])


def test_a_profile_is_followed() -> None:
    colours = every_colour()
    true = converted_by_hand(colours, ADOBE, adobe_linear)
    converted = srgb_by_profile(colours[None], adobe_profile())
    assert converted is not None
    # Little CMS computes in 16 bits, from colorants of 16 bits: a level, and half of rounding.
    assert np.abs(converted[0] - true).max() <= 1.5


@pytest.mark.parametrize("cut", [0, 100, 128, 200, 400])
def test_a_broken_profile_converts_nothing(cut: int) -> None:
    assert srgb_by_profile(np.zeros((2, 2, 3), np.uint8), adobe_profile()[:cut]) is None


def test_mutants_of_a_profile_convert_or_are_refused() -> None:
    rng = np.random.default_rng(5)
    rgb = rng.integers(0, 256, (4, 4, 3), np.uint8)
    refused = 0
    for _ in range(500):
        mutant = np.frombuffer(adobe_profile(), np.uint8).copy()
        mutant[rng.integers(0, mutant.size, 3)] = rng.choice([0, 1, 127, 128, 255], 3)
        converted = srgb_by_profile(rgb, mutant.tobytes()[: rng.integers(300, 700)])
        refused += converted is None
        assert converted is None or (converted.shape, converted.dtype) == (rgb.shape, rgb.dtype)
    assert 0 < refused < 500


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
    """Return the colour that the app shows, in the middle."""
    return [int(level) for level in as_rgb8(pixels)[32, 32]]


def decoded(path: Path, **knobs: object) -> Pixels:
    request = Request(1, "slot", str(path), PRIMARY, **knobs)  # type: ignore[arg-type]
    *_, answer = decode(request)
    assert answer.pixels is not None
    return answer.pixels


def test_what_is_shown_of_a_p3_photo_is_srgb(write: Callable[..., Path]) -> None:
    pixels = decoded(write(P3_COLR))
    assert (pixels.space, pixels.converted_from) == ("Display P3", "")
    # Y'CbCr of 8 bits and back is within 2 levels of what was encoded.
    assert pixels.array[32, 32].tolist() == pytest.approx(RED, abs=2)
    assert colour_of(pixels) == pytest.approx(SHOWN, abs=3)
    assert colour_of(decoded(write(SRGB_COLR))) == pytest.approx(RED, abs=2)
    assert colour_of(decoded(write())) == pytest.approx(RED, abs=2)
    assert decoded(write()).space == "unknown"


def test_other_profiles_are_converted_where_they_are_decoded(write: Callable[..., Path]) -> None:
    path = write(b"prof" + adobe_profile())
    converted, stored = decoded(path), decoded(path, stored=True)
    shown = converted_by_hand(np.array([RED]), ADOBE, adobe_linear)[0]
    assert (converted.space, converted.converted_from) == ("sRGB", "Adobe RGB (1998)")
    assert colour_of(converted) == pytest.approx(shown.tolist(), abs=4)
    assert (stored.space, stored.converted_from) == ("Adobe RGB (1998)", "")
    assert colour_of(stored) == pytest.approx(RED, abs=2)
    np.testing.assert_array_equal(load(path, PRIMARY).array, stored.array)


def test_ten_bits_are_converted_too(tmp_path: Path) -> None:
    path = tmp_path / "ten.heic"
    for colr, shown in (
        (P3_COLR, SHOWN),
        (b"prof" + adobe_profile(), converted_by_hand(np.array([RED]), ADOBE, adobe_linear)[0]),
    ):
        ten = encode_hevc(plain(RED).astype(np.uint16) * 4, quality=-1, bits=10)
        path.write_bytes(mux(PhotoSpec(primary=ten, colr=(colr,))))
        assert colour_of(decoded(path)) == pytest.approx([*shown], abs=4)


def test_a_profile_that_cannot_be_used_leaves_colours_as_they_are(
    write: Callable[..., Path],
) -> None:
    profile = adobe_profile().replace(b"gXYZ", b"none")
    pixels = decoded(write(b"prof" + profile))
    assert (pixels.space, pixels.converted_from) == ("Adobe RGB (1998)", "")
    assert colour_of(pixels) == pytest.approx(RED, abs=2)


def test_tiles_may_state_the_space_of_their_grid(tmp_path: Path) -> None:
    path = tmp_path / "grid.heic"
    grid = encode_grid(np.tile(plain(RED), (2, 2, 1)), tile=64, quality=-1)
    path.write_bytes(mux(PhotoSpec(primary=grid, colr=(P3_COLR,))))
    pixels = decoded(path, fit=(64, 64))
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
    spec = RenderSpec((4, 2), Blocks.HALF)
    request = request_for(path, "photo", PRIMARY, fit=(64, 64), render=spec)
    pixels = start().get(request)
    assert pixels.space == "Display P3"
    picture = picture_of(pixels, spec)
    assert picture.fg[0, 0].tolist() == pytest.approx(SHOWN, abs=3)
