"""AV1 sequence headers: those of an encoder, and those put together by hand."""

from __future__ import annotations

import numpy as np
import pytest

from heicdepth_tui.errors import MalformedError
from heicdepth_tui.heif.av1 import Av1Sequence, full_range_colour, read_sequence
from heicdepth_tui.heif.picture_facts import Size
from tests.support.avif import encode_av1, needs_monochrome

RAMP = np.tile(np.arange(200, dtype=np.uint8), (30, 1))


def obu(kind: int, content: bytes, *, extension: bool = False, sized: bool = True) -> bytes:
    head = kind << 3 | extension << 2 | sized << 1
    return bytes([head, *([0] if extension else []), *([len(content)] if sized else [])]) + content


def packed(*fields: tuple[int, int]) -> bytes:
    """Return (value, bits) after each other, filled up to a byte by ones."""
    text = "".join(format(value, f"0{bits}b") for value, bits in fields)
    text += "1" * (-len(text) % 8)
    return int(text, 2).to_bytes(len(text) // 8, "big")


def reduced(*colours: tuple[int, int], profile: int = 0) -> bytes:
    """A reduced still picture header of 640×480, up to its color_config."""
    size = ((9, 4), (9, 4), (639, 10), (479, 10))
    return packed((profile, 3), (1, 1), (1, 1), (8, 5), *size, (0, 3), (0, 3), *colours)


@pytest.mark.parametrize(
    ("array", "options", "is_monochrome", "is_full"),
    [
        pytest.param(RAMP, {}, True, True, marks=needs_monochrome),
        pytest.param(RAMP, {"range": "limited"}, True, False, marks=needs_monochrome),
        (np.stack([RAMP] * 3, axis=2), {}, False, True),
        (np.stack([RAMP] * 3, axis=2), {"subsampling": "4:4:4"}, False, True),
    ],
)
def test_the_header_that_an_encoder_writes(
    array: np.ndarray[tuple[int, ...], np.dtype[np.uint8]],
    options: dict[str, str],
    is_monochrome: bool,
    is_full: bool,
) -> None:
    found = read_sequence(encode_av1(array, **options).payload)
    assert (found.size, found.bits) == (Size(200, 30), 8)
    assert (found.is_monochrome, found.is_full_range) == (is_monochrome, is_full)


@pytest.mark.parametrize(
    ("profile", "colours", "expected"),
    [
        # high_bitdepth, mono_chrome, color_description_present_flag, color_range
        (0, ((1, 1), (1, 1), (0, 1), (1, 1)), (10, True, True, 2)),
        (0, ((0, 1), (0, 1), (0, 1), (0, 1)), (8, False, False, 2)),
        # Profile 1 has no monochrome; here with a colour description: matrix 9.
        (1, ((0, 1), (1, 1), (9, 8), (16, 8), (9, 8), (0, 1)), (8, False, False, 9)),
        # Profile 2 with twelve_bit.
        (2, ((1, 1), (1, 1), (0, 1), (0, 1), (1, 1)), (12, False, True, 2)),
        # sRGB with the identity matrix is full range without saying so.
        (1, ((0, 1), (1, 1), (1, 8), (13, 8), (0, 8)), (8, False, True, 0)),
    ],
)
def test_bits_channels_range_and_matrix(
    profile: int, colours: tuple[tuple[int, int], ...], expected: tuple[int, bool, bool, int]
) -> None:
    found = read_sequence(obu(1, reduced(*colours, profile=profile)))
    assert found == Av1Sequence(Size(640, 480), *expected)


def test_a_header_with_everything_that_comes_before_the_size() -> None:
    before = (
        (0, 3), (0, 1), (0, 1),  # profile, still_picture, reduced_still_picture_header
        (1, 1), (1, 32), (30, 32), (1, 1), (0b00101, 5),  # timing, uvlc of 4
        (1, 1), (9, 5), (1, 32), (3, 5), (4, 5),  # decoder model, delays of 10 bits
        (1, 1), (1, 5),  # initial display delay, two operating points
        (0, 12), (9, 5), (1, 1), (1, 1), (5, 10), (6, 10), (0, 1), (1, 1), (3, 4),
        (0, 12), (4, 5), (0, 1), (0, 1),
    )  # fmt: skip
    after = (
        (10, 4), (9, 4), (1279, 11), (719, 10),
        (1, 1), (2, 4), (1, 3),  # frame ids
        (0, 3), (0, 4), (1, 1), (0, 2),  # order hint
        (0, 1), (1, 1), (0, 1), (1, 1), (6, 3),  # screen content tools, integer mv, order hint bits
        (0, 3), (1, 1), (1, 1), (0, 1), (1, 1),
    )  # fmt: skip
    found = read_sequence(obu(2, b"") + obu(1, packed(*before, *after), extension=True))
    assert found == Av1Sequence(Size(1280, 720), 10, True, True, 2)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "cut off"),
        (obu(1, reduced()[:4]), "cut off"),
        (obu(6, b"\0" * 3), "cut off"),
        (obu(2, b"") * 20, "no sequence header"),
        (b"\x0a" + b"\xff" * 9, "more than 8 bytes"),
    ],
)
def test_data_without_a_whole_header_are_refused(data: bytes, what: str) -> None:
    with pytest.raises(MalformedError, match=what):
        read_sequence(data)


def test_a_unit_without_a_length_takes_the_rest() -> None:
    data = obu(1, reduced((0, 1), (1, 1), (0, 1), (0, 1)), sized=False)
    assert read_sequence(data).is_monochrome


def test_full_range_keeps_the_pictures_own_matrix() -> None:
    colour = Av1Sequence(Size(1, 1), 8, False, False, 9)
    assert full_range_colour((), colour) == b"nclx\0\1\0\x0d\0\x09\x80"
    stated = b"nclx" + bytes([0, 1, 0, 13, 0, 6, 0])
    assert full_range_colour((b"prof...", stated), colour) == b"nclx\0\1\0\x0d\0\6\x80"
