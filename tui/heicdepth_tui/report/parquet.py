"""Records of photos as a Parquet file: a row each, a column for each value."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from heicdepth_tui.errors import MissingExtraError, extra_hint
from heicdepth_tui.files import write_new_set
from heicdepth_tui.report.columns import Column, ColumnKind, text_of, value_at
from heicdepth_tui.text import printable

__all__ = ["ParquetTable", "cells_of"]

_ROWS_A_GROUP = 4096
_NO_PYARROW = "Parquet is written by pyarrow, which is not installed"


class ParquetTable:
    """Collects rows in a temporary file, and ``save`` writes it whole or not at all.

    Memory is bounded by 4,096 rows. Raises MissingExtraError where pyarrow is missing.
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        try:
            import pyarrow as pa
            from pyarrow import parquet
        except ImportError as error:
            raise MissingExtraError(
                _NO_PYARROW, hint=f"{extra_hint('dataset')}; or take --csv"
            ) from error
        types = {
            ColumnKind.TEXT: pa.string(),
            ColumnKind.INTEGER: pa.int64(),
            ColumnKind.NUMBER: pa.float64(),
            ColumnKind.BOOLEAN: pa.bool_(),
            ColumnKind.NUMBERS: pa.list_(pa.float64()),
            ColumnKind.TEXTS: pa.list_(pa.string()),
            ColumnKind.JSON: pa.string(),
        }
        self._columns = tuple(columns)
        self._schema = pa.schema([(one.path, types[one.kind]) for one in columns])
        self._batch_of = pa.RecordBatch.from_pydict
        self._rows: list[tuple[Any, ...]] = []
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  closed by __exit__
        self._writer = parquet.ParquetWriter(self._file, self._schema, compression="zstd")

    def __enter__(self) -> ParquetTable:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._writer.close()
        self._file.close()

    def add(self, cells: tuple[Any, ...]) -> None:
        """Add a row: what ``cells_of`` returns for the columns of the table."""
        self._rows.append(cells)
        if len(self._rows) == _ROWS_A_GROUP:
            self._write_rows()

    def save(self, path: Path) -> Path:
        """Write the rows as a new file ``path`` and return it; no row can be added afterwards.

        Raises WriteError where it exists or cannot be written.
        """
        if self._rows:
            self._write_rows()
        self._writer.close()

        def write(file: BinaryIO) -> None:
            self._file.seek(0)
            shutil.copyfileobj(self._file, file)

        return write_new_set(path.parent, path.stem, [(path.suffix, write)], numbered=False)[0]

    def _write_rows(self) -> None:
        columns = {
            column.path: list(cells)
            for column, cells in zip(self._columns, zip(*self._rows, strict=True), strict=True)
        }
        self._writer.write_batch(self._batch_of(columns, schema=self._schema))
        self._rows.clear()


def cells_of(record: Mapping[str, Any], columns: Sequence[Column]) -> tuple[Any, ...]:
    """Return the row of a record, as values that Parquet takes; needs no pyarrow."""
    return tuple([_cell(value_at(record, one.path), one.kind) for one in columns])


def _cell(value: Any, kind: ColumnKind) -> Any:
    if value is None:
        return None
    if kind is ColumnKind.JSON:
        return text_of(value)
    if kind is ColumnKind.TEXTS:
        return [_text(one) for one in value]
    return _text(value) if kind is ColumnKind.TEXT else value


def _text(value: str) -> str:
    """Return a text, escaped where it holds bytes that are no UTF-8: Parquet takes no others."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return printable(value)
    return value
