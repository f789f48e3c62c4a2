"""Regions and levels: the samples of the whole, from the tiles that the region touches alone."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from queue import Queue
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from photo_requests import SECONDS, Write, listen, request_for

from heicdepth_tui.draw.rendering import RenderSpec
from heicdepth_tui.errors import DecodeError
from heicdepth_tui.heif.picture_facts import Crop, Mirror, Rotation, Size, Transform
from heicdepth_tui.heif.write.boxes import spatial_extent, transform_properties
from heicdepth_tui.photo import decode as decode_module
from heicdepth_tui.photo.client import Decoder
from heicdepth_tui.photo.decode import decode, load
from heicdepth_tui.photo.encode import encode_hevc
from heicdepth_tui.photo.layers import DEPTH, PRIMARY, Answer, Request
from heicdepth_tui.photo.region import SampleRegion
from heicdepth_tui.photo.rendering import fit_of
from heicdepth_tui.photo.shrink import shrink_to_fit
from tests.support.boxes import box_by_hand
from tests.support.derived import Builder

TILE, COLUMNS, ROWS = 64, 3, 2
OUTPUT = Size(170, 120)
GRID = {"size": Size(200, 136), "tile": 64}


@pytest.fixture(scope="module")
def grid(tmp_path_factory: pytest.TempPathFactory) -> Callable[[tuple[Transform, ...]], Path]:
    """Return a function that writes a grid of 3 x 2 tiles of noise with these transforms."""
    random = np.random.default_rng(7)
    tiles = [
        encode_hevc(random.integers(0, 256, (TILE, TILE, 3), dtype=np.uint8), quality=60)
        for _ in range(COLUMNS * ROWS)
    ]
    folder = tmp_path_factory.mktemp("grids")

    def write(transforms: tuple[Transform, ...]) -> Path:
        path = folder / "grid.heic"
        built = Builder()
        parts = [built.picture(tile) for tile in tiles]
        payload = struct.pack(">4B2H", 0, 0, ROWS - 1, COLUMNS - 1, *OUTPUT)
        properties = (spatial_extent(OUTPUT), *transform_properties(transforms, OUTPUT))
        photo = built.add("grid", payload, properties)
        built.refer("dimg", photo, *parts)
        path.write_bytes(built.build(photo))
        return path

    return write


@st.composite
def transforms(draw: st.DrawFn) -> tuple[tuple[Transform, ...], tuple[int, int]]:
    """Return transforms with one crop at most, and the (height, width) that they leave."""
    width, height = OUTPUT
    chosen: list[Transform] = []
    kinds = draw(st.lists(st.sampled_from(["clap", "irot", "imir"]), max_size=3, unique=True))
    for kind in kinds:
        if kind == "irot":
            turns = draw(st.integers(1, 3))
            chosen.append(Rotation(turns))
            if turns % 2:
                width, height = height, width
        elif kind == "imir":
            chosen.append(Mirror(draw(st.integers(0, 1))))
        else:
            crop_width, crop_height = draw(st.integers(2, width)), draw(st.integers(2, height))
            left = draw(st.integers(0, width - crop_width))
            top = draw(st.integers(0, height - crop_height))
            chosen.append(Crop(left, top, crop_width, crop_height))
            width, height = crop_width, crop_height
    return tuple(chosen), (height, width)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_the_samples_are_those_of_the_whole_for_every_orientation_and_crop(
    grid: Callable[[tuple[Transform, ...]], Path], data: st.DataObject
) -> None:
    chosen, (height, width) = data.draw(transforms())
    path = grid(chosen)
    whole = load(path, PRIMARY).array
    assert whole.shape == (height, width, 3)
    left, top = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    region = SampleRegion(
        left, top, data.draw(st.integers(1, width)), data.draw(st.integers(1, height))
    )
    level = data.draw(st.integers(0, 8))
    pixels = load(path, PRIMARY, region=region, level=level)
    step = 2**level
    seen = whole[top : top + region.height, left : left + region.width]
    assert np.array_equal(pixels.array, seen[::step, ::step])
    assert (pixels.minimum, pixels.maximum) == (pixels.array.min(), pixels.array.max())
    assert pixels.shape == whole.shape
    assert pixels.region == (left, top, seen.shape[1], seen.shape[0])
    assert pixels.level == level


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("level", [0, 1, 3])
def test_a_region_of_a_grid_is_that_of_pillow_heifs_whole_decode(
    photo: Write, whole: Callable[[Path], NDArray[Any]], orientation: int, level: int
) -> None:
    path = photo(**GRID, orientation=orientation)
    pixels = load(path, PRIMARY, region=SampleRegion(50, 30, 90, 61), level=level)
    expected = whole(path)[30:91, 50:140][:: 2**level, :: 2**level]
    assert np.array_equal(pixels.array, expected)


@pytest.mark.parametrize("knobs", [{}, GRID])
def test_fit_and_exact_shrink_the_region_at_its_level(photo: Write, knobs: dict[str, Any]) -> None:
    path = photo(**knobs)
    region = SampleRegion(10, 8, 80, 60)
    seen = load(path, PRIMARY).array[8:68, 10:90][::2, ::2]
    fitted = load(path, PRIMARY, region=region, level=1, fit=(9, 9))
    assert np.array_equal(fitted.array, shrink_to_fit(seen, (9, 9)))
    for level, samples in ((1, seen), (0, load(path, PRIMARY, region=region).array)):
        exact = load(path, PRIMARY, region=region, level=level, exact=(7, 5))
        assert np.array_equal(exact.array, box_by_hand(samples, (7, 5)))


def test_a_depth_map_has_regions_as_well(photo: Write) -> None:
    whole = load(photo(), DEPTH).array
    pixels = load(photo(), DEPTH, region=SampleRegion(5, 6, 40, 30), level=2)
    assert np.array_equal(pixels.array, whole[6:36:4, 5:45:4])


@pytest.mark.parametrize("knobs", [{}, GRID])
@pytest.mark.parametrize(
    "region", [(200, 0, 5, 5), (0, 136, 5, 5), (-5, 0, 5, 5), (3, 3, 0, 9), (3, 3, 9, -2)]
)
def test_a_region_outside_of_the_layer_is_an_error_that_gives_both_sizes(
    photo: Write, knobs: dict[str, Any], region: tuple[int, int, int, int]
) -> None:
    with pytest.raises(DecodeError, match=rf"{region[2]}×{region[3]} .*outside of the layer"):
        load(photo(**knobs), PRIMARY, region=SampleRegion(*region))


def test_a_region_is_clipped_to_the_layer(photo: Write) -> None:
    pixels = load(photo(**GRID), PRIMARY, region=SampleRegion(-10, 100, 50, 99))
    assert pixels.region == (0, 100, 40, 36)
    assert pixels.array.shape == (36, 40, 3)


@pytest.mark.parametrize("level", [-1, 31])
def test_a_level_out_of_range_is_an_error(photo: Write, level: int) -> None:
    with pytest.raises(DecodeError, match="between 0 and 30"):
        load(photo(), PRIMARY, level=level)


def test_a_region_is_rendered_in_its_own_aspect(photo: Write) -> None:
    pixels = load(photo(**GRID), PRIMARY, region=SampleRegion(0, 0, 200, 20))
    fit = fit_of(pixels, RenderSpec((40, 40)))
    assert (fit.cols, fit.rows) == (40, 2)


def _tiles_decoded(path: Path, monkeypatch: pytest.MonkeyPatch, **knobs: Any) -> str:
    """Return the note of the last partial picture: ``n of m tiles``."""
    monkeypatch.setattr(decode_module, "REGION_SECONDS", 0)
    request = Request(1, "zoom", str(path), PRIMARY, partial=True, **knobs)
    *_, last, final = decode(request)
    assert final.error is None
    assert not last.final
    assert last.pixels is not None
    return last.pixels.note


@pytest.mark.parametrize(
    ("region", "note"),
    [
        ((0, 0, 64, 64), "1 of 1 tiles"),
        ((63, 63, 2, 2), "4 of 4 tiles"),
        ((130, 0, 60, 136), "3 of 3 tiles"),
        ((0, 0, 200, 136), "12 of 12 tiles"),
    ],
)
def test_only_the_tiles_that_a_region_touches_are_decoded(
    photo: Write,
    monkeypatch: pytest.MonkeyPatch,
    region: tuple[int, int, int, int],
    note: str,
) -> None:
    path = photo(**GRID)
    assert _tiles_decoded(path, monkeypatch, region=SampleRegion(*region)) == note


def test_of_200_megapixels_only_the_tiles_in_view_are_decoded(
    photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = photos / "real" / "samsung_200MP.heic"
    region = SampleRegion(5000, 5000, 900, 600)
    note = _tiles_decoded(path, monkeypatch, region=region)
    assert note in {f"{count} of {count} tiles" for count in (4, 6, 9)}


def test_regions_come_over_the_decoder_process(start: Callable[..., Decoder], photo: Write) -> None:
    path = photo(**GRID)
    region = SampleRegion(50, 30, 90, 61)
    pixels = start().get(request_for(path, region=region, level=1))
    assert np.array_equal(pixels.array, load(path, PRIMARY, region=region, level=1).array)
    assert (pixels.region, pixels.level) == (region, 1)


def test_only_the_newest_region_of_a_slot_is_answered(
    start: Callable[..., Decoder], photo: Write
) -> None:
    path = photo(size=Size(1600, 1200), tile=64, quality=20, depth=False)
    decoder = start()
    answers: Queue[Answer] = listen(decoder)
    for left in range(0, 500, 10):
        last = request_for(path, "zoom", region=SampleRegion(left, 0, 1100, 1200))
        decoder.submit(last)
    assert answers.get(timeout=SECONDS).request.ticket == last.ticket
