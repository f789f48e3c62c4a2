"""Item properties: sizes, bits, turns in ipma order, and the clean aperture."""

from __future__ import annotations

from struct import pack

import pytest

from heicdepth_tui.errors import MalformedError
from heicdepth_tui.heif.coded import transforms_of
from heicdepth_tui.heif.picture_facts import Crop, Mirror, Rotation, Size
from heicdepth_tui.heif.properties import (
    aux_type,
    clean_aperture,
    configured_bits,
    displayed_size,
    image_size,
    mirror,
    pixel_bits,
    rotation,
)


def clap(
    width: int, height: int, x: tuple[int, int] = (0, 1), y: tuple[int, int] = (0, 1)
) -> bytes:
    return pack(">IIIIiIiI", width, 1, height, 1, *x, *y)


@pytest.mark.parametrize(
    ("frame", "content", "crop"),
    [
        (Size(100, 80), clap(100, 80), Crop(0, 0, 100, 80)),
        (Size(100, 80), clap(60, 40), Crop(20, 20, 60, 40)),
        (Size(100, 80), clap(60, 40, (-20, 1), (20, 1)), Crop(0, 40, 60, 40)),
        # An odd crop of an even frame lies at half a sample: left rounds down, top up.
        (Size(100, 80), clap(99, 79), Crop(0, 1, 99, 79)),
        (Size(100, 80), clap(99, 79, (1, 2), (1, 2)), Crop(1, 1, 99, 79)),
        (Size(100, 80), clap(99, 79, (-1, 2), (-1, 2)), Crop(0, 0, 99, 79)),
        # What reaches over the edge is cut there, as decoders do.
        (Size(100, 80), clap(60, 40, (30, 1)), Crop(50, 20, 50, 40)),
        (Size(100, 80), clap(200, 200), Crop(0, 0, 100, 80)),
        # A width of 60.5 samples: left 19.75 rounds to 19, right 19 + 59.5 to 79.
        (Size(100, 80), pack(">IIIIiIiI", 121, 2, 40, 1, 0, 1, 0, 1), Crop(19, 20, 61, 40)),
    ],
)  # fmt: skip
def test_clean_aperture(frame: Size, content: bytes, crop: Crop) -> None:
    assert clean_aperture(content, frame) == crop


@pytest.mark.parametrize(
    "content",
    [
        clap(0, 10),
        clap(10, 10, (1000, 1)),
        clap(10, 10, (0, 1), (-1000, 1)),
        clap(10, 10, (0, 0)),
        pack(">IIIIiIiI", 10, 0, 10, 1, 0, 1, 0, 1),
        clap(10, 10)[:-1],
        b"",
    ],
)
def test_clean_apertures_that_make_no_sense(content: bytes) -> None:
    with pytest.raises(MalformedError, match="clap"):
        clean_aperture(content, Size(100, 80))


def test_transforms_apply_in_their_order() -> None:
    turn, crop = (b"irot", b"\1"), (b"clap", clap(60, 40))
    size = Size(100, 80)
    turned_first = transforms_of(size, [turn, crop, (b"imir", b"\1")])
    assert turned_first == (Rotation(1), Crop(10, 30, 60, 40), Mirror(1))
    assert displayed_size(size, turned_first) == Size(60, 40)
    cropped_first = transforms_of(size, [crop, (b"imir", b"\0"), turn])
    assert cropped_first == (Crop(20, 20, 60, 40), Mirror(0), Rotation(1))
    assert displayed_size(size, cropped_first) == Size(40, 60)
    assert transforms_of(size, [(b"irot", b"\0")]) == ()
    assert displayed_size(size, transforms_of(size, [(b"irot", b"\2")])) == size


def test_bits() -> None:
    assert pixel_bits(b"\0\0\0\0\3\x08\x08\x0a") == (8, 8, 10)
    hvcc = bytes(16) + bytes([0xFC | 1, 0xF8 | 2])
    assert configured_bits(b"hvcC", hvcc) == (10, 3)
    assert configured_bits(b"hvcC", bytes(16) + b"\xfc\xf8") == (8, 1)
    assert configured_bits(b"hvcC", bytes(17)) is None
    assert configured_bits(b"av1C", b"\x81\0\x1c") == (8, 1)
    assert configured_bits(b"av1C", b"\x81\0\x4c") == (10, 3)
    assert configured_bits(b"av1C", b"\x81\0\x6c") == (12, 3)


def test_auxiliary_type() -> None:
    assert aux_type(b"\0\0\0\0urn:x\0\1\2") == ("urn:x", b"\1\2")
    assert aux_type(b"\0\0\0\0urn:\xff\0") == ("urn:\ufffd", b"")


def test_a_bit_depth_that_is_cut_off_is_left_out() -> None:
    assert pixel_bits(b"\0\0\0\0\2\x08\x08") == (8, 8)
    assert pixel_bits(b"\0\0\0\0\3\x08\x08") is None
    assert pixel_bits(b"") is None


def test_contents_that_are_cut_off() -> None:
    for read, content in (
        (image_size, bytes(11)),
        (rotation, b""),
        (mirror, b""),
        (aux_type, b"\0\0\0\0urn:x"),
    ):
        with pytest.raises(MalformedError):
            read(content)


@pytest.mark.parametrize(("width", "height"), [(0, 8), (8, 0)])
def test_a_picture_without_samples(width: int, height: int) -> None:
    with pytest.raises(MalformedError, match="states"):
        image_size(pack(">4xII", width, height))
