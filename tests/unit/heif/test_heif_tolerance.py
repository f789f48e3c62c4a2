"""Parts of a header that the picture does not need: each fails alone, as a stated problem."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from struct import pack
from typing import Any

import pytest

from heicdepth_tui.errors import HeaderError, LimitError, MalformedError, UnsupportedHeaderError
from heicdepth_tui.heif.depth_facts import DepthStatus
from heicdepth_tui.heif.header import parse_header, read_header
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.heif.summary import read_summary

Build = Any
GAIN_MAP = "urn:com:apple:photo:2020:aux:hdrgainmap"


def items_of(build: Build) -> list[Any]:
    tiff = b"MM\0*" + pack(">IHHHIHHI", 8, 1, 0xA401, 3, 1, 8, 0, 0)
    return [
        build.photo(1),
        build.depth(2),
        build.photo(3, 40, 30, properties=(build.auxc(GAIN_MAP),), refers={b"auxl": [1]}),
        build.photo(4, 16, 12, refers={b"thmb": [1]}),
        build.item(5, b"Exif", bytes(4) + tiff, refers={b"cdsc": [1]}),
    ]


def changed(build: Build, change: Callable[[list[Any]], None], **more: Any) -> bytes:
    items = items_of(build)
    change(items)
    return build.heif(items, **more)  # type: ignore[no-any-return]


def replaced(data: bytes, old: bytes, new: bytes) -> bytes:
    assert data.count(old) == 1
    assert len(old) == len(new)
    return data.replace(old, new)


def test_a_foreign_box_among_the_groups(build: Build) -> None:
    """A uuid box has 16 more bytes of header: as a group it would have 2,520,224,573 members."""
    group = pack(">I4s", 8 + 16 + 12, b"uuid") + bytes.fromhex("9637") * 14
    data = changed(build, lambda _: None, extra_meta=build.box(b"grpl", group))
    header = parse_header(data)
    assert (header.problems, header.depth.status) == ((), DepthStatus.PRESENT)


def test_a_spatial_photo_with_a_foreign_group(photos: Path) -> None:
    header = read_header(photos / "odd" / "made__group_of_type_uuid.heic")
    assert (header.depth.status, header.problems) == (DepthStatus.PRESENT, ())


def cut(name: bytes, count: int) -> Callable[[bytes], bytes]:
    """Turn the last ``count`` bytes of a box into a ``free`` box of its own, or into padding."""

    def change(data: bytes) -> bytes:
        at = data.index(name) - 4
        size = int.from_bytes(data[at : at + 4], "big")
        rest = pack(">I4s", count, b"free") + bytes(count - 8)
        return (
            data[:at] + pack(">I", size - count) + data[at + 4 : at + size - count]
            + rest + data[at + size :]
        )  # fmt: skip

    return change


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            lambda data: replaced(data, b"\0\0\0\0pict", b"\0\0\0\0vide"),
            "hdlr: the header describes no pictures (handler vide)",
        ),
        (cut(b"iloc", 16), "iloc: box iloc is cut off"),
        (cut(b"ipma", 8), "ipma: box ipma is cut off"),
        (cut(b"iinf", 21), ""),
        (
            lambda data: replaced(data, b"\x15infe\2\0\0\0\0\4", b"\xffinfe\2\0\0\0\0\4"),
            "iinf: box infe states 255 bytes",
        ),
        (
            lambda data: replaced(data, pack(">HHH", 3, 1, 1), pack(">HHH", 3, 9, 1)),
            "references auxl: a reference of item 3 is cut off",
        ),
        (
            lambda data: replaced(data, b"thmb\0\4\0\1\0\1", b"thmb\0\4\0\1\0\4"),
            "its items refer to each other in a circle (thmb 4 → 4)",
        ),
    ],
)  # fmt: skip
def test_a_broken_table_costs_what_it_describes(
    build: Build, tmp_path: Path, change: Callable[[bytes], bytes], problem: str
) -> None:
    data = change(build.heif(items_of(build)))
    header = parse_header(data)
    assert header.primary.coded == Size(64, 48)
    assert header.depth.status is DepthStatus.PRESENT
    assert problem in "\n".join([*header.problems, header.exif_problem])
    path = tmp_path / "photo.heic"
    path.write_bytes(data)
    row = read_summary(path)
    assert (row.problem, row.primary, row.depth) == ("", Size(64, 48), Size(32, 24))


def test_a_broken_box_behind_those_that_are_needed(build: Build) -> None:
    header = parse_header(build.heif(items_of(build), extra_meta=pack(">I4s", 99, b"free")))
    assert header.problems == ("meta: box free states 99 bytes, 8 are present",)
    assert header.depth.status is DepthStatus.PRESENT


def test_a_second_table_of_properties_that_is_broken(build: Build) -> None:
    data = build.heif(items_of(build))
    at = data.index(b"iprp") - 4
    size = int.from_bytes(data[at : at + 4], "big")
    more = pack(">I4sI", 12, b"ipma", 0)
    grown = data[:at] + pack(">I", size + 12) + data[at + 4 : at + size] + more + data[at + size :]
    meta = grown.index(b"meta") - 4
    length = int.from_bytes(grown[meta : meta + 4], "big") + 12
    header = parse_header(grown[:meta] + pack(">I", length) + grown[meta + 4 :])
    assert header.problems == ("ipma: box ipma is cut off",)
    assert header.depth.item is not None
    assert header.depth.item.coded == Size(32, 24)


def test_a_long_list_of_brands(build: Build) -> None:
    data = build.heif(items_of(build), meta_last=True)
    ftyp = build.box(b"ftyp", b"heic\0\0\0\0" + b"mif1" * 5_000)
    header = parse_header(ftyp + data[24:])
    assert header.primary.coded == Size(64, 48)
    assert len(header.compatible_brands) == 64


def test_properties_of_other_items_that_do_not_exist(build: Build) -> None:
    data = build.heif(items_of(build))
    # The thumbnail's associations: item 4, two properties.
    at = data.index(pack(">HB", 4, 2), data.index(b"ipma")) + 3
    header = parse_header(data[:at] + b"\xff" + data[at + 1 :])
    assert header.thumbnails == ()
    assert header.problems == (
        "thumbnail 4: item 4 refers to properties that do not exist (the file has 7)",
    )
    assert header.depth.status is DepthStatus.PRESENT


def test_derived_pictures_that_lead_in_a_circle(build: Build) -> None:
    derived = [
        build.item(n, b"iden", b"", [build.ispe(8, 8)], refers={b"dimg": [other]})
        for n, other in ((10, 11), (11, 10))
    ]
    header = parse_header(build.heif([*items_of(build), *derived]))
    assert header.depth.status is DepthStatus.PRESENT
    assert "its items refer to each other in a circle (dimg 10 → 11 → 10)" in header.problems
    with pytest.raises(MalformedError, match="circle"):
        parse_header(build.heif([*items_of(build), *derived], primary=11))


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        (2, "item 2 lies inside another item (construction method 2)"),
        (3, "auxiliary image 3: item 3 lies inside another item"),
        (4, "thumbnail 4: item 4 lies inside another item"),
        (5, "item 5 lies inside another item"),
    ],
)
def test_an_item_inside_another_item_costs_only_itself(
    build: Build, number: int, problem: str
) -> None:
    def change(items: list[Any]) -> None:
        items[number - 1].construction = 2
        items[number - 1].payload = b""

    header = parse_header(changed(build, change))
    assert header.primary.coded == Size(64, 48)
    said = [*header.problems, header.exif_problem, header.depth.reason]
    assert problem in "\n".join(said)


def test_a_bit_depth_that_is_cut_off(build: Build) -> None:
    photo = build.photo(1, properties=(build.full_box(b"pixi", b"\3\x08"),))
    header = parse_header(build.heif([photo]))
    assert (header.primary.bits, header.problems) == (8, ())


@pytest.mark.parametrize(
    ("item", "error", "words"),
    [
        (lambda b: b.item(1, properties=[b.box(b"hvcC")]), MalformedError, "no size"),
        (lambda b: b.photo(1, construction=2), UnsupportedHeaderError, "construction method 2"),
        (lambda b: b.photo(1, 99_999, 99_999), LimitError, "9,999,800,001 pixels"),
        (
            lambda b: b.photo(1, properties=(b.box(b"clap", bytes(32)),)),
            MalformedError,
            "denominator of zero",
        ),
    ],
)
def test_the_picture_itself_is_needed(
    build: Build, item: Callable[[Build], Any], error: type[HeaderError], words: str
) -> None:
    with pytest.raises(error, match=words):
        parse_header(build.heif([item(build), *items_of(build)[1:]]))


def test_errors_say_what_was_wrong_with_the_tables(build: Build) -> None:
    whole = build.heif(items_of(build))
    cut_off = replaced(whole, b"\x15infe\2\0\0\0\0\1", b"\xffinfe\2\0\0\0\0\1")
    with pytest.raises(MalformedError, match="item 1 does not exist; iinf: box infe states 255"):
        parse_header(cut_off)
    at = whole.index(b"ipma") + 8
    with pytest.raises(MalformedError, match=r"no size \(ispe\); ipma: box ipma is cut off"):
        parse_header(whole[: at + 6] + b"\xff" + whole[at + 7 :])


def test_unsupported_headers_are_labelled_so(build: Build, tmp_path: Path) -> None:
    path = tmp_path / "photo.heic"
    path.write_bytes(build.heif([build.photo(1)], version=7))
    assert read_summary(path).problem == "unsupported"
    ftyp = build.box(b"ftyp", b"msf1\0\0\0\0msf1hevc")
    path.write_bytes(ftyp + build.box(b"moov", bytes(100)))
    assert read_summary(path).problem == "unsupported"
    with pytest.raises(UnsupportedHeaderError, match="without a still picture"):
        read_header(path)


def test_a_jpeg_is_not_said_to_have_lost_its_depth(tmp_path: Path) -> None:
    path = tmp_path / "IMG_1.HEIC"
    path.write_bytes(b"\xff\xd8\xff\xe0 a photo")
    with pytest.raises(HeaderError) as caught:
        read_header(path)
    assert "this program reads HEIF files only" in str(caught.value)
    assert "original" not in str(caught.value)
