"""Presence and decodability are two facts: item types that the decoders do not read."""

from __future__ import annotations

from pathlib import Path
from struct import pack
from typing import Any

import pytest

from heicdepth_tui.heif.depth_facts import DepthStatus
from heicdepth_tui.heif.facts import Header
from heicdepth_tui.heif.header import parse_header, read_header
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.heif.summary import read_summary

Build = Any
DEPTH_URN = "urn:mpeg:hevc:2015:auxid:2"


def coded(build: Build, number: int, kind: bytes, *properties: bytes, **more: Any) -> Any:
    return build.item(number, kind, properties=[build.ispe(64, 48), *properties], **more)


def both(data: bytes, tmp_path: Path) -> tuple[Header, Any]:
    """Header and summary of the same bytes."""
    path = tmp_path / "photo.heic"
    path.write_bytes(data)
    return read_header(path), read_summary(path)


@pytest.mark.parametrize(
    ("kind", "how"),
    [
        (b"jpeg", "coded as JPEG (item type jpeg)"),
        (b"j2k1", "coded as JPEG 2000 (item type j2k1)"),
        (b"unci", "stored uncompressed (item type unci)"),
        (b"avc1", "coded as AVC/H.264 (item type avc1)"),
        (b"vvc1", "coded as VVC/H.266 (item type vvc1)"),
        (b"evc1", "coded as MPEG-5 EVC (item type evc1)"),
        (b"mski", "stored as a mask (item type mski)"),
    ],
)
def test_depth_of_a_type_that_no_decoder_reads(
    build: Build, tmp_path: Path, kind: bytes, how: str
) -> None:
    depth = coded(build, 2, kind, build.auxc(DEPTH_URN), refers={b"auxl": [1]})
    header, summary = both(build.heif([build.photo(1), depth]), tmp_path)
    assert (header.depth.status, header.depth.reason) == (DepthStatus.PRESENT, "")
    assert header.depth.decodable is False
    clause = f"{how}, which this program cannot decode"
    assert header.depth.undecodable_reason == f"the depth map is {clause}"
    assert header.auxiliaries[0].undecodable_reason == clause
    assert (header.decodable, header.undecodable_reason) == (True, "")
    assert (summary.status, summary.depth) == (DepthStatus.PRESENT, Size(64, 48))
    assert (summary.decodable, summary.depth_decodable) == (True, False)


def test_a_photo_of_a_type_that_no_decoder_reads(build: Build, tmp_path: Path) -> None:
    depth = build.depth(2)
    header, summary = both(build.heif([coded(build, 1, b"jpeg"), depth]), tmp_path)
    assert header.decodable is False
    assert header.undecodable_reason == (
        "the photo is coded as JPEG (item type jpeg), which this program cannot decode"
    )
    assert header.depth.decodable is True
    assert (summary.problem, summary.primary) == ("", Size(64, 48))
    assert (summary.decodable, summary.depth_decodable) == (False, True)


@pytest.mark.parametrize("kind", [b"hvc1", b"av01"])
def test_types_that_are_decoded(build: Build, tmp_path: Path, kind: bytes) -> None:
    header, summary = both(build.heif([build.photo(1, type=kind)]), tmp_path)
    assert (header.decodable, header.undecodable_reason, summary.decodable) == (True, "", True)


@pytest.mark.parametrize(
    ("tile", "reason"),
    [
        (b"hvc1", ""),
        (b"av01", ""),
        (b"avc1", "made of tiles coded as AVC/H.264 (item type avc1), which"),
    ],
)
def test_a_grid_is_decoded_where_its_tiles_are(
    build: Build, tmp_path: Path, tile: bytes, reason: str
) -> None:
    grid = build.item(
        1, b"grid", bytes(4) + pack(">HH", 64, 48), [build.ispe(64, 48)],
        construction=1, refers={b"dimg": [2]},
    )  # fmt: skip
    header, summary = both(build.heif([grid, build.photo(2, type=tile)]), tmp_path)
    assert header.primary.undecodable_reason.startswith(reason)
    assert header.decodable is summary.decodable is (not reason)


def test_an_overlay_with_one_source_that_is_not_decoded(build: Build) -> None:
    overlay = coded(build, 1, b"iovl", refers={b"dimg": [2, 3]})
    items = [overlay, build.photo(2), coded(build, 3, b"unci")]
    header = parse_header(build.heif(items))
    assert header.undecodable_reason == (
        "the photo is made of pictures stored uncompressed (item type unci), "
        "which this program cannot decode"
    )


def test_an_overlay_of_av1_pictures(build: Build) -> None:
    overlay = coded(build, 1, b"iovl", refers={b"dimg": [2]})
    header = parse_header(build.heif([overlay, build.photo(2, type=b"av01")]))
    assert header.undecodable_reason == (
        "the photo is made of pictures coded as AV1 (item type av01), which this program cannot "
        "put together"
    )


@pytest.mark.parametrize(("flags", "bits"), [(0x0C, 8), (0x4C, 10), (0x6C, 12)])
def test_depth_in_av1_is_not_rounded_to_8_bits(
    build: Build, tmp_path: Path, flags: int, bits: int
) -> None:
    av1c = build.box(b"av1C", bytes([0x81, 0, flags, 0]))
    depth = coded(build, 2, b"av01", av1c, build.auxc(DEPTH_URN), refers={b"auxl": [1]})
    photo = coded(build, 1, b"av01", av1c)
    header, summary = both(build.heif([photo, depth], brand=b"avif"), tmp_path)
    reason = f"coded as AV1 with {bits} bits, which this program can only decode to 8"
    expected = "" if bits == 8 else reason
    assert header.depth.item is not None
    assert header.depth.item.undecodable_reason == expected
    assert header.auxiliaries[0].undecodable_reason == expected
    assert header.depth.decodable is summary.depth_decodable is (bits == 8)
    # Of a photo only the eye would tell.
    assert (header.decodable, summary.decodable) == (True, True)


def test_of_several_depth_maps_one_that_is_decoded_is_chosen(build: Build, tmp_path: Path) -> None:
    jpeg = coded(build, 9, b"jpeg", build.auxc(DEPTH_URN), refers={b"auxl": [1]})
    header, summary = both(build.heif([build.photo(1), build.depth(4), jpeg]), tmp_path)
    assert header.depth.item is not None
    assert (header.depth.item.id, header.depth.decodable) == (4, True)
    (other,) = header.depth.others
    assert other.item is not None
    assert (other.item.id, other.status, other.decodable) == (9, DepthStatus.PRESENT, False)
    assert (summary.depth, summary.depth_decodable) == (Size(32, 24), True)


def test_photos_whose_coding_is_not_read(photos: Path) -> None:
    header = read_header(photos / "odd" / "made__depth_coded_as_jpeg.heic")
    assert (header.depth.status, header.depth.decodable) == (DepthStatus.PRESENT, False)
    assert "coded as JPEG (item type jpeg)" in header.depth.undecodable_reason
    assert header.depth.representation is not None
    header = read_header(photos / "odd" / "libheif__jpeg32.heif")
    assert (header.decodable, header.primary.coded) == (False, Size(32, 32))
    assert read_header(photos / "odd" / "libheif__avif_renamed.heic").decodable
