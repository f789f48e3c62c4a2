"""The sizes in the README's table of dependencies, as ``bench.weights`` prints them."""

from __future__ import annotations

import pytest

from bench.weights import megabytes


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0.0 MB"),
        (17_000, "< 0.1 MB"),
        (49_999, "< 0.1 MB"),
        (51_000, "0.1 MB"),
        (27_300_000, "27.3 MB"),
    ],
)
def test_a_small_package_is_not_told_as_nothing(count: int, words: str) -> None:
    assert megabytes(count) == words
