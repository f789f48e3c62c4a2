"""EXIF and XMP as written: read back by the package itself, by Pillow and by ElementTree."""

from __future__ import annotations

import math
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from heicdepth_tui.heif.depth_facts import Accuracy, Calibration
from heicdepth_tui.heif.exif import parse_exif
from heicdepth_tui.heif.facts import Exif
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.heif.write.exif import build_exif
from heicdepth_tui.heif.write.xmp import build_calibration, build_description
from heicdepth_tui.heif.xmp import parse_calibration

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

CALIBRATION = Calibration(
    float_min=1.498046875,
    float_max=4.3828125,
    native_format="hdis",
    stored_format="L008",
    accuracy=Accuracy.RELATIVE,
    quality="high",
    filtered=True,
    version=65541,
    intrinsics=(3032.59423828125, 0.0, 0.0, 0.0, 3031.5, 0.0, 1988.450927734375, 1512.25, 1.0),
    reference_width=4032.0,
    reference_height=3024.0,
    extrinsics=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.5, 0.0, 0.0),
    distortion=(0.0, -0.94312471151351929, 0.2, -0.02, 1e-3, -7.9e-06, -6.6e-07, 1.4e-08),
    inverse_distortion=(0.0, 0.927, -0.19, 0.02, -8e-4, 1.9e-06, 7e-07, -1.3e-08),
    distortion_center=(1990.331298828125, 1515.205078125),
    pixel_size_mm=0.0019,
    simulated_aperture=2.8,
    portrait_score=0.75,
    effect_strength=0.5,
    auxiliary_image_type="disparity",
)


@pytest.mark.parametrize("big_endian", [True, False])
@pytest.mark.parametrize("exif", [FULL, Exif(orientation=8), Exif(has_gps=True)])
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


def test_calibration_reads_back_as_it_was_written() -> None:
    assert parse_calibration(build_calibration(CALIBRATION)) == CALIBRATION


def test_empty_calibration_says_nothing() -> None:
    assert parse_calibration(build_calibration(Calibration())) == Calibration()


def test_calibration_has_apples_elements() -> None:
    root = ET.fromstring(build_calibration(CALIBRATION, bits=10))  # noqa: S314  written right here
    apdi, depth = "{http://ns.apple.com/pixeldatainfo/1.0/}", "{http://ns.apple.com/depthData/1.0/}"
    assert root.findtext(f".//{apdi}NativeFormat") == "1751411059"
    assert root.findtext(f".//{apdi}StoredFormat") == "1278226488"
    assert root.findtext(f".//{apdi}IntMaxValue") == "1023"
    assert root.findtext(f".//{depth}Filtered") == "True"
    assert root.findtext(f".//{depth}IntrinsicMatrixReferenceWidth") == "4032"
    entry = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}li"
    matrix = [li.text for li in root.iterfind(f".//{depth}IntrinsicMatrix//{entry}")]
    assert matrix[:2] == ["3032.59423828125", "0"]
    assert matrix[6] == "1988.450927734375"


def test_text_is_escaped() -> None:
    packet = build_description([("xmp:CreatorTool", "a<b & c>")])
    root = ET.fromstring(packet)  # noqa: S314  written right here
    assert root.findtext(".//{http://ns.adobe.com/xap/1.0/}CreatorTool") == "a<b & c>"
