"""The item table: what is tied to what, where payloads lie, and what is refused."""

from __future__ import annotations

from pathlib import Path
from struct import pack
from typing import Any

import pytest

from heicdepth_tui.errors import (
    FileAccessError,
    LimitError,
    MalformedError,
    TruncatedError,
    UnsupportedHeaderError,
)
from heicdepth_tui.heif.items import ItemTable, read_items
from heicdepth_tui.heif.limits import DEFAULT_LIMITS, Limits
from heicdepth_tui.heif.picture_facts import Crop, Extent, Grid, Mirror, Rotation, Size
from heicdepth_tui.heif.source import Source

Build = Any


def table(data: bytes, limits: Limits = DEFAULT_LIMITS) -> ItemTable:
    return read_items(Source("", limits, data=data), limits=limits)


def grid_item(build: Build, number: int, tiles: list[int], layout: bytes, **more: Any) -> Any:
    properties = more.pop("properties", [build.ispe(100, 40)])
    return build.item(
        number, b"grid", layout, properties, construction=1, refers={b"dimg": tiles}, **more
    )


def test_an_item_as_a_decoder_needs_it(build: Build) -> None:
    turns = (
        build.box(b"irot", b"\3"),
        build.box(b"imir", b"\1"),
        build.box(b"clap", pack(">IIIIiIiI", 20, 1, 40, 1, 0, 1, 0, 1)),
    )
    colours = (build.box(b"colr", b"nclx\0\1\0\x0d\0\6\x80"), build.box(b"colr", b"profICC"))
    data = build.heif(
        [
            build.photo(1),
            build.photo(
                7,
                64,
                48,
                payload=b"0123456789",
                properties=(*colours, build.full_box(b"pixi", b"\1\x0a"), *turns),
            ),
        ]
    )
    coded = table(data).coded(7)
    assert (coded.id, coded.type, coded.size) == (7, "hvc1", Size(64, 48))
    assert coded.hvcc is not None
    assert coded.hvcc[0] == 1
    assert (coded.pixi, coded.bits, coded.channels) == ((10,), 10, 1)
    assert coded.colr == (b"nclx\0\1\0\x0d\0\6\x80", b"profICC")
    # Turned to 48 × 64, mirrored, then 20 × 40 of it.
    assert coded.transforms == (Rotation(3), Mirror(1), Crop(14, 12, 20, 40))
    assert coded.displayed_size == Size(20, 40)
    assert coded.extents == (Extent(data.index(b"0123456789"), 10),)
    assert coded.construction_method == 0


def test_payloads_in_mdat_and_idat(build: Build, tmp_path: Path) -> None:
    items = [
        build.photo(1, payload=b"first"),
        build.photo(2, payload=b"second", construction=1),
        build.photo(3, payload=b"third", construction=1),
    ]
    for options in (
        {},
        {"meta_last": True},
        {"meta_last": True, "large_mdat": True},
        {"large_mdat": True},
        {"open_mdat": True},
    ):
        data = build.heif(items, **options)
        path = tmp_path / "photo.heic"
        path.write_bytes(data)
        with read_items(path) as read:
            assert [read.payload(item) for item in (1, 2, 3)] == [b"first", b"second", b"third"]
            assert read.coded(3).extents == (Extent(data.index(b"third"), 5),)
            assert read.length(3) == 5
        with pytest.raises(FileAccessError, match="closed"):
            read.payload(1)


def test_a_payload_in_several_extents(build: Build) -> None:
    iloc = build.full_box(b"iloc", pack(">HHHHHH4I", 0x4400, 1, 1, 0, 0, 2, 8, 4, 16, 4), version=1)
    data = build.heif([build.photo(1)])
    at = data.index(b"iloc") - 4
    old = int.from_bytes(data[at : at + 4], "big")
    content = data[:at] + iloc + data[at + old :]
    meta = data.index(b"meta") - 4
    size = int.from_bytes(data[meta : meta + 4], "big") - old + len(iloc)
    data = content[:meta] + pack(">I", size) + content[meta + 4 :]
    assert table(data).payload(1) == data[8:12] + data[16:20]


def test_payloads_that_are_refused(build: Build) -> None:
    items = [build.photo(1, payload=b"x" * 100), build.photo(2, payload=b"y")]
    end = len(build.heif(items))
    read = table(build.heif(items, extents={1: (end - 10, 100), 2: (2**31, 5)}))
    with pytest.raises(TruncatedError, match="past the end"):
        read.payload(1)
    assert (read.missing(1), read.missing(2)) == (90, 5)
    assert not read.all_inside()
    with pytest.raises(LimitError, match="100 bytes; the limit is 99"):
        table(build.heif(items)).payload(1, limit=99)
    with pytest.raises(TruncatedError, match="the whole file"):
        table(build.heif(items, extents={1: (0, 100_000)})).payload(1)
    with pytest.raises(MalformedError, match="item 9 does not exist"):
        read.coded(9)


def test_payloads_that_lie_nowhere(build: Build) -> None:
    inside = build.photo(2, payload=b"abc", construction=1)
    data = build.heif([build.photo(1), inside], extents={2: (1, 3)})
    with pytest.raises(MalformedError, match="past the end of its idat"):
        table(data).payload(2)
    none = build.heif([build.photo(1), build.photo(2, payload=b"", construction=1)])
    with pytest.raises(MalformedError, match="idat box that does not exist"):
        table(none).payload(2)
    other = build.heif([build.photo(1), build.photo(2, payload=b"", construction=2)])
    with pytest.raises(UnsupportedHeaderError, match="construction method 2"):
        table(other).payload(2)


def test_grids_in_both_widths(build: Build) -> None:
    tiles = [build.photo(n, hidden=True) for n in (2, 3)]
    for layout in (b"\0\0\0\1" + pack(">HH", 100, 40), b"\0\1\0\1" + pack(">II", 100, 40)):
        read = table(build.heif([grid_item(build, 1, [2, 3], layout), *tiles]))
        assert read.grid(1) == Grid(1, 2, 100, 40, (2, 3))
        assert read.dimg(1) == (2, 3)
        assert read.grid(2) is None
        assert read.hidden() == {2, 3}


@pytest.mark.parametrize(
    ("layout", "tiles", "error"),
    [
        (b"\0\0\0\1\0\x64\0", [2, 3], "cut off"),
        (b"\0\1\0\1\0\x64\0\x28", [2, 3], "cut off"),
        (b"\0\0\0\2\0\x64\0\x28", [2, 3], "1 rows × 3 columns, but 2 tiles"),
        (b"\0\0\0\0\0\x64\0\x28", [], "but 0 tiles"),
    ],
)
def test_grids_that_make_no_sense(
    build: Build, layout: bytes, tiles: list[int], error: str
) -> None:
    data = build.heif([grid_item(build, 1, tiles, layout), build.photo(2), build.photo(3)])
    with pytest.raises(MalformedError, match=error):
        table(data).grid(1)


def test_sizes_over_the_limit(build: Build) -> None:
    read = table(build.heif([build.photo(1, 65_535, 65_535)]))
    with pytest.raises(LimitError, match=r"65535×65535 = 4,294,836,225 pixels.*250,000,000"):
        read.coded(1)
    with pytest.raises(LimitError):
        read.displayed_size(1)
    # The honest 200-megapixel photo passes.
    assert table(build.heif([build.photo(1, 16_320, 12_240)])).coded(1).size == Size(16_320, 12_240)


def test_properties_that_are_missing(build: Build) -> None:
    with pytest.raises(MalformedError, match="no size"):
        table(build.heif([build.item(1, properties=[build.box(b"hvcC", b"\1")])])).coded(1)
    data = build.heif([build.photo(1)])
    at = data.index(b"ipma") + 15
    with pytest.raises(MalformedError, match="properties that do not exist"):
        table(data[:at] + b"\x7f" + data[at + 1 :]).coded(1)
    # Index 0 means no property.
    assert table(data[: at + 1] + b"\0" + data[at + 2 :]).coded(1).hvcc is None


def test_metadata_items(build: Build) -> None:
    xmp = build.xmp(5, 1, b"<x/>")
    packed = build.item(6, b"mime", name=b"\0Image/X\0deflate\0")
    read = table(build.heif([build.photo(1), xmp, packed]))
    assert read.content_type(5) == "application/rdf+xml"
    assert read.content_encoding(5) == ""
    assert (read.content_type(6), read.content_encoding(6)) == ("image/x", "deflate")
    assert read.content_type(1) == ""
    assert read.referrers(b"cdsc", 1) == (5,)
    assert read.referrers(b"thmb", 1) == ()
    assert read.of_type(b"mime") == (5, 6)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ((b"pitm", b"xxxx"), "no primary picture"),
        ((b"iinf", b"xxxx"), "no primary picture"),
    ],
)
def test_headers_without_a_picture(build: Build, change: tuple[bytes, bytes], error: str) -> None:
    with pytest.raises(MalformedError, match=error):
        table(build.heif([build.photo(1)]).replace(*change))


def test_a_meta_box_of_an_unknown_version(build: Build) -> None:
    with pytest.raises(UnsupportedHeaderError, match="version 32"):
        table(build.heif([build.photo(1)], version=32))


def test_tables_remembered_from_another_file_do_not_leak(build: Build) -> None:
    # Same item lists, byte for byte, under other limits: refused all the same.
    data = build.heif([build.photo(n) for n in range(1, 9)])
    assert len(table(data).types) == 8
    with pytest.raises(LimitError, match="8 items"):
        table(data, Limits(items=7))
    assert len(table(data).types) == 8


def test_errors_name_the_file(build: Build, tmp_path: Path) -> None:
    path = tmp_path / "broken.heic"
    path.write_bytes(build.heif([build.photo(1)])[:100])
    with pytest.raises(TruncatedError, match=r"broken\.heic.*cut short"):
        read_items(path)
