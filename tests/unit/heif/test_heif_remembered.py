"""What was read from the same bytes is not read again, within bounds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from heicdepth_tui.errors import MalformedError, UnsupportedHeaderError
from heicdepth_tui.heif.header import parse_header
from heicdepth_tui.heif.picture_facts import Rotation
from heicdepth_tui.heif.remembered import remembered
from tests.support import golden


def test_the_same_bytes_are_read_once_under_the_same_bounds() -> None:
    read: list[tuple[bytes, int]] = []

    def note(content: bytes, limit: int) -> int:
        read.append((content, limit))
        return len(content)

    once = remembered(note, size=4)

    assert [once(b"abc", 1), once(b"abc", 1), once(b"abc", 2), once(b"x", 1)] == [3, 3, 3, 1]
    assert read == [(b"abc", 1), (b"abc", 2), (b"x", 1)]
    assert [once(b"longer", 1), once(b"longer", 1)] == [6, 6]
    assert read[3:] == [(b"longer", 1)] * 2


def test_only_the_last_ones_are_kept() -> None:
    read: list[bytes] = []

    def note(content: bytes) -> None:
        read.append(content)

    once = remembered(note, count=2)
    for content in (b"a", b"b", b"a", b"c", b"a", b"b"):
        once(content)

    assert read == [b"a", b"b", b"c", b"b"]


def test_an_error_is_raised_anew() -> None:
    def refuse(content: bytes) -> None:
        raise MalformedError(f"{len(content)} bytes")

    once = remembered(refuse)
    with pytest.raises(MalformedError) as first:
        once(b"abc")
    with pytest.raises(MalformedError) as second:
        once(b"abc")

    assert first.value is not second.value


def test_headers_do_not_depend_on_those_read_before() -> None:
    photos = [golden.load(name) for name in golden.NAMES]
    moved = [photo.replace(b"1.498047", b"1.234567") for photo in photos]

    first = [parse_header(photo) for photo in photos]
    changed = [parse_header(photo) for photo in reversed(moved)]
    again = [parse_header(photo) for photo in photos]

    assert again == first
    lows = [
        one.depth.calibration.float_min for one in (first[0], changed[-1]) if one.depth.calibration
    ]
    assert lows == [1.498047, 1.234567]


SEI = bytes.fromhex("4e01b109351f7bfc010bc62020")
"""The depth representation of pug.heic: d_min 1.498046875, d_max 4.3828125."""


def test_depth_ranges_differ_in_headers_of_one_layout() -> None:
    photo = golden.load("pug.heic")
    other = photo.replace(SEI, SEI.replace(b"\xc6", b"\xd6"))
    assert other != photo

    found = [parse_header(data).depth.representation for data in (photo, other, photo)]

    assert found[0] == found[2]
    assert found[0] is not None
    assert found[1] is not None
    assert (found[0].d_max, found[1].d_max) == (4.3828125, 5.3828125)


def test_places_differ_in_headers_of_one_layout() -> None:
    photo = golden.load("pug.heic")
    whole = parse_header(photo)
    rows = photo.index(b"iloc") + 12
    last = photo[: rows + 16 * 6]  # of a table that begins with the tiles
    longer = last[:-4] + (int.from_bytes(last[-4:], "big") + 5).to_bytes(4, "big")

    cut = parse_header(photo[: len(photo) // 2])
    moved = parse_header(longer + photo[len(longer) :])

    assert (whole.truncated, parse_header(photo).truncated) == ("", "")
    assert "tiles" in cut.truncated
    assert moved.primary.bytes == whole.primary.bytes + 5
    assert replace(moved.primary, bytes=whole.primary.bytes) == whole.primary


def test_turns_differ_in_headers_of_tables_that_are_alike() -> None:
    photo = golden.load("IMG_5622.HEIC")
    turned = photo.replace(b"irot\x03", b"irot\x01")

    found = [parse_header(data).primary.transforms for data in (photo, turned, photo)]

    assert found == [(Rotation(3),), (Rotation(1),), (Rotation(3),)]


def test_an_item_without_a_place_is_an_error_after_a_header_of_the_same_layout() -> None:
    photo = golden.load("pug.heic")
    parse_header(photo)
    at = photo.index(b"iloc") + 12
    primary = parse_header(photo).primary.id
    row = next(
        place
        for place in range(at, at + 16 * 60, 16)
        if int.from_bytes(photo[place : place + 2], "big") == primary
    )
    inside_another = photo[: row + 3] + b"\x02" + photo[row + 4 :]

    with pytest.raises(UnsupportedHeaderError, match="inside another item"):
        parse_header(inside_another)
