"""Camera files and the RGBD folder hold what their tools expect, and agree with the cloud."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from plyfile import PlyData

from heicdepth_tui.depth.axes import Axes
from heicdepth_tui.depth.cloud import Projection
from heicdepth_tui.errors import NoCameraError, NoMetresError
from heicdepth_tui.export.camera_files import camera_outputs
from heicdepth_tui.export.options import CameraFile, DepthUnit, ExportOptions
from heicdepth_tui.export.registry import FORMATS, write_outputs
from heicdepth_tui.export.run import export_photo
from heicdepth_tui.export.source import ExportSource
from heicdepth_tui.photo.decode import load
from heicdepth_tui.photo.layers import Pixels, Request
from heicdepth_tui.samples.write import build_photo
from tests.support.gltf import read_glb

Make = Callable[..., ExportSource]
Written = Callable[[str, ExportSource], Path]
Array = NDArray[np.float64]

# The camera of make_source: fx 5, fy 4, cx 3, cy 2 from the corner of a 6x4 map.
FX, FY, CX, CY = 5.0, 4.0, 3.0, 2.0
FLOAT32_POINT = 5 * 2**-24


def decode(request: Request) -> Pixels:
    return load(request.path, request.layer, exact=request.exact, fit=request.fit)


def write(source: ExportSource, tool: CameraFile, folder: Path, depth: str = "") -> list[Path]:
    outputs = camera_outputs(source, tool, "a photo.png", depth)
    return [one.path for one in write_outputs(outputs, "camera", source.file_stem, folder)]


def without_comments(path: Path) -> list[str]:
    return [line for line in path.read_text("ascii").splitlines() if not line.startswith("#")]


def test_open3d_counts_from_the_centre_and_column_by_column(
    make_source: Make, tmp_path: Path
) -> None:
    (path,) = write(make_source(), CameraFile.OPEN3D, tmp_path)
    assert path.name == "IMG_0412-open3d.json"
    record = json.loads(path.read_text())
    assert (record["width"], record["height"]) == (6, 4)
    matrix = np.reshape(record["intrinsic_matrix"], (3, 3), order="F")
    assert matrix.tolist() == [[FX, 0, CX - 0.5], [0, FY, CY - 0.5], [0, 0, 1]]
    assert any("relative" in line for line in record["comments"])


def test_colmap_counts_from_the_corner(make_source: Make, tmp_path: Path) -> None:
    paths = write(make_source(), CameraFile.COLMAP, tmp_path)
    assert [path.relative_to(tmp_path).as_posix() for path in paths] == [
        "IMG_0412-colmap/cameras.txt",
        "IMG_0412-colmap/images.txt",
        "IMG_0412-colmap/points3D.txt",
    ]
    (camera,) = without_comments(paths[0])
    number, model, *numbers = camera.split()
    assert (number, model, [float(one) for one in numbers]) == (
        "1",
        "PINHOLE",
        [6, 4, FX, FY, CX, CY],
    )
    # Two lines an image: the pose with the name, and its points, of which there are none.
    assert without_comments(paths[1]) == ["1 1 0 0 0 0 0 0 1 a photo.png", ""]
    assert without_comments(paths[2]) == []


def test_colmap_gets_the_bytes_of_a_name_and_is_said_to_end_it_at_a_blank(
    make_source: Make, tmp_path: Path
) -> None:
    source = make_source("/photos/Käse 1.HEIC")
    outputs = camera_outputs(source, CameraFile.COLMAP, "Käse 1-photo.png")
    _, images, _ = write_outputs(outputs, "camera", source.file_stem, tmp_path)
    assert images.path.read_text("utf-8").splitlines()[-2].endswith(" 1 Käse 1-photo.png")
    assert "up to the first blank only" in images.summary


@pytest.mark.parametrize("depth", ["", "a depth.png"])
def test_nerfstudio_has_one_frame_in_every_split(
    make_source: Make, tmp_path: Path, depth: str
) -> None:
    (path,) = write(make_source(), CameraFile.NERFSTUDIO, tmp_path, depth)
    assert path.name == "IMG_0412-transforms.json"
    record = json.loads(path.read_text())
    assert record["camera_model"] == "PINHOLE"
    assert [record[key] for key in ("w", "h", "fl_x", "fl_y", "cx", "cy")] == [6, 4, FX, FY, CX, CY]
    (frame,) = record["frames"]
    assert frame["file_path"] == "a photo.png"
    assert frame.get("depth_file_path", "") == depth
    assert frame["transform_matrix"] == np.eye(4).tolist()
    for split in ("train", "val", "test"):
        assert record[f"{split}_filenames"] == ["a photo.png"]


def test_ros_has_the_matrices_of_camera_info(make_source: Make, tmp_path: Path) -> None:
    (path,) = write(make_source("/photos/Käse 1.HEIC"), CameraFile.ROS, tmp_path)
    assert path.name == "Käse 1-ros.yaml"
    lines = without_comments(path)
    assert lines[:3] == ["image_width: 6", "image_height: 4", "camera_name: K_se_1"]
    assert "distortion_model: plumb_bob" in lines
    matrices = {}
    for at, line in enumerate(lines):
        if line.endswith(("matrix:", "coefficients:")):
            rows, columns = (int(one.partition(": ")[2]) for one in lines[at + 1 : at + 3])
            data = json.loads(lines[at + 3].partition(": ")[2])
            matrices[line[:-1]] = np.reshape(data, (rows, columns)).tolist()
    k = [[FX, 0, CX - 0.5], [0, FY, CY - 0.5], [0, 0, 1]]
    assert matrices == {
        "camera_matrix": k,
        "distortion_coefficients": [[0] * 5],
        "rectification_matrix": np.eye(3).tolist(),
        "projection_matrix": [[*row, 0] for row in k],
    }


@pytest.mark.parametrize("tool", CameraFile)
def test_every_file_states_origin_distortion_trust_and_where_pixels_begin(
    make_source: Make, tmp_path: Path, tool: CameraFile
) -> None:
    for path in write(make_source(), tool, tmp_path):
        text = path.read_text("ascii")
        for words in (
            "camera from the file",
            "stored as the lens distorted",
            "relative",
            "first pixel",
        ):
            assert words in text


@pytest.mark.parametrize("tool", CameraFile)
def test_without_a_camera_no_file_is_written(
    make_source: Make, tmp_path: Path, tool: CameraFile
) -> None:
    with pytest.raises(NoCameraError):
        write(make_source(camera=False), tool, tmp_path)
    assert list(tmp_path.iterdir()) == []


def points_of(ply: PlyData) -> Array:
    return np.stack([ply["vertex"][axis] for axis in "xyz"], axis=1).astype(np.float64)


def test_the_folder_gives_the_points_of_the_cloud(
    make_source: Make, written: Written, tmp_path: Path
) -> None:
    source = make_source()
    exported = FORMATS["rgbd"].write(source, tmp_path)
    folder = tmp_path / "IMG_0412-rgbd"
    assert [one.path.relative_to(folder).as_posix() for one in exported] == [
        "color/000000.png",
        "depth/000000.png",
        "intrinsic.json",
        "transforms.json",
    ]
    with Image.open(folder / "color" / "000000.png") as picture:
        colour = np.asarray(picture)
    with Image.open(folder / "depth" / "000000.png") as picture:
        assert picture.mode == "I;16"
        depth = np.asarray(picture)
    assert (colour.shape, depth.shape) == ((4, 6, 3), (4, 6))
    np.testing.assert_array_equal(colour, source.rgb)
    # As Open3D makes points: whole pixel numbers, its axes are OpenCV's.
    record = json.loads((folder / "intrinsic.json").read_text())
    k = np.reshape(record["intrinsic_matrix"], (3, 3), order="F")
    v, u = np.nonzero(depth)
    z = depth[v, u] / 1000
    made = np.stack([(u - k[0, 2]) / k[0, 0] * z, (v - k[1, 2]) / k[1, 1] * z, z], axis=1)
    options = replace(source.options, axes=Axes.OPENCV)
    want = points_of(PlyData.read(written("ply", replace(source, options=options))))
    far = z < 65
    # Half a millimetre along the axis, and to the side what a ray at that angle makes of it.
    slant = np.sqrt(1 + np.square(made[:, :2] / z[:, None]).sum(axis=1))
    error = np.linalg.norm(made - want, axis=1)
    assert (error[far] <= 0.5e-3 * slant[far] + want[far, 2] * FLOAT32_POINT).all()
    frame = json.loads((folder / "transforms.json").read_text())["frames"][0]
    assert (folder / frame["file_path"]).is_file()
    assert (folder / frame["depth_file_path"]).is_file()


def test_the_folder_is_refused_without_metres_or_camera(make_source: Make, tmp_path: Path) -> None:
    with pytest.raises(NoMetresError):
        FORMATS["rgbd"].write(make_source(metres=False), tmp_path)
    with pytest.raises(NoCameraError):
        FORMATS["rgbd"].write(make_source(camera=False), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_second_folder_has_a_number(make_source: Make, tmp_path: Path) -> None:
    for _ in range(2):
        FORMATS["rgbd"].write(make_source(), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["IMG_0412-1-rgbd", "IMG_0412-rgbd"]


@pytest.mark.parametrize("name", ["ply", "pcd-ascii"])
def test_opencv_axes_turn_points_and_normals_and_are_stated(
    make_source: Make, written: Written, name: str
) -> None:
    source = make_source(normals=True)
    turned = replace(source, options=replace(source.options, axes=Axes.OPENCV))
    assert b"x right, y up, -z forward" in written(name, source).read_bytes()
    path = written(name, turned)
    assert b"frame x right, y down, z forward" in path.read_bytes()
    if name == "ply":
        vertex = PlyData.read(path)["vertex"]
        for axis, sign in zip("xyz", (1, -1, -1), strict=True):
            at = "xyz".index(axis)
            np.testing.assert_array_equal(vertex[axis], source.cloud.xyz[:, at] * sign)
            np.testing.assert_array_equal(vertex[f"n{axis}"], source.cloud.normals[:, at] * sign)


@pytest.mark.parametrize("axes", Axes)
def test_glb_has_the_photos_camera_in_its_own_axes(
    make_source: Make, written: Written, axes: Axes
) -> None:
    source = make_source()
    source = replace(
        source,
        camera=replace(source.camera, cx=source.camera.cx + 0.4, cy=source.camera.cy - 0.3),
        options=replace(source.options, axes=axes),
    )
    glb = read_glb(written("glb", source).read_bytes())
    nodes = [glb.document["nodes"][one] for one in glb.document["scenes"][0]["nodes"]]
    (camera_node,) = [node for node in nodes if "camera" in node]
    assert not {"matrix", "rotation", "translation", "scale"} & set(camera_node)
    camera = glb.document["cameras"][camera_node["camera"]]
    lens = camera["perspective"]
    # Project as a viewer does, then shift as Blender does: in heights of the frame.
    x, y, z = glb.arrays["POSITION"].astype(np.float64).T
    tall = math.tan(lens["yfov"] / 2)
    right = x / -z / (tall * lens["aspectRatio"])
    up = y / -z / tall
    shift_x, shift_y = camera["extras"]["blender_shift"]
    u = (right + 1) / 2 * 6 - 0.5 - shift_x * 4
    v = (1 - up) / 2 * 4 - 0.5 + shift_y * 4
    rows, columns = np.divmod(source.opengl_cloud.index, 6)
    np.testing.assert_allclose(u, columns, atol=6 * FLOAT32_POINT)
    np.testing.assert_allclose(v, rows, atol=6 * FLOAT32_POINT)
    assert camera["extras"]["K"] == source.camera.K.tolist()


def test_a_flat_glb_has_no_camera(make_source: Make, written: Written) -> None:
    glb = read_glb(written("glb", make_source(projection=Projection.FLAT)).read_bytes())
    assert "cameras" not in glb.document
    assert [node for node in glb.document["nodes"] if "camera" in node] == []


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "in" / "a.heic"
    path.parent.mkdir()
    path.write_bytes(build_photo())
    return path


def test_camera_files_name_the_pictures_written_with_them(photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "a-photo.png").write_bytes(b"mine")
    tools = (CameraFile.NERFSTUDIO, CameraFile.COLMAP)
    options = ExportOptions(("png",), camera_files=tools, out=out)
    *_, images, _ = export_photo(photo, options, decode)
    assert without_comments(images.path)[0].endswith(" a-1-photo.png")
    record = json.loads((out / "a-transforms.json").read_text())
    frame: dict[str, Any] = record["frames"][0]
    assert (frame["file_path"], frame["depth_file_path"]) == ("a-1-photo.png", "a-1-depth-mm.png")
    with Image.open(out / frame["file_path"]) as picture:
        assert picture.size == (record["w"], record["h"])


def test_nerfstudio_gets_no_depth_in_tenths_of_millimetres(photo: Path, tmp_path: Path) -> None:
    options = ExportOptions(
        ("png",),
        png_unit=DepthUnit.TENTH_MILLIMETRE,
        camera_files=(CameraFile.NERFSTUDIO,),
        out=tmp_path / "out",
    )
    export_photo(photo, options, decode)
    record = json.loads((tmp_path / "out" / "a-transforms.json").read_text())
    assert "depth_file_path" not in record["frames"][0]
