"""What the record says of depth: its state, metres and their doubts, the camera, the arrays."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from info_records import Record, header, item, valid

from heicdepth_tui.depth.depthmap import build_depth_map
from heicdepth_tui.export.record import array_records, photo_record
from heicdepth_tui.heif.depth_facts import (
    Calibration,
    DepthElsewhere,
    DepthInfo,
    DepthRepresentation,
    DepthStatus,
    RepresentationType,
)
from heicdepth_tui.heif.facts import Exif
from heicdepth_tui.heif.header import parse_header
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.photo.layers import DEPTH, PRIMARY, Layer, LayerKind, Pixels, layers_of
from heicdepth_tui.samples.build import make_photo
from heicdepth_tui.samples.recipe import Recipe
from heicdepth_tui.samples.write import build_photo


def depth_of(rep: DepthRepresentation, **calibration: Any) -> DepthInfo:
    return DepthInfo(
        DepthStatus.PRESENT,
        item=item(),
        representation=rep,
        calibration=Calibration(**{"native_format": "hdis", **calibration}),
    )


def test_the_four_states_of_depth_are_told_apart() -> None:
    absent = parse_header(build_photo(depth=False), path="a.heic")
    stripped = parse_header(build_photo(depth=False, custom_rendered=8), path="b.heic")
    unreadable = DepthInfo(DepthStatus.UNREADABLE, "the SEI is cut short", item=item())

    records = [
        valid(photo_record("a.heic", header, None))
        for header in (absent, stripped, header(depth=unreadable))
    ]

    assert [record["depth"]["status"] for record in records] == [
        "absent", "stripped", "unreadable",
    ]  # fmt: skip
    assert all(record["depth"]["reason"] for record in records)
    assert records[0]["depth"]["accuracy"] is None
    assert records[0]["depth_camera"] is None


def test_the_record_says_from_the_header_why_there_are_no_metres_and_what_is_doubtful() -> None:
    kind = RepresentationType
    reversed_range = DepthRepresentation(kind.UNIFORM_DISPARITY, d_min=4.0, d_max=1.0)
    differing = DepthRepresentation(kind.UNIFORM_DISPARITY, d_min=1.0, d_max=4.0)
    assumed = DepthRepresentation(kind.UNIFORM_Z, z_near=1.0, z_far=4.0)

    def stated(info: DepthInfo) -> Record:
        depth = valid(photo_record("a.heic", header(depth=info), None))["depth"]
        assert isinstance(depth, dict)
        return depth

    absent = stated(DepthInfo(DepthStatus.ABSENT, "the file holds no depth map"))
    assert absent["metres"] == {
        "known": False, "reason": "the file holds no depth map", "notes": [], "assumed": False,
    }  # fmt: skip
    unknown = stated(depth_of(reversed_range))["metres"]
    assert unknown["known"] is False
    assert "reversed" in unknown["reason"]
    both = stated(depth_of(differing, float_min=1.0, float_max=3.5))
    assert (both["d_max"], both["float_min"], both["float_max"]) == (4.0, 1.0, 3.5)
    assert "the XMP 1 to 3.5" in both["metres"]["notes"][0]
    metres = stated(depth_of(assumed, native_format="hdep"))["metres"]
    assert (metres["known"], metres["assumed"]) == (True, True)
    assert metres["notes"] == []
    trust = valid(photo_record("a.heic", header(depth=depth_of(assumed)), None))["trust"]
    assert (trust["metric"], trust["unit"]) == (False, "assumed")
    assert trust["assumed"] == ["z_near and z_far are in metres", "code 0 is z_far"]


def test_the_record_says_why_intrinsics_and_calibration_were_refused() -> None:
    rep = DepthRepresentation(RepresentationType.UNIFORM_DISPARITY, d_min=1.0, d_max=4.0)
    info = depth_of(
        rep, intrinsics=(-5.0, 0, 0, 0, 4.0, 0, 2.0, 1.0, 1.0), reference_width=4.0,
        reference_height=3.0, problems=("PixelSize is no number",),
    )  # fmt: skip
    none = valid(photo_record("a.heic", header(depth=info), None))
    exif = Exif(focal_length_35mm=26.0)
    estimated = valid(photo_record("a.heic", header(depth=info, exif=exif), None))

    assert none["camera"]["origin"] == "none"
    assert "fx -5 fy 4 is not positive" in none["camera"]["note"]
    assert none["depth"]["calibration_problems"] == ["PixelSize is no number"]
    assert estimated["camera"]["origin"] == "exif"
    assert "fx -5 fy 4 is not positive" in estimated["camera"]["note"]


def test_arrays_are_told_with_their_derived_ranges() -> None:
    info = DepthInfo(
        DepthStatus.PRESENT,
        item=item(),
        representation=DepthRepresentation(
            RepresentationType.UNIFORM_DISPARITY, d_min=0.0, d_max=4.0
        ),
    )
    codes = np.array([[0, 51], [102, 255]], np.uint8)  # 1/Z of 0, 0.8, 1.6, 4
    own = Layer(LayerKind.DEPTH, 1, "depth")
    layers = {
        PRIMARY: Pixels(np.zeros((3, 4, 3), np.uint8), (3024, 4032, 3), "uint8", 0, 255, 8),
        own: Pixels(codes, (2, 2), "uint8", 0, 255, 8, note="1 tile is missing\x1b"),
    }

    arrays = array_records(layers, {own: build_depth_map(codes, 8, info)})
    record = valid(photo_record("a.heic", header(depth=info), None, arrays))

    assert [entry["name"] for entry in record["arrays"]] == [
        "photo", "depth", "disparity", "metres",
    ]  # fmt: skip
    assert record["arrays"][0] == {
        "name": "photo", "item": None, "shape": [3024, 4032, 3], "dtype": "uint8", "min": 0,
        "max": 255, "note": "",
    }  # fmt: skip
    assert [entry["item"] for entry in record["arrays"]] == [None, 1, 1, 1]
    # The sample that is infinitely far is no distance.
    assert record["arrays"][2]["min"] == pytest.approx(0.8)
    assert record["arrays"][3]["max"] == pytest.approx(1.25)
    assert record["arrays"][3]["min"] == pytest.approx(0.25)
    assert [entry["note"] for entry in record["arrays"]] == [
        "",
        "1 tile is missing\\x1b",
        "1 tile is missing\\x1b; 1/m, assumed",
        "1 tile is missing\\x1b; accuracy unknown, assumed",
    ]


def test_layers_have_the_names_of_their_arrays() -> None:
    read = parse_header(make_photo(Recipe(more_depths=2)).data, path="a.heic")
    record = valid(photo_record("a.heic", read, None))
    arrays = {layer.item_id: layer.label for layer in layers_of(read)}

    named = {layer["item"]: layer["name"] for layer in record["layers"]}
    assert sorted(named.values()) == ["depth", "depth 2", "depth 3"]
    assert all(arrays[item] == name for item, name in named.items())


def test_arrays_without_metres_and_without_valid_samples() -> None:
    curve = DepthInfo(
        DepthStatus.PRESENT,
        item=item(),
        representation=DepthRepresentation(RepresentationType.NONUNIFORM_DISPARITY),
    )
    codes = np.zeros((2, 2), np.uint8)
    far = DepthInfo(
        DepthStatus.PRESENT,
        item=item(),
        representation=DepthRepresentation(
            RepresentationType.UNIFORM_DISPARITY, d_min=0.0, d_max=4.0
        ),
    )
    layers = {DEPTH: Pixels(codes, (2, 2), "uint8", 0, 0, 8)}

    unknown = array_records(layers, {DEPTH: build_depth_map(codes, 8, curve)})
    nothing_valid = array_records(layers, {DEPTH: build_depth_map(codes, 8, far)})

    assert [entry["name"] for entry in unknown] == ["depth"]
    assert [entry["min"] for entry in nothing_valid] == [0, None, None]
    valid(photo_record("a.heic", header(depth=far), None, nothing_valid))


def test_further_depth_maps_and_those_of_other_pictures_are_told_in_full() -> None:
    def info(number: int, d_max: float) -> DepthInfo:
        kind = RepresentationType.UNIFORM_DISPARITY
        representation = DepthRepresentation(kind, d_min=0.5, d_max=d_max)
        return DepthInfo(
            DepthStatus.PRESENT, item=replace(item(), id=number), representation=representation
        )

    elsewhere = DepthElsewhere(52, Size(40, 30), True, info(60, 8.0))
    depth = replace(info(9, 2.0), others=(info(5, 4.0),), elsewhere=(elsewhere,))
    record = valid(photo_record("a.heic", header(depth=depth), None))

    assert (record["depth"]["item"], record["depth"]["d_max"]) == (9, 2.0)
    (other,) = record["other_depths"]
    assert (other["item"], other["d_max"]) == (5, 4.0)
    (stated,) = record["depth_elsewhere"]
    assert (stated["picture"], stated["width"], stated["height"]) == (52, 40, 30)
    assert stated["is_source"] is True
    assert (stated["depth"]["item"], stated["depth"]["d_max"]) == (60, 8.0)
    without = valid(photo_record("a.heic", header(), None))
    assert without["other_depths"] == without["depth_elsewhere"] == []
