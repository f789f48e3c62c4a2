"""Shrinking: sizes, strides, and the box filter to the bit."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from heicdepth_tui.photo.row_means import RowMeans
from heicdepth_tui.photo.shrink import box, fit_size, fit_stride, shrink_to_fit
from tests.support.boxes import box_by_hand

RNG = np.random.default_rng(5)


@pytest.mark.parametrize(
    ("shape", "fit", "size"),
    [
        ((3024, 4032), (120, 100), (120, 90)),
        ((3024, 4032), (200, 90), (120, 90)),
        ((4032, 3024), (120, 100), (75, 100)),
        ((10, 20), (100, 100), (20, 10)),
        ((1, 5000), (10, 10), (10, 1)),
    ],
)
def test_fit_keeps_the_aspect_and_never_enlarges(
    shape: tuple[int, int], fit: tuple[int, int], size: tuple[int, int]
) -> None:
    assert fit_size(shape, fit) == size


def test_at_least_two_samples_a_side_go_into_each_shrunk_one() -> None:
    assert fit_stride((3024, 4032), (120, 90)) == 16
    assert fit_stride((16320, 12240), (75, 100)) == 81
    assert fit_stride((768, 576), (96, 96)) == 4
    assert fit_stride((768, 576), (300, 300)) == 1


def test_a_box_of_two_by_two_is_the_mean() -> None:
    array = np.array([[10, 20, 0, 0], [30, 40, 0, 4]], dtype=np.uint8)
    assert box(array, (2, 1)).tolist() == [[25, 1]]


@pytest.mark.parametrize("shape", [(31, 47), (31, 47, 3), (40, 72), (40, 72, 3)])
@pytest.mark.parametrize("size", [(9, 5), (36, 20), (18, 11), (7, 10), (24, 5), (90, 20)])
def test_uint8_is_the_box_filter_within_one_code_of_pillows(
    shape: tuple[int, ...], size: tuple[int, int]
) -> None:
    array = RNG.integers(0, 256, shape, dtype=np.uint8)
    shrunk = box(array, size)
    assert np.array_equal(shrunk, box_by_hand(array, size))
    # Where a centre lies on the edge of two boxes, Pillow's rounding decides for one.
    if not any((2 * k * len(array)) % (2 * size[1]) == size[1] for k in range(size[1])):
        pillows = np.asarray(Image.fromarray(array).resize(size, Image.Resampling.BOX))
        assert np.abs(shrunk.astype(int) - pillows).max() <= 1


@pytest.mark.parametrize(("height", "count"), [(1024, 195), (1030, 1), (7, 7), (4096, 3), (29, 28)])
@pytest.mark.parametrize("bands", [1, 64, 100, 2000])
def test_means_of_rows_do_not_depend_on_the_bands(height: int, count: int, bands: int) -> None:
    picture = RNG.integers(0, 256, (height, 5, 3), dtype=np.uint8)
    means = RowMeans(height, count)
    result = np.zeros((count, 5, 3), np.uint8)
    tops = list(range(0, height, bands))
    for top in reversed(tops):
        first, rows = means.add(top, picture[top : top + bands])
        result[first : first + len(rows)] = rows
    assert np.array_equal(result, box_by_hand(picture, (5, count)))


@pytest.mark.parametrize("turned", [False, True])
def test_sums_of_columns_side_by_side_are_those_of_a_band(turned: bool) -> None:
    picture = RNG.integers(0, 256, (96, 30, 3), dtype=np.uint8)
    if turned:
        picture = RNG.integers(0, 256, (30, 96, 3), dtype=np.uint8).swapaxes(0, 1)
    means = RowMeans(96, 20)
    result = np.zeros((20, 30, 3), np.uint8)
    for top in (64, 0, 32):
        sums = means.room(top, top + 32, (30, 3))
        for columns in (slice(20, 30), slice(0, 20)):
            means.add_up(top, picture[top : top + 32, columns], sums[:, columns])
        first, rows = means.finish(top, top + 32, sums)
        result[first : first + len(rows)] = rows
    assert np.array_equal(result, box_by_hand(np.ascontiguousarray(picture), (30, 20)))


@pytest.mark.parametrize("shape", [(8, 12), (8, 12, 3)])
def test_uint16_is_the_rounded_mean(shape: tuple[int, ...]) -> None:
    array = RNG.integers(0, 1024, shape, dtype=np.uint16)
    result = box(array, (3, 2))
    blocks = array.astype(np.float64).reshape(2, 4, 3, 4, *shape[2:])
    assert result.dtype == np.uint16
    assert np.abs(result - blocks.mean(axis=(1, 3))).max() <= 0.5 + 1e-4


def test_shrinking_thins_first_then_averages() -> None:
    array = RNG.integers(0, 256, (640, 800, 3), dtype=np.uint8)
    stride = fit_stride((640, 800), (20, 20))
    assert stride == 20
    thinned = np.ascontiguousarray(array[::20, ::20])
    assert np.array_equal(shrink_to_fit(array, (20, 20)), box_by_hand(thinned, (20, 16)))


def test_what_fits_already_comes_back_as_it_is() -> None:
    array = RNG.integers(0, 256, (6, 8), dtype=np.uint8)
    assert shrink_to_fit(array, (8, 8)) is not None
    assert np.array_equal(shrink_to_fit(array, (8, 8)), array)
