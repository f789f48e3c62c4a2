"""What was read from the same bytes is not read again, within bounds."""

from __future__ import annotations

import pytest

from heicdepth_tui.errors import MalformedError
from heicdepth_tui.heif.header import parse_header
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
