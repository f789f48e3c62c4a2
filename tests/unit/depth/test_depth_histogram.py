"""Histograms of codes against numpy's own statistics of the samples."""

from __future__ import annotations

import numpy as np
import pytest
from depth_clouds import map_of

from heicdepth_tui.depth.histogram import code_histogram

CODES = np.random.default_rng(5).choice(
    np.array([0, 3, 4, 90, 200, 255], dtype=np.uint8), size=(37, 41)
)


def test_counts_and_unused_codes() -> None:
    histogram = code_histogram(map_of(CODES[CODES > 0][None]))
    assert histogram.counts.shape == (256,)
    assert histogram.total == np.count_nonzero(CODES)
    assert (histogram.low, histogram.high) == (3, 255)
    # 3 .. 255 are 253 codes, of which 3, 4, 90, 200 and 255 are used.
    assert histogram.unused == 248
    assert histogram.mean_code == pytest.approx(CODES[CODES > 0].mean(dtype=float))


@pytest.mark.parametrize("share", [0.0, 0.02, 0.25, 0.5, 0.98, 1.0])
def test_quantiles_are_those_of_the_samples(share: float) -> None:
    depth_map = map_of(CODES)
    histogram = code_histogram(depth_map)
    assert histogram.code_quantile(share) == np.quantile(CODES, share, method="inverted_cdf")
    # Compared in float32, in which ``DepthMap.metres`` gives its samples.
    expected = np.quantile(depth_map.metres(), share, method="inverted_cdf")
    assert np.float32(histogram.metres_quantile(share)) == expected


def test_invalid_codes_count_as_codes_but_not_as_metres() -> None:
    depth_map = map_of(CODES, d_min=-1.0)
    histogram = code_histogram(depth_map)
    metres = depth_map.metres()
    valid = metres[~np.isnan(metres)].astype(np.float64)
    assert histogram.total == CODES.size
    assert 0 < valid.size < CODES.size
    assert histogram.mean_metres == pytest.approx(valid.mean(), rel=2**-22)


def test_a_map_without_distances_has_codes_alone() -> None:
    histogram = code_histogram(map_of(CODES, d_max=None))
    assert histogram.high == 255
    assert histogram.mean_metres is None
    assert histogram.metres_quantile(0.5) is None


def test_a_map_of_which_no_sample_is_valid_has_no_metres() -> None:
    histogram = code_histogram(map_of(np.zeros((2, 2), np.uint8), d_min=-1.0))
    assert histogram.mean_metres is None
    assert histogram.metres_quantile(0.5) is None
