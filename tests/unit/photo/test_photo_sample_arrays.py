"""Samples moved a pixel at a time are those moved one by one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from heicdepth_tui.photo.sample_arrays import contiguous, extremes, whole_pixels

RNG = np.random.default_rng(3)

Turned = Callable[[np.ndarray], np.ndarray]


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [(), (3,)])
@pytest.mark.parametrize(
    "turned",
    [
        lambda samples: samples,
        lambda samples: np.rot90(samples),
        lambda samples: samples[::-1, ::-1],
        lambda samples: samples.swapaxes(0, 1)[::3, 1::2],
        lambda samples: samples[:0],
    ],
)
def test_turned_and_thinned_samples_come_in_order(
    turned: Turned, channels: tuple[int, ...], dtype: type
) -> None:
    samples = turned(RNG.integers(0, 200, (7, 10, *channels)).astype(dtype))

    in_order = contiguous(samples)

    assert in_order.flags.c_contiguous
    assert in_order.dtype == dtype
    assert np.array_equal(in_order, samples)


def test_colours_beside_transparency_come_in_order() -> None:
    samples = RNG.integers(0, 256, (5, 6, 4), np.uint8)[:, :, :3]

    assert np.array_equal(contiguous(samples), samples)


def test_a_pixel_is_one_element() -> None:
    samples = RNG.integers(0, 256, (5, 6, 3), np.uint8)
    target = np.zeros((6, 5, 3), np.uint8)

    whole_pixels(target)[:, ::-1] = whole_pixels(samples.swapaxes(0, 1))

    assert np.array_equal(target[:, ::-1], samples.swapaxes(0, 1))


@pytest.mark.parametrize("shape", [(1, 1), (600, 500, 3), (3, 400_000)])
def test_extremes_are_those_of_all_rows(shape: tuple[int, ...]) -> None:
    samples = RNG.integers(20, 200, shape, np.uint8)
    samples[-1, -1], samples[0, 0] = 7, 211

    assert extremes(samples) == (int(samples.min()), 211)
