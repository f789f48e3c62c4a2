"""Whole headers: what belongs together, what is wrong with one item, and real photos."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from struct import pack
from typing import Any

import pytest

from heicdepth_tui.errors import (
    LimitError,
    MalformedError,
    NotHeifError,
    TruncatedError,
    UnsupportedHeaderError,
)
from heicdepth_tui.heif.depth_facts import (
    Accuracy,
    DepthRepresentation,
    DepthStatus,
    RepresentationType,
)
from heicdepth_tui.heif.facts import Exif, StereoPair
from heicdepth_tui.heif.header import check_metadata, parse_header, read_header
from heicdepth_tui.heif.items import read_items
from heicdepth_tui.heif.limits import DEFAULT_LIMITS, Limits
from heicdepth_tui.heif.picture_facts import Rotation, Size
from heicdepth_tui.heif.source import Source

Build = Any
PUG_SEI = bytes.fromhex("000000110000000d4e01b109351f7bfc010bc62020")
GAIN_MAP = "urn:com:apple:photo:2020:aux:hdrgainmap"
DEPTH_XMP = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description
xmlns:depthData="http://ns.apple.com/depthData/1.0/" depthData:Accuracy="%s"/>
</rdf:RDF></x:xmpmeta>"""


def exif_item(build: Build, number: int, of: int | None, custom_rendered: int = 0) -> Any:
    """An Exif item with CustomRendered in IFD0."""
    tiff = b"MM\0*" + pack(">IHHHIHHI", 8, 1, 0xA401, 3, 1, custom_rendered, 0, 0)
    refers = {} if of is None else {b"cdsc": [of]}
    return build.item(number, b"Exif", bytes(4) + tiff, refers=refers)


def test_a_photo_with_everything(build: Build) -> None:
    irot = build.box(b"irot", b"\3")
    gain_map = build.photo(3, 40, 30, properties=(build.auxc(GAIN_MAP),), refers={b"auxl": [1]})
    data = build.heif(
        [
            build.photo(1, 640, 480, payload=b"p" * 50, properties=(irot,)),
            build.depth(2, PUG_SEI),
            gain_map,
            build.photo(4, 80, 60, refers={b"thmb": [1]}),
            build.photo(5, 160, 120, refers={b"thmb": [1]}),
            build.photo(6, 640, 480),
            build.photo(7, 8, 8, hidden=True),
            build.xmp(8, 2, DEPTH_XMP % b"absolute"),
            build.xmp(9, 3, DEPTH_XMP % b"relative"),
            exif_item(build, 10, 1, 8),
        ],
        extra_meta=build.box(b"grpl", build.full_box(b"ster", pack(">4I", 90, 2, 1, 6))),
    )
    header = parse_header(data, path="a.heic")
    assert (header.path, header.file_size, header.brand) == ("a.heic", len(data), "heic")
    assert header.compatible_brands == ("mif1", "heic")
    assert (header.codec, header.format) == ("hvc1", "HEIC")
    assert header.primary.coded == Size(640, 480)
    assert header.primary.displayed_size == Size(480, 640)
    assert header.primary.transforms == (Rotation(3),)
    assert (header.primary.bits, header.primary.channels, header.primary.bytes) == (8, 1, 50)
    assert header.depth.status is DepthStatus.PRESENT
    assert header.depth.reason == ""
    assert header.depth.item is not None
    assert (header.depth.item.id, header.depth.item.displayed_size) == (2, Size(32, 24))
    assert header.depth.urn == "urn:mpeg:hevc:2015:auxid:2"
    assert header.depth.representation == DepthRepresentation(
        RepresentationType.UNIFORM_DISPARITY, d_min=1.498046875, d_max=4.3828125, reference_view=0
    )
    assert header.depth.accuracy is Accuracy.ABSOLUTE
    assert [(aux.item.id, aux.name, aux.problem) for aux in header.auxiliaries] == [
        (2, "depth", ""),
        (3, "gain map", ""),
    ]
    assert header.auxiliaries[1].calibration is not None
    assert header.auxiliaries[1].calibration.accuracy is Accuracy.RELATIVE
    assert [item.id for item in header.thumbnails] == [5, 4]
    assert [item.id for item in header.images] == [6]
    assert header.stereo_pairs == (StereoPair(1, 6),)
    assert header.exif == Exif(custom_rendered=8)
    assert (header.exif_problem, header.truncated, header.problems) == ("", "", ())
    assert not header.is_sequence


@pytest.mark.parametrize("rendered", [7, 8])
def test_stripped_absent_and_present_are_told_apart(build: Build, rendered: int) -> None:
    photo = build.photo(1)
    assert parse_header(build.heif([photo])).depth.status is DepthStatus.ABSENT
    stripped = parse_header(build.heif([photo, exif_item(build, 2, 1, rendered)])).depth
    assert stripped.status is DepthStatus.STRIPPED
    assert "portrait mode" in stripped.reason
    plain = build.heif([photo, exif_item(build, 2, 1, 2)])
    assert parse_header(plain).depth.status is DepthStatus.ABSENT
    whole = build.heif([photo, build.depth(2, PUG_SEI), exif_item(build, 3, 1, rendered)])
    assert parse_header(whole).depth.status is DepthStatus.PRESENT


@pytest.mark.parametrize(
    ("depth", "reason"),
    [
        (lambda b: b.depth(2, PUG_SEI, type=b"abcd"), "type 'abcd', which no decoder reads"),
        (lambda b: b.depth(2, PUG_SEI, payload=b""), "no data"),
        (lambda b: b.depth(2, PUG_SEI, of=77), "belongs to item 77, which does not exist"),
        (
            lambda b: b.item(2, properties=[b.ispe(9, 9), b.auxc("urn:mpeg:hevc:2015:auxid:2")]),
            "belongs to no picture",
        ),
        (
            lambda b: b.item(
                2,
                properties=[b.auxc("urn:mpeg:hevc:2015:auxid:2")],
                refers={b"auxl": [1]},
            ),
            "no size",
        ),
        (
            lambda b: b.item(
                2,
                properties=[b.ispe(9, 9), b.auxc("urn:mpeg:hevc:2015:auxid:2")],
                refers={b"auxl": [1]},
            ),
            "decoder configuration",
        ),
        (
            lambda b: b.item(
                2,
                properties=[b.ispe(30_000, 30_000), b.auxc("urn:mpeg:hevc:2015:auxid:2")],
                refers={b"auxl": [1]},
            ),
            "900,000,000 pixels",
        ),
        (lambda b: b.depth(2, construction=2, payload=b""), "construction method 2"),
    ],
)  # fmt: skip
def test_unreadable_depth_spares_the_photo(build: Build, depth: Any, reason: str) -> None:
    header = parse_header(build.heif([build.photo(1), depth(build)]))
    assert header.primary.displayed_size == Size(64, 48)
    assert header.depth.status is DepthStatus.UNREADABLE
    assert reason in header.depth.reason


def test_the_depth_map_with_the_highest_id_is_shown(build: Build) -> None:
    several = [build.photo(1), build.depth(5), build.depth(9, PUG_SEI), build.depth(7)]
    depth = parse_header(build.heif(several)).depth
    assert depth.item is not None
    assert depth.item.id == 9
    assert [(other.item and other.item.id, other.status) for other in depth.others] == [
        (5, DepthStatus.PRESENT),
        (7, DepthStatus.PRESENT),
    ]
    several[2] = build.depth(9, PUG_SEI, type=b"abcd")
    depth = parse_header(build.heif(several)).depth
    assert depth.status is DepthStatus.PRESENT
    assert depth.item is not None
    assert depth.item.id == 7
    assert [(other.item and other.item.id, other.status) for other in depth.others] == [
        (5, DepthStatus.PRESENT),
        (None, DepthStatus.UNREADABLE),
    ]


def test_the_depth_map_of_another_picture_is_not_the_photos(build: Build) -> None:
    header = parse_header(build.heif([build.photo(1), build.photo(2), build.depth(3, of=2)]))
    assert header.depth.status is DepthStatus.ABSENT
    assert header.auxiliaries == ()


@pytest.mark.parametrize(
    ("subtype", "problem"),
    [(b"", "no depth representation"), (b"\0\0\0\x11", "cut off"), (PUG_SEI[:-4], "cut off")],
)
def test_a_bad_representation_stays_with_its_item(
    build: Build, subtype: bytes, problem: str
) -> None:
    depth = parse_header(build.heif([build.photo(1), build.depth(2, subtype)])).depth
    assert depth.status is DepthStatus.PRESENT
    assert depth.representation is None
    assert problem in depth.representation_problem


@pytest.mark.parametrize(
    ("xml", "problem"),
    [
        (b"no xml", "not XML"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "entities"),
        (b"<a/>" + b" " * 300_000, "262,144"),
    ],
)
def test_a_bad_xmp_stays_with_its_item(build: Build, xml: bytes, problem: str) -> None:
    data = build.heif([build.photo(1), build.depth(2, PUG_SEI), build.xmp(3, 2, xml)])
    header = parse_header(data)
    assert header.depth.status is DepthStatus.PRESENT
    assert header.depth.calibration is None
    assert problem in header.depth.calibration_problem
    assert problem in header.auxiliaries[0].problem


def test_auxiliary_images_that_cannot_be_listed(build: Build) -> None:
    nameless = build.photo(2, refers={b"auxl": [1]})
    sizeless = build.item(3, properties=[build.auxc(GAIN_MAP)], refers={b"auxl": [1]})
    tiny = build.item(4, refers={b"thmb": [1]})
    header = parse_header(build.heif([build.photo(1), nameless, sizeless, tiny]))
    assert (header.auxiliaries, header.thumbnails) == ((), ())
    assert [problem.split(":")[0] for problem in header.problems] == [
        "auxiliary image 2",
        "auxiliary image 3",
        "thumbnail 4",
    ]


def test_a_bad_exif_stays_with_itself(build: Build) -> None:
    header = parse_header(build.heif([build.photo(1), build.item(2, b"Exif", b"nothing")]))
    assert (header.exif, header.depth.status) == (Exif(), DepthStatus.ABSENT)
    assert "TIFF" in header.exif_problem


def test_the_exif_of_the_primary_is_taken(build: Build) -> None:
    items = [build.photo(1), build.photo(2), exif_item(build, 3, 2, 4), exif_item(build, 4, 1, 5)]
    assert parse_header(build.heif(items)).exif.custom_rendered == 5
    items[3] = exif_item(build, 4, None, 6)
    assert parse_header(build.heif(items)).exif.custom_rendered == 6
    assert parse_header(build.heif(items[:3])).exif == Exif()


def grid(build: Build, layout: tuple[int, int], size: tuple[int, int], tiles: list[int]) -> Any:
    rows, columns = layout
    payload = bytes([0, 0, rows - 1, columns - 1]) + pack(">HH", *size)
    return build.item(
        1, b"grid", payload, [build.ispe(*size)], construction=1, refers={b"dimg": tiles}
    )


def test_a_grid(build: Build) -> None:
    tiles = [build.photo(n, 64, 48, payload=bytes(n), hidden=True) for n in (2, 3, 4, 5)]
    header = parse_header(build.heif([grid(build, (2, 2), (100, 90), [2, 3, 4, 5]), *tiles]))
    assert header.primary.grid is not None
    assert header.primary.grid.tiles == (2, 3, 4, 5)
    assert header.primary.displayed_size == Size(100, 90)
    # Bits and codec come from the tiles, bytes are theirs together.
    assert (header.primary.bits, header.codec, header.primary.bytes) == (8, "hvc1", 14)
    assert header.images == ()


def test_grids_over_the_limits(build: Build) -> None:
    tile = build.photo(2, 512, 512, hidden=True)
    small = Limits(pixels=1_000_000)
    parse_header(build.heif([grid(build, (1, 3), (1500, 500), [2] * 3), tile]), limits=small)
    with pytest.raises(LimitError, match="4 tiles of grid 1 have 1,048,576 pixels"):
        parse_header(build.heif([grid(build, (2, 2), (900, 900), [2] * 4), tile]), limits=small)
    with pytest.raises(LimitError, match=r"2000×2000 = 4,000,000"):
        parse_header(build.heif([grid(build, (2, 2), (2000, 2000), [2] * 4), tile]), limits=small)
    with pytest.raises(MalformedError, match="larger than its"):
        parse_header(build.heif([grid(build, (2, 2), (1025, 512), [2] * 4), tile]))
    with pytest.raises(MalformedError, match="tile 9 of grid 1"):
        parse_header(build.heif([grid(build, (1, 2), (64, 48), [2, 9]), tile]))


def test_circles_and_towers_of_references(build: Build) -> None:
    with pytest.raises(MalformedError, match="circle"):
        parse_header(build.heif([grid(build, (1, 1), (64, 48), [1])]))
    loop = build.depth(2, of=1)
    back = build.photo(1, refers={b"auxl": [2]})
    header = parse_header(build.heif([back, loop]))
    assert header.problems == ("its items refer to each other in a circle (auxl 1 → 2 → 1)",)
    assert header.depth.status is DepthStatus.PRESENT


def test_metadata_that_claims_more_than_the_limit(build: Build) -> None:
    items = [build.photo(1)] + [build.xmp(n, 1, b"<a/>") for n in range(2, 12)]
    claims = dict.fromkeys(range(2, 12), (100, 2**24))
    data = build.heif(items, extents=claims)
    header = parse_header(data)
    assert header.primary.coded == Size(64, 48)
    (problem,) = header.problems
    assert "claim 167,772,160 bytes; the limit is 33,554,432" in problem
    with read_items(Source("", DEFAULT_LIMITS, data=data)) as table, pytest.raises(LimitError):
        check_metadata(table)


def test_the_primary_must_be_a_picture(build: Build) -> None:
    with pytest.raises(MalformedError, match="item 5 does not exist"):
        parse_header(build.heif([build.photo(1)], primary=5))
    with pytest.raises(MalformedError, match="'Exif', which is no picture"):
        parse_header(build.heif([build.photo(1), exif_item(build, 2, 1)], primary=2))
    tone_map = build.item(1, b"tmap", b"m", [build.ispe(64, 48)], refers={b"dimg": [2, 3]})
    with pytest.raises(UnsupportedHeaderError, match="'tmap', which this program does not read"):
        parse_header(build.heif([tone_map, build.photo(2), build.photo(3)]))


def test_a_file_cut_in_its_payloads(build: Build) -> None:
    items = [
        build.photo(1, payload=b"p" * 100),
        build.depth(2, PUG_SEI, payload=b"d" * 100),
        build.photo(3, payload=b"t" * 100, refers={b"thmb": [1]}),
    ]
    data = build.heif(items)
    assert parse_header(data).truncated == ""
    header = parse_header(data[:-30])
    assert header.truncated == "thumbnail (30 of 100 bytes missing)"
    assert header.depth.status is DepthStatus.PRESENT
    header = parse_header(data[:-250])
    assert header.truncated == (
        "photo (50 of 100 bytes missing), depth (100 of 100 bytes missing), "
        "thumbnail (100 of 100 bytes missing)"
    )
    assert header.depth.status is DepthStatus.UNREADABLE
    assert "cut short" in header.depth.reason


@pytest.mark.parametrize("size", [(100, 89), (99, 90), (128, 96)])
def test_a_grid_whose_size_and_layout_disagree(build: Build, size: tuple[int, int]) -> None:
    """As libheif 1.23: "Decoded image does not have the size signaled in the file."."""
    tiles = [build.photo(n, 64, 48, hidden=True) for n in (2, 3, 4, 5)]
    item = grid(build, (2, 2), (100, 90), [2, 3, 4, 5])
    item.properties = [build.ispe(*size)]
    with pytest.raises(MalformedError, match="has 100×90 samples by its own layout, but") as caught:
        parse_header(build.heif([item, *tiles]))
    assert f"{size[0]}×{size[1]} by its size (ispe)" in caught.value.what


def test_missing_tiles_are_counted(build: Build) -> None:
    tiles = [build.photo(n, payload=b"t" * 10, hidden=True) for n in (2, 3, 4, 5)]
    data = build.heif([grid(build, (2, 2), (100, 90), [2, 3, 4, 5]), *tiles])
    assert parse_header(data[:-15]).truncated == "photo (2 of 4 tiles, 15 of 40 bytes missing)"


def test_cut_anywhere_gives_one_of_our_errors_or_a_header(build: Build) -> None:
    data = build.heif(
        [
            grid(build, (1, 2), (100, 40), [2, 3]),
            build.photo(2),
            build.photo(3),
            build.depth(4, PUG_SEI),
            build.xmp(5, 4, DEPTH_XMP % b"relative"),
            exif_item(build, 6, 1, 8),
        ]
    )
    meta_end = data.index(b"mdat") - 4
    for end in range(len(data)):
        if end < meta_end:
            with pytest.raises((TruncatedError, NotHeifError, MalformedError)) as caught:
                parse_header(data[:end])
            if end >= 8:
                assert caught.type is TruncatedError
        else:
            header = parse_header(data[:end])
            assert header.truncated or end > data.rindex(b"coded") + 4


def test_sequences(build: Build) -> None:
    moov = build.box(b"moov", bytes(100))
    photo = build.heif([build.photo(1)], tail=moov)
    assert parse_header(photo).is_sequence
    assert parse_header(build.heif([build.photo(1)], tail=bytes(100))).is_sequence is False
    assert (
        parse_header(build.heif([build.photo(1)], tail=b"\0\0\0\3junkjunkjunk")).is_sequence
        is False
    )
    ftyp = build.box(b"ftyp", b"msf1\0\0\0\0msf1hevc")
    for body in (moov + build.box(b"mdat", b"x"), build.box(b"mdat", b"x") + moov):
        with pytest.raises(UnsupportedHeaderError, match="image sequence without a still"):
            parse_header(ftyp + body)


def test_files_that_hold_no_header(build: Build) -> None:
    ftyp = build.box(b"ftyp", b"heic\0\0\0\0mif1heic")
    with pytest.raises(TruncatedError, match="without a header"):
        parse_header(ftyp)
    with pytest.raises(TruncatedError, match="boxes reach to byte"):
        parse_header(ftyp + pack(">I4s", 1000, b"mdat") + b"x")
    with pytest.raises(TruncatedError, match="inside its header"):
        parse_header(ftyp + pack(">I4s", 1000, b"meta") + bytes(99))
    with pytest.raises(MalformedError, match="box free at byte 24"):
        parse_header(ftyp + pack(">I4s", 3, b"free") + bytes(99))
    with pytest.raises(MalformedError, match="first 256 boxes"):
        parse_header(ftyp + build.box(b"free") * 300)
    with pytest.raises(LimitError, match="8,388,608"):
        parse_header(ftyp + pack(">I4s", 9_000_000, b"meta") + bytes(9_000_000))


def test_other_files_say_what_they_are(tmp_path: Path) -> None:
    path = tmp_path / "IMG_1.HEIC"
    path.write_bytes(b"\xff\xd8\xff\xe0 a photo")
    with pytest.raises(NotHeifError, match=r"IMG_1\.HEIC: it is a JPEG") as caught:
        read_header(path)
    assert caught.value.kind == "JPEG"
    path.write_bytes(b"")
    with pytest.raises(NotHeifError, match="empty"):
        read_header(path)


def test_avif_is_named(build: Build) -> None:
    av1c = build.box(b"av1C", b"\x81\0\x4c\0")
    photo = build.item(1, b"av01", b"x", [build.ispe(8, 8), av1c])
    header = parse_header(build.heif([photo], brand=b"avif"))
    assert (header.format, header.codec, header.primary.bits) == ("AVIF", "av01", 10)
    jpeg = build.item(1, b"jpeg", b"x", [build.ispe(8, 8)])
    assert parse_header(build.heif([jpeg], brand=b"mif1")).format == "HEIF"


def test_names_from_the_file_are_escaped_in_errors(tmp_path: Path) -> None:
    path = tmp_path / "a\x1b]0;x\x07.heic"
    path.write_bytes(b"nothing")
    with pytest.raises(NotHeifError) as caught:
        read_header(path)
    assert "\x1b" not in str(caught.value)


def test_reading_headers_imports_neither_numpy_nor_an_xml_parser() -> None:
    code = (
        "import sys, heicdepth_tui.heif.header, heicdepth_tui.heif.summary;"
        "print([m for m in ('numpy', 'PIL', 'pillow_heif', 'textual', 'xml.etree.ElementTree')"
        " if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )  # fmt: skip
    assert done.stdout.strip() == "[]"
