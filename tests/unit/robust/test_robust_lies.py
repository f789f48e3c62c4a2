"""Photos whose header and pictures contradict each other: the picture is believed, or refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from heicdepth_tui.depth.depthmap import build_depth_map
from heicdepth_tui.errors import DecodeError, FileAccessError, HeicDepthError, TruncatedError
from heicdepth_tui.heif.depth_facts import AUX_DEPTH_URNS, DepthRepresentation, RepresentationType
from heicdepth_tui.heif.header import read_header
from heicdepth_tui.heif.items import read_items
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.heif.write.mux import AuxPicture, CodedPicture, PhotoSpec, TiledPicture, mux
from heicdepth_tui.heif.write.sei import build_depth_representation
from heicdepth_tui.photo.client import Decoder, next_ticket
from heicdepth_tui.photo.decode import load
from heicdepth_tui.photo.encode import encode_hevc
from heicdepth_tui.photo.layers import DEPTH, PRIMARY, Request, as_rgb8
from heicdepth_tui.photo.tiles import decode_tiles, plan_tiles
from heicdepth_tui.photo.transforms import place
from heicdepth_tui.samples.write import build_photo
from tests.support.bombs import BOMBS

LINEAR = build_depth_representation(
    DepthRepresentation(RepresentationType.UNIFORM_DISPARITY, d_min=1.0, d_max=4.0)
)


@pytest.fixture(scope="module")
def codes() -> np.ndarray:
    return np.random.default_rng(4).integers(0, 256, (64, 96), dtype=np.uint8)


@pytest.fixture
def with_depth(tmp_path: Path, codes: np.ndarray) -> Callable[[CodedPicture], Path]:
    """Return a function that writes a photo whose depth item is this picture."""
    primary = encode_hevc(np.repeat(codes[:, :, None], 3, axis=2), quality=60)

    def write(picture: CodedPicture) -> Path:
        path = tmp_path / "lie.heic"
        depth = AuxPicture(picture, AUX_DEPTH_URNS[0], LINEAR)
        path.write_bytes(mux(PhotoSpec(primary=primary, auxiliaries=(depth,))))
        return path

    return write


@pytest.mark.parametrize("claimed", [(4,), (0,), (10,), (12,), (200,), (8, 8, 8)])
def test_bits_that_the_header_claims_do_not_change_what_codes_mean(
    with_depth: Callable[[CodedPicture], Path], codes: np.ndarray, claimed: tuple[int, ...]
) -> None:
    path = with_depth(replace(encode_hevc(codes, quality=-1), pixi=claimed))
    pixels = load(path, DEPTH)
    depth_map = build_depth_map(pixels.array, pixels.bits, read_header(path).depth)

    assert np.array_equal(pixels.array, codes)
    assert pixels.bits == 8
    assert depth_map.disparity() == pytest.approx(1.0 + 3.0 * codes / 255, rel=1e-5)


@pytest.mark.parametrize("claimed", [(8,), (12,)])
def test_ten_bit_codes_stay_ten_bits(
    with_depth: Callable[[CodedPicture], Path], codes: np.ndarray, claimed: tuple[int, ...]
) -> None:
    deep = codes.astype(np.uint16) * 4 + 3
    path = with_depth(replace(encode_hevc(deep, quality=-1, bits=10), pixi=claimed))
    pixels = load(path, DEPTH)

    assert np.array_equal(pixels.array, deep)
    assert pixels.bits == 10
    build_depth_map(pixels.array, pixels.bits, read_header(path).depth)


def test_a_depth_map_in_colours_is_refused(
    with_depth: Callable[[CodedPicture], Path], codes: np.ndarray
) -> None:
    path = with_depth(encode_hevc(np.dstack([codes, codes[::-1], codes]), quality=90))
    assert load(path, PRIMARY).shape == (64, 96, 3)
    for fit in (None, (20, 20)):
        with pytest.raises(DecodeError, match="a picture in colours, not one value a sample"):
            load(path, DEPTH, fit=fit)


def test_a_grey_depth_map_written_in_colour_is_read(
    with_depth: Callable[[CodedPicture], Path],
) -> None:
    flat = np.full((64, 96, 3), 128, np.uint8)
    path = with_depth(encode_hevc(flat, quality=-1))
    pixels = load(path, DEPTH)

    assert (pixels.shape, pixels.array.shape, pixels.bits) == ((64, 96), (64, 96), 8)
    assert np.unique(pixels.array).tolist() == [128]


@pytest.mark.parametrize("claimed", [(4, 4, 4), (10, 10, 10), (200, 200, 200)])
def test_a_grid_is_shown_with_the_bits_that_its_tiles_have(
    tmp_path: Path, claimed: tuple[int, ...]
) -> None:
    tile = replace(encode_hevc(np.full((64, 64, 3), 90, np.uint8), quality=60), pixi=claimed)
    path = tmp_path / "grid.heic"
    path.write_bytes(mux(PhotoSpec(primary=TiledPicture((tile,) * 4, 2, 2, Size(128, 128)))))
    for fit in (None, (40, 40)):
        pixels = load(path, PRIMARY, fit=fit)
        assert (pixels.bits, pixels.note) == (8, "")
        assert abs(int(as_rgb8(pixels)[5, 5, 0]) - 90) < 3


def test_tiles_of_more_bits_than_the_others_are_missing(tmp_path: Path) -> None:
    tile = encode_hevc(np.full((64, 64, 3), 90, np.uint8), quality=60)
    deep = encode_hevc(np.full((64, 64, 3), 360, np.uint16), quality=60, bits=10)
    path = tmp_path / "grid.heic"
    path.write_bytes(mux(PhotoSpec(primary=TiledPicture((tile, deep), 1, 2, Size(128, 64)))))
    pixels = load(path, PRIMARY)

    assert pixels.bits == 8
    assert pixels.note.startswith("1 of 2 tiles missing")


def test_what_is_kept_of_a_bad_tile_does_not_keep_its_data(tmp_path: Path) -> None:
    path = tmp_path / "bomb.heic"
    path.write_bytes(BOMBS["tiles larger than they say"]())
    with read_items(path) as table:
        tiling = plan_tiles(table, table.coded(table.primary_id))
        assert tiling is not None
        tiles = [
            tile
            for _, tile in decode_tiles(table, tiling, place(tiling.size, tiling.transforms), 1)
        ]

    assert len(tiles) == 256
    for tile in tiles:
        assert isinstance(tile, DecodeError)
        assert tile.__traceback__ is tile.__cause__ is tile.__context__ is None


class TestFilesThatChange:
    """Between the header and the decoder's look at the file, or while it is read."""

    def test_a_photo_that_vanishes(self, tmp_path: Path) -> None:
        path = tmp_path / "gone.heic"
        path.write_bytes(build_photo())
        with Decoder.start() as decoder:
            assert decoder.get(_depth_of(path)).shape == (72, 96)
            path.unlink()
            with pytest.raises(FileAccessError, match="does not exist"):
                decoder.get(_depth_of(path))

    def test_a_photo_that_shrinks(self, tmp_path: Path) -> None:
        path = tmp_path / "short.heic"
        path.write_bytes(build_photo())
        depth = read_header(path).depth.item
        assert depth is not None
        with read_items(path) as table:
            (extent,) = table.extents(depth.id)
        with Decoder.start() as decoder:
            decoder.get(_depth_of(path))
            with path.open("r+b") as file:
                file.truncate(extent.offset + extent.length - 1)
            with pytest.raises(TruncatedError, match="past the end"):
                decoder.get(_depth_of(path))
            with path.open("r+b") as file:
                file.truncate(0)
            with pytest.raises(HeicDepthError, match="it is empty"):
                decoder.get(_depth_of(path))

    def test_a_photo_that_shrinks_while_its_header_is_open(self, tmp_path: Path) -> None:
        path = tmp_path / "open.heic"
        path.write_bytes(build_photo(tile=64))
        with read_items(path) as table:
            tiling = plan_tiles(table, table.coded(table.primary_id))
            assert tiling is not None
            with path.open("r+b") as file:
                file.truncate(1000)
            (_, first), *_ = decode_tiles(table, tiling, place(tiling.size, tiling.transforms), 1)
        assert isinstance(first, FileAccessError)
        assert "shrank while it was read" in str(first)

    def test_a_photo_that_becomes_another(self, tmp_path: Path) -> None:
        path = tmp_path / "other.heic"
        path.write_bytes(build_photo())
        with Decoder.start() as decoder:
            decoder.get(_depth_of(path))
            path.write_bytes(build_photo(depth_size=Size(64, 48)))
            assert decoder.get(_depth_of(path)).shape == (48, 64)


def _depth_of(path: Path) -> Request:
    return Request(next_ticket(), "depth", str(path), DEPTH)
