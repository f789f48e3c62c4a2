"""Several depth maps in one file: of the photo, of other pictures, of the picture it repeats."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path
from struct import pack
from typing import Any

import pytest

from heicdepth_tui.heif.depth_facts import Accuracy, DepthRepresentation, DepthStatus
from heicdepth_tui.heif.depth_facts import RepresentationType as Kind
from heicdepth_tui.heif.header import parse_header, read_header
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.heif.summary import read_summary
from heicdepth_tui.heif.write.sei import build_depth_representation

Build = Any
NEAR = DepthRepresentation(Kind.UNIFORM_DISPARITY, d_min=0.5, d_max=2.0, reference_view=0)
FAR = DepthRepresentation(Kind.UNIFORM_INVERSE_Z, z_near=1.0, z_far=50.0)
XMP = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description
xmlns:depthData="http://ns.apple.com/depthData/1.0/" depthData:Accuracy="%s"/></rdf:RDF>"""


def portrait_exif(build: Build, number: int) -> Any:
    tiff = b"MM\0*" + pack(">IHHHIHHI", 8, 1, 0xA401, 3, 1, 8, 0, 0)
    return build.item(number, b"Exif", bytes(4) + tiff, refers={b"cdsc": [1]})


def test_each_depth_map_has_its_own_representation_and_calibration(build: Build) -> None:
    items = [
        build.photo(1),
        build.depth(2, build_depth_representation(NEAR)),
        build.depth(3, build_depth_representation(FAR)),
        build.xmp(4, 2, XMP % b"relative"),
        build.xmp(5, 3, XMP % b"absolute"),
    ]
    depth = parse_header(build.heif(items)).depth
    assert depth.item is not None
    assert (depth.item.id, depth.representation, depth.accuracy) == (3, FAR, Accuracy.ABSOLUTE)
    (other,) = depth.others
    assert other.item is not None
    assert (other.item.id, other.representation, other.accuracy) == (2, NEAR, Accuracy.RELATIVE)
    assert (other.status, other.others, other.elsewhere) == (DepthStatus.PRESENT, (), ())


def test_one_broken_depth_map_spares_the_others(build: Build) -> None:
    items = [build.photo(1), build.depth(2, b"\0\0"), build.depth(3, payload=b""), build.depth(4)]
    depth = parse_header(build.heif(items)).depth
    assert depth.status is DepthStatus.PRESENT
    assert [other.status for other in depth.others] == [DepthStatus.PRESENT, DepthStatus.UNREADABLE]
    assert "no depth representation" in depth.others[0].representation_problem
    assert depth.others[1].reason == "the depth map has no data"


def test_the_depth_map_of_another_picture_is_named(build: Build, tmp_path: Path) -> None:
    depth = build.depth(3, build_depth_representation(NEAR), of=2)
    data = build.heif([build.photo(1), build.photo(2, 80, 60), depth, portrait_exif(build, 4)])
    info = parse_header(data).depth
    assert (info.status, info.item) == (DepthStatus.ABSENT, None)
    assert info.reason == (
        "the photo has no depth map of its own, but image 2 (80×60) of the file has one"
    )
    (found,) = info.elsewhere
    assert (found.picture, found.size, found.is_source) == (2, Size(80, 60), False)
    assert found.depth.item is not None
    assert (found.depth.item.id, found.depth.representation) == (3, NEAR)
    path = tmp_path / "two.heic"
    path.write_bytes(data)
    assert read_summary(path).status is DepthStatus.ABSENT


def test_depth_maps_of_several_other_pictures(build: Build) -> None:
    items = [build.photo(1), *(build.photo(n) for n in (2, 3, 4, 5))]
    items += [build.depth(n + 10, of=n) for n in (2, 3, 4, 5)]
    info = parse_header(build.heif(items)).depth
    assert info.reason == (
        "the photo has no depth map of its own, but other images of the file do: "
        "2 (64×48), 3 (64×48), 4 (64×48) …"
    )
    assert [found.picture for found in info.elsewhere] == [2, 3, 4, 5]


def test_the_depth_map_of_the_picture_that_the_photo_repeats(build: Build) -> None:
    turned = build.item(
        1, b"iden", b"", [build.ispe(64, 48), build.box(b"irot", b"\1")], refers={b"dimg": [7]}
    )
    items = [turned, build.photo(5), build.photo(7, hidden=True), build.depth(8, of=7)]
    items.append(build.depth(6, of=5))
    info = parse_header(build.heif(items)).depth
    assert info.status is DepthStatus.ABSENT
    assert info.reason == (
        "the depth map belongs to image 7 (64×48), which the photo repeats (derived image iden)"
    )
    assert [(found.picture, found.is_source) for found in info.elsewhere] == [
        (7, True),
        (5, False),
    ]


def test_a_photo_with_depth_lists_that_of_its_second_view(build: Build) -> None:
    items = [build.photo(1), build.photo(2), build.depth(3, of=1), build.depth(4, of=2)]
    info = parse_header(build.heif(items)).depth
    assert info.status is DepthStatus.PRESENT
    assert [found.picture for found in info.elsewhere] == [2]


def test_depth_of_a_tone_map_of_the_photo_only(build: Build) -> None:
    tone_map = build.item(5, b"tmap", b"m", [build.ispe(64, 48)], refers={b"dimg": [1, 6]})
    items = [build.photo(1), build.photo(6, hidden=True), tone_map, build.depth(7, of=5)]
    info = parse_header(build.heif(items)).depth
    assert info.status is DepthStatus.ABSENT
    assert "image 5 (64×48) of the file has one" in info.reason
    assert [found.picture for found in info.elsewhere] == [5]


def test_depth_of_nothing_and_depth_of_another_picture(build: Build, tmp_path: Path) -> None:
    items = [build.photo(1), build.photo(2), build.depth(3, of=99), build.depth(4, of=2)]
    path = tmp_path / "photo.heic"
    path.write_bytes(build.heif(items))
    info = read_header(path).depth
    assert info.status is read_summary(path).status is DepthStatus.UNREADABLE
    assert "item 99, which does not exist" in info.reason
    assert [found.picture for found in info.elsewhere] == [2]


def test_stripped_says_probably(build: Build) -> None:
    info = parse_header(build.heif([build.photo(1), portrait_exif(build, 2)])).depth
    assert info.status is DepthStatus.STRIPPED
    assert "was probably removed" in info.reason


@pytest.mark.parametrize("order", list(permutations([1, 5])))
@pytest.mark.parametrize("tmap_first", [True, False])
def test_depth_of_the_photo_and_of_its_tone_map(
    build: Build, order: tuple[int, ...], tmap_first: bool
) -> None:
    """Phones tie depth to the photo and to a tone-mapped derived picture, in either order."""
    depth = build.depth(2, build_depth_representation(NEAR))
    depth.refers = {b"auxl": list(order)}
    tone_map = build.item(5, b"tmap", b"m", [build.ispe(64, 48)], refers={b"dimg": [1, 6]})
    items = [build.photo(1), depth, build.photo(6, 32, 24, hidden=True)]
    items.insert(0 if tmap_first else 3, tone_map)
    header = parse_header(build.heif(items))
    assert header.depth.status is DepthStatus.PRESENT
    assert header.depth.item is not None
    assert (header.depth.item.id, header.depth.representation) == (2, NEAR)
    assert (header.depth.elsewhere, header.problems) == ((), ())


def test_more_depth_maps_than_are_described(build: Build) -> None:
    header = parse_header(build.heif([build.photo(1), *(build.depth(n) for n in range(2, 42))]))
    assert header.depth.item is not None
    assert header.depth.item.id == 41
    assert len(header.depth.others) == 16
    assert "23 depth maps of the photo are left out: at most 16 are described" in header.problems


def test_a_photo_with_two_depth_maps(photos: Path) -> None:
    depth = read_header(photos / "odd" / "made__two_depth_maps.heic").depth
    assert depth.status is DepthStatus.PRESENT
    (other,) = depth.others
    assert depth.item is not None
    assert other.item is not None
    assert (depth.item.id, other.item.id) == (4, 2)
    assert depth.decodable
    assert other.decodable
