"""Real and odd photos: the facts in their headers, and what another reader says of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from heicdepth_tui.errors import HeaderError
from heicdepth_tui.heif.facts import (
    DepthRepresentation,
    RepresentationType,
    Rotation,
    StereoPair,
)
from heicdepth_tui.heif.header import read_header

REAL = {
    "pug.heic": ((4032, 3024), (768, 576), "iPhone 13 Pro", ["gain map", "depth"], [], 0),
    "IMG_5622.HEIC": ((3024, 4032), (576, 768), "iPhone XS", ["depth"], [(240, 320)], 0),
    "arrow.heic": ((3024, 4032), None, "iPhone 8 Plus", [], [(240, 320)], 0),
    "spatial_photo.heic": ((2560, 2560), None, "Apple Vision Pro", [], [], 1),
    "samsung_s25.heic": ((4000, 1848), None, "Galaxy S25 Ultra", ["gain map"], [(512, 236)], 0),
    "samsung_200MP.heic": (
        (12240, 16320), None, "Galaxy S24 Ultra", ["gain map"], [(384, 512)], 0),
    "cat.hif": (
        (4240, 2832), None, "ILCE-7SM3", [], [(1616, 1080), (320, 212), (160, 120)], 0),
}  # fmt: skip


@pytest.mark.parametrize("name", REAL)
def test_real_photos(photos: Path, name: str) -> None:
    size, depth, model, layers, thumbnails, others = REAL[name]
    header = read_header(photos / "real" / name)
    assert header.primary.upright == size
    assert (header.depth.item and header.depth.item.upright) == depth
    assert header.exif.model == model
    assert [aux.name for aux in header.auxiliaries] == layers
    assert [item.upright for item in header.thumbnails] == thumbnails
    assert len(header.images) == others
    assert (header.truncated, header.exif_problem, header.problems) == ("", "", ())


def test_details_of_real_photos(photos: Path) -> None:
    pug = read_header(photos / "real" / "pug.heic")
    assert pug.primary.grid is not None
    assert (pug.primary.grid.rows, pug.primary.grid.columns) == (6, 8)
    assert pug.exif.portrait
    assert pug.camera_name == "Apple iPhone 13 Pro"
    assert pug.depth.representation == DepthRepresentation(
        RepresentationType.UNIFORM_DISPARITY, d_min=1.498046875, d_max=4.3828125, reference_view=0
    )
    rotated = read_header(photos / "real" / "IMG_5622.HEIC")
    assert rotated.depth.item is not None
    assert rotated.primary.transforms == rotated.depth.item.transforms == (Rotation(3),)
    stereo = read_header(photos / "real" / "spatial_photo.heic")
    assert stereo.stereo_pairs == (StereoPair(26, 52),)
    huge = read_header(photos / "real" / "samsung_200MP.heic")
    assert huge.primary.grid is not None
    assert len(huge.primary.grid.tiles) == 24 * 32
    assert read_header(photos / "real" / "cat.hif").primary.bits == 10


def test_pillow_heif_reads_the_same(photos: Path) -> None:
    pillow_heif = pytest.importorskip("pillow_heif")
    for path in sorted((photos / "real").iterdir()):
        header = read_header(path)
        other = pillow_heif.open_heif(path, convert_hdr_to_8bit=False)
        assert other.size == header.primary.upright
        assert other.info["bit_depth"] == (header.primary.bits or 8)
        depths = other.info["depth_images"]
        assert [image.size for image in depths] == (
            [header.depth.item.upright] if header.depth.item else []
        )
        for image in depths:
            metadata, ours = image.info["metadata"], header.depth.representation
            assert ours is not None
            assert (metadata["d_min"], metadata["d_max"]) == (ours.d_min, ours.d_max)
            assert metadata["representation_type"] == ours.type
        sides = [max(item.coded) for item in header.thumbnails]
        assert other.info["thumbnails"] == sides


ODD_THAT_ARE_PHOTOS = {
    "crabby__blue_gh_issue_692.heic", "crabby__candle_animation.heic",
    "crabby__starfield_animation.heic", "exifr__heic-maybebroken.HEIC",
    "kde__crop_orientation7.heic", "kde__orientation5.heic", "kde__orientation6.heic",
    "libheif__avif_renamed.heic", "libheif__jpeg32.heif",
    "libheif__clusterfuzz-testcase-minimized-file-fuzzer-5671864958976000.heic",
    "libheif__clusterfuzz-testcase-minimized-file-fuzzer-5752063708495872.heic",
    "libheif__uaf_heif_context.h_117_1.heic", "libheif__uncompressed_comp_RGB_tiled.heic",
    "libheif__with-alpha-512x512.heic", "mdextractor__exif-at-eof.heic", "nokia__test_004.heic",
    "pillow_heif__invalid_id.heic", "made__depth_coded_as_jpeg.heic",
    "made__group_of_type_uuid.heic",
    "libheif__avif32-mini.heif", "libheif__hevc32-mini.heif",
    "made__photo_turned_180_depth_not.heic", "made__photo_turned_90_depth_not.heic",
    "made__two_depth_maps.heic", "made__xmp_utf16le.heic",
}  # fmt: skip


def test_odd_files_give_a_header_or_one_clear_error(photos: Path) -> None:
    readable = set()
    for path in sorted((photos / "odd").iterdir()):
        try:
            header = read_header(path)
        except HeaderError as error:
            problem = error
        else:
            readable.add(path.name)
            assert (header.format == "AVIF") == ("avif" in path.name)
            assert header.is_sequence == ("animation" in path.name)
            continue
        assert problem.path == path
        assert problem.what
        assert "\n" not in str(problem)
    assert readable == ODD_THAT_ARE_PHOTOS
