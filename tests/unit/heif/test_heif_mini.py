"""Low-overhead headers (mini boxes), from bits written by hand."""

from __future__ import annotations

from pathlib import Path
from struct import pack
from typing import Any

import pytest

from heicdepth_tui.errors import MalformedError, TruncatedError, UnsupportedHeaderError
from heicdepth_tui.heif.header import parse_header, read_header
from heicdepth_tui.heif.items import read_items
from heicdepth_tui.heif.limits import DEFAULT_LIMITS
from heicdepth_tui.heif.picture_facts import Extent, Mirror, Rotation, Size
from heicdepth_tui.heif.source import Source
from heicdepth_tui.heif.summary import read_summary
from tests.support.mini import mini, number

TIFF = b"MM\0*" + pack(">IHHHIHHI", 8, 1, 0xA401, 3, 1, 8, 0, 0)

GOLDEN = bytes.fromhex(
    "00000010667479706d69663368656963000000ea6d696e6908083f7e206e00d6010370000000000000000000"
    "1ef000fcfdf8f800000f03600001001840010c01ffff03700000030090000003000003001eba024060010000"
)
"""The first bytes of libheif's hevc32-mini.heif: 64 × 64, 4:2:0, a configuration of 110 bytes."""


def test_the_header_that_libheif_writes() -> None:
    # Its picture, which is not checked in, is 108 bytes long and ends the file.
    data = GOLDEN + bytes(250 - len(GOLDEN))
    header = parse_header(data)
    assert (header.brand, header.format, header.codec) == ("mif3", "HEIC", "hvc1")
    assert (header.primary.coded, header.primary.transforms) == (Size(64, 64), ())
    assert (header.primary.bits, header.primary.channels, header.primary.bytes) == (8, 3, 108)
    assert (header.colour.name, header.problems, header.truncated) == ("sRGB", (), "")
    with read_items(Source("", DEFAULT_LIMITS, data=data)) as table:
        coded = table.coded(1)
    assert coded.extents == (Extent(142, 108),)
    assert coded.hvcc is not None
    assert (len(coded.hvcc), coded.hvcc[:4]) == (110, b"\1\3\x70\0")
    assert coded.colr == (b"nclx" + pack(">3HB", 1, 13, 6, 0x80),)


def test_a_picture_with_everything(tmp_path: Path) -> None:
    data = mini(
        alpha=b"alpha", icc=b"not a profile", exif=TIFF, xmp=b"<x/>", bits=10, chroma=3,
        size=(4032, 3024), config=b"0123",
    )  # fmt: skip
    header = parse_header(data)
    assert (header.primary.coded, header.primary.bits) == (Size(4032, 3024), 10)
    assert (header.exif.custom_rendered, header.exif_problem) == (8, "")
    assert [(aux.name, aux.item.coded, aux.item.hidden) for aux in header.auxiliaries] == [
        ("alpha", Size(4032, 3024), True)
    ]
    with read_items(Source("", DEFAULT_LIMITS, data=data)) as table:
        assert [table.payload(item) for item in (1, 2, 6, 7)] == [
            b"picture", b"alpha", TIFF, b"<x/>",
        ]  # fmt: skip
        assert [table.coded(item).hvcc for item in (1, 2)] == [b"0123", b"0123"]
        # With a profile and no code points, those are unspecified (2).
        assert table.coded(1).colr == (
            b"nclx" + pack(">3HB", 2, 2, 6, 0x80),
            b"profnot a profile",
        )
    path = tmp_path / "photo.heif"
    path.write_bytes(data)
    row = read_summary(path)
    assert (row.problem, row.primary, row.format) == ("", Size(4032, 3024), "HEIC")


def test_avif_and_explicit_types() -> None:
    header = parse_header(mini(brand=b"avif", config=b"\x81\0\x0c\0", size=(128, 128)))
    assert (header.format, header.primary.coded) == ("AVIF", Size(128, 128))
    header = parse_header(mini(brand=b"xxxx", types=b"jpegjpgC", chroma=0))
    assert (header.codec, header.decodable, header.primary.channels) == ("jpeg", False, 1)
    assert header.undecodable_reason.startswith("the photo is coded as JPEG")


def test_code_points_are_read() -> None:
    assert parse_header(mini(codes=(12, 13, 6))).colour.name == "Display P3"


def test_hdr_metadata_is_skipped() -> None:
    """A light level (clli), a colour volume (cclv) with primaries, a viewing environment (amve)."""
    cclv = "00" + "1100" + "00" + number(7, 192) + number(7, 32)
    light = "101100" + number(7, 32) + cclv + number(7, 64)
    assert parse_header(mini(hdr="0" + light)).primary.bytes == 7


@pytest.mark.parametrize("same_size", [True, False])
def test_a_gain_map_is_skipped(same_size: bool) -> None:
    size = "1" if same_size else "0" + number(149, 15) + number(99, 15)
    # Monochrome of 8 bits, no profile of the tone map, but its code points; no light levels.
    form = number(2, 8) + "1" + "00" + "0" + "0"
    hdr = "1" + size + form + "0" + "1" + number(9, 25) + "000000" + "000000"
    data = mini(hdr=hdr, gain_map=b"gain map")
    with read_items(Source("", DEFAULT_LIMITS, data=data)) as table:
        assert table.payload(1) == b"picture"
        assert set(table.types) == {1}


@pytest.mark.parametrize(
    ("orientation", "transforms"),
    [
        (1, ()),
        (2, (Mirror(1),)),
        (3, (Rotation(2),)),
        (4, (Mirror(0),)),
        (5, (Rotation(1), Mirror(0))),
        (6, (Rotation(3),)),
        (7, (Rotation(3), Mirror(0))),
        (8, (Rotation(1),)),
    ],
)
def test_orientations(orientation: int, transforms: tuple[Any, ...]) -> None:
    header = parse_header(mini(orientation=orientation, alpha=b"a"))
    assert header.primary.transforms == transforms
    assert header.auxiliaries[0].item.transforms == transforms
    assert header.primary.displayed_size == (Size(200, 300) if orientation > 4 else Size(300, 200))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pillow_heif_decodes_the_same(tmp_path: Path, orientation: int) -> None:
    np = pytest.importorskip("numpy")
    pillow_heif = pytest.importorskip("pillow_heif")
    from heicdepth_tui.photo.decode import load
    from heicdepth_tui.photo.encode import encode_hevc
    from heicdepth_tui.photo.layers import PRIMARY

    picture = encode_hevc(
        np.arange(64 * 96 * 3, dtype=np.uint32).astype(np.uint8).reshape(64, 96, 3), quality=90
    )
    path = tmp_path / "photo.heif"
    path.write_bytes(
        mini(
            size=picture.size, orientation=orientation, config=picture.configuration,
            picture=picture.payload, chroma=3, xmp=b"<x/>",
        )
    )  # fmt: skip
    assert np.array_equal(load(path, PRIMARY).array, np.asarray(pillow_heif.open_heif(path)[0]))


def test_compressed_metadata_is_stated() -> None:
    header = parse_header(mini(exif=b"packed", xmp=b"packed", compressed=True))
    assert header.exif_problem == "the EXIF is compressed, which this program does not read"


def test_mini_boxes_that_are_not_read() -> None:
    with pytest.raises(UnsupportedHeaderError, match="version 1"):
        parse_header(mini(version=1))
    with pytest.raises(UnsupportedHeaderError, match="brand 'vvic'"):
        parse_header(mini(brand=b"vvic"))
    with pytest.raises(MalformedError, match="announces 113 bytes of data, 13 are there"):
        parse_header(mini(more=100))
    ftyp = pack(">I4s4s4s", 16, b"ftyp", b"mif3", b"heic")
    with pytest.raises(MalformedError, match="cut off in its fields"):
        parse_header(ftyp + pack(">I4s", 12, b"mini") + bytes(4))


def test_a_mini_file_that_is_cut() -> None:
    data = mini(picture=b"p" * 100, exif=TIFF)
    header = parse_header(data[:-60])
    assert header.truncated == "photo (34 of 100 bytes missing)"
    for end in range(16, len(data)):
        try:
            parse_header(data[:end])
        except (TruncatedError, MalformedError):
            assert end < len(data) - 100 - len(TIFF)


def test_mini_files_of_libheif(photos: Path) -> None:
    for name, size, codec in (("hevc", 64, "hvc1"), ("avif", 32, "av01")):
        header = read_header(photos / "odd" / f"libheif__{name}32-mini.heif")
        assert (header.primary.coded, header.codec) == (Size(size, size), codec)
        assert (header.decodable, header.problems) == (True, ())
