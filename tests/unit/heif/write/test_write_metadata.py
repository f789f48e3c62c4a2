"""XMP as written: read back by the package itself and by ElementTree."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from heicdepth_tui.heif.depth_facts import Accuracy, Calibration
from heicdepth_tui.heif.write.xmp import build_calibration, build_description
from heicdepth_tui.heif.xmp import parse_calibration

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
