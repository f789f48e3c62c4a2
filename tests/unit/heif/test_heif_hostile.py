"""Hostile files: bombs, mutants and lies end in one of our errors, after a bounded read."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from pathlib import Path
from struct import pack
from typing import Any

import pytest

from heicdepth_tui.errors import HeaderError, LimitError, MalformedError
from heicdepth_tui.heif.depth_facts import DepthStatus
from heicdepth_tui.heif.facts import Header
from heicdepth_tui.heif.header import parse_header, read_header
from heicdepth_tui.heif.summary import read_summary
from tests.support import golden

Build = Any
PUG_SEI = bytes.fromhex("000000110000000d4e01b109351f7bfc010bc62020")
MOST_BYTES = 9_000_000


@pytest.fixture
def bytes_read(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The lengths of all reads."""
    lengths: list[int] = []
    pread = os.pread

    def counted(descriptor: int, length: int, offset: int) -> bytes:
        lengths.append(length)
        return pread(descriptor, length, offset)

    monkeypatch.setattr(os, "pread", counted)
    yield lengths
    assert sum(lengths) <= MOST_BYTES


def everything(build: Build) -> bytes:
    """A file that has a little of all that the reader knows."""
    tiles = [build.photo(n, 64, 48, hidden=True) for n in (2, 3)]
    clap = build.box(b"clap", pack(">IIIIiIiI", 20, 1, 10, 1, 1, 2, 1, 2))
    xml = (
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
        b'xmlns:d="http://ns.apple.com/depthData/1.0/" d:Accuracy="relative"/></rdf:RDF>'
    )
    tiff = b"MM\0*" + pack(">IHHHIHHI", 8, 1, 0xA401, 3, 1, 8, 0, 0)
    return build.heif(  # type: ignore[no-any-return]
        [
            build.item(
                1, b"grid", b"\0\0\0\1\0\x64\0\x28",
                [build.ispe(100, 40), build.box(b"irot", b"\1")],
                construction=1, refers={b"dimg": [2, 3]},
            ),
            *tiles,
            build.depth(4, PUG_SEI),
            build.photo(5, 20, 10, properties=(clap,), refers={b"thmb": [1]}),
            build.photo(6, 20, 10, properties=(build.auxc("urn:x"),), refers={b"auxl": [1]}),
            build.xmp(7, 4, xml),
            build.item(8, b"Exif", bytes(4) + tiff, refers={b"cdsc": [1]}),
        ],
        extra_meta=build.box(b"grpl", build.full_box(b"ster", pack(">4I", 90, 2, 1, 5))),
    )  # fmt: skip


def mutants(data: bytes, count: int, seed: int) -> Iterator[bytes]:
    """Yield copies with one to four bytes, runs or box sizes changed."""
    chance = random.Random(seed)
    edges = [0, 1, 0x7F, 0x80, 0xFF]
    for _ in range(count):
        copy = bytearray(data)
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(copy))
            kind = chance.randrange(4)
            if kind == 0:
                copy[at] = chance.choice(edges)
            elif kind == 1:
                copy[at] ^= 1 << chance.randrange(8)
            elif kind == 2:
                del copy[at : at + chance.randint(1, 40)]
            else:
                copy[at : at + 4] = pack(">I", chance.choice([0, 1, 8, 2**16, 2**31, 2**32 - 1]))
            if not copy:
                break
        yield bytes(copy)


def outcome(data: bytes) -> Header | HeaderError:
    try:
        return parse_header(data)
    except HeaderError as error:
        return error


def test_mutants_give_a_header_or_one_of_our_errors(build: Build) -> None:
    whole = everything(build)
    assert isinstance(outcome(whole), Header)
    seen = {type(outcome(mutant)).__name__ for mutant in mutants(whole, 600, 20230221)}
    errors = {"MalformedError", "TruncatedError", "NotHeifError", "LimitError"}
    assert {"Header", "UnsupportedHeaderError"} | errors >= seen
    assert {"Header", "MalformedError", "TruncatedError"} <= seen


def test_mutants_of_public_photos() -> None:
    for number, name in enumerate(("pug.heic", "IMG_5622.HEIC", "samsung_s25.heic")):
        data = golden.load(name)
        meta = data.index(b"meta")
        size = int.from_bytes(data[meta - 4 : meta], "big")
        part = data[meta - 4 : meta - 4 + size]
        for mutant in mutants(part, 60, number):
            outcome(data[:64] + mutant + data[64 + size :][:20_000])


def test_a_summary_of_a_mutant_never_raises(build: Build, tmp_path: Path) -> None:
    path = tmp_path / "mutant.heic"
    for mutant in mutants(everything(build), 150, 7):
        path.write_bytes(mutant)
        row = read_summary(path)
        header = outcome(mutant)
        if row.problem == "":
            assert row.primary is not None
        if isinstance(header, Header) and not header.truncated:
            assert row.problem == ""
            assert row.primary == header.primary.displayed_size
            assert row.date == header.exif.date
            # The row leaves the decoder configuration and a grid's layout unread.
            assert row.status is header.depth.status or (
                header.depth.status is DepthStatus.UNREADABLE
            )


def test_a_hundred_thousand_items(build: Build, tmp_path: Path, bytes_read: list[int]) -> None:
    entry = build.full_box(b"infe", pack(">IH4sB", 1, 0, b"hvc1", 0), version=3)
    iinf = build.full_box(b"iinf", pack(">I", 100_000) + entry * 100_000, version=1)
    pitm = build.full_box(b"pitm", b"\0\1")
    path = tmp_path / "items.heic"
    path.write_bytes(build.box(b"ftyp", b"heic\0\0\0\0heic") + build.full_box(b"meta", pitm + iinf))
    with pytest.raises(LimitError, match="100,000 items; the limit is 4,096"):
        read_header(path)
    assert read_summary(path).problem == "too large"
    assert bytes_read


def test_sixty_xmp_items_of_32_extents(build: Build, tmp_path: Path, bytes_read: list[int]) -> None:
    items = [build.photo(1, payload=b"x" * 1_000_000)]
    items += [build.xmp(n, 1, b"") for n in range(2, 62)]
    rows = pack(">HHHH2I", 1, 0, 0, 1, 0, 10)
    for n in range(2, 62):
        rows += pack(">HHHH", n, 0, 0, 32) + pack(">II", 4000, 900_000) * 32
    iloc = build.full_box(b"iloc", pack(">HH", 0x4400, 61) + rows, version=1)
    data = build.heif(items)
    at = data.index(b"iloc") - 4
    old = int.from_bytes(data[at : at + 4], "big")
    data = data[:at] + iloc + data[at + old :]
    meta = data.index(b"meta") - 4
    size = int.from_bytes(data[meta : meta + 4], "big") - old + len(iloc)
    path = tmp_path / "xmp.heic"
    path.write_bytes(data[:meta] + pack(">I", size) + data[meta + 4 :])
    header = read_header(path)
    assert "claim 1,728,000,000 bytes" in header.problems[0]
    assert bytes_read


def test_large_xmp_on_many_items_shares_one_budget(
    build: Build, tmp_path: Path, bytes_read: list[int]
) -> None:
    items = [build.photo(1)]
    for n in range(2, 42):
        items.append(build.photo(n, properties=(build.auxc("urn:x"),), refers={b"auxl": [1]}))
        items.append(build.xmp(n + 100, n, b"<a/>" + b" " * 200_000))
    path = tmp_path / "many.heic"
    path.write_bytes(build.heif(items))
    header = read_header(path)
    problems = [aux.problem for aux in header.auxiliaries]
    assert [problem == "" for problem in problems] == [True] * 5 + [False] * 35
    assert "are allowed" in problems[-1]
    assert sum(bytes_read) < 1_200_000


def test_thumbnails_made_of_one_grid_of_many_tiles(build: Build) -> None:
    """Each leads to the same sixty thousand tiles: looking through them each time takes seconds."""
    wide = build.item(
        2, b"grid", b"\0\0\xf9\xf9" + pack(">HH", 64, 48), [build.ispe(64, 48)],
        construction=1, refers={b"dimg": [3] * 250 * 250},
    )  # fmt: skip
    small = build.item(3, b"unci", properties=[build.ispe(1, 1)])
    thumbnails = [
        build.item(
            n, b"grid", bytes(4) + pack(">HH", 64, 48), [build.ispe(64, 48)],
            construction=1, refers={b"dimg": [2], b"thmb": [1]},
        )
        for n in range(10, 1_510)
    ]  # fmt: skip
    data = build.heif([build.photo(1), wide, small, *thumbnails])
    start = time.thread_time()
    header = parse_header(data)
    assert time.thread_time() - start < 1.5
    assert len(header.thumbnails) == 1_500
    assert "item type unci" in header.thumbnails[0].undecodable_reason


def test_one_tile_named_sixty_thousand_times(build: Build) -> None:
    tile = build.photo(2, 64, 64, hidden=True)
    grid = build.item(
        1, b"grid", b"\0\0\xfe\xfe" + pack(">HH", 16_320, 15_000), [build.ispe(16_320, 15_000)],
        construction=1, refers={b"dimg": [2] * 255 * 255},
    )  # fmt: skip
    with pytest.raises(LimitError, match="266,342,400 pixels"):
        parse_header(build.heif([grid, tile]))


def test_a_small_grid_that_decodes_to_500_megapixels(build: Build) -> None:
    tile = build.photo(2, 4096, 4096, hidden=True)
    grid = build.item(
        1, b"grid", b"\0\0\4\5" + pack(">HH", 24_576, 20_480), [build.ispe(24_576, 20_480)],
        construction=1, refers={b"dimg": [2] * 30},
    )  # fmt: skip
    with pytest.raises(LimitError, match="503,316,480 pixels; the limit is 250,000,000"):
        parse_header(build.heif([grid, tile]))


def test_boxes_that_hop_backwards_or_nowhere(build: Build) -> None:
    ftyp = build.box(b"ftyp", b"heic\0\0\0\0heic")
    for size in (2**64 - 24, 2**64 - 1, 15, 0):
        with pytest.raises(HeaderError):
            parse_header(ftyp + pack(">I4sQ", 1, b"mdat", size) + bytes(100))


def test_references_to_items_that_do_not_exist(build: Build) -> None:
    odd = build.photo(
        1, refers={b"dimg": [7], b"auxl": [8], b"thmb": [9], b"cdsc": [10], b"xxxx": [11]}
    )
    header = parse_header(build.heif([odd]))
    assert header.depth.status is DepthStatus.ABSENT


def test_two_property_containers_are_refused(build: Build) -> None:
    data = build.heif([build.photo(1)])
    at = data.index(b"ipco") - 4
    size = int.from_bytes(data[at : at + 4], "big")
    twice = data[:at] + data[at : at + size] * 2 + data[at + size :]
    for kind in (b"iprp", b"meta"):
        place = twice.index(kind) - 4
        grown = int.from_bytes(twice[place : place + 4], "big") + size
        twice = twice[:place] + pack(">I", grown) + twice[place + 4 :]
    with pytest.raises(MalformedError, match="two property containers"):
        parse_header(twice)


def test_an_item_of_a_hundred_properties(build: Build) -> None:
    many = tuple(build.box(b"free", bytes([n])) for n in range(100))
    with pytest.raises(LimitError, match="item 1 has 102 properties"):
        parse_header(build.heif([build.photo(1, properties=many)]))
