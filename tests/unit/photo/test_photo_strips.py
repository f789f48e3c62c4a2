"""Tiles decoded a row at once are those decoded one by one, and none is lost without a word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from heicdepth_tui.heif.items import read_items
from heicdepth_tui.heif.picture_facts import Mirror, Rotation, Size, Transform
from heicdepth_tui.heif.write.mux import CodedPicture, PhotoSpec, TiledPicture, mux
from heicdepth_tui.photo.coded import decode_item
from heicdepth_tui.photo.decode import load
from heicdepth_tui.photo.encode import encode_hevc
from heicdepth_tui.photo.layers import PRIMARY
from heicdepth_tui.photo.pillow_heif_adapter import Decoded
from heicdepth_tui.photo.strips import decode_strip

SIDE, ROWS, COLUMNS = 64, 3, 4
VISIBLE = Size(COLUMNS * SIDE - 10, ROWS * SIDE - 6)


@pytest.fixture(scope="module")
def tiles() -> tuple[CodedPicture, ...]:
    rng = np.random.default_rng(8)
    colours = rng.integers(0, 256, (ROWS * COLUMNS, SIDE, SIDE, 3), np.uint8)
    return tuple(encode_hevc(one, quality=50) for one in colours)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def write(tiles: tuple[CodedPicture, ...], *transforms: Transform) -> Path:
        path = tmp_path / "grid.heic"
        grid = TiledPicture(tiles, ROWS, COLUMNS, VISIBLE)
        path.write_bytes(mux(PhotoSpec(grid, transforms=transforms)))
        return path

    return write


def strip(path: Path, indices: list[int], size: Size, *, is_column: bool) -> Decoded | None:
    with read_items(path) as table:
        grid = table.grid(table.primary_id)
        assert grid is not None
        tiles = [table.coded(grid.tiles[index]) for index in indices]
        return decode_strip(table, tiles, size, is_column=is_column)


def one_by_one(path: Path, indices: list[int]) -> list[np.ndarray]:
    with read_items(path) as table:
        grid = table.grid(table.primary_id)
        assert grid is not None
        coded = [table.coded(grid.tiles[index]) for index in indices]
        return [decode_item(table, tile, "a tile").samples for tile in coded]


def with_tile(
    tiles: tuple[CodedPicture, ...], index: int, tile: CodedPicture
) -> tuple[CodedPicture, ...]:
    return (*tiles[:index], tile, *tiles[index + 1 :])


def test_a_row_is_its_tiles_side_by_side(
    write: Callable[..., Path], tiles: tuple[CodedPicture, ...]
) -> None:
    path = write(tiles)
    row = strip(path, [4, 5, 6, 7], Size(250, 64), is_column=False)

    assert row is not None
    whole = np.concatenate(one_by_one(path, [4, 5, 6, 7]), axis=1)
    assert np.array_equal(row.samples, whole[:, :250])


def test_a_column_is_its_tiles_one_below_another(
    write: Callable[..., Path], tiles: tuple[CodedPicture, ...]
) -> None:
    path = write(tiles)
    column = strip(path, [1, 5, 9], Size(64, 190), is_column=True)

    assert column is not None
    whole = np.concatenate(one_by_one(path, [1, 5, 9]), axis=0)
    assert np.array_equal(column.samples, whole[:190])


@pytest.mark.parametrize("index", [0, 2])
@pytest.mark.parametrize("kept", [0, 10, 300])
def test_a_row_with_a_damaged_tile_is_left_to_its_tiles(
    write: Callable[..., Path], tiles: tuple[CodedPicture, ...], index: int, kept: int
) -> None:
    damaged = replace(tiles[index], payload=tiles[index].payload[:kept])
    path = write(with_tile(tiles, index, damaged))

    assert strip(path, [0, 1, 2, 3], Size(256, 64), is_column=False) is None


def test_a_tile_larger_than_it_says_is_no_part_of_a_row(
    write: Callable[..., Path], tiles: tuple[CodedPicture, ...]
) -> None:
    large = encode_hevc(np.full((128, 128, 3), 90, np.uint8), quality=50)
    path = write(with_tile(tiles, 1, replace(large, size=Size(SIDE, SIDE))))

    assert strip(path, [0, 1, 2, 3], Size(256, 64), is_column=False) is None


def test_a_tile_in_one_colour_is_not_taken_for_a_missing_one(
    write: Callable[..., Path], tiles: tuple[CodedPicture, ...]
) -> None:
    black = encode_hevc(np.zeros((SIDE, SIDE, 3), np.uint8), quality=50)
    path = write(with_tile(tiles, 1, black))
    row = strip(path, [0, 1, 2, 3], Size(256, 64), is_column=False)

    assert row is not None
    assert not row.samples[:, 64:128].any()


def test_a_row_of_too_many_pixels_is_left_to_its_tiles(
    write: Callable[..., Path], tiles: tuple[CodedPicture, ...]
) -> None:
    assert strip(write(tiles), [0, 1], Size(1 << 13, 1 << 12), is_column=False) is None


@pytest.mark.parametrize(
    "transforms", [(), (Rotation(1),), (Rotation(2),), (Rotation(3), Mirror(0)), (Mirror(1),)]
)
@pytest.mark.parametrize("exact", [None, (60, 40)])
@pytest.mark.parametrize("damaged", [False, True])
def test_one_thread_gives_the_picture_of_several(
    write: Callable[..., Path],
    tiles: tuple[CodedPicture, ...],
    one_thread: Callable[[], None],
    transforms: tuple[Transform, ...],
    exact: tuple[int, int] | None,
    damaged: bool,
) -> None:
    if damaged:
        tiles = with_tile(tiles, 5, replace(tiles[5], payload=tiles[5].payload[:10]))
    path = write(tiles, *transforms)
    several = load(path, PRIMARY, exact=exact)
    one_thread()
    one = load(path, PRIMARY, exact=exact)

    assert np.array_equal(one.array, several.array)
    assert (one.minimum, one.maximum) == (several.minimum, several.maximum)
    assert one.note == several.note
    assert one.note.startswith("1 of 12 tiles missing") == damaged
