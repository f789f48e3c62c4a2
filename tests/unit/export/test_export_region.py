"""A depth map that is cut out of the view takes its colours from the same part of the photo."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from heicdepth_tui.depth.cloud import CloudOptions, ColorResolution
from heicdepth_tui.depth.coverage import WHOLE, Region
from heicdepth_tui.depth.registration import register
from heicdepth_tui.export.run import read_source
from heicdepth_tui.export.source import ExportOptions
from heicdepth_tui.heif.picture_facts import Crop, ImageItem, Mirror, Rotation, Size, Transform
from heicdepth_tui.heif.properties import displayed_size
from heicdepth_tui.photo.decode import load
from heicdepth_tui.photo.layers import Pixels, Request
from heicdepth_tui.samples.build import make_photo
from heicdepth_tui.samples.orient import TRANSFORMS, inverse, turn
from heicdepth_tui.samples.recipe import Recipe

CROP = Crop(20, 10, 40, 30)


def decode(request: Request) -> Pixels:
    return load(request.path, request.layer, exact=request.exact, fit=request.fit)


def item(coded: Size, *transforms: Transform) -> ImageItem:
    upright = displayed_size(coded, transforms)
    return ImageItem(1, "hvc1", coded, upright, transforms, 8, 3, None, False, 9)


def shrunk(rgb: NDArray[np.uint8], width: int, height: int) -> NDArray[np.float64]:
    return np.asarray(Image.fromarray(rgb).resize((width, height), Image.Resampling.BOX), float)


def test_without_a_crop_the_map_covers_the_photo() -> None:
    photo, depth = Size(400, 300), Size(96, 72)
    assert register(item(photo), item(depth)).region == WHOLE
    assert register(item(photo, Rotation(1)), item(depth, Rotation(1))).region == WHOLE
    assert register(item(photo, Crop(0, 0, 200, 300)), item(depth)).region == WHOLE


def test_the_same_share_of_the_photo() -> None:
    # A quarter in from the left, an eighth from the top; turned to the left: left is top.
    crop = Crop(24, 9, 48, 36)
    photo, depth = Size(400, 300), Size(96, 72)
    assert register(item(photo), item(depth, crop)).region == Region(0.25, 0.125, 0.5, 0.5)
    turned = register(item(photo, Rotation(1)), item(depth, crop, Rotation(1))).region
    assert turned == Region(0.125, 0.25, 0.5, 0.5)
    mirrored = register(item(photo, Mirror(0)), item(depth, crop, Mirror(0))).region
    assert mirrored == Region(0.25, 0.375, 0.5, 0.5)


def test_the_photos_own_crop_is_reckoned_with() -> None:
    depth = item(Size(96, 72), Crop(24, 18, 48, 36))
    same = item(Size(400, 300), Crop(100, 75, 200, 150))
    assert register(same, depth).region == WHOLE
    wider = item(Size(400, 300), Crop(100, 0, 200, 300))
    assert register(wider, depth).region == Region(0, 0.25, 1, 0.5)
    narrower = item(Size(400, 300), Crop(150, 75, 100, 150))
    assert register(narrower, depth).region == WHOLE


def test_frames_of_another_shape_or_turn_are_not_compared() -> None:
    depth = item(Size(96, 72), Crop(24, 18, 48, 36))
    assert register(item(Size(300, 300)), depth).region == WHOLE


def test_a_part_is_cut_to_the_sample() -> None:
    region = Region(20 / 96, 10 / 72, 40 / 96, 30 / 72)
    picture = np.arange(72 * 96).reshape(72, 96)
    assert region.whole(Size(40, 30)) == (96, 72)
    assert np.array_equal(region.cut(picture, Size(40, 30)), picture[10:40, 20:60])
    assert region.size_in(Size(960, 720)) == (400, 300)
    # Where no sample edge meets the region's, the part still has the requested size.
    third = Region(2 / 3, 2 / 3, 1 / 3, 1 / 3)
    assert third.cut(np.zeros(third.whole(Size(5, 5))[::-1]), Size(5, 5)).shape == (5, 5)


@pytest.mark.parametrize("orientation", sorted(TRANSFORMS))
def test_colours_are_those_of_the_cut_out(tmp_path: Path, orientation: int) -> None:
    photo = make_photo(Recipe(orientation=orientation, size=Size(192, 144), depth_crop=CROP))
    (tmp_path / "a.heic").write_bytes(photo.data)
    source = read_source(tmp_path / "a.heic", ExportOptions(), decode)
    transforms = TRANSFORMS[orientation]
    seen = (*inverse(transforms), CROP, *transforms)
    expected = turn(shrunk(photo.ground_truth.rgb, 96, 72), seen)
    assert source.rgb.shape == expected.shape
    assert np.abs(source.rgb - expected).mean() < 4
    squeezed = shrunk(photo.ground_truth.rgb, *source.size)
    assert np.abs(source.rgb - squeezed).mean() > 12
    assert any("colours are cut from there" in note for note in source.notes)


def finer(crop: Crop, factor: int) -> Crop:
    return Crop(*(factor * side for side in (crop.left, crop.top, crop.width, crop.height)))


@pytest.mark.parametrize("resolution", [ColorResolution.X2, ColorResolution.PHOTO])
@pytest.mark.parametrize("orientation", [1, 6])
def test_finer_colours_are_too(
    tmp_path: Path, orientation: int, resolution: ColorResolution
) -> None:
    photo = make_photo(Recipe(orientation=orientation, size=Size(192, 144), depth_crop=CROP))
    (tmp_path / "a.heic").write_bytes(photo.data)
    options = ExportOptions(cloud=CloudOptions(color_resolution=resolution, drop_flying=False))
    cloud = read_source(tmp_path / "a.heic", options, decode).cloud
    transforms: Sequence[Transform] = TRANSFORMS[orientation]
    expected = turn(photo.ground_truth.rgb, (*inverse(transforms), finer(CROP, 2), *transforms))
    height, width = expected.shape[:2]
    assert cloud.grid == (width, height)
    colours = expected.reshape(-1, 3)[cloud.index].astype(float)
    assert np.abs(cloud.rgb - colours).mean() < 6


def test_a_photo_of_another_shape_keeps_its_note(tmp_path: Path) -> None:
    photo = make_photo(Recipe(size=Size(144, 144), depth_crop=CROP))
    (tmp_path / "a.heic").write_bytes(photo.data)
    source = read_source(tmp_path / "a.heic", ExportOptions(), decode)
    assert source.region == WHOLE
    assert any("stretched" in note for note in source.notes)
