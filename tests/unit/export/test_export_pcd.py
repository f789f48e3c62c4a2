"""PCD files give back every point and every colour, in all encodings."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pypcd4 import Encoding, PointCloud

from heicdepth_tui.depth.cloud import Projection
from heicdepth_tui.export.colouring import Coloured
from heicdepth_tui.export.options import PointField
from heicdepth_tui.export.point_fields import grid_fields
from heicdepth_tui.export.source import ExportSource

Points = list[tuple[float, float, float, int, int, int]]
Written = Callable[[str, ExportSource], Path]
Make = Callable[..., ExportSource]
FLOAT32_POINT = 5 * 2**-24
"""Relative, of a coordinate: factor, Z, product and what is written are rounded once each."""


def colours(rgb: np.ndarray) -> np.ndarray:
    packed = rgb.view(np.uint32) if rgb.dtype == np.float32 else rgb.astype(np.uint32)
    return np.stack([packed >> 16 & 255, packed >> 8 & 255, packed & 255], axis=1)


def check(cloud: PointCloud, expected: Points) -> None:
    want = np.array(expected)
    assert len(cloud) == len(want)
    xyz = np.stack([cloud.pc_data[axis] for axis in "xyz"], axis=1)
    np.testing.assert_allclose(xyz, want[:, :3], rtol=FLOAT32_POINT, atol=1e-9)
    np.testing.assert_array_equal(colours(np.ascontiguousarray(cloud.pc_data["rgb"])), want[:, 3:])


@pytest.mark.parametrize(
    ("name", "encoding"),
    [("pcd", "binary"), ("pcd-compressed", "binary_compressed"), ("pcd-ascii", "ascii")],
)
def test_pypcd4_reads_every_point(
    make_source: Make, written: Written, expected_points: Points, name: str, encoding: str
) -> None:
    path = written(name, make_source())
    cloud = PointCloud.from_path(path)
    assert cloud.fields == ("x", "y", "z", "rgb")
    assert cloud.metadata.viewpoint == (0, 0, 0, 1, 0, 0, 0)
    check(cloud, expected_points)
    # 23 random points cannot be compressed: pypcd4 falls back to binary, after our comments.
    assert cloud.metadata.data in {Encoding(encoding), Encoding.BINARY}


def test_a_cloud_that_compresses_is_compressed(make_source: Make, written: Written) -> None:
    source = make_source(codes=np.full((4, 6), 255))
    object.__setattr__(source, "colours", lambda *_: Coloured(np.zeros((4, 6, 3), np.uint8)))
    cloud = PointCloud.from_path(written("pcd-compressed", source))
    assert cloud.metadata.data is Encoding.BINARY_COMPRESSED
    assert np.unique(cloud.pc_data["z"]).tolist() == [-0.5]


def test_ascii_read_by_hand(make_source: Make, written: Written, expected_points: Points) -> None:
    lines = written("pcd-ascii", make_source()).read_text("ascii").splitlines()
    comments = [line for line in lines if line.startswith("#")]
    fields = dict(line.split(" ", 1) for line in lines if line[0].isupper())
    rows = [line.split() for line in lines if line[0] not in "#VFSTCWHPD"]
    assert comments[0] == "# .PCD v0.7 - Point Cloud Data file format"
    assert fields["FIELDS"] == "x y z rgb"
    assert fields["TYPE"] == "F F F U"
    assert fields["POINTS"] == fields["WIDTH"] == str(len(expected_points)) == str(len(rows))
    assert fields["HEIGHT"] == "1"
    for row, (x, y, z, r, g, b) in zip(rows, expected_points, strict=True):
        assert [float(value) for value in row[:3]] == pytest.approx([x, y, z], rel=FLOAT32_POINT)
        assert int(row[3]) == r << 16 | g << 8 | b


def test_the_header_says_unit_frame_accuracy_and_camera(
    make_source: Make, written: Written
) -> None:
    source = make_source("/photos/Käse\n.HEIC")
    text = written("pcd", source).read_bytes().split(b"DATA")[0].decode("ascii")
    assert all(line.startswith("#") for line in text.splitlines()[: text.count("#")])
    for words in ("metre", "y up", "relative", "camera from the file", "K\\xe4se\\x0a.HEIC"):
        assert words in text
    assert "/photos" not in text


@pytest.mark.parametrize("name", ["pcd", "pcd-compressed", "pcd-ascii"])
def test_organised_keeps_rows_and_columns(
    make_source: Make, written: Written, expected_points: Points, name: str
) -> None:
    cloud = PointCloud.from_path(written(name, make_source(organised=True)))
    assert (cloud.metadata.width, cloud.metadata.height, cloud.metadata.points) == (6, 4, 24)
    assert np.isnan([cloud.pc_data[axis][0] for axis in "xyz"]).all()  # code 0: no point
    assert cloud.pc_data["rgb"][:1].view(np.uint32).tolist() == [0]
    check(PointCloud(cloud.metadata.derive(points=23), cloud.pc_data[1:]), expected_points)


def test_organised_with_step_is_the_grid_after_it(make_source: Make, written: Written) -> None:
    source = make_source(organised=True, stride=2, normals=True)
    cloud = PointCloud.from_path(written("pcd", source))
    assert (cloud.metadata.width, cloud.metadata.height) == (3, 2)
    assert np.isnan(cloud.pc_data["normal_x"][0])
    assert cloud.pc_data["z"][1] == pytest.approx(-255 / 22 / 2)  # row 0, column 2


def as_pypcd4_writes(source: ExportSource) -> bytes:
    """Return header and data of the source's cloud, without comments, as pypcd4 writes them."""
    cloud, fields = source.cloud, grid_fields(source)
    columns = {name: cloud.xyz[:, axis] for axis, name in enumerate("xyz")}
    columns["rgb"] = PointCloud.encode_rgb(cloud.rgb)
    if cloud.normals is not None:
        columns |= {f"normal_{name}": cloud.normals[:, axis] for axis, name in enumerate("xyz")}
    width, height = len(cloud), 1
    if source.options.organised:
        width, height = cloud.grid
        for name, values in columns.items():
            columns[name] = np.full(width * height, 0 if name == "rgb" else np.nan, np.float32)
            columns[name][cloud.index] = values
        columns |= fields
    else:
        columns |= {name: values[cloud.index] for name, values in fields.items()}
    arrays = list(columns.values())
    points = PointCloud.from_points(arrays, list(columns), [array.dtype for array in arrays])
    points.metadata.width, points.metadata.height = width, height
    file = io.BytesIO()
    points.save(file, Encoding.BINARY)
    return file.getvalue()


@pytest.mark.parametrize("organised", [False, True])
@pytest.mark.parametrize("normals", [False, True])
@pytest.mark.parametrize("fields", [(), tuple(PointField)])
def test_binary_files_are_pypcd4s_byte_for_byte(
    make_source: Make,
    written: Written,
    organised: bool,
    normals: bool,
    fields: tuple[PointField, ...],
) -> None:
    source = make_source(organised=organised, normals=normals)
    source = replace(source, options=replace(source.options, fields=fields))
    lines = written("pcd", source).read_bytes().splitlines(keepends=True)
    assert b"".join(lines[[line[:1] for line in lines].index(b"V") :]) == as_pypcd4_writes(source)


def test_a_large_cloud_is_pypcd4s_byte_for_byte(
    make_large_source: Callable[[], ExportSource], written: Written
) -> None:
    source = make_large_source()
    assert written("pcd", source).read_bytes().endswith(as_pypcd4_writes(source))


def test_normals_are_fields_of_their_own(make_source: Make, written: Written) -> None:
    source = make_source(normals=True)
    cloud = PointCloud.from_path(written("pcd", source))
    assert cloud.fields == ("x", "y", "z", "rgb", "normal_x", "normal_y", "normal_z")
    np.testing.assert_array_equal(
        cloud.numpy(("normal_x", "normal_y", "normal_z")), source.cloud.normals
    )


def test_a_compressed_cloud_may_start_anywhere_in_its_file(make_source: Make) -> None:
    from heicdepth_tui.export.pcd import write_pcd

    file = io.BytesIO()
    write_pcd(make_source(), file, encoding="binary_compressed")
    assert file.getvalue().startswith(b"# .PCD")
    assert file.getvalue().count(b"VERSION") == 1


def test_the_flat_cloud_is_the_blogs_bit_for_bit(make_source: Make, written: Written) -> None:
    source = make_source(projection=Projection.FLAT, drop_flying=True)
    codes, (d_min, d_max) = source.depth_map.codes, (0.0, 2.0)
    n, m = codes.shape
    x, y = np.meshgrid(np.linspace(0, 2 * n / m, n), np.linspace(0, 2, m), indexing="ij")
    z = codes / 255 * (d_max - d_min) + d_min
    rgb = PointCloud.encode_rgb(source.rgb.reshape(-1, 3))
    columns = [x.ravel(), y.ravel(), z.ravel(), rgb]
    blog = PointCloud.from_xyzrgb_points(np.stack(columns, axis=1))
    ours = PointCloud.from_path(written("pcd", source))
    assert ours.pc_data.tobytes() == blog.pc_data.tobytes()
    assert ours.metadata == blog.metadata.derive(data=Encoding.BINARY)
