"""Points as packed records: the arrays of a cloud moved into the fields of PCD and PLY."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["blocks_of", "put_bytes", "put_vectors"]

_BLOCK_RECORDS = 1 << 15
"""Records filled at once: with their sources they fit the cache of a core."""


def blocks_of(count: int) -> Iterator[slice]:
    """Yield the parts of ``count`` records that are filled one after another."""
    for start in range(0, count, _BLOCK_RECORDS):
        yield slice(start, min(start + _BLOCK_RECORDS, count))


def put_vectors(records: NDArray[Any], first: str, vectors: NDArray[np.float32]) -> None:
    """Store vectors (N, 3) float32 in three ``<f4`` fields of ``records`` (N,) that follow.

    ``first`` is the name of the first of the three.
    """
    dtype, offset = _field(records, first)
    values = np.ascontiguousarray(vectors, dtype)
    if records.dtype.itemsize % dtype.itemsize == 0 and offset % dtype.itemsize == 0:
        # Aligned: column by column takes half the time of vector by vector, measured.
        for axis in range(3):
            records.getfield(dtype, offset + axis * dtype.itemsize)[:] = values[:, axis]
        return
    whole = np.dtype((np.void, 3 * dtype.itemsize))
    records.getfield(whole, offset)[:] = values.view(whole).reshape(-1)


def put_bytes(records: NDArray[Any], field: str, columns: NDArray[np.uint8]) -> None:
    """Store columns (N, K) uint8 in K bytes of ``records`` (N,) from the start of ``field``."""
    _, offset = _field(records, field)
    for column in range(columns.shape[1]):
        records.getfield(np.uint8, offset + column)[:] = columns[:, column]


def _field(records: NDArray[Any], name: str) -> tuple[np.dtype[Any], int]:
    assert records.dtype.fields is not None  # noqa: S101  callers pass records
    dtype, offset = records.dtype.fields[name][:2]
    return dtype, offset
