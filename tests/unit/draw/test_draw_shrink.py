"""Shrinking against means by hand and against Pillow's BOX."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from heicdepth_tui.draw.shrink import largest, shrink


def test_each_sample_is_the_mean_of_its_box():
    array = np.array([[0, 2, 10, 20], [4, 6, 30, 40]], dtype=np.uint8)
    assert shrink(array, (2, 1)).tolist() == [[3, 25]]


def test_mean_is_rounded_to_the_nearest():
    assert shrink(np.array([[0, 0, 1, 1], [0, 1, 1, 1]], dtype=np.uint8), (2, 1)).tolist() == [
        [0, 1]
    ]


@pytest.mark.parametrize(
    ("shape", "size"),
    [((10, 15), (4, 3)), ((33, 17), (16, 9)), ((100, 100), (99, 7)), ((8, 8), (16, 4))],
)
def test_agrees_with_pillow_box(shape, size):
    array = np.random.default_rng(1).integers(0, 256, (*shape, 3), dtype=np.uint8)
    expected = np.asarray(Image.fromarray(array).resize(size, Image.Resampling.BOX)).astype(int)
    # Pillow rounds once after each direction.
    assert np.abs(shrink(array, size) - expected).max() <= 1


def test_the_largest_of_a_box_is_seen_however_small_its_share():
    array = np.zeros((7, 10), dtype=np.uint8)
    array[3, 4] = 2
    array[0, 0] = array[6, 9] = 1
    assert largest(array, (2, 1)).tolist() == [[2, 1]]
    assert largest(array, (10, 7)).tolist() == array.tolist()
    assert largest(array[:1], (20, 2)).tolist() == [[1, 1] + [0] * 18] * 2


def test_enlarging_repeats_the_nearest_sample():
    array = np.array([[1, 2], [3, 4]], dtype=np.uint8)
    assert shrink(array, (4, 2)).tolist() == [[1, 1, 2, 2], [3, 3, 4, 4]]
    assert shrink(array, (3, 3)).tolist() == [[1, 2, 2], [3, 4, 4], [3, 4, 4]]


def test_thinning_keeps_the_middle_of_a_ramp():
    ramp = np.broadcast_to(np.arange(3000) // 12, (3000, 3000)).astype(np.uint8)
    small = shrink(ramp, (10, 10))
    expected = (np.arange(10) + 0.5) * 25
    # Every 37th column is kept: a box may be half of that off, 1.5 levels, and is rounded.
    assert np.abs(small - expected).max() <= 2


def test_sixteen_bits_and_grey_survive():
    array = np.full((40, 40), 4095, dtype=np.uint16)
    small = shrink(array, (3, 3))
    assert small.dtype == np.uint16
    assert (small == 4095).all()


def test_same_size_is_the_same_array():
    array = np.zeros((3, 5), dtype=np.uint8)
    assert shrink(array, (5, 3)) is array


@pytest.mark.parametrize(("shape", "size"), [((0, 3), (1, 1)), ((3, 3), (0, 1))])
def test_nothing_cannot_be_shrunk(shape, size):
    with pytest.raises(ValueError, match="cannot shrink"):
        shrink(np.zeros(shape, dtype=np.uint8), size)
