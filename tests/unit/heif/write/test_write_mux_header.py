"""What was written into a generated photo is what its header says, field by field."""

from __future__ import annotations

from typing import Any

import pytest

from heicdepth_tui.heif.depth_facts import (
    AUX_DEPTH_URNS,
    Accuracy,
    DepthRepresentation,
    DepthStatus,
    RepresentationType,
)
from heicdepth_tui.heif.facts import StereoPair
from heicdepth_tui.heif.header import parse_header
from heicdepth_tui.heif.picture_facts import Crop, Grid, Rotation, Size
from heicdepth_tui.heif.write.boxes import Layout
from heicdepth_tui.samples.build import make_photo
from heicdepth_tui.samples.orient import TRANSFORMS
from heicdepth_tui.samples.recipe import Recipe

KNOBS: list[dict[str, Any]] = [
    {},
    {"urn": AUX_DEPTH_URNS[1]},
    {"representation": RepresentationType.UNIFORM_INVERSE_Z, "bits": 10},
    {"representation": RepresentationType.UNIFORM_Z, "bits": 12},
    {"representation": RepresentationType.NONUNIFORM_DISPARITY},
    {"accuracy": Accuracy.ABSOLUTE, "native_format": "fdis", "reference_width": 4032.0},
    {"orientation": 7, "gain_map": True, "matte_within": 2.0, "thumbnail": 64},
    {"tile": 64, "grid_in_idat": False, "layout": Layout(meta_last=True, extents=3)},
    {"first_id": 70_000, "tile": 64},
    {"gps": True, "custom_rendered": 7, "date": "2021-12-31 23:59:59"},
]


@pytest.mark.parametrize("knobs", KNOBS)
def test_header_equals_what_was_written(knobs: dict[str, Any]) -> None:
    photo = make_photo(Recipe(**knobs))
    header = parse_header(photo.data)
    truth = photo.ground_truth
    assert header.depth.status is DepthStatus.PRESENT
    assert header.depth.representation == truth.representation
    assert header.depth.calibration == truth.calibration
    assert header.depth.urn == knobs.get("urn", AUX_DEPTH_URNS[0])
    assert header.depth.item is not None
    assert header.depth.item.bits == truth.bits
    assert header.depth.item.channels == 1
    assert header.depth.item.transforms == header.primary.transforms == truth.transforms
    assert header.exif == truth.exif
    assert header.file_size == len(photo.data)
    assert not header.truncated


@pytest.mark.parametrize("orientation", range(1, 9))
def test_sizes_are_upright_for_every_orientation(orientation: int) -> None:
    data = make_photo(Recipe(orientation=orientation, size=Size(128, 96), thumbnail=64)).data
    header = parse_header(data)
    coded = Size(128, 96) if orientation < 5 else Size(96, 128)
    assert header.primary.coded == coded
    assert header.primary.displayed_size == Size(128, 96)
    assert header.primary.transforms == TRANSFORMS[orientation]
    assert header.depth.item is not None
    assert header.depth.item.displayed_size == Size(96, 72)
    assert [thumb.displayed_size for thumb in header.thumbnails] == [Size(64, 48)]
    assert header.exif.orientation == orientation


def test_grid_lists_its_tiles() -> None:
    header = parse_header(make_photo(Recipe(tile=64)).data)
    assert header.primary.type == "grid"
    assert header.primary.grid == Grid(2, 2, 96, 72, (1, 2, 3, 4))
    assert header.primary.id == 5


def test_layers_are_named_and_tied_to_their_own_xmp() -> None:
    header = parse_header(make_photo(Recipe(gain_map=True, matte_within=2.0)).data)
    assert [aux.name for aux in header.auxiliaries] == ["gain map", "portrait matte", "depth"]
    gain, matte, depth = header.auxiliaries
    assert depth.calibration == header.depth.calibration
    assert matte.calibration is not None
    assert matte.calibration.auxiliary_image_type == "depth"
    assert matte.calibration.intrinsics is None
    assert gain.item.hidden


def test_depth_that_is_absent_stripped_or_unreadable_is_told_apart() -> None:
    absent = parse_header(make_photo(Recipe(depth=False)).data)
    stripped = parse_header(make_photo(Recipe(depth=False, custom_rendered=8)).data)
    unreadable = parse_header(make_photo(Recipe(subtype=b"")).data)
    assert absent.depth.status is DepthStatus.ABSENT
    assert stripped.depth.status is DepthStatus.STRIPPED
    assert unreadable.depth.representation is None
    assert unreadable.depth.representation_problem


def test_a_lie_in_the_sei_is_read_as_it_stands() -> None:
    lie = DepthRepresentation(
        RepresentationType.UNIFORM_DISPARITY, d_min=4.5, d_max=-1.25, reference_view=0
    )
    photo = make_photo(Recipe(sei=lie))
    assert parse_header(photo.data).depth.representation == lie
    assert photo.ground_truth.representation != lie


def test_of_several_depth_items_the_highest_counts() -> None:
    header = parse_header(make_photo(Recipe(more_depths=2)).data)
    ids = [aux.item.id for aux in header.auxiliaries]
    assert header.depth.item is not None
    assert header.depth.item.id == max(ids)
    assert [other.item.id for other in header.depth.others if other.item] == sorted(ids)[:2]


def test_stereo_pair_and_crop() -> None:
    crop = Crop(8, 6, 64, 48)
    header = parse_header(make_photo(Recipe(second_view=True, depth_crop=crop)).data)
    assert header.depth.item is not None
    assert header.depth.item.transforms == (crop,)
    assert header.depth.item.displayed_size == Size(64, 48)
    (second,) = header.images
    assert header.stereo_pairs == (StereoPair(header.primary.id, second.id),)


def test_without_exif_and_without_xmp() -> None:
    header = parse_header(make_photo(Recipe(exif=None, calibration=None)).data)
    assert header.exif.make is None
    assert header.depth.calibration is None
    assert header.depth.status is DepthStatus.PRESENT


def test_an_unturned_gain_map_stays_in_the_coded_frame() -> None:
    recipe = Recipe(orientation=6, gain_map=True, turn_auxiliaries=False, size=Size(128, 192))
    header = parse_header(make_photo(recipe).data)
    gain = header.auxiliaries[0].item
    assert gain.displayed_size == Size(96, 64)
    assert header.primary.transforms == (Rotation(3),)
