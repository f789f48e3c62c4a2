"""EXIF as written: read back by the package itself and by Pillow."""

from __future__ import annotations

import math

import pytest
from PIL import Image

from heicdepth_tui.heif.exif import parse_exif
from heicdepth_tui.heif.facts import Exif
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.samples.exif import build_exif

FULL = Exif(
    make="Maker",
    model="Model 7",
    lens="back dual wide camera 5.7mm f/1.5",
    date="2023-02-21 14:33:08",
    orientation=6,
    focal_length=5.7,
    focal_length_35mm=26.0,
    custom_rendered=8,
    has_gps=True,
)


@pytest.mark.parametrize("big_endian", [True, False])
@pytest.mark.parametrize(
    "exif",
    [FULL, Exif(orientation=8), Exif(has_gps=True), Exif(make="Bär", model="x\x1b", lens="Ω")],
)
def test_exif_reads_back_as_it_was_written(exif: Exif, big_endian: bool) -> None:
    assert parse_exif(build_exif(exif, big_endian=big_endian)) == exif


@pytest.mark.parametrize("big_endian", [True, False])
def test_pillow_reads_the_exif_block(big_endian: bool) -> None:
    read = Image.Exif()
    read.load(b"Exif\0\0" + build_exif(FULL, size=Size(4032, 3024), big_endian=big_endian))
    detail = read.get_ifd(0x8769)
    assert read[0x010F] == "Maker"
    assert read[0x0110] == "Model 7"
    assert read[0x0112] == 6
    assert read[0x0132] == detail[0x9003] == "2023:02:21 14:33:08"
    assert math.isclose(detail[0x920A], 5.7)
    assert detail[0xA405] == 26
    assert detail[0xA401] == 8
    assert detail[0xA434] == "back dual wide camera 5.7mm f/1.5"
    assert (detail[0xA002], detail[0xA003]) == (4032, 3024)
    assert read.get_ifd(0x8825)[4] == (30, 0, 0)


def test_directory_entries_are_sorted_by_tag() -> None:
    block = build_exif(FULL)
    tags = [int.from_bytes(block[10 + 12 * n : 12 + 12 * n], "big") for n in range(block[9])]
    assert tags == sorted(tags)
    assert len(tags) == 6
