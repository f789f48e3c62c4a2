"""Pictures encoded and decoded again: what is lossless is lossless."""

from __future__ import annotations

import numpy as np
import pillow_heif
import pytest

from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.heif.write.wrap import wrap_hevc
from heicdepth_tui.photo.encode import SRGB_COLR, CodedPicture, encode_grid, encode_hevc


def noise(shape: tuple[int, ...], bits: int = 8) -> np.ndarray:
    dtype = np.uint8 if bits == 8 else np.uint16
    return np.random.default_rng(5).integers(0, 2**bits, shape).astype(dtype)


def decoded(picture: CodedPicture) -> np.ndarray:
    data = wrap_hevc(
        picture.payload,
        hvcc=picture.configuration,
        size=picture.size,
        pixi=picture.pixi,
        colr=(SRGB_COLR,),
    )
    return np.asarray(pillow_heif.open_heif(data, convert_hdr_to_8bit=False))


@pytest.mark.parametrize("bits", [8, 10, 12])
def test_monochrome_is_exact_at_quality_minus_one(bits: int) -> None:
    array = noise((64, 96), bits)
    picture = encode_hevc(array, quality=-1, bits=bits)
    assert picture.size == Size(96, 64)
    assert picture.pixi == (bits,)
    shift = 0 if bits == 8 else 16 - bits
    assert np.array_equal(decoded(picture) >> shift, array)


def test_monochrome_is_close_at_quality_90() -> None:
    ramp = np.add.outer(np.arange(64), np.arange(96)).astype(np.uint8)
    error = np.abs(decoded(encode_hevc(ramp, quality=90)).astype(int) - ramp)
    assert 0 < error.max() <= 3


@pytest.mark.parametrize("bits", [8, 10])
def test_colour_at_quality_minus_one_loses_only_the_colour_conversion(bits: int) -> None:
    array = noise((64, 96, 3), bits)
    picture = encode_hevc(array, quality=-1, bits=bits)
    assert picture.pixi == (bits,) * 3
    shift = 0 if bits == 8 else 16 - bits
    assert np.abs((decoded(picture) >> shift).astype(int) - array).max() <= 3


def test_smooth_pictures_come_back_as_well() -> None:
    ramp = np.add.outer(np.arange(128), np.arange(192)).astype(np.uint8) // 2
    assert np.array_equal(decoded(encode_hevc(ramp, quality=-1, smooth=True)), ramp)


def test_the_same_array_gives_the_same_bytes() -> None:
    array = noise((64, 96, 3))
    assert encode_hevc(array, quality=60) == encode_hevc(array.copy(), quality=60)


def test_a_size_the_encoder_pads_names_what_is_visible() -> None:
    array = noise((33, 51))
    picture = encode_hevc(array, quality=-1)
    assert picture.visible == Size(51, 33)
    assert picture.size.width >= 51
    assert picture.size.height >= 33
    assert np.array_equal(decoded(picture)[:33, :51], array)


def test_a_view_of_an_array_is_encoded_as_it_looks() -> None:
    array = noise((128, 192))[::2, ::-2]
    assert np.array_equal(decoded(encode_hevc(array, quality=-1)), array)


def test_grid_tiles_are_equal_in_size_and_repeat_the_edge() -> None:
    array = noise((100, 130))
    grid = encode_grid(array, tile=64, quality=-1)
    assert (grid.rows, grid.columns, grid.size) == (2, 3, Size(130, 100))
    assert {tile.size for tile in grid.tiles} == {Size(64, 64)}
    last = decoded(grid.tiles[-1])
    assert np.array_equal(last[:36, :2], array[64:, 128:])
    assert (last[36:, 2:] == array[-1, -1]).all()


@pytest.mark.parametrize(
    ("array", "bits", "complaint"),
    [
        (np.zeros((64, 64), np.uint8), 16, "8, 10 or 12 bits"),
        (np.zeros((64, 64), np.uint16), 8, "come as uint8"),
        (np.zeros((64, 64), np.uint8), 10, "come as uint16"),
        (np.full((64, 64), 1024, np.uint16), 10, "none above 1023"),
        (np.zeros((64, 64, 4), np.uint8), 8, r"\(H, W, 3\)"),
        (np.zeros((0, 64), np.uint8), 8, "needs samples"),
    ],
)
def test_what_cannot_be_encoded_is_refused(array: np.ndarray, bits: int, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        encode_hevc(array, quality=90, bits=bits)


@pytest.mark.parametrize("tile", [63, 32])
def test_tiles_too_small_for_a_grid_are_refused(tile: int) -> None:
    with pytest.raises(ValueError, match="at least 64"):
        encode_grid(np.zeros((128, 128), np.uint8), tile=tile, quality=90)
