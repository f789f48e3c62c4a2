"""Facts of public photos, from header-only bytes that every checkout holds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from heicdepth_tui.heif.colour import read_profile
from heicdepth_tui.heif.depth_facts import (
    Calibration,
    DepthRepresentation,
    DepthStatus,
    RepresentationType,
)
from heicdepth_tui.heif.facts import ColourSpace, StereoPair
from heicdepth_tui.heif.gps import parse_position
from heicdepth_tui.heif.header import exif_item, parse_header, read_header
from heicdepth_tui.heif.items import read_items
from heicdepth_tui.heif.limits import DEFAULT_LIMITS
from heicdepth_tui.heif.picture_facts import Rotation, Size
from heicdepth_tui.heif.source import Source
from heicdepth_tui.heif.summary import read_summary
from tests.support import golden

REAL = {
    "pug.heic": ((4032, 3024), (768, 576), "iPhone 13 Pro", ["gain map", "depth"], [], 0),
    "IMG_5622.HEIC": ((3024, 4032), (576, 768), "iPhone XS", ["depth"], [(240, 320)], 0),
    "arrow.heic": ((3024, 4032), None, "iPhone 8 Plus", [], [(240, 320)], 0),
    "spatial_photo.heic": ((2560, 2560), None, "Apple Vision Pro", [], [], 1),
    "samsung_s25.heic": ((4000, 1848), None, "Galaxy S25 Ultra", ["gain map"], [(512, 236)], 0),
    "cat.hif": (
        (4240, 2832), None, "ILCE-7SM3", [], [(1616, 1080), (320, 212), (160, 120)], 0),
}  # fmt: skip


@pytest.mark.parametrize("name", REAL)
def test_public_photos(name: str) -> None:
    size, depth, model, layers, thumbnails, others = REAL[name]
    header = parse_header(golden.load(name))
    assert header.primary.displayed_size == size
    assert (header.depth.item and header.depth.item.displayed_size) == depth
    assert header.exif.model == model
    assert [aux.name for aux in header.auxiliaries] == layers
    assert [item.displayed_size for item in header.thumbnails] == thumbnails
    assert len(header.images) == others
    assert (header.truncated, header.exif_problem, header.problems) == ("", "", ())


def test_details_of_public_photos() -> None:
    pug = parse_header(golden.load("pug.heic"))
    assert pug.primary.grid is not None
    assert (pug.primary.grid.rows, pug.primary.grid.columns) == (6, 8)
    assert pug.exif.portrait
    assert pug.camera_name == "Apple iPhone 13 Pro"
    assert pug.depth.representation == DepthRepresentation(
        RepresentationType.UNIFORM_DISPARITY, d_min=1.498046875, d_max=4.3828125, reference_view=0
    )
    rotated = parse_header(golden.load("IMG_5622.HEIC"))
    assert rotated.depth.item is not None
    assert rotated.primary.transforms == rotated.depth.item.transforms == (Rotation(3),)
    stereo = parse_header(golden.load("spatial_photo.heic"))
    assert stereo.stereo_pairs == (StereoPair(26, 52),)
    assert parse_header(golden.load("cat.hif")).primary.bits == 10


def test_of_several_xmp_each_belongs_to_its_item() -> None:
    header = parse_header(golden.load("pug.heic"))
    gain_map = header.auxiliaries[0]
    assert gain_map.name == "gain map"
    assert gain_map.calibration == Calibration()


def test_phones_photos_are_display_p3(tmp_path: Path) -> None:
    # The first has its profile on the grid, the second on its tiles only.
    for name, size in (("pug.heic", 536), ("IMG_5622.HEIC", 548)):
        path = tmp_path / name
        path.write_bytes(golden.load(name))
        assert read_header(path).colour == ColourSpace("Display P3", size)
        profile = read_profile(path)
        assert profile is not None
        assert len(profile) == size


def test_rows_of_public_photos(tmp_path: Path) -> None:
    path = tmp_path / "pug.heic"
    path.write_bytes(golden.load("pug.heic"))
    row = read_summary(path)
    assert (row.primary, row.depth) == (Size(4032, 3024), Size(768, 576))
    assert (row.status, row.date) == (DepthStatus.PRESENT, "2023-02-21 14:33:08")


@pytest.mark.parametrize("name", golden.NAMES)
def test_golden_headers_hold_no_picture_and_no_position(name: str) -> None:
    data = golden.load(name)
    with read_items(Source("", DEFAULT_LIMITS, data=data)) as table:
        for item in table.types:
            if table.is_image(item) and table.type_of(item) != b"grid":
                assert not any(table.payload(item))
        exif = exif_item(table)
        assert exif is not None
        assert parse_position(table.payload(exif)) is None


@pytest.mark.parametrize("name", golden.NAMES)
def test_golden_headers_say_what_the_photos_say(photos: Path, name: str) -> None:
    header = parse_header(golden.load(name))
    assert replace(read_header(photos / "real" / name), path="") == header
