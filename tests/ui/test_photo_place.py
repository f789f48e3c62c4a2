"""Where samples of auxiliary images lie in the photo, by an index turned as they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from heicdepth_tui.depth.registration import register
from heicdepth_tui.heif.header import read_header
from heicdepth_tui.heif.picture_facts import Crop, Size
from heicdepth_tui.photo.layers import PRIMARY, Layer, LayerKind, eyes_of, layers_of
from heicdepth_tui.samples.build import make_photo
from heicdepth_tui.samples.recipe import Recipe
from heicdepth_tui.ui.model.photo_place import PhotoPlace, photo_place
from heicdepth_tui.ui.model.viewport import item_of

SMALL = Recipe(size=Size(192, 144), depth_size=Size(96, 72), gain_map=True)


def placed(
    tmp_path: Path, recipe: Recipe, name: str = "gain map"
) -> tuple[PhotoPlace, Layer, Path]:
    path = tmp_path / "photo.heic"
    path.write_bytes(make_photo(recipe).data)
    layer = next(one for one in layers_of(read_header(path)) if one.label == name)
    return photo_place(read_header(path), layer), layer, path


@pytest.mark.parametrize("crop", [None, Crop(0, 72, 96, 72)])
@pytest.mark.parametrize("is_turned", [True, False])
@pytest.mark.parametrize("orientation", [1, 5, 6, 7, 8])
def test_samples_lie_where_the_aligned_image_has_them(
    tmp_path: Path, orientation: int, is_turned: bool, crop: Crop | None
) -> None:
    recipe = Recipe(
        size=SMALL.size,
        depth_size=SMALL.depth_size,
        gain_map=True,
        orientation=orientation,
        turn_auxiliaries=is_turned,
        photo_crop=crop if orientation == 1 else None,
    )
    place, layer, path = placed(tmp_path, recipe)
    header = read_header(path)
    item = item_of(header, layer)
    assert item is not None
    found = register(header.primary, item)
    assert found.is_sure
    width, height = item.displayed_size
    number = np.arange(width * height).reshape(height, width)
    aligned, region = found.aligned(number), found.region
    side_x, side_y = header.primary.displayed_size
    for row in range(1, height, 7):
        for column in range(1, width, 7):
            at = np.argwhere(aligned == number[row, column])
            pixel = place.pixel(((column + 0.5) / width, (row + 0.5) / height))
            if not len(at):
                assert pixel is None
                continue
            down, across = (at[0] + 0.5) / aligned.shape
            expected = (
                int((region.left + region.width * across) * side_x),
                int((region.top + region.height * down) * side_y),
            )
            assert pixel is not None
            assert np.abs(np.subtract(pixel, expected)).max() <= 1


@pytest.mark.parametrize("orientation", [2, 3, 4])
def test_half_turns_and_mirrorings_are_not_decided(tmp_path: Path, orientation: int) -> None:
    recipe = Recipe(size=SMALL.size, gain_map=True, orientation=orientation, turn_auxiliaries=False)
    place, _, _ = placed(tmp_path, recipe)
    assert place.pixel((0.5, 0.5)) is None
    assert place.reason == "turned otherwise"


def test_the_photo_and_its_thumbnail_lie_on_the_photo(tmp_path: Path) -> None:
    recipe = Recipe(size=SMALL.size, orientation=6, thumbnail=64)
    place, _, path = placed(tmp_path, recipe, "thumbnail")
    assert place.pixel((0.5, 0.25)) == (96, 36)
    assert photo_place(read_header(path), PRIMARY).pixel((0.5, 0.25)) == (96, 36)


def test_a_picture_of_its_own_lies_nowhere_in_the_photo(tmp_path: Path) -> None:
    path = tmp_path / "spatial.heic"
    path.write_bytes(make_photo(Recipe(size=SMALL.size, second_view=True)).data)
    header = read_header(path)
    left, right = eyes_of(header)[:2]
    width, height = header.primary.displayed_size
    assert photo_place(header, left).pixel((0.5, 0.5)) == (width // 2, height // 2)
    assert photo_place(header, right).pixel((0.5, 0.5)) is None
    assert photo_place(header, right).reason == "of another image"
    assert left.kind is LayerKind.PRIMARY
