"""The depth representation SEI: golden bytes, edge exponents, round trips."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heicdepth_tui.errors import MalformedError
from heicdepth_tui.heif.depth_facts import DepthRepresentation, RepresentationType
from heicdepth_tui.heif.sei import parse_depth_representation
from heicdepth_tui.heif.write.sei import build_depth_representation

PUG = bytes.fromhex("000000110000000d4e01b109351f7bfc010bc62020")
IMG_5622 = bytes.fromhex("000000110000000d4e01b109351e7f8c00fbec2020")
UNIFORM_DISPARITY = RepresentationType.UNIFORM_DISPARITY

exact = st.floats(width=32, allow_nan=False, allow_infinity=False).filter(
    # What the coding has bits for: 32 of mantissa from 2**-30 up, multiples of 2**-62 below.
    lambda value: abs(value) < 2.0**96 and (value * 2.0**62) % 1 == 0
)
element = st.none() | exact


def wrap(bits: str) -> bytes:
    """Subtype bytes around a payload of bits."""
    bits += "1" + "0" * (-(len(bits) + 1) % 8)
    payload = int(bits, 2).to_bytes(len(bits) // 8, "big")
    nal = b"\x4e\x01\xb1" + bytes([len(payload)]) + payload
    return (len(nal) + 4).to_bytes(4, "big") + len(nal).to_bytes(4, "big") + nal


def one_element(exponent: int, mantissa: str, sign: str = "0") -> float | None:
    """What is read for a z_near of those bits."""
    bits = f"1000{'1'}{sign}{exponent:07b}{len(mantissa) - 1:05b}{mantissa}"
    return parse_depth_representation(wrap(bits)).z_near


def test_the_bytes_of_real_photos() -> None:
    assert parse_depth_representation(PUG) == DepthRepresentation(
        UNIFORM_DISPARITY, d_min=1.498046875, d_max=4.3828125, reference_view=0
    )
    assert parse_depth_representation(IMG_5622) == DepthRepresentation(
        UNIFORM_DISPARITY, d_min=0.9716796875, d_max=1.689453125, reference_view=0
    )


@pytest.mark.parametrize("golden", [PUG, IMG_5622])
def test_building_gives_the_bytes_that_apple_wrote(golden: bytes) -> None:
    assert build_depth_representation(parse_depth_representation(golden)) == golden


def test_exponents() -> None:
    assert one_element(31, "0") == 1.0
    assert one_element(31, "1") == 1.5
    assert one_element(31, "01", sign="1") == -1.25
    assert one_element(1, "0") == 2.0**-30
    assert one_element(126, "1") == 1.5 * 2.0**95
    # Exponent 0 has no leading one: 2**-(30 + v) * n with v = 2 bits, n = 3.
    assert one_element(0, "11") == 3 * 2.0**-32
    assert one_element(0, "0") == 0.0
    assert one_element(31, "1" * 32) == 2.0 - 2.0**-32


def test_exponent_127_is_unspecified() -> None:
    assert one_element(127, "0") is None


def test_a_type_3_model_of_three_values() -> None:
    # flags 0000, type ue(3) = 00100, count − 1 = ue(2) = 011, values ue(0), ue(1), ue(7)
    read = parse_depth_representation(wrap("0000" + "00100" + "011" + "1" + "010" + "0001000"))
    assert read == DepthRepresentation(
        RepresentationType.NONUNIFORM_DISPARITY, nonuniform=(0, 1, 7)
    )


def surrounded(payload: bytes, size: int) -> bytes:
    """Subtype bytes around a payload that says ``size`` bytes."""
    nal = b"\x4e\x01\xb1" + bytes([size]) + payload
    return (len(nal) + 4).to_bytes(4, "big") + len(nal).to_bytes(4, "big") + nal


def escaped(payload: bytes) -> bytes:
    """Emulation prevention of H.265 section 7.3.1.1, byte by byte."""
    written, zeros = bytearray(), 0
    for byte in payload:
        if zeros == 2 and byte <= 3:
            written.append(3)
            zeros = 0
        written.append(byte)
        zeros = 0 if byte else zeros + 1
    return bytes(written)


@pytest.mark.parametrize("trailing", [b"", b"\x80"])
def test_emulation_prevention_of_a_writer_who_escapes_is_removed(trailing: bytes) -> None:
    value = DepthRepresentation(
        UNIFORM_DISPARITY, d_min=0.75, d_max=5.625, z_near=128.0, z_far=0.0, reference_view=0
    )
    payload = build_depth_representation(value)[12:]
    longer = escaped(payload)
    assert len(longer) > len(payload)
    assert parse_depth_representation(surrounded(longer + trailing, len(payload))) == value


def test_zeros_and_a_three_that_belong_to_the_payload_stay() -> None:
    """With trailing bits (80) behind it: one byte more than announced, but none was added."""
    value = DepthRepresentation(
        UNIFORM_DISPARITY, d_min=0.75, d_max=5.625, z_near=128.0, z_far=0.0, reference_view=0
    )
    payload = build_depth_representation(value)[12:]
    assert b"\0\0\3" in payload
    for trailing in (b"", b"\x80"):
        read = parse_depth_representation(surrounded(payload + trailing, len(payload)))
        assert read == value


@given(
    near=element, far=element, low=element, high=element, trailing=st.sampled_from([b"", b"\x80"])
)
@settings(max_examples=400)
def test_escaped_or_not_with_trailing_bits_or_without(
    near: float | None, far: float | None, low: float | None, high: float | None, trailing: bytes
) -> None:
    view = None if low is None and high is None else 0
    value = DepthRepresentation(RepresentationType.UNIFORM_INVERSE_Z, low, high, near, far, view)
    payload = build_depth_representation(value)[12:]
    for written in (payload, escaped(payload)):
        read = parse_depth_representation(surrounded(written + trailing, len(payload)))
        assert read == value


def test_a_depth_message_after_another_one() -> None:
    other = b"\x4e\x01\x05\x02\xaa\xbb"
    nals = len(other).to_bytes(4, "big") + other + PUG[4:]
    read = parse_depth_representation(len(nals).to_bytes(4, "big") + nals)
    assert read == parse_depth_representation(PUG)


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"\0\0\0",
        b"\0\0\0\0",
        b"\0\0\0\x11",
        b"\0\0\0\x05\0\0\0\x09\x4e",
        PUG[:-1],
        PUG[:8] + b"\x40\x01" + PUG[10:],
        PUG[:10] + b"\xb0" + PUG[11:],
        PUG[:11] + b"\xff" * 10,
        wrap("0000" + "00101"),  # type 4
        wrap("0" * 40),
        wrap("1000" + "1" + "0" * 8),
        wrap("0000" + "00100" + "0" * 20 + "1" + "0" * 20),  # a model of a million values
    ],
)
def test_bad_bytes_are_refused(bad: bytes) -> None:
    with pytest.raises(MalformedError):
        parse_depth_representation(bad)


@given(
    st.builds(
        DepthRepresentation,
        st.sampled_from([t for t in RepresentationType if t != 3]),
        element,
        element,
        element,
        element,
    ),
    st.integers(0, 40),
)
@settings(max_examples=150, deadline=None)
def test_round_trip(ends: DepthRepresentation, view: int) -> None:
    needed = ends.d_min is not None or ends.d_max is not None
    written = DepthRepresentation(
        ends.type, ends.d_min, ends.d_max, ends.z_near, ends.z_far, view if needed else None
    )
    assert parse_depth_representation(build_depth_representation(written)) == written


@given(st.floats(min_value=1e-6, max_value=1e20))
@settings(max_examples=60, deadline=None)
def test_any_double_keeps_32_bits(value: float) -> None:
    written = DepthRepresentation(RepresentationType.UNIFORM_Z, z_near=value)
    read = parse_depth_representation(build_depth_representation(written)).z_near
    assert read is not None
    assert abs(read - value) <= value * 2.0**-33


def test_rounding_up_carries_into_the_exponent() -> None:
    almost_two = math.nextafter(2.0, 0.0)
    written = DepthRepresentation(RepresentationType.UNIFORM_Z, z_near=almost_two)
    assert parse_depth_representation(build_depth_representation(written)).z_near == 2.0


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 2.0**96, 1e29])
def test_what_the_coding_cannot_hold_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="cannot be coded"):
        build_depth_representation(DepthRepresentation(UNIFORM_DISPARITY, d_min=value))


def test_a_type_3_needs_its_model() -> None:
    with pytest.raises(ValueError, match="model"):
        build_depth_representation(DepthRepresentation(RepresentationType.NONUNIFORM_DISPARITY))
