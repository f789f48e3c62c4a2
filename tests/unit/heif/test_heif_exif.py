"""EXIF: both byte orders, bounds, loops, and values that make no sense."""

from __future__ import annotations

from struct import pack

import pytest

from heicdepth_tui.errors import MalformedError
from heicdepth_tui.heif.exif import parse_exif, parse_exif_item, parse_exif_row
from heicdepth_tui.heif.facts import Exif

Tag = tuple[int, int, int, bytes]


def text(tag: int, value: str) -> Tag:
    raw = value.encode() + b"\0"
    return tag, 2, len(raw), raw


def tiff(order: str, first: list[Tag], second: list[Tag]) -> bytes:
    """A TIFF structure with IFD0 and an EXIF IFD."""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    second_at = 8 + 2 + 12 * (len(first) + 1) + 4
    data_at = second_at + 2 + 12 * len(second) + 4
    data = b""

    def rows(tags: list[Tag]) -> bytes:
        nonlocal data
        out = pack(order + "H", len(tags))
        for tag, kind, count, raw in tags:
            if len(raw) > 4:
                value = pack(order + "I", data_at + len(data))
                data += raw
            else:
                value = raw.ljust(4, b"\0")
            out += pack(order + "HHI", tag, kind, count) + value
        return out + bytes(4)

    pointer = (0x8769, 4, 1, pack(order + "I", second_at))
    directories = rows([*first, pointer]) + rows(second)
    return mark + pack(order + "I", 8) + directories + data


def whole(order: str) -> bytes:
    return tiff(
        order,
        [
            text(0x10F, "Apple"),
            text(0x110, "iPhone 13 Pro"),
            (0x112, 3, 1, pack(order + "H", 6)),
            text(0x132, "2023:02:22 00:00:00"),
            (0x8825, 4, 1, pack(order + "I", 9)),
        ],
        [
            text(0x9003, "2023:02:21 14:33:08"),
            (0x920A, 5, 1, pack(order + "II", 57, 10)),
            (0xA401, 3, 1, pack(order + "H", 8)),
            (0xA405, 3, 1, pack(order + "H", 26)),
            text(0xA434, "back camera 5.7mm f/1.5"),
        ],
    )


WANTED = Exif(
    make="Apple",
    model="iPhone 13 Pro",
    lens="back camera 5.7mm f/1.5",
    date="2023-02-21 14:33:08",
    orientation=6,
    focal_length=5.7,
    focal_length_35mm=26.0,
    custom_rendered=8,
    has_gps=True,
)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    "before", [bytes(4), b"\0\0\0\x06Exif\0\0", b"", b"\0\0\0\0Exif\0\0", b"\xff\xff\xff\xff"]
)
def test_both_byte_orders_behind_any_offset(order: str, before: bytes) -> None:
    payload = before + whole(order)
    assert parse_exif_item(payload) == WANTED
    assert WANTED.portrait
    assert parse_exif_row(payload) == ("2023-02-21 14:33:08", 8)


@pytest.mark.parametrize("order", ["<", ">"])
def test_cut_off_anywhere(order: str) -> None:
    data = whole(order)
    for end in range(len(data)):
        try:
            read = parse_exif(data[:end])
        except MalformedError:
            continue
        assert read.custom_rendered in (8, None)


def test_a_directory_that_points_at_itself_ends() -> None:
    loop = b"II*\0" + pack("<I", 8) + pack("<HHHIII", 1, 0x8769, 4, 1, 8, 8)
    assert parse_exif(loop) == Exif()


def test_a_count_of_65535_entries_is_not_obeyed() -> None:
    row = pack("<HHII", 0x0001, 3, 1, 0)
    data = b"II*\0" + pack("<I", 8) + pack("<H", 65535) + row * 300 + pack("<HHII", 0x112, 3, 1, 3)
    assert parse_exif(data).orientation is None


@pytest.mark.parametrize(
    "date", ["0000:00:00 00:00:00", "2023:13:01 00:00:00", "2023:01:01 25:00:00", "soon", "    "]
)
def test_dates_that_are_none(date: str) -> None:
    assert parse_exif(tiff("<", [text(0x132, date)], [])).date is None


def test_the_date_of_the_change_stands_in() -> None:
    data = tiff("<", [text(0x132, "2020-01-02 03:04:05")], [text(0x9003, "0000:00:00 00:00:00")])
    assert parse_exif(data).date == "2020-01-02 03:04:05"


def test_values_that_make_no_sense_are_none() -> None:
    read = parse_exif(
        tiff(
            "<",
            [(0x112, 3, 1, pack("<H", 9)), (0x10F, 7, 4, b"Appl"), (0x110, 2, 900, b"x" * 900)],
            [(0x920A, 5, 1, pack("<II", 5, 0)), (0xA405, 3, 1, pack("<H", 0)), (0xA401, 2, 0, b"")],
        )
    )
    assert read == Exif(model="x" * 128)


def test_a_rational_outside_the_data() -> None:
    data = tiff("<", [], [(0x920A, 5, 1, pack("<I", 0xFFFFFFF0))])
    assert parse_exif(data).focal_length is None


@pytest.mark.parametrize("bad", [b"", b"II*\0", b"GIF89a", bytes(100), b"MM\0*" + b"\xff" * 8])
def test_what_is_no_tiff(bad: bytes) -> None:
    with pytest.raises(MalformedError):
        parse_exif_item(bytes(4) + bad)
