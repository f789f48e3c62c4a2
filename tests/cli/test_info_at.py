"""``info --at`` against the ground truth of generated photos."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from heicdepth_tui.samples.build import make_photo
from heicdepth_tui.samples.recipe import Recipe
from tests.support.cli import run_command
from tests.support.records import check_record


@pytest.mark.parametrize("orientation", [1, 6, 7])
def test_json_gives_the_sample_the_point_and_the_colour(tmp_path: Path, orientation: int) -> None:
    photo = make_photo(Recipe(orientation=orientation, quality=-1))
    truth = photo.ground_truth
    path = tmp_path / "a.heic"
    path.write_bytes(photo.data)
    sphere = truth.spheres[0]
    pole = np.array(sphere.centre) * (1 - sphere.radius / float(np.linalg.norm(sphere.centre)))
    camera = truth.camera
    x = round(camera.cx - camera.fx * pole[0] / pole[2])
    y = round(camera.cy + camera.fy * pole[1] / pole[2])

    done = run_command("info", "--json", "--at", f"{x},{y}", "--at", "0,0", path)

    assert done.returncode == 0
    record = json.loads(done.stdout)
    check_record(record)
    first, corner = record["probes"]
    assert (first["x"], first["y"], corner["x"], corner["y"]) == (x, y, 0, 0)
    assert first["code"] == truth.codes[first["depth_y"], first["depth_x"]]
    assert corner["code"] == truth.codes[0, 0]
    assert abs(first["range"] - float(np.linalg.norm(pole))) < first["depth_resolution"]
    assert first["point"][2] == -first["metres"]
    # Chroma is coded at half the resolution, so red and blue may smear over an edge.
    assert np.abs(np.array(first["rgb"]) - truth.rgb[y, x]).max() <= 24
    assert (first["problem"], corner["problem"]) == ("", "")


def test_text_names_every_figure_with_its_caveat(tmp_path: Path) -> None:
    path = tmp_path / "a.heic"
    path.write_bytes(make_photo(Recipe()).data)
    done = run_command("info", "--at", "30,40", path)
    assert done.returncode == 0
    for label in ("photo", "RGB", "code", "disparity", "distance Z", "step", "point", "trust"):
        assert f"  {label} " in done.stdout
    assert "≈" in done.stdout
    assert "relative" in done.stdout


def test_what_cannot_be_read_says_why(tmp_path: Path) -> None:
    (tmp_path / "none.heic").write_bytes(make_photo(Recipe(depth=False)).data)
    (tmp_path / "some.heic").write_bytes(make_photo(Recipe()).data)
    done = run_command("info", "--json", "--at", "3,4", "--at", "5000,4", tmp_path)
    assert done.returncode == 0
    none, some = map(json.loads, done.stdout.splitlines())
    for record in (none, some):
        check_record(record)
        assert "the photo has 96x72 pixels" in record["probes"][1]["problem"]
        assert record["probes"][1]["rgb"] is None
        assert record["probes"][0]["rgb"] is not None
    assert none["probes"][0]["problem"].startswith("no depth map")
    assert none["probes"][0]["code"] is None
    assert some["probes"][0]["problem"] == ""
    text = run_command("info", "--at", "3,4", tmp_path / "none.heic").stdout
    assert "no depth map" in text


@pytest.mark.parametrize("pixel", ["3", "3;4", "a,b", "-1,2", "1,2,3"])
def test_a_pixel_that_is_none_is_refused(tmp_path: Path, pixel: str) -> None:
    path = tmp_path / "a.heic"
    path.write_bytes(b"")
    done = run_command("info", "--at", pixel, path)
    assert done.returncode == 2
    assert pixel in done.stderr


def test_a_frame_without_a_pixel_is_refused(tmp_path: Path) -> None:
    done = run_command("info", "--frame", "depth", tmp_path)
    assert done.returncode == 2
    assert "give --at X,Y" in done.stderr


def test_a_sample_of_the_depth_map_is_read_by_its_own_column_and_row(tmp_path: Path) -> None:
    photo = make_photo(Recipe(orientation=6, quality=-1))
    path = tmp_path / "a.heic"
    path.write_bytes(photo.data)
    codes = photo.ground_truth.codes
    height, width = codes.shape
    places = [(0, 0), (width - 1, 3), (5, height - 1)]
    at = [option for x, y in (*places, (width, 0)) for option in ("--at", f"{x},{y}")]
    done = run_command("info", "--json", "--frame", "depth", *at, path)
    assert done.returncode == 0
    record = json.loads(done.stdout)
    check_record(record)
    *probes, outside = record["probes"]
    assert [(probe["depth_x"], probe["depth_y"]) for probe in probes] == places
    assert [probe["code"] for probe in probes] == [codes[y, x] for x, y in places]
    # The photo's pixel on the centre of the sample reads the same sample.
    for probe in probes:
        pixel = f"{probe['x']},{probe['y']}"
        (again,) = json.loads(run_command("info", "--json", "--at", pixel, path).stdout)["probes"]
        assert again == probe
    assert (outside["x"], outside["y"], outside["rgb"]) == (None, None, None)
    assert (outside["depth_x"], outside["depth_y"]) == (width, 0)
    assert outside["problem"] == f"the depth map has {width}x{height} samples"


def test_text_of_a_sample_that_the_depth_map_has_not(tmp_path: Path) -> None:
    path = tmp_path / "a.heic"
    path.write_bytes(make_photo(Recipe()).data)
    done = run_command("info", "--frame", "depth", "--at", "999,0", path)
    assert done.returncode == 0
    lines = [line.split() for line in done.stdout.splitlines()]
    assert ["photo", "–"] in lines
    assert any(line[:4] == ["depth", "999,", "0:", "the"] for line in lines)
