"""Real photos: the same pixels as pillow-heif's whole decode, and the layers it refuses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
import pytest
from numpy.typing import NDArray
from PIL import Image

from heicdepth_tui.errors import DecodeError, HeicDepthError
from heicdepth_tui.heif.header import read_header
from heicdepth_tui.photo.decode import decode, load
from heicdepth_tui.photo.layers import (
    DEPTH,
    PRIMARY,
    THUMBNAIL,
    Layer,
    LayerKind,
    Pixels,
    Request,
    layers_of,
)
from heicdepth_tui.photo.shrink import shrink_to_fit
from tests.support.boxes import box_by_hand

Whole = Callable[[Path], NDArray[Any]]


@pytest.mark.parametrize(
    "name",
    [
        "pug.heic",
        *(
            pytest.param(name, marks=pytest.mark.thorough)
            for name in ("IMG_5622.HEIC", "samsung_s25.heic", "cat.hif")
        ),
    ],
)
def test_the_photo_is_pillow_heifs_whole_decode_whole_shrunk_and_exact(
    photos: Path, whole: Whole, name: str
) -> None:
    path = photos / "real" / name
    expected = whole(path)
    pixels = load(path, PRIMARY)
    assert np.array_equal(pixels.array, expected)
    assert (pixels.shape, pixels.dtype) == (expected.shape, expected.dtype.name)
    assert (pixels.minimum, pixels.maximum) == (expected.min(), expected.max())
    shrunk = load(path, PRIMARY, fit=(120, 100))
    assert np.array_equal(shrunk.array, shrink_to_fit(expected, (120, 100)))
    assert shrunk.shape == expected.shape
    if expected.dtype == np.uint8:
        exact = load(path, PRIMARY, exact=(768, 576)).array
        assert np.array_equal(exact, box_by_hand(expected, (768, 576)))
        pillows = Image.fromarray(expected).resize((768, 576), Image.Resampling.BOX)
        assert np.abs(exact.astype(int) - np.asarray(pillows)).max() <= 1


@pytest.mark.parametrize(
    ("name", "shape"), [("pug.heic", (576, 768)), ("IMG_5622.HEIC", (768, 576))]
)
def test_the_depth_map_is_pillow_heifs(photos: Path, name: str, shape: tuple[int, int]) -> None:
    path = photos / "real" / name
    expected = np.asarray(pillow_heif.open_heif(path).info["depth_images"][0])
    pixels = load(path, DEPTH)
    assert np.array_equal(pixels.array, expected)
    assert (pixels.shape, pixels.dtype, pixels.bits) == (shape, "uint8", 8)
    assert (pixels.minimum, pixels.maximum) == (0, 255)


@pytest.mark.parametrize("name", ["pug.heic", "samsung_s25.heic"])
def test_gain_maps_are_pillow_heifs(photos: Path, name: str) -> None:
    path = photos / "real" / name
    (layer,) = (la for la in layers_of(read_header(path)) if la.kind is LayerKind.AUXILIARY)
    assert layer.name == "gain map"
    expected = np.asarray(pillow_heif.open_heif(path).get_aux_image(layer.item_id))
    assert np.array_equal(load(path, layer).array, expected)


def test_the_second_view_of_a_stereo_pair_can_be_had(photos: Path) -> None:
    path = photos / "real" / "spatial_photo.heic"
    (other,) = read_header(path).images
    pixels = load(path, Layer(LayerKind.PRIMARY, other.id, "right view"))
    opened = pillow_heif.open_heif(path)
    assert np.array_equal(pixels.array, np.asarray(opened[1 - opened.primary_index]))


def test_thumbnails_that_no_decoder_reads_are_an_error(photos: Path) -> None:
    with pytest.raises(DecodeError):
        load(photos / "real" / "cat.hif", THUMBNAIL)


def test_a_photo_cut_in_half_shows_its_upper_half_and_says_so(
    photos: Path, whole: Whole, tmp_path: Path
) -> None:
    path = photos / "real" / "pug.heic"
    data = path.read_bytes()
    cut = tmp_path / "cut.heic"
    cut.write_bytes(data[: len(data) // 2])
    pixels = load(cut, PRIMARY)
    assert "of 48 tiles missing: the file is cut short" in pixels.note
    missing = int(pixels.note.split()[0])
    assert 10 < missing < 40
    expected = whole(path)
    rows = (48 - missing) // 8 * 512
    assert np.array_equal(pixels.array[:rows], expected[:rows])
    assert (pixels.array[-400:] == 32).all()


def test_every_odd_file_gives_pixels_or_one_error_line(photos: Path) -> None:
    for path in sorted((photos / "odd").iterdir()):
        try:
            layers = layers_of(read_header(path))
        except HeicDepthError:
            layers = (PRIMARY, DEPTH, THUMBNAIL)
        for layer in layers:
            *_, answer = decode(Request(1, "x", str(path), layer, fit=(60, 60)))
            if answer.error is not None:
                assert answer.error.path == path
                assert len(str(answer.error).splitlines()) == 1
            else:
                assert isinstance(answer.pixels, Pixels)
                assert max(answer.pixels.array.shape[:2]) <= 60
