"""Photos of which something cannot be decoded: what is printed, and with which exit code."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from heicdepth_tui.heif.depth_facts import AUX_DEPTH_URNS, DepthRepresentation, RepresentationType
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.heif.write.mux import AuxPicture, CodedPicture, PhotoSpec, mux
from heicdepth_tui.heif.write.sei import build_depth_representation
from heicdepth_tui.photo.encode import encode_hevc
from tests.support.cli import Done, run_command
from tests.support.records import check_record

LIBRARIES = ("plugin", "libheif", "built in", "libjpeg", "dav1d", "BMFF", "Unspecified")


def jpeg(size: Size) -> CodedPicture:
    """A picture whose item is of type ``jpeg``."""
    file = io.BytesIO()
    Image.new("L", size, 90).save(file, "JPEG")
    return CodedPicture(b"", file.getvalue(), size, (8,), coding="jpeg")


def depth(picture: CodedPicture) -> AuxPicture:
    kind = RepresentationType.UNIFORM_DISPARITY
    sei = build_depth_representation(DepthRepresentation(kind, d_min=0.5, d_max=2.0))
    return AuxPicture(picture, AUX_DEPTH_URNS[0], sei)


@pytest.fixture(scope="module")
def photo() -> CodedPicture:
    return encode_hevc(np.full((64, 96, 3), 120, np.uint8), quality=80)


@pytest.fixture
def jpeg_depth(tmp_path: Path, photo: CodedPicture) -> Path:
    path = tmp_path / "jpeg-depth.heic"
    path.write_bytes(mux(PhotoSpec(photo, auxiliaries=(depth(jpeg(Size(48, 32))),))))
    return path


def record_of(done: Done) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(done.stdout)
    check_record(record)
    return record


def test_info_tells_that_depth_cannot_be_decoded_without_an_error(jpeg_depth: Path) -> None:
    done = run_command("info", jpeg_depth)
    assert done.returncode == 0
    assert "present, but coded as JPEG (item type jpeg), which this program cannot" in done.stdout

    record = record_of(run_command("info", "--json", jpeg_depth))
    assert record["error"] is None
    told = record["depth"]
    assert (told["status"], told["decodable"]) == ("present", False)
    assert told["undecodable_reason"].startswith("the depth map is coded as JPEG")
    assert told["metres"]["known"] is False
    assert told["metres"]["reason"] == told["undecodable_reason"]
    (layer,) = record["layers"]
    assert (layer["decodable"], layer["item"]) == (False, told["item"])
    assert record["primary"]["decodable"] is True
    assert record["primary"]["undecodable_reason"] == ""


@pytest.mark.parametrize("command", [("info", "--arrays"), ("show",), ("export",), ()])
def test_what_has_to_decode_the_depth_map_fails(jpeg_depth: Path, command: tuple[str, ...]) -> None:
    done = run_command(*command, jpeg_depth, cwd=jpeg_depth.parent)
    told = " ".join((done.stdout + done.stderr).split())
    assert done.returncode == 1, told
    assert "its depth map is coded as JPEG" in told
    # Whatever converts the photo to something readable mostly drops the depth map.
    assert "convert" not in told
    assert not [word for word in LIBRARIES if word in told]


def test_a_depth_map_of_an_unknown_type_fails_where_it_has_to_be_decoded(
    jpeg_depth: Path,
) -> None:
    # The type stands in the item's infe box; the other "jpeg" bytes are the picture's own.
    data = jpeg_depth.read_bytes()
    place = data.index(b"jpeg", data.index(b"infe"))
    jpeg_depth.write_bytes(data[:place] + b"xxxx" + data[place + 4 :])

    assert run_command("info", jpeg_depth).returncode == 0
    done = run_command("info", "--arrays", jpeg_depth)
    assert done.returncode == 1
    assert "depth: the depth map is of type 'xxxx', which no decoder reads" in done.stdout
    record = record_of(run_command("info", "--json", "--arrays", jpeg_depth))
    assert record["error"]["kind"] == "no-depth"
    assert "'xxxx'" in record["error"]["message"]


def test_a_photo_that_cannot_be_decoded_keeps_its_depth_map(
    tmp_path: Path, photo: CodedPicture
) -> None:
    path = tmp_path / "jpeg-photo.heic"
    small = replace(photo)
    path.write_bytes(mux(PhotoSpec(jpeg(Size(96, 64)), auxiliaries=(depth(small),))))
    done = run_command("info", "--arrays", path)
    assert done.returncode == 1
    assert "photo: its photo is coded as JPEG" in done.stdout
    assert "convert" not in done.stdout
    record = record_of(run_command("info", "--json", path))
    assert record["primary"]["decodable"] is False
    assert record["primary"]["undecodable_reason"].startswith("the photo is coded as JPEG")
    assert record["depth"]["decodable"] is True


def test_a_photo_without_depth_may_be_converted(tmp_path: Path) -> None:
    path = tmp_path / "jpeg.heic"
    path.write_bytes(mux(PhotoSpec(jpeg(Size(96, 64)))))
    done = run_command("info", "--arrays", path)
    assert done.returncode == 1
    assert "convert it with another program" in done.stdout
