"""Exports with the lens corrected: clouds, pages and rasters of one plane seen through a lens."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import plyfile
import pytest
from PIL import Image

from heicdepth_tui.depth.cloud import CloudOptions
from heicdepth_tui.errors import RectifyError
from heicdepth_tui.export.options import CameraFile, ExportOptions
from heicdepth_tui.export.pinhole import as_pinhole, source_of
from heicdepth_tui.export.registry import FORMATS
from heicdepth_tui.export.run import export_photo, read_source
from heicdepth_tui.photo.decode import load
from heicdepth_tui.photo.layers import Pixels, Request
from heicdepth_tui.samples.write import build_photo
from tests.support.lens import DISTANCE, NORMAL, SIZE, Lens, distorted_photo, plane_metres
from tests.support.lens import usual_camera as camera_of

RECTIFY = CloudOptions(rectify=True, drop_flying=False)


def decode(request: Request) -> Pixels:
    return load(request.path, request.layer, exact=request.exact, fit=request.fit)


PINCUSHION = Lens(k=0.15)


def photo_in(folder: Path, lens: Lens = PINCUSHION) -> Path:
    path = folder / "wall.heic"
    path.write_bytes(distorted_photo(lens, depth_quality=-1)[0].data)
    return path


def off_plane(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> float:
    points = np.stack([x, y, z], -1).astype(np.float64)
    return float(np.abs(points @ NORMAL + DISTANCE).max())


def test_points_and_rasters_show_the_same_plane(tmp_path: Path) -> None:
    path = photo_in(tmp_path)
    options = ExportOptions(formats=("ply", "npz", "png"), cloud=RECTIFY, out=tmp_path / "out")
    export_photo(path, options, decode)
    plain = ExportOptions(formats=("ply",), cloud=CloudOptions(), out=tmp_path / "plain")
    export_photo(path, plain, decode)

    clouds = [
        plyfile.PlyData.read(tmp_path / where / "wall.ply")["vertex"] for where in ("out", "plain")
    ]
    errors = [off_plane(one["x"], one["y"], one["z"]) for one in clouds]
    # 12-bit codes: half a step is 0.06 mm; the lens bends the plane by 4 mm.
    assert errors[0] < 2e-4
    assert errors[1] > 3e-3
    arrays = np.load(tmp_path / "out" / "wall.npz")
    pinhole = camera_of(SIZE)
    truth = plane_metres(
        pinhole,
        np.arange(SIZE.width, dtype=np.float64),
        np.arange(SIZE.height, dtype=np.float64)[:, None],
    )
    known = np.isfinite(arrays["metres"])
    assert 0.8 < known.mean() < 1
    # The nearest sample is half a sample off at most, each way.
    climb = sum(np.abs(np.diff(truth, axis=axis)).max() for axis in (0, 1)) / 2
    assert np.abs(arrays["metres"] - truth)[known].max() <= climb + 1e-4
    assert arrays["K"][0, 0] == pytest.approx(pinhole.fx)
    millimetres = np.asarray(Image.open(tmp_path / "out" / "wall-depth-mm.png"))
    assert np.array_equal(millimetres > 0, known)


def test_every_file_says_that_it_is_rectified(tmp_path: Path) -> None:
    path = photo_in(tmp_path)
    names = ("pcd", "ply", "npz", "html", "png", "tiff", "glb")
    options = ExportOptions(
        formats=names, cloud=RECTIFY, camera_files=(CameraFile.OPEN3D,), out=tmp_path / "out"
    )
    written = export_photo(path, options, decode)

    for one in written:
        if "-photo" not in one.path.name and not one.format.startswith("camera"):
            assert "rectified (experimental)" in one.summary
        if one.format != "npz":
            assert b"experimental" in one.path.read_bytes(), one.path.name
    metadata = json.loads(str(np.load(tmp_path / "out" / "wall.npz")["metadata"]))
    assert metadata["lens"]["usable"]
    assert any("the lens had shifted samples" in line for line in metadata["export"]["comments"])


def test_the_page_has_the_resampled_map(tmp_path: Path) -> None:
    # Its reader computes points from rows and columns.
    source = read_source(photo_in(tmp_path), ExportOptions(cloud=RECTIFY), decode)
    page = source_of(source, FORMATS["html"])

    assert page is source_of(source, FORMATS["npz"])
    assert source_of(source, FORMATS["pcd"]) is source
    cloud = page.opengl_cloud
    assert off_plane(*cloud.xyz.T) < 1.2e-2
    assert page.depth_map.outside is not None
    assert len(cloud) == SIZE.width * SIZE.height - page.depth_map.outside.sum()
    assert np.array_equal(page.rgb.shape, (SIZE.height, SIZE.width, 3))


def test_without_the_option_nothing_is_resampled(tmp_path: Path) -> None:
    source = read_source(photo_in(tmp_path), ExportOptions(), decode)
    assert source_of(source, FORMATS["npz"]) is source
    assert any("points are not rectified" in line for line in source.depth_comments())


def test_a_photo_without_coefficients_is_refused_and_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / "plain.heic"
    path.write_bytes(build_photo(calibration=None))
    options = ExportOptions(formats=("ply", "npz"), cloud=RECTIFY, out=tmp_path / "out")

    with pytest.raises(RectifyError, match="states no lens distortion") as caught:
        export_photo(path, options, decode)

    assert caught.value.path == path
    assert "--rectify" in caught.value.hint
    assert not list((tmp_path / "out").glob("*"))
    source = read_source(path, ExportOptions(), decode)
    with pytest.raises(RectifyError):
        as_pinhole(source)
