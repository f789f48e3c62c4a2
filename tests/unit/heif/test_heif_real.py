"""Real and odd photos: what another reader says of them, and which odd files have a header."""

from __future__ import annotations

from pathlib import Path

import pytest

from heicdepth_tui.errors import HeaderError
from heicdepth_tui.heif.header import read_header


def test_a_photo_of_200_megapixels(photos: Path) -> None:
    header = read_header(photos / "real" / "samsung_200MP.heic")
    assert header.primary.displayed_size == (12240, 16320)
    assert header.primary.grid is not None
    assert len(header.primary.grid.tiles) == 24 * 32
    assert (header.depth.item, header.exif.model) == (None, "Galaxy S24 Ultra")
    assert [aux.name for aux in header.auxiliaries] == ["gain map"]
    assert [item.displayed_size for item in header.thumbnails] == [(384, 512)]
    assert (header.truncated, header.exif_problem, header.problems) == ("", "", ())


def test_pillow_heif_reads_the_same(photos: Path) -> None:
    pillow_heif = pytest.importorskip("pillow_heif")
    for path in sorted((photos / "real").iterdir()):
        header = read_header(path)
        other = pillow_heif.open_heif(path, convert_hdr_to_8bit=False)
        assert other.size == header.primary.displayed_size
        assert other.info["bit_depth"] == (header.primary.bits or 8)
        depths = other.info["depth_images"]
        assert [image.size for image in depths] == (
            [header.depth.item.displayed_size] if header.depth.item else []
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
