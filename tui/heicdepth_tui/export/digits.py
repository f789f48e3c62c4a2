"""Numbers as lines of text, a column at a time: for text formats with millions of numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Text = NDArray[np.uint8]

__all__ = ["blocks", "fixed_point", "text_lines", "whole"]

_ROWS = 1 << 15
"""Lines made at once: some 2 MB of text."""
_ZERO, _POINT, _MINUS = b"0."[0], b"0."[1], b"-"[0]


def text_lines(columns: Sequence[bytes | Text]) -> bytes:
    """Return one line for each row of the columns, ended by a line feed.

    A column is (N, W) characters, or bytes that stand in each line; characters 0 are left out.
    """
    count = next(len(column) for column in columns if not isinstance(column, bytes))
    parts = []
    for column in (*columns, b"\n"):
        if isinstance(column, bytes):
            repeated = np.frombuffer(column, np.uint8)
            parts.append(np.broadcast_to(repeated, (count, len(column))))
        else:
            parts.append(column)
    flat = np.concatenate(parts, axis=1).reshape(-1)
    text: bytes = flat[flat != 0].tobytes()
    return text


def blocks(count: int) -> Iterator[slice]:
    """Yield slices of the rows to be made into text at once."""
    for start in range(0, count, _ROWS):
        yield slice(start, min(start + _ROWS, count))


def whole(values: NDArray[np.integer[Any]]) -> Text:
    """Return non-negative whole numbers (N,) as characters (N, W), without leading zeros."""
    return _digits(values, len(str(int(values.max(initial=0)))), 1)


def fixed_point(values: NDArray[np.floating[Any]], decimals: int) -> Text:
    """Return finite numbers (N,) as characters (N, W), rounded to ``decimals`` ≥ 1 places."""
    scaled = np.rint(values.astype(np.float64) * 10**decimals).astype(np.int64)
    size = np.abs(scaled)
    width = max(decimals + 1, len(str(int(size.max(initial=0)))))
    digits = _digits(size, width, decimals + 1)
    text = np.empty((len(values), width + 2), dtype=np.uint8)
    text[:, 0] = np.where(scaled < 0, _MINUS, 0)
    text[:, 1 : width - decimals + 1] = digits[:, : width - decimals]
    text[:, width - decimals + 1] = _POINT
    text[:, width - decimals + 2 :] = digits[:, width - decimals :]
    return text


def _digits(values: NDArray[np.integer[Any]], width: int, least: int) -> Text:
    """Return the last ``width`` digits; leading zeros are 0 but for the ``least`` last ones."""
    text = np.empty((len(values), width), dtype=np.uint8)
    rest = values
    for place in range(width - 1, -1, -1):
        shorter = rest // 10
        text[:, place] = rest - shorter * 10 + _ZERO
        if width - place > least:
            text[rest == 0, place] = 0
        rest = shorter
    return text
