"""Regions with a cache: coarse first, kept tiles, overviews; and nearest samples of depth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from photo_requests import SECONDS, Write, listen, request_for

from heicdepth_tui.draw.rendering import RenderSpec
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.photo import tiles as tiles_module
from heicdepth_tui.photo.client import Decoder
from heicdepth_tui.photo.decode import load, steps
from heicdepth_tui.photo.decoded_cache import DecodedCache
from heicdepth_tui.photo.layers import DEPTH, PRIMARY, Answer, Layer, LayerKind, Pixels, Request
from heicdepth_tui.photo.region import SampleRegion
from heicdepth_tui.photo.rendering import render_layer

GRID: dict[str, Any] = {"size": Size(200, 136), "tile": 64, "depth": False}
TILES = 12
TILE_BYTES = 64 * 64 * 3
SPEC = RenderSpec((20, 7))


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the tiles that were decoded."""
    names: list[str] = []
    decode_item = tiles_module.decode_item

    def counting(table: Any, item: Any, what: str, **knobs: Any) -> Any:
        names.append(what)
        return decode_item(table, item, what, **knobs)

    monkeypatch.setattr(tiles_module, "decode_item", counting)
    return names


def _answers(cache: DecodedCache, path: Path, layer: Layer = PRIMARY, **knobs: Any) -> list[Answer]:
    request = Request(1, "zoom", str(path), layer, **knobs)
    found = [answer for answer in steps(request, cache=cache) if answer is not None]
    assert all(answer.error is None for answer in found)
    return found


def _last(cache: DecodedCache, path: Path, layer: Layer = PRIMARY, **knobs: Any) -> Pixels:
    pixels = _answers(cache, path, layer, **knobs)[-1].pixels
    assert pixels is not None
    return pixels


@pytest.mark.parametrize("orientation", range(1, 9))
def test_kept_tiles_give_the_samples_of_the_whole_at_every_level(
    photo: Write, orientation: int
) -> None:
    path = photo(**GRID, orientation=orientation)
    whole, cache = load(path, PRIMARY).array, DecodedCache()
    for level in (2, 0, 3, 1, 2):
        for left, top in ((0, 0), (32, 24), (64, 64), (40, 16)):
            region = SampleRegion(left, top, 71, 67)
            pixels = _last(cache, path, region=region, level=level)
            seen = whole[region.rows, region.columns][:: 2**level, :: 2**level]
            assert np.array_equal(pixels.array, seen)
            assert (pixels.minimum, pixels.maximum) == (seen.min(), seen.max())


def test_a_region_beside_the_last_one_decodes_only_the_new_tiles(
    photo: Write, decoded: list[str]
) -> None:
    path, cache = photo(**GRID), DecodedCache()
    _last(cache, path, region=SampleRegion(0, 0, 64, 64))
    _last(cache, path, region=SampleRegion(10, 0, 64, 64))
    assert sorted(decoded) == ["tile 1", "tile 2"]
    _last(cache, path, region=SampleRegion(8, 8, 64, 48), level=3)
    assert len(decoded) == 2


def test_the_cache_is_bounded_and_another_photo_empties_it(photo: Write) -> None:
    cache = DecodedCache(limit=4 * TILE_BYTES)
    whole = SampleRegion(0, 0, 200, 136)
    first = _last(cache, photo(**GRID), region=whole)
    assert 0 < cache.nbytes <= 4 * TILE_BYTES
    assert np.array_equal(first.array, load(photo(**GRID), PRIMARY).array)
    other = photo(**{**GRID, "tile": 128})
    _last(cache, other, fit=(20, 20))
    assert cache.nbytes == 0


def test_a_prefetched_neighbour_leaves_the_tiles_of_the_zoomed_photo(photo: Write) -> None:
    cache = DecodedCache()
    _last(cache, photo(**GRID), region=SampleRegion(0, 0, 64, 64))
    request = Request(2, "prefetch-0-0", str(photo(**{**GRID, "tile": 128})), PRIMARY, fit=(9, 9))
    assert [*steps(request, cache=cache)][-1] is not None
    assert cache.nbytes == TILE_BYTES


def test_a_file_that_was_written_to_is_another_photo(photo: Write, tmp_path: Path) -> None:
    path, cache = tmp_path / "a.heic", DecodedCache()
    region = SampleRegion(0, 0, 64, 64)
    for quality in (90, 20):
        path.write_bytes(photo(**GRID, quality=quality).read_bytes())
        expected = load(path, PRIMARY, region=region).array
        assert np.array_equal(_last(cache, path, region=region).array, expected)


class TestCoarse:
    """The first answer of a region."""

    def test_it_comes_from_the_overview_before_any_tile(
        self, photo: Write, decoded: list[str]
    ) -> None:
        path, cache = photo(**GRID), DecodedCache()
        _last(cache, path, fit=(50, 34))
        decoded.clear()
        region = SampleRegion(60, 40, 80, 48)
        request = Request(1, "zoom", str(path), PRIMARY, region=region, partial=True)
        running = steps(request, cache=cache)
        first = next(running)
        assert decoded == []
        assert first is not None
        assert not first.final
        assert first.pixels is not None
        assert first.pixels.region == region
        assert first.pixels.note == "0 of 6 tiles"
        final = [answer for answer in running if answer is not None][-1].pixels
        assert final is not None
        assert np.array_equal(final.array, load(path, PRIMARY, region=region).array)
        error = np.abs(first.pixels.array.astype(int) - final.array).mean()
        shuffled = np.abs(first.pixels.array[::-1, ::-1].astype(int) - final.array).mean()
        assert error < shuffled / 2

    def test_without_an_overview_it_comes_from_the_thumbnail(self, photo: Write) -> None:
        path = photo(**GRID, thumbnail=50)
        region = SampleRegion(0, 0, 100, 136)
        first, *_ = _answers(DecodedCache(), path, region=region, partial=True)
        thumbnail = load(path, Layer(LayerKind.THUMBNAIL)).array
        assert first.pixels is not None
        assert np.array_equal(first.pixels.array[2::4, 2::4], thumbnail[:, :25])

    def test_tiles_of_the_level_before_are_sharper_than_the_overview(self, photo: Write) -> None:
        path, cache = photo(**GRID), DecodedCache()
        region = SampleRegion(0, 0, 192, 128)
        _last(cache, path, fit=(20, 14))
        coarser = _last(cache, path, region=region, level=1)
        first, *_ = _answers(cache, path, region=region, partial=True)
        assert first.pixels is not None
        assert np.array_equal(first.pixels.array[::2, ::2], coarser.array)
        assert np.array_equal(first.pixels.array[1::2, 1::2], coarser.array)

    def test_two_tiles_are_decoded_as_soon_as_a_coarse_picture_is_rendered(
        self, photo: Write
    ) -> None:
        path, cache = photo(**GRID), DecodedCache()
        _last(cache, path, fit=(20, 14))
        region = SampleRegion(64, 64, 128, 64)
        (only,) = _answers(cache, path, region=region, partial=True)
        assert only.final

    def test_kept_tiles_need_no_coarse_picture(self, photo: Write) -> None:
        path, cache = photo(**GRID), DecodedCache()
        region = SampleRegion(0, 0, 192, 128)
        _last(cache, path, region=region)
        (only,) = _answers(cache, path, region=region, partial=True)
        assert only.final

    def test_a_photo_that_is_no_grid_has_it_as_well_and_is_decoded_once(self, photo: Write) -> None:
        path, cache = photo(), DecodedCache()
        _last(cache, path, fit=(50, 34))
        region = SampleRegion(8, 8, 60, 40)
        first, last = _answers(cache, path, region=region, partial=True)
        assert (first.final, last.final) == (False, True)
        assert first.pixels is not None
        assert first.pixels.array.shape == (40, 60, 3)
        (again,) = _answers(cache, path, region=region, partial=True)
        assert again.pixels is not None
        assert np.array_equal(again.pixels.array, load(path, PRIMARY, region=region).array)

    def test_a_depth_map_has_none(self, photo: Write) -> None:
        region = SampleRegion(8, 8, 20, 20)
        (only,) = _answers(DecodedCache(), photo(), DEPTH, region=region, partial=True)
        assert only.final


def test_a_region_that_the_overview_suffices_for_decodes_nothing(
    photo: Write, decoded: list[str]
) -> None:
    path, cache = photo(**GRID), DecodedCache()
    _last(cache, path, fit=(100, 68))
    decoded.clear()
    whole = SampleRegion(0, 0, 200, 136)
    (only,) = _answers(cache, path, region=whole, level=1, render=SPEC, partial=True)
    assert decoded == []
    assert only.final
    assert only.pixels is not None
    assert only.pixels.array.shape == (68, 100, 3)
    assert only.pixels.shape == (136, 200, 3)
    # Samples to measure from, and more dots than the overview has, come from the tiles.
    _last(cache, path, region=whole, level=1)
    _last(cache, path, region=whole, level=1, render=replace(SPEC, cells=(120, 60)))
    assert len(decoded) == TILES


def test_depth_codes_are_enlarged_as_nearest_samples(photo: Write) -> None:
    pixels = load(photo(), DEPTH, region=SampleRegion(20, 20, 7, 5))
    spec = RenderSpec((35, 25), cell_pixels=(8, 16), colormap="grey")
    rendered = render_layer(pixels, spec)
    width, height = rendered.fit.width, rendered.fit.height
    assert width > 7 * 8
    image = np.frombuffer(rendered.rgb, np.uint8).reshape(height, width, 3)  # type: ignore[union-attr]
    rows = (np.arange(height) * 2 + 1) * 5 // (2 * height)
    columns = (np.arange(width) * 2 + 1) * 7 // (2 * width)
    assert np.array_equal(image[..., 0], pixels.array[rows[:, None], columns])


def test_coarse_and_final_regions_come_over_the_decoder_process(
    start: Callable[..., Decoder], photo: Write
) -> None:
    path = photo(size=Size(1600, 1200), tile=256, quality=20, depth=False)
    decoder = start()
    decoder.get(request_for(path, fit=(200, 150)))
    answers = listen(decoder)
    region = SampleRegion(200, 100, 1200, 900)
    decoder.submit(request_for(path, "zoom", region=region, partial=True, render=SPEC))
    while not (answer := answers.get(timeout=SECONDS)).final:
        assert answer.pixels is not None
        assert answer.pixels.region == region
        assert answer.rendered is not None
    assert answer.pixels is not None
    assert answer.pixels.note in ("", None)
