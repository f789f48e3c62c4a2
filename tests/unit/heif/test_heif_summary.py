"""The row of the list: the same facts as the whole header, and no exception for any file."""

from __future__ import annotations

import os
from pathlib import Path
from struct import pack
from typing import Any

import pytest

from heicdepth_tui.errors import HeaderError
from heicdepth_tui.heif.depth_facts import DepthStatus
from heicdepth_tui.heif.facts import HeaderSummary
from heicdepth_tui.heif.header import read_header
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.heif.summary import read_summary

Build = Any


@pytest.fixture
def summary(tmp_path: Path) -> Any:
    """Write bytes to a file and return its summary."""

    def read(data: bytes) -> HeaderSummary:
        path = tmp_path / "photo.heic"
        path.write_bytes(data)
        return read_summary(path)

    return read


def exif(build: Build, number: int, rendered: int) -> Any:
    date = b"2023:02:21 14:33:08\0"
    tiff = b"II*\0" + pack("<IH", 8, 2)
    tiff += pack("<HHII", 0x132, 2, len(date), 38) + pack("<HHII", 0xA401, 3, 1, rendered)
    return build.item(number, b"Exif", bytes(4) + tiff + bytes(4) + date, refers={b"cdsc": [1]})


def test_a_photo_with_depth(build: Build, summary: Any) -> None:
    turned = build.photo(1, 640, 480, properties=(build.box(b"irot", b"\1"),))
    data = build.heif([turned, build.depth(2), exif(build, 3, 8)])
    assert summary(data) == HeaderSummary(
        file_size=len(data),
        primary=Size(480, 640),
        status=DepthStatus.PRESENT,
        depth=Size(32, 24),
        date="2023-02-21 14:33:08",
        format="HEIC",
    )


def test_the_four_states_of_depth(build: Build, summary: Any) -> None:
    photo = build.photo(1)
    assert summary(build.heif([photo])).status is DepthStatus.ABSENT
    assert summary(build.heif([photo, exif(build, 2, 8)])).status is DepthStatus.STRIPPED
    assert summary(build.heif([photo, build.depth(2, of=9)])).status is DepthStatus.UNREADABLE
    for broken in (
        build.depth(2, type=b"abcd"),
        build.depth(2, payload=b""),
        build.item(2, properties=[build.auxc("urn:mpeg:hevc:2015:auxid:2")], refers={b"auxl": [1]}),
    ):
        row = summary(build.heif([photo, broken]))
        assert (row.status, row.depth, row.problem) == (DepthStatus.UNREADABLE, None, "")


def test_a_bad_exif_costs_only_the_date(build: Build, summary: Any) -> None:
    row = summary(build.heif([build.photo(1), build.item(2, b"Exif", b"nothing")]))
    assert (row.date, row.problem, row.primary) == (None, "", Size(64, 48))


def test_what_cannot_be_shown_says_so_in_a_few_words(build: Build, summary: Any) -> None:
    photo = build.heif([build.photo(1, payload=b"x" * 100), exif(build, 2, 8)])
    cut = build.heif([build.photo(1), build.photo(2)], extents={1: (10**6, 5)})
    for data, problem in (
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"", "empty file"),
        (b"version https://git-lfs.github.com/spec/v1", "git-lfs pointer"),
        (photo[:100], "cut short"),
        (cut, "cut short"),
        (build.heif([build.photo(1, 65535, 65535)]), "too large"),
        (build.heif([build.photo(1)], primary=3), "malformed"),
        (build.heif([build.item(1, b"Exif", b"", [build.ispe(4, 4)])]), "malformed"),
    ):
        row = summary(data)
        assert (row.problem, row.primary, row.file_size) == (problem, None, len(data))


def test_a_photo_cut_short_keeps_its_date(build: Build, summary: Any) -> None:
    photos = [exif(build, 2, 8), build.photo(1, payload=b"x" * 100)]
    row = summary(build.heif(photos)[:-50])
    assert (row.problem, row.date) == ("cut short", "2023-02-21 14:33:08")


def test_files_that_are_none(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.heic"
    os.mkfifo(pipe)
    assert read_summary(pipe).problem == "a pipe"
    assert read_summary(tmp_path).problem == "a folder"
    assert read_summary(tmp_path / "gone").problem == "vanished"
    assert read_summary("/dev/zero").problem == "a device"


def test_formats(build: Build, summary: Any) -> None:
    for kind, name in ((b"hvc1", "HEIC"), (b"av01", "AVIF"), (b"jpeg", "HEIF")):
        photo = build.item(1, kind, b"x", [build.ispe(8, 8)])
        assert summary(build.heif([photo])).format == name
    tile = build.item(2, b"av01", b"x", [build.ispe(8, 8)])
    grid = build.item(
        1, b"grid", b"\0\0\0\0\0\x08\0\x08", [build.ispe(8, 8)],
        construction=1, refers={b"dimg": [2]},
    )  # fmt: skip
    assert summary(build.heif([grid, tile])).format == "AVIF"


@pytest.mark.parametrize("folder", ["real", "odd"])
def test_summaries_and_headers_of_all_photos_agree(photos: Path, folder: str) -> None:
    for path in sorted((photos / folder).iterdir()):
        row = read_summary(path)
        assert row.file_size == path.stat().st_size
        try:
            header = read_header(path)
        except HeaderError:
            # The summary leaves grid layouts and the sum of all metadata unread.
            assert row.problem or "6045213633282048" in path.name
            continue
        if header.truncated:
            assert row.problem == "cut short"
            continue
        depth = header.depth.item.displayed_size if header.depth.item else None
        assert row == HeaderSummary(
            header.file_size, header.primary.displayed_size, header.depth.status, depth,
            header.exif.date, "", header.format, header.decodable,
            header.depth.decodable or header.depth.status is not DepthStatus.PRESENT,
        )  # fmt: skip
