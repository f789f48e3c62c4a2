"""Further fields of points and arrays, read back by plyfile, pypcd4 and numpy."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from plyfile import PlyData
from pypcd4 import PointCloud

from heicdepth_tui.depth.depthmap import build_depth_map
from heicdepth_tui.depth.points import ColorResolution, Projection
from heicdepth_tui.errors import NoMetresError
from heicdepth_tui.export.options import PointField
from heicdepth_tui.export.registry import FORMATS
from heicdepth_tui.export.source import ExportSource
from heicdepth_tui.heif.depth_facts import DepthRepresentation, RepresentationType
from heicdepth_tui.heif.picture_facts import Size

Written = Callable[[str, ExportSource], Path]
Make = Callable[..., ExportSource]

ALL = tuple(PointField)
CODES = np.full((4, 6), 100)
CODES[0, 0] = 0  # invalid
CODES[:, 4:] = 220
CODES[2, 3] = 160  # hangs between 100 and 220
STEP = {code: (255 / 2 / code) ** 2 * 2 / 255 for code in (100, 160, 220)}


def with_fields(source: ExportSource, *fields: PointField) -> ExportSource:
    return replace(source, options=replace(source.options, fields=fields or ALL))


def test_ply_has_the_fields_of_each_point(make_source: Make, written: Written) -> None:
    ply = PlyData.read(written("ply", with_fields(make_source(codes=CODES))))
    vertex = ply["vertex"]
    assert [prop.name for prop in vertex.properties][6:] == ["step", "valid", "flying", "edge"]
    assert [str(vertex.data.dtype[name]) for name in ("step", "valid", "flying", "edge")] == [
        "float32", "uint8", "uint8", "float32"]  # fmt: skip
    codes = CODES.ravel()[1:]
    np.testing.assert_allclose(vertex["step"], [STEP[code] for code in codes], rtol=1e-6)
    assert vertex["valid"].tolist() == [1] * 23
    assert np.flatnonzero(vertex["flying"]).tolist() == [2 * 6 + 3 - 1]
    edge = np.full((4, 6), np.nan)
    edge[:, 1:] = [2, 1, 0, 0, 1]
    edge[0, 1] = 0  # beside the hole
    edge[1, 0] = 0
    edge[2:, 0] = [1, 2]
    edge[2, 2] = 0  # beside the flying sample, as those above and below it
    edge[1, 1:3], edge[2, 1], edge[3, 1:3] = [1, 1], 1, [np.sqrt(2), 1]
    np.testing.assert_allclose(vertex["edge"], edge.ravel()[1:], rtol=1e-6)
    assert any(line.startswith("step: metres that one code") for line in ply.comments)


@pytest.mark.parametrize("name", ["pcd", "pcd-compressed", "pcd-ascii"])
def test_an_organised_pcd_keeps_the_fields_of_dropped_samples(
    make_source: Make, written: Written, name: str
) -> None:
    source = with_fields(make_source(codes=CODES, organised=True, drop_flying=True))
    cloud = PointCloud.from_path(written(name, source))
    assert cloud.fields == ("x", "y", "z", "rgb", "step", "valid", "flying", "edge")
    data = cloud.pc_data
    assert np.flatnonzero(np.isnan(data["x"])).tolist() == [0, 15]
    assert data["valid"].tolist() == [0] + [1] * 23
    assert np.flatnonzero(data["flying"]).tolist() == [15]
    assert data["step"][15] == pytest.approx(STEP[160], rel=1e-6)
    assert np.isnan(data["step"][0])


@pytest.mark.parametrize("name", ["pcd", "pcd-compressed", "pcd-ascii"])
def test_pcd_fields_come_in_their_order_whatever_is_asked_first(
    make_source: Make, written: Written, name: str
) -> None:
    source = with_fields(make_source(codes=CODES), PointField.EDGE, PointField.STEP)
    cloud = PointCloud.from_path(written(name, source))
    assert cloud.fields == ("x", "y", "z", "rgb", "step", "edge")
    np.testing.assert_allclose(
        cloud.pc_data["step"], [STEP[code] for code in CODES.ravel()[1:]], rtol=1e-6
    )


def test_a_point_of_a_raised_grid_has_the_fields_of_its_depth_sample(
    make_source: Make, written: Written
) -> None:
    plain = make_source(codes=np.full((4, 6), 100), stride=3, color_resolution=ColorResolution.X2)
    primary = replace(plain.header.primary, displayed_size=Size(12, 8))
    header = replace(plain.header, primary=primary)
    source = with_fields(replace(plain, header=header))
    vertex = PlyData.read(written("ply", source))["vertex"]
    assert len(vertex.data) == 4 * 3
    np.testing.assert_allclose(vertex["step"], STEP[100], rtol=1e-6)


def test_npz_has_the_fields_of_the_samples_as_stored(make_source: Make, written: Written) -> None:
    with np.load(written("npz", make_source(codes=CODES))) as arrays:
        assert arrays["valid"].dtype == arrays["flying"].dtype == np.uint8
        assert arrays["step"].dtype == arrays["edge"].dtype == np.float32
        assert arrays["valid"].ravel().tolist() == [0] + [1] * 23
        assert np.argwhere(arrays["flying"]).tolist() == [[2, 3]]
        expected = [STEP[code] for code in CODES.ravel()[1:]]
        np.testing.assert_allclose(arrays["step"].ravel()[1:], expected, rtol=1e-6)
        assert np.isnan(arrays["edge"][0, 0])
        fields = json.loads(str(arrays["metadata"]))["export"]["fields"]
    assert sorted(fields) == ["edge", "flying", "step", "valid"]


def test_without_metres_there_are_no_fields(make_source: Make, tmp_path: Path) -> None:
    plain = make_source(projection=Projection.FLAT)
    backwards = DepthRepresentation(RepresentationType.UNIFORM_DISPARITY, d_min=2.0, d_max=0.0)
    info = replace(plain.header.depth, representation=backwards)
    depth_map = build_depth_map(plain.depth_map.codes, 8, info)
    source = with_fields(replace(plain, depth_map=depth_map))
    for name in ("ply", "pcd"):
        with pytest.raises(NoMetresError, match=r"fields of points need metres.*--fields"):
            FORMATS[name].write(source, tmp_path)
    assert list(tmp_path.iterdir()) == []
