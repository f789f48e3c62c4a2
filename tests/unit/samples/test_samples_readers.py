"""Generated photos as heif-info and exiftool read them; skipped where these are not installed."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from heicdepth_tui.heif.depth_facts import RepresentationType
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.heif.write.boxes import Layout
from heicdepth_tui.samples.build import make_photo
from heicdepth_tui.samples.recipe import Recipe

HEIF_INFO = shutil.which("heif-info")
EXIFTOOL = shutil.which("exiftool")


def heif_info(path: Path) -> str:
    assert HEIF_INFO is not None
    return subprocess.run([HEIF_INFO, path], capture_output=True, text=True, check=True).stdout


@pytest.mark.skipif(HEIF_INFO is None, reason="heif-info is not installed")
@pytest.mark.parametrize(
    ("knobs", "lines"),
    [
        (
            {"limits": (0.5, 4.0), "thumbnail": 64},
            [
                "image: 96x72 (id=1), primary",
                "thumbnail: 64x48",
                "d-min:  0.250000",
                "d-max:  2.000000",
                "representation: uniform disparity",
            ],
        ),
        (
            {
                "limits": (0.5, 4.0),
                "representation": RepresentationType.UNIFORM_INVERSE_Z,
                "orientation": 6,
                "size": Size(72, 96),
                "tile": 64,
            },
            [
                "image: 72x96 (id=5), primary",
                "z-near: 0.500000",
                "z-far:  4.000000",
                "representation: inverse Z",
            ],
        ),
        ({"depth": False}, ["depth channel: no"]),
        ({"layout": Layout(meta_last=True, extents=2)}, ["depth channel: yes"]),
    ],
)
def test_heif_info_agrees(tmp_path: Path, knobs: dict[str, Any], lines: list[str]) -> None:
    path = tmp_path / "photo.heic"
    path.write_bytes(make_photo(Recipe(**knobs)).data)
    said = heif_info(path)
    assert [line for line in lines if line not in said] == []


@pytest.mark.skipif(EXIFTOOL is None, reason="exiftool is not installed")
def test_exiftool_agrees_and_does_not_complain(tmp_path: Path) -> None:
    assert EXIFTOOL is not None
    recipe = Recipe(orientation=6, size=Size(72, 96), depth_size=Size(72, 96), custom_rendered=8)
    photo = make_photo(recipe)
    path = tmp_path / "photo.heic"
    path.write_bytes(photo.data)
    ran = subprocess.run(
        [EXIFTOOL, "-json", "-n", "-a", "-validate", "-all", path],
        capture_output=True,
        text=True,
        check=True,
    )
    (said,) = json.loads(ran.stdout)
    calibration, exif = photo.ground_truth.calibration, photo.ground_truth.exif
    assert calibration is not None
    assert exif is not None
    assert said["Validate"] == "0 0 0"
    assert said["Make"] == exif.make
    assert said["Model"] == exif.model
    assert said["LensModel"] == exif.lens
    assert said["DateTimeOriginal"] == "2024:05:18 10:30:00"
    assert said["Orientation"] == 6
    assert said["Rotation"] == 270
    assert said["CustomRendered"] == 8
    assert said["FocalLength"] == pytest.approx(exif.focal_length)
    assert said["AuxiliaryImageType"] == "urn:mpeg:hevc:2015:auxid:2"
    assert said["FloatMaxValue"] == calibration.float_max
    assert said["Accuracy"] == "relative"
    assert said["IntrinsicMatrix"] == pytest.approx(list(calibration.intrinsics or ()))
