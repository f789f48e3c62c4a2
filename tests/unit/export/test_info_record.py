"""The JSON record of a photo: valid by its schema, and equal to what was written into the photo."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from info_records import Record, header, item, valid
from jsonschema import Draft202012Validator

from heicdepth_tui.errors import (
    DecoderStoppedError,
    FileAccessError,
    HeicDepthError,
    LimitError,
    NotHeifError,
)
from heicdepth_tui.export.record import info_schema, json_line, photo_record
from heicdepth_tui.heif.depth_facts import (
    Accuracy,
    Calibration,
    DepthInfo,
    DepthRepresentation,
    DepthStatus,
    RepresentationType,
)
from heicdepth_tui.heif.facts import Auxiliary, Exif
from heicdepth_tui.heif.header import parse_header, read_header
from heicdepth_tui.heif.picture_facts import Mirror, Rotation, Size, Transform
from heicdepth_tui.samples.solids import Pinhole
from heicdepth_tui.samples.write import build_photo
from heicdepth_tui.text import printable

PHOTOS = os.environ.get("HEICDEPTH_PHOTOS")
needs_photos = pytest.mark.skipif(not PHOTOS, reason="HEICDEPTH_PHOTOS is not set")


def record_of(path: Path) -> Record:
    try:
        return valid(photo_record(path, read_header(path), None))
    except HeicDepthError as error:
        return valid(photo_record(path, None, error))


def test_the_schema_is_strict_everywhere() -> None:
    Draft202012Validator.check_schema(info_schema())

    def objects(node: Any) -> list[Record]:
        if isinstance(node, list):
            return [found for child in node for found in objects(child)]
        if not isinstance(node, dict):
            return []
        own = [node] if node.get("type") == "object" and "properties" in node else []
        return own + [found for child in node.values() for found in objects(child)]

    strict = [found for found in objects(info_schema()) if "required" in found]
    assert len(strict) == 21
    for found in strict:
        assert found["additionalProperties"] is False
        assert set(found["properties"]) - {"arrays", "probes"} == set(found["required"])


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_generated_photo_is_recorded_as_it_was_written(orientation: int) -> None:
    data = build_photo(
        camera=Pinhole.of(192, 128, 26.0),
        size=Size(192, 128),
        depth_size=Size(96, 64),
        orientation=orientation,
        accuracy=Accuracy.ABSOLUTE,
        custom_rendered=8,
        thumbnail=96,
        gain_map=True,
    )
    parsed = parse_header(data, path="x.heic")

    record = valid(photo_record("x.heic", parsed, None))

    # rotation is irot as stored: EXIF 3, 6 and 8 are turns by 180, 270 and 90 to the left.
    turned = {1: 0, 3: 180, 6: 270, 8: 90}
    if orientation in turned:
        assert record["primary"] == {
            "width": 192, "height": 128, "rotation": turned[orientation], "mirror": False,
            "decodable": True, "undecodable_reason": "",
        }  # fmt: skip
    assert record["primary"]["mirror"] is (orientation in (2, 4, 5, 7))
    assert record["bytes"] == len(data)
    assert record["depth"]["status"] == "present"
    assert (record["depth"]["width"], record["depth"]["height"]) == (96, 64)
    assert record["depth"]["representation"] == "uniform disparity"
    assert record["depth"]["accuracy"] == "absolute"
    assert record["depth"]["d_min"] < record["depth"]["d_max"]
    assert record["depth"]["z_near"] is None
    assert record["camera"]["origin"] == "file"
    assert (record["depth_camera"]["width"], record["depth_camera"]["height"]) == (96, 64)
    # 26 mm equivalent by the diagonal, on the 96 x 64 map.
    focal = 26 / np.hypot(36, 24) * np.hypot(96, 64)
    assert record["depth_camera"]["fx"] == pytest.approx(focal, rel=1e-3)
    assert {layer["name"] for layer in record["layers"]} == {"depth", "gain map"}
    assert record["thumbnails"] == [{"width": 96, "height": 64}]
    assert record["colour_space"] == "sRGB"
    assert record["exif"]["portrait"] is True
    assert record["exif"]["date"] == "2024-05-18 10:30:00"
    assert record["error"] is None
    assert "arrays" not in record


@pytest.mark.parametrize(
    ("transforms", "rotation", "mirror"),
    [
        ((), 0, False),
        ((Rotation(1),), 90, False),
        ((Mirror(1),), 0, True),
        ((Mirror(0),), 180, True),  # top and bottom swapped: half a turn, then left and right
        ((Rotation(1), Mirror(1)), 90, True),
        ((Mirror(1), Rotation(1)), 270, True),
        ((Rotation(3), Mirror(0)), 90, True),
        ((Mirror(0), Mirror(1)), 180, False),
        ((Rotation(3), Rotation(2)), 90, False),
    ],
)
def test_rotation_and_mirror_do_to_a_picture_what_the_transforms_do(
    transforms: tuple[Transform, ...], rotation: int, mirror: bool
) -> None:
    record = valid(photo_record("a.heic", header(primary=item(transforms)), None))
    picture = np.arange(12).reshape(3, 4)

    expected = picture
    for step in transforms:
        if isinstance(step, Rotation):
            expected = np.rot90(expected, step.quarter_turns)
        elif isinstance(step, Mirror):
            expected = expected[:, ::-1] if step.axis == 1 else expected[::-1]
    stated = record["primary"]
    shown = np.rot90(picture, stated["rotation"] // 90)
    np.testing.assert_array_equal(shown[:, ::-1] if stated["mirror"] else shown, expected)
    assert (stated["rotation"], stated["mirror"]) == (rotation, mirror)


def test_text_is_exact_its_line_is_printable_and_numbers_are_finite() -> None:
    evil = "\x1b]0;title\x07\u202eA\ud800\n"
    info = DepthInfo(
        DepthStatus.PRESENT,
        item=item(),
        representation=DepthRepresentation(
            RepresentationType.UNIFORM_DISPARITY,
            d_min=1e29,
            d_max=float("inf"),
            z_near=float("nan"),
        ),
        calibration=Calibration(quality=evil, native_format=evil, stored_format=evil),
        calibration_problem=evil,
    )
    photo = header(
        brand="he\x1bc",
        depth=info,
        auxiliaries=(Auxiliary(item(), evil, evil),),
        truncated=evil,
        exif=Exif(make=evil, model=evil, lens=evil, focal_length=float("nan")),
    )
    error = HeicDepthError(evil, path=evil, hint=evil)

    path = os.fsdecode(b"/photos/\xff\x7f") + evil

    record = valid(photo_record(path, photo, error))
    line = json_line(record)

    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line) == record
    assert record["path"] == path
    for exact in (
        record["exif"]["lens"],
        record["depth"]["quality"],
        record["depth"]["native_format"],
        record["layers"][0]["urn"],
    ):
        assert exact == evil
    # Sentences are for people: nothing in them is left to move a cursor.
    for stated in (
        record["truncated"],
        record["error"]["message"],
        record["error"]["hint"],
        *record["depth"]["calibration_problems"],
    ):
        assert stated == printable(evil)
    assert record["depth"]["d_min"] == 1e29
    assert record["depth"]["d_max"] is None
    assert record["depth"]["z_near"] is None
    assert record["exif"]["focal_length"] is None


def test_the_bytes_of_a_name_come_back_from_its_line() -> None:
    name = b"caf\xe9 \xc3\xa9\x1b[2J.heic"

    line = json_line(photo_record(os.fsdecode(name), header(), None))

    assert r"caf\udce9 \u00e9\u001b[2J.heic" in line
    assert os.fsencode(json.loads(line)["path"]) == name


def test_position_data_is_never_told() -> None:
    parsed = parse_header(build_photo(gps=True), path="a.heic")
    assert parsed.exif.has_gps

    assert "gps" not in json.dumps(photo_record("a.heic", parsed, None)).lower()


@pytest.mark.parametrize(
    ("error", "kind", "form"),
    [
        (NotHeifError("it is a JPEG", kind="JPEG", hint="nothing to do"), "not-heif", "JPEG"),
        (LimitError("too many pixels"), "limit", None),
        (FileAccessError("no permission"), "file-access", None),
        (DecoderStoppedError("killed"), "decoder-stopped", None),
    ],
)
def test_an_error_without_a_header(
    tmp_path: Path, error: HeicDepthError, kind: str, form: str | None
) -> None:
    path = tmp_path / "a.heic"
    path.write_bytes(b"12345")

    record = valid(photo_record(path, None, error))

    assert record["error"] == {"kind": kind, "message": error.what, "hint": error.hint}
    assert record["format"] == form
    assert record["bytes"] == 5
    assert record["primary"] is record["depth"] is record["camera"] is record["exif"] is None
    assert record["layers"] == record["thumbnails"] == []


@pytest.mark.parametrize("name", ["gone.heic", "nul\0.heic"])
def test_a_file_that_cannot_be_asked_for_its_size(tmp_path: Path, name: str) -> None:
    error = FileAccessError("the file is not there")

    assert valid(photo_record(tmp_path / name, None, error))["bytes"] is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda record: record.update(schema=1),
        lambda record: record.update(extra=1),
        lambda record: record.pop("camera"),
        lambda record: record["depth"].update(status="here"),
        lambda record: record["depth"].update(width=None),
        lambda record: record["primary"].update(rotation=45),
        lambda record: record["camera"].update(origin="none"),
        lambda record: record.update(primary=None),
    ],
    ids=range(8),
)
def test_the_schema_refuses_what_is_no_record(spoil: Callable[[Record], object]) -> None:
    record = valid(photo_record("a.heic", parse_header(build_photo(), path="a.heic"), None))
    wrong = copy.deepcopy(record)
    spoil(wrong)

    assert Draft202012Validator(info_schema()).is_valid(record)
    assert not Draft202012Validator(info_schema()).is_valid(wrong)


@needs_photos
def test_pug_is_told_as_it_is() -> None:
    record = record_of(Path(str(PHOTOS)) / "real" / "pug.heic")
    calibration = record["depth"].pop("calibration")

    assert record["primary"] == {
        "width": 4032, "height": 3024, "rotation": 0, "mirror": False,
        "decodable": True, "undecodable_reason": "",
    }  # fmt: skip
    assert record["depth"] == {
        "status": "present",
        "reason": "",
        "item": 54,
        "decodable": True,
        "undecodable_reason": "",
        "width": 768,
        "height": 576,
        "bits": 8,
        "representation": "uniform disparity",
        "d_min": 1.498046875,
        "d_max": 4.3828125,
        "z_near": None,
        "z_far": None,
        "reference_view": 0,
        "float_min": 1.498047,
        "float_max": 4.382812,
        "metres": {"known": True, "reason": "", "notes": [], "assumed": False},
        "accuracy": "relative",
        "quality": "high",
        "filtered": True,
        "native_format": "hdis",
        "stored_format": "L008",
        "calibration_problems": [],
    }
    assert calibration["intrinsics"] == [
        3032.59423828125, 0, 0, 0, 3032.59423828125, 0, 1988.450927734375, 1512.30712890625, 1,
    ]  # fmt: skip
    assert (calibration["reference_width"], calibration["reference_height"]) == (4032, 3024)
    assert calibration["extrinsics"] == [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0]
    assert calibration["distortion"][:2] == [0, pytest.approx(-0.943124711, rel=1e-8)]
    assert calibration["inverse_distortion"][:2] == [0, pytest.approx(0.927123845, rel=1e-8)]
    assert calibration["distortion_center"] == [1990.331298828125, 1515.205078125]
    assert calibration["pixel_size_mm"] == 0.0019
    assert record["lens"]["usable"]
    # Largest at 0.84 of the way to the farthest corner, where it is 34.9 px.
    assert record["lens"]["shift_px"] == pytest.approx(37.5, abs=0.05)
    assert record["lens"]["residual_px"] == pytest.approx(0.35, abs=0.005)
    assert record["camera"]["origin"] == "file"
    assert record["camera"]["fx"] == pytest.approx(3032.594, abs=1e-3)
    assert record["camera"]["reference_width"] == 4032
    assert record["depth_camera"]["fx"] == pytest.approx(3032.594 * 768 / 4032, rel=1e-6)
    assert record["thumbnails"] == []
    assert "gain map" in [layer["name"] for layer in record["layers"]]


@needs_photos
def test_a_spatial_photo_states_its_cameras() -> None:
    record = record_of(Path(str(PHOTOS)) / "real" / "spatial_photo.heic")

    assert record["camera"]["origin"] == "photo-cmin"
    assert record["camera"]["fx"] == pytest.approx(1525.4446, abs=1e-4)
    assert record["stereo"] == {"left": 26, "right": 52, "baseline_mm": 63.807}
    left, right = record["camera_properties"]
    assert (left["picture"], left["uuid"], right["picture"]) == ("photo", True, "view")
    assert right["extrinsics"]["position_mm"] == [63.807, 0, 0]
    assert left["intrinsics"]["centre_x"] == 0.5


@needs_photos
def test_every_real_photo_and_every_odd_file_is_told() -> None:
    records = {
        path.name: record_of(path)
        for folder in ("real", "odd")
        for path in sorted((Path(str(PHOTOS)) / folder).iterdir())
    }

    assert len(records) > 40
    assert records["IMG_5622.HEIC"]["primary"]["rotation"] == 270
    assert records["pillow_heif__empty.heic"]["format"] == "empty file"
    assert records["apple-hdr-heic__lfs-pointer.heic"]["format"] == "git-lfs pointer"
    assert records["arrow.heic"]["depth"]["status"] == "absent"
    assert records["arrow.heic"]["thumbnails"][0]["width"] in (240, 320)
