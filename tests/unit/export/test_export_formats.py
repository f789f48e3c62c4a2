"""PLY, NPZ, PNG, TIFF and GLB give back every value to a reader that is not ours."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
import trimesh
from PIL import Image
from plyfile import PlyData

from heicdepth_tui.depth.cloud import CloudOptions, Projection
from heicdepth_tui.depth.scale import KnownLength
from heicdepth_tui.errors import ExportError, NoMetresError
from heicdepth_tui.export.glb import linear_colours
from heicdepth_tui.export.options import DepthUnit, ExportOptions
from heicdepth_tui.export.png import merged_codes, scaled_depth
from heicdepth_tui.export.registry import FORMATS
from heicdepth_tui.export.run import export_photo
from heicdepth_tui.export.source import ExportSource
from heicdepth_tui.heif.depth_facts import Accuracy
from heicdepth_tui.photo.decode import load
from heicdepth_tui.photo.layers import Pixels, Request
from heicdepth_tui.samples.build import make_photo
from heicdepth_tui.samples.recipe import Recipe
from tests.support.gltf import read_glb


def decode(request: Request) -> Pixels:
    return load(request.path, request.layer, exact=request.exact, fit=request.fit)


Points = list[tuple[float, float, float, int, int, int]]
Written = Callable[[str, ExportSource], Path]
Make = Callable[..., ExportSource]
FLOAT32_POINT = 5 * 2**-24
"""Relative, of a coordinate: factor, Z, product and what is written are rounded once each."""


def test_ply_read_by_plyfile(make_source: Make, written: Written, expected_points: Points) -> None:
    ply = PlyData.read(written("ply", make_source()))
    assert (ply.text, ply.byte_order) == (False, "<")
    vertex = ply["vertex"]
    assert [prop.name for prop in vertex.properties] == ["x", "y", "z", "red", "green", "blue"]
    assert [str(vertex.data.dtype[name]) for name in ("x", "red")] == ["float32", "uint8"]
    want = np.array(expected_points)
    for column, name in enumerate(vertex.data.dtype.names):
        np.testing.assert_allclose(vertex[name], want[:, column], rtol=FLOAT32_POINT)
    assert any("relative" in line for line in ply.comments)
    assert "photo: IMG_0412.HEIC" in ply.comments
    assert ply.obj_info == [
        "dropped_invalid 1",
        "dropped_clipped 0",
        "dropped_flying 0",
        "dropped_ramps 0",
    ]


def test_ply_read_by_trimesh(make_source: Make, written: Written, expected_points: Points) -> None:
    cloud = trimesh.load(written("ply", make_source()))
    want = np.array(expected_points)
    np.testing.assert_allclose(cloud.vertices, want[:, :3], rtol=FLOAT32_POINT)
    np.testing.assert_array_equal(cloud.colors[:, :3], want[:, 3:])


def test_ply_normals(make_source: Make, written: Written) -> None:
    source = make_source(normals=True)
    vertex = PlyData.read(written("ply", source))["vertex"]
    normals = np.stack([vertex[name] for name in ("nx", "ny", "nz")], axis=1)
    np.testing.assert_array_equal(normals, source.cloud.normals)


def test_ply_of_a_large_cloud(
    make_large_source: Callable[[], ExportSource], written: Written
) -> None:
    source = make_large_source()
    vertex = PlyData.read(written("ply", source))["vertex"]
    xyz = np.stack([vertex[name] for name in ("x", "y", "z")], axis=1)
    rgb = np.stack([vertex[name] for name in ("red", "green", "blue")], axis=1)
    np.testing.assert_array_equal(xyz, source.cloud.xyz)
    np.testing.assert_array_equal(rgb, source.cloud.rgb)


def test_npz_read_by_numpy(make_source: Make, written: Written) -> None:
    source = make_source()
    with np.load(written("npz", source), allow_pickle=False) as arrays:
        assert sorted(arrays) == [
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
        ]
        np.testing.assert_array_equal(arrays["codes"], source.depth_map.codes)
        np.testing.assert_array_equal(arrays["rgb"], source.rgb)
        assert arrays["K"].tolist() == [[5, 0, 2.5], [0, 4, 1.5], [0, 0, 1]]
        assert arrays["K"].dtype == np.float64
        metres, disparity = arrays["metres"], arrays["disparity"]
        metadata = json.loads(str(arrays["metadata"]))
    assert metres.dtype == disparity.dtype == np.float32
    assert np.isnan(metres[0, 0])
    assert np.isnan(disparity[0, 0])
    codes = source.depth_map.codes.ravel()[1:].astype(float)
    # float32: a few roundings of 2**-24 each.
    np.testing.assert_allclose(disparity.ravel()[1:], codes / 255 * 2, rtol=1e-6)
    np.testing.assert_allclose(metres.ravel()[1:], 255 / codes / 2, rtol=1e-6)
    assert metadata["path"] == "IMG_0412.HEIC"
    assert metadata["export"]["accuracy"] == "relative"
    assert metadata["depth"]["d_max"] == 2.0


def test_npz_without_metres_or_camera_says_so(make_source: Make, written: Written) -> None:
    with np.load(written("npz", make_source(metres=False, camera=False))) as arrays:
        assert sorted(arrays) == ["codes", "metadata", "rgb"]
        metadata = json.loads(str(arrays["metadata"]))
    assert "nonuniform disparity" in metadata["export"]["no_metres_because"]
    assert metadata["export"]["metres"] is None
    assert metadata["export"]["K"] is None


def test_png_read_by_pillow(make_source: Make, tmp_path: Path) -> None:
    source = make_source()
    exported = FORMATS["png"].write(source, tmp_path)
    names = [one.path.name for one in exported]
    assert names == ["IMG_0412-photo.png", "IMG_0412-codes.png", "IMG_0412-depth-mm.png"]
    photo, codes, depth = (Image.open(one.path) for one in exported)
    assert (photo.mode, codes.mode, depth.mode) == ("RGB", "L", "I;16")
    np.testing.assert_array_equal(np.asarray(photo), source.rgb)
    np.testing.assert_array_equal(np.asarray(codes), source.depth_map.codes)
    want = [0, *(round(1000 / (code / 255 * 2)) for code in range(11, 254, 11))]
    assert np.asarray(depth).ravel().tolist() == want
    assert "relative" in depth.info["Comment"]
    assert "millimetres" in depth.info["Description"]


def test_png_keeps_ten_bit_codes_as_they_are(make_source: Make, tmp_path: Path) -> None:
    exported = FORMATS["png"].write(make_source(codes=[[0, 1, 1023] * 2] * 4, bits=10), tmp_path)
    assert np.asarray(Image.open(exported[1].path))[0].tolist() == [0, 1, 1023] * 2


def test_png_without_metres_writes_photo_and_codes(make_source: Make, tmp_path: Path) -> None:
    exported = FORMATS["png"].write(make_source(metres=False), tmp_path)
    assert [one.path.name for one in exported] == ["IMG_0412-photo.png", "IMG_0412-codes.png"]
    assert "no depth in millimetres: " in exported[1].summary


def test_depth_is_rounded_and_what_is_too_far_is_no_data() -> None:
    metres = np.array([[np.nan, 0.0001, 0.0014, 1.2346], [65.535, 65.536, 1000, np.inf]])
    depth, too_far = scaled_depth(metres.astype(np.float32), DepthUnit.MILLIMETRE)
    assert depth.tolist() == [[0, 1, 1, 1235], [65535, 0, 0, 0]]
    assert depth.dtype == np.uint16
    assert too_far == 3
    tenths, too_far = scaled_depth(metres.astype(np.float32), DepthUnit.TENTH_MILLIMETRE)
    assert tenths.tolist() == [[0, 1, 14, 12346], [0, 0, 0, 0]]
    assert too_far == 4


def test_png_says_how_many_samples_were_too_far(make_source: Make, tmp_path: Path) -> None:
    # 12 bits: code 31 is 31 / 4095 · 2 1/m = 66.05 m, code 32 is 63.98 m.
    source = make_source(codes=[[31, 31, 32, 32, 4095, 0]] * 4, bits=12)
    stated = FORMATS["png"].write(source, tmp_path)[2]
    assert "8 samples farther than 65.535 m are written as 0" in stated.summary
    assert np.asarray(Image.open(stated.path))[0].tolist() == [0, 0, 63984, 63984, 500, 0]


def test_codes_that_share_a_value_are_counted_once_each() -> None:
    codes = np.array([[1, 2, 3, 3], [4, 9, 0, 2]], np.uint8)
    values = np.array([[7, 7, 7, 7], [8, 0, 0, 7]], np.uint16)
    assert merged_codes(codes, values) == 2  # 2 and 3 are like 1; 9 and 0 hold no data


def test_png_says_which_codes_merge_and_tenths_keep_them_apart(
    make_source: Make, tmp_path: Path
) -> None:
    # 12 bits at 0.5 m: a code is 0.12 mm, so that 4095 to 4090 are 500.0 to 500.6 mm.
    source = make_source(codes=[[4095, 4094, 4093, 4092, 4091, 4090]] * 4, bits=12)
    coarse = FORMATS["png"].write(source, tmp_path)[2]
    assert coarse.path.name == "IMG_0412-depth-mm.png"
    assert "4 codes share a value with another; --png-unit 0.1mm keeps more" in coarse.summary
    assert np.asarray(Image.open(coarse.path))[0].tolist() == [500, 500, 500, 500, 500, 501]

    options = replace(source.options, png_unit=DepthUnit.TENTH_MILLIMETRE)
    fine = FORMATS["png"].write(replace(source, options=options), tmp_path / "fine")[2]
    assert fine.path.name == "IMG_0412-depth-0.1mm.png"
    image = Image.open(fine.path)
    assert np.asarray(image)[0].tolist() == [5000, 5001, 5002, 5004, 5005, 5006]
    assert "depth in units of 0.1 mm, 0 = no data" in image.info["Description"]
    assert "share" not in fine.summary


def test_npz_holds_no_stray_array_with_numpy_before_2_2(
    make_source: Make, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    savez = np.savez

    def savez_of_numpy_2_0(file: Any, *args: Any, **arrays: Any) -> None:
        savez(file, *args, **{name: np.asarray(value) for name, value in arrays.items()})

    monkeypatch.setattr(np, "savez", savez_of_numpy_2_0)
    with np.load(written("npz", make_source())) as arrays:
        assert "allow_pickle" not in arrays


def test_tiff_read_by_tifffile_and_pillow(make_source: Make, written: Written) -> None:
    path = written("tiff", make_source())
    metres = tifffile.imread(path)
    assert metres.dtype == np.float32
    assert np.isnan(metres[0, 0])
    np.testing.assert_allclose(
        metres.ravel()[1:], [255 / code / 2 for code in range(11, 254, 11)], rtol=1e-6
    )
    np.testing.assert_array_equal(np.asarray(Image.open(path)), metres)
    with tifffile.TiffFile(path) as file:
        assert "relative" in file.pages[0].description


def test_tiff_without_metres_is_refused(make_source: Make, tmp_path: Path) -> None:
    with pytest.raises(NoMetresError, match="npz and png write the codes as stored"):
        FORMATS["tiff"].write(make_source(metres=False), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_glb_read_by_trimesh(make_source: Make, written: Written, expected_points: Points) -> None:
    scene = trimesh.load(written("glb", make_source()))
    (cloud,) = scene.geometry.values()
    want = np.array(expected_points)
    np.testing.assert_allclose(cloud.vertices, want[:, :3], rtol=FLOAT32_POINT)


@pytest.mark.parametrize("normals", [False, True])
def test_glb_read_by_hand(
    make_source: Make, written: Written, expected_points: Points, normals: bool
) -> None:
    source = make_source("/photos/Käse.HEIC", normals=normals)
    glb = read_glb(written("glb", source).read_bytes())
    assert glb.document["meshes"][0]["primitives"][0]["mode"] == 0
    want = np.array(expected_points)
    np.testing.assert_allclose(glb.arrays["POSITION"], want[:, :3], rtol=FLOAT32_POINT)
    coded = want[:, 3:] / 255
    linear = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    # The power in float64 may differ in its last bits; then one rounding to float32, 6e-8.
    np.testing.assert_allclose(glb.arrays["COLOR_0"], linear, rtol=1e-6)
    assert ("NORMAL" in glb.arrays) == normals
    if normals:  # also where the cloud does not know one: glTF allows unit vectors only
        assert not source.cloud.normals.any(axis=1).all()
        np.testing.assert_allclose(np.linalg.norm(glb.arrays["NORMAL"], axis=1), 1, rtol=1e-5)
    assert glb.document["asset"]["extras"]["unit"] == "m"
    assert glb.document["asset"]["extras"]["accuracy"] == "relative"


def test_linear_colours_of_known_values() -> None:
    linear = linear_colours(np.array([[0, 255, 128]], np.uint8))
    assert linear.dtype == np.float32
    assert linear[0].tolist() == pytest.approx([0, 1, 0.2158605], rel=1e-6)


@pytest.mark.parametrize(
    ("accuracy", "words"),
    [
        (Accuracy.RELATIVE, "distances relative"),
        (Accuracy.ABSOLUTE, "distances absolute"),
        (Accuracy.UNKNOWN, "accuracy of distances unknown"),
    ],
)
@pytest.mark.parametrize("name", ["pcd", "ply", "npz", "png", "tiff", "glb"])
def test_every_summary_says_how_far_to_trust_distances(
    make_source: Make, tmp_path: Path, name: str, accuracy: Accuracy, words: str
) -> None:
    exported = FORMATS[name].write(make_source(accuracy=accuracy), tmp_path)
    assert words in exported[-1].summary


def told_in(path: Path) -> str:
    """Return what a raster or an archive says of itself, by readers that are not ours."""
    if path.suffix == ".npz":
        with np.load(path) as arrays:
            return "; ".join(json.loads(str(arrays["metadata"]))["export"]["comments"])
    if path.suffix == ".tiff":
        with tifffile.TiffFile(path) as file:
            return str(file.pages[0].description)
    with Image.open(path) as image:
        return str(image.info["Comment"])


@pytest.mark.parametrize("name", ["npz", "png", "tiff"])
def test_every_raster_tells_notes_camera_and_frame(
    make_source: Make, tmp_path: Path, name: str
) -> None:
    text = told_in(FORMATS[name].write(make_source(), tmp_path)[-1].path)
    for words in (
        "accuracy relative: ratios hold, real distances are not promised",
        "d_min is 0 1/m: samples of 0.001 1/m or less are invalid",
        "camera from the file: fx 5.000 fy 4.000 cx 2.500 cy 1.500 at 6x4",
        "the first sample's centre is u 0, v 0; u to the right, v down",
        "X = (u - cx) / fx * Z, Y = (cy - v) / fy * Z, -Z: x right, y up, -z forward",
        "distorted to match the picture",
        "photo: IMG_0412.HEIC",
    ):
        assert words in text


def test_a_depth_png_projects_back_to_the_cloud_by_what_it_says(
    make_source: Make, tmp_path: Path, expected_points: Points
) -> None:
    path = FORMATS["png"].write(make_source(), tmp_path)[-1].path
    words = told_in(path).split("camera from the file: ")[1].split()
    fx, fy, cx, cy = (float(words[at]) for at in (1, 3, 5, 7))
    depth = np.asarray(Image.open(path)) / 1000
    v, u = np.nonzero(depth)
    z = depth[v, u]
    points = np.stack([(u - cx) / fx * z, (cy - v) / fy * z, -z], axis=1)
    # Z is rounded to a millimetre; no sample lies farther out than one focal length.
    np.testing.assert_allclose(points, np.array(expected_points)[:, :3], atol=0.51e-3)


@pytest.mark.parametrize("accuracy", list(Accuracy))
@pytest.mark.parametrize("name", ["npz", "png", "tiff", "glb", "pcd", "ply"])
def test_an_assumed_law_promises_nothing_anywhere(
    make_source: Make,
    assume: Callable[[ExportSource], ExportSource],
    tmp_path: Path,
    name: str,
    accuracy: Accuracy,
) -> None:
    exported = FORMATS[name].write(assume(make_source(accuracy=accuracy)), tmp_path)[-1]
    if name in ("npz", "png", "tiff"):
        text = told_in(exported.path)
    else:
        text = exported.path.read_bytes().decode("ascii", "replace")
    assert ", assumed: the file does not state that z_near and z_far are in metres" in text
    assert "that code 0 is z_far" in text
    for promise in ("file promises", "ratios hold", "unit metre"):
        assert promise not in text
    assert "assumed that" in exported.summary
    assert "distances absolute" not in exported.summary


def test_a_flat_glb_does_not_claim_that_ratios_hold(make_source: Make, written: Written) -> None:
    text = written("glb", make_source(projection=Projection.FLAT)).read_bytes()
    assert b"ratios hold" not in text
    assert b"ratios are not real" in text


def test_codes_without_metres_say_why_in_the_file(make_source: Make, tmp_path: Path) -> None:
    codes = FORMATS["png"].write(make_source(metres=False), tmp_path)[1].path
    text = told_in(codes)
    assert "no metres: nonuniform disparity" in text
    assert "ratios" not in text
    assert "in metres" not in text


@pytest.mark.parametrize("scale", [1.13, KnownLength(2.0, (40, 40))])
def test_a_scale_is_in_points_metres_and_comments(
    tmp_path: Path, scale: float | KnownLength
) -> None:
    path = tmp_path / "a.heic"
    path.write_bytes(make_photo(Recipe()).data)

    for name, value in (("plain", None), ("scaled", scale)):
        out = tmp_path / name
        export_photo(path, ExportOptions(("ply", "npz"), scale=value, out=out), decode)
    plain, scaled = (np.load(tmp_path / name / "a.npz") for name in ("plain", "scaled"))
    factor = json.loads(str(scaled["metadata"]))["export"]["trust"]["scale"]
    assert scaled["metres"] == pytest.approx(plain["metres"] * factor, rel=1e-6)
    assert np.array_equal(scaled["codes"], plain["codes"])
    words = f"scaled by the user: {factor:.4g}"
    assert any(words in line for line in json.loads(str(scaled["metadata"]))["export"]["comments"])
    before, after = (PlyData.read(tmp_path / name / "a.ply") for name in ("plain", "scaled"))
    assert any(words in line for line in after.comments)
    assert not any("scaled by the user" in line for line in before.comments)
    for axis in "xyz":
        # float32 coordinates of up to 6 m, rounded once on either side.
        expected = before["vertex"][axis].astype(float) * factor
        assert after["vertex"][axis] == pytest.approx(expected, rel=1e-6, abs=1e-6)
    if isinstance(scale, KnownLength):
        points = np.stack([after["vertex"][axis] for axis in "xyz"], axis=1)
        # One of the points lies on the pixel's ray, 2 m from the camera.
        assert np.abs(np.linalg.norm(points, axis=1) - 2.0).min() < 1e-5


def test_a_scale_leaves_the_flat_cloud_as_the_file_says(tmp_path: Path) -> None:
    path = tmp_path / "a.heic"
    path.write_bytes(make_photo(Recipe()).data)

    cloud = CloudOptions(projection=Projection.FLAT)
    for name, value in (("plain", None), ("scaled", 2.0)):
        options = ExportOptions(("ply",), cloud, scale=value, out=tmp_path / name)
        export_photo(path, options, decode)
    assert (tmp_path / "plain/a.ply").read_bytes() == (tmp_path / "scaled/a.ply").read_bytes()


def test_a_known_length_of_nothing_names_photo_and_reason(tmp_path: Path) -> None:
    path = tmp_path / "a.heic"
    path.write_bytes(make_photo(Recipe()).data)

    options = ExportOptions(scale=KnownLength(1.0, (4000, 4)), out=tmp_path)
    with pytest.raises(ExportError, match=r"does not cover pixel 4000,4") as caught:
        export_photo(path, options, decode)
    assert caught.value.path == path
    assert "--scale-to" in caught.value.hint
