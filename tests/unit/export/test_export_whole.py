"""From the bytes of a photo to files: the cloud is where the scene was, and tells no secrets."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image
from pypcd4 import PointCloud

from heicdepth_tui.depth.cloud import CloudOptions
from heicdepth_tui.export.options import CameraFile
from heicdepth_tui.export.registry import planned
from heicdepth_tui.export.run import export_photo
from heicdepth_tui.export.source import ExportOptions
from heicdepth_tui.photo.decode import load
from heicdepth_tui.photo.layers import Pixels, Request
from heicdepth_tui.samples.build import make_photo
from heicdepth_tui.samples.recipe import Recipe
from heicdepth_tui.text import printable_path
from tests.support.formats import WRITABLE


def decode(request: Request) -> Pixels:
    return load(request.path, request.layer, exact=request.exact, fit=request.fit)


@pytest.mark.parametrize("orientation", [1, 6])
def test_points_are_where_the_scene_was(tmp_path: Path, orientation: int) -> None:
    photo = make_photo(Recipe(orientation=orientation))
    (tmp_path / "a.heic").write_bytes(photo.data)
    options = ExportOptions(
        cloud=CloudOptions(drop_flying=False), organised=True, out=tmp_path / "out"
    )
    (exported,) = export_photo(tmp_path / "a.heic", options, decode)
    cloud = PointCloud.from_path(exported.path)
    truth, camera = photo.ground_truth, photo.ground_truth.depth_camera
    height, width = truth.metres.shape
    assert (cloud.metadata.width, cloud.metadata.height) == (width, height)
    x, y, z = (cloud.pc_data[axis].reshape(height, width).astype(float) for axis in "xyz")
    # Rounding to a code moves disparity by half a code at most.
    d_min, d_max = truth.representation.d_min, truth.representation.d_max
    assert d_min is not None
    assert d_max is not None
    bound = (d_max - d_min) / 255 / 2
    np.testing.assert_allclose(-1 / z, 1 / truth.metres, rtol=0, atol=bound * 1.001)
    v, u = np.mgrid[:height, :width]
    np.testing.assert_allclose(x, (u - camera.cx) / camera.fx * -z, atol=1e-5)
    np.testing.assert_allclose(y, -(v - camera.cy) / camera.fy * -z, atol=1e-5)


def test_no_file_says_where_the_photo_was_taken_or_lay(tmp_path: Path) -> None:
    photo = tmp_path / "secret-folder" / "a.heic"
    photo.parent.mkdir()
    photo.write_bytes(make_photo(Recipe(gps=True, thumbnail=32)).data)
    assert b"secret-folder" not in photo.read_bytes()
    options = ExportOptions(formats=WRITABLE, camera_files=tuple(CameraFile), out=tmp_path / "out")
    written = export_photo(photo, options, decode)
    assert {one.format for one in written} == planned(options)
    exported = {one.path.name: one.path for one in written}
    for path in exported.values():
        content = path.read_bytes().lower()
        for secret in ("secret-folder", "latitude"):
            assert secret.encode() not in content
            assert secret.encode("utf-32-le") not in content
    for name in ("a-photo.png", "a-codes.png", "a-depth-mm.png"):
        assert not Image.open(exported[name]).getexif()
    with tifffile.TiffFile(exported["a.tiff"]) as file:
        assert "GPSTag" not in file.pages[0].tags
    with zipfile.ZipFile(exported["a.npz"]) as archive:
        assert sorted(archive.namelist()) == [
            f"{name}.npy"
            for name in (
                "K",
                "codes",
                "disparity",
                "edge",
                "flying",
                "metadata",
                "metres",
                "rgb",
                "step",
                "valid",
            )
        ]


def test_a_real_photo(tmp_path: Path, photos: Path) -> None:
    options = ExportOptions(formats=("pcd", "ply", "npz"), out=tmp_path)
    pcd, ply, npz = export_photo(photos / "real" / "pug.heic", options, decode)
    cloud = PointCloud.from_path(pcd.path)
    assert pcd.points == ply.points == len(cloud)
    assert 440_000 < len(cloud) < 442_368
    assert pcd.summary.startswith(f"{printable_path(pcd.path)}: {pcd.points:,} points; dropped ")
    assert "distances relative; camera from the file" in pcd.summary
    # Disparity 1.498047 .. 4.382812 1/m.
    assert float(cloud.pc_data["z"].min()) == pytest.approx(-1 / 1.498046875, rel=1e-6)
    assert float(cloud.pc_data["z"].max()) == pytest.approx(-1 / 4.3828125, rel=1e-6)
    assert len(np.unique(cloud.pc_data["rgb"].view(np.uint32))) > 10_000
    with np.load(npz.path, allow_pickle=False) as arrays:
        assert arrays["codes"].shape == (576, 768)
        assert json.loads(str(arrays["metadata"]))["depth"]["d_max"] == 4.3828125
