"""The full calibration: in the record by the schema, in NPZ, and in the comments of files."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from heicdepth_tui.export.calibration import calibration_comments, camera_properties_record
from heicdepth_tui.export.options import ExportOptions
from heicdepth_tui.export.record import photo_record
from heicdepth_tui.export.run import export_photo
from heicdepth_tui.heif.camera_facts import CameraExtrinsics, CameraIntrinsics, ItemCamera
from heicdepth_tui.heif.facts import StereoPair
from heicdepth_tui.heif.header import parse_header
from heicdepth_tui.photo.decode import load
from heicdepth_tui.photo.layers import Pixels, Request
from heicdepth_tui.report.tables import fact_groups
from heicdepth_tui.samples.build import make_photo
from heicdepth_tui.samples.recipe import AUTO, Recipe
from heicdepth_tui.samples.write import build_photo
from tests.support.lens import distorted_photo
from tests.support.records import check_record

EXTRINSICS = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, -12.5, 0.25, 3.0)


def calibrated() -> bytes:
    """Return a photo whose every number of the calibration differs from the others."""
    calibration = make_photo(Recipe()).ground_truth.calibration
    assert calibration is not None
    calibration = replace(
        calibration,
        extrinsics=EXTRINSICS,
        distortion=(0.0, -0.5, 0.125, *(0.0,) * 5),
        inverse_distortion=(0.0, 0.25, -0.0625, *(0.0,) * 5),
        distortion_center=(47.5, 36.25),
    )
    return build_photo(
        calibration=calibration,
        photo_cmin=CameraIntrinsics(0.75, 0.5, 0.25, 0.875),
        depth_cmin=AUTO,
        second_view=True,
        baseline_mm=19.2,
    )


def decode(request: Request) -> Pixels:
    return load(request.path, request.layer, exact=request.exact, fit=request.fit)


def test_the_record_has_every_number() -> None:
    header = parse_header(calibrated(), path="a.heic")
    record = photo_record("a.heic", header, None)
    check_record(record)

    stored = record["depth"]["calibration"]
    assert stored["extrinsics"] == list(EXTRINSICS)
    assert stored["distortion"][:3] == [0, -0.5, 0.125]
    assert stored["inverse_distortion"][:3] == [0, 0.25, -0.0625]
    assert stored["distortion_center"] == [47.5, 36.25]
    assert stored["pixel_size_mm"] == pytest.approx(6.4 / 96)
    assert record["depth"]["reference_view"] == 0
    # These lists do not undo each other.
    assert not record["lens"]["usable"]
    assert "px are left where 0.5 are allowed" in record["lens"]["problem"]
    assert [one["picture"] for one in record["camera_properties"]] == ["photo", "depth", "view"]
    assert record["camera_properties"][0]["intrinsics"] == {
        "focal_x": 0.75, "focal_y": 0.875, "centre_x": 0.5, "centre_y": 0.25, "skew": 0,
    }  # fmt: skip
    assert record["stereo"]["baseline_mm"] == pytest.approx(19.2)


def test_orientations_of_both_forms_are_in_record_and_comments() -> None:
    header = parse_header(build_photo(), path="a.heic")
    depth = header.depth.item
    assert depth is not None
    cameras = (
        ItemCamera(header.primary.id, extrinsics=CameraExtrinsics(quaternion=(0, 0, 0.6, 0.8))),
        ItemCamera(depth.id, extrinsics=CameraExtrinsics(rotation_degrees=(90, -0.5, 0), world=3)),
    )
    header = replace(header, cameras=cameras)
    check_record(photo_record("a.heic", header, None))

    first, second = camera_properties_record(header)
    assert first["extrinsics"]["quaternion"] == [0, 0, 0.6, 0.8]
    assert second["extrinsics"]["rotation_degrees"] == [90, -0.5, 0]
    assert second["extrinsics"]["world"] == 3
    text = "\n".join(calibration_comments(header))
    assert "camera orientation of the photo, x y z w: 0 0 0.6 0.8" in text
    assert "camera orientation of the depth map, yaw pitch roll in degrees: 90 -0.5 0" in text


def test_files_carry_it(tmp_path: Path) -> None:
    path = tmp_path / "a.heic"
    path.write_bytes(calibrated())
    options = ExportOptions(formats=("pcd", "ply", "npz"), out=tmp_path / "out")
    export_photo(path, options, decode)

    for name in ("a.pcd", "a.ply"):
        text = (tmp_path / "out" / name).read_bytes().decode("latin-1")
        for line in (
            "stored extrinsic matrix, by columns, not applied: 1 0 0 0 1 0 0 0 1 -12.5 0.25 3",
            "stored lens distortion coefficients: 0 -0.5 0.125 0 0 0 0 0",
            "stored inverse lens distortion coefficients: 0 0.25 -0.0625 0 0 0 0 0",
            "stored lens distortion centre, reference px: 47.5 36.25",
            "stored pixel size: 0.0666666667 mm",
            "disparity reference view: 0",
            "camera matrix (cmin) of the photo: focal length 0.75 widths, 0.875 heights, centre",
            "camera position (cmex) of the second view, mm, not applied: 19.2 0 0",
            "distance of the two cameras of the stereo pair: 19.2 mm",
        ):
            assert line in text, line
    metadata = json.loads(str(np.load(tmp_path / "out" / "a.npz")["metadata"]))
    assert metadata["depth"]["calibration"]["extrinsics"] == list(EXTRINSICS)
    assert any("stored extrinsic matrix" in line for line in metadata["export"]["comments"])


def test_a_stereo_pair_without_positions_has_no_baseline() -> None:
    header = parse_header(build_photo(second_view=True), path="a.heic")
    assert len(header.stereo_pairs) == 1
    record = photo_record("a.heic", header, None)
    check_record(record)
    assert record["stereo"]["baseline_mm"] is None
    lone = replace(header, stereo_pairs=(), cameras=(ItemCamera(1),))
    assert photo_record("a.heic", lone, None)["stereo"] is None
    assert isinstance(header.stereo_pairs[0], StereoPair)


def facts_of(data: bytes) -> dict[str, str]:
    from heicdepth_tui.depth.camera import aligned_camera, stored_camera

    header = parse_header(data)
    groups = fact_groups(header, stored=stored_camera(header), camera=aligned_camera(header))
    return {fact.label: fact.value for group in groups for fact in group.facts}


def test_the_table_states_shift_residual_and_baseline() -> None:
    facts = facts_of(distorted_photo()[0].data)
    assert facts["shift by the lens"].startswith("up to 2.64 px of a frame 160 px wide")
    assert facts["forward, inverse"] == "agree to 0.00 px"
    facts = facts_of(calibrated())
    assert facts["rectification"].startswith("refused: the two lists")
    assert facts["baseline"] == "19.2 mm between the two cameras"
    facts = facts_of(build_photo(depth=False, photo_cmin=CameraIntrinsics(0.75, 0.5, 0.5)))
    assert facts["intrinsics"] == "from the file (cmin of the photo)"
    assert facts["fx, fy"] == "72, 72 at 96×72"
    facts = facts_of(build_photo(calibration=None, exif=None, photo_cmin=AUTO))
    assert facts["intrinsics"] == "from the file (cmin of the photo)"
