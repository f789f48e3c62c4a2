"""The forms in which ``info`` prints photos: JSON Lines, CSV, Parquet, plain text and Rich."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol

import click

from heicdepth_tui.export.record import json_line
from heicdepth_tui.text import printable

if TYPE_CHECKING:
    from heicdepth_tui.cli.info_photo import InfoPhoto
    from heicdepth_tui.report.columns import Column

__all__ = [
    "CsvForm",
    "InfoOutput",
    "JsonForm",
    "LineForm",
    "LineOutput",
    "ParquetOutput",
    "PlainOutput",
    "RichOutput",
    "SelectedOutput",
]


class InfoOutput(Protocol):
    """Prints photos one after another, each as soon as it is given."""

    def add(self, photo: InfoPhoto) -> None:
        """Print a photo."""

    def close(self) -> None:
        """Finish after the last photo; not called after an error."""

    def __enter__(self) -> InfoOutput: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...


class _Output:
    """The parts that most outputs leave empty."""

    def close(self) -> None:
        """Do nothing: every photo is printed already."""

    def __enter__(self) -> Any:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        pass


class LineForm(Protocol):
    """Turns a photo into its line, and can be sent to another process."""

    def header(self) -> bytes:
        """Return the line before the first photo, empty where there is none."""

    def line(self, photo: InfoPhoto) -> bytes:
        """Return the line of a photo with its end."""

    def message(self, photo: InfoPhoto) -> str:
        """Return the photo's error as a line for stderr; empty where ``line`` has it."""


@dataclass(frozen=True, slots=True)
class JsonForm:
    """JSON Lines: whole records, or objects of the selected values by their dotted paths."""

    columns: tuple[Column, ...] = ()
    """None for whole records."""

    def header(self) -> bytes:
        """Return nothing."""
        return b""

    def line(self, photo: InfoPhoto) -> bytes:
        """Return the record as JSON in ASCII."""
        record = photo.record()
        if self.columns:
            record = _values(record, self.columns)
        return f"{json_line(record)}\n".encode("ascii")

    def message(self, photo: InfoPhoto) -> str:
        """Return the error where selected values leave it out."""
        return _message(photo, self.columns) if self.columns else ""


@dataclass(frozen=True, slots=True)
class CsvForm:
    """CSV by RFC 4180, but with line feeds: a header, and a line for each photo.

    Null is empty; lists and objects are JSON. Bytes of a path that are no UTF-8 are written as they
    are; with ``escapes``, for a terminal, control characters are escaped instead.
    """

    columns: tuple[Column, ...]
    escapes: bool = False

    def header(self) -> bytes:
        """Return the names of the columns."""
        return self._encoded([one.path for one in self.columns])

    def line(self, photo: InfoPhoto) -> bytes:
        """Return the values."""
        from heicdepth_tui.report.columns import text_of

        values = _values(photo.record(), self.columns)
        return self._encoded([text_of(value) for value in values.values()])

    def message(self, photo: InfoPhoto) -> str:
        """Return the error where no column has it."""
        return _message(photo, self.columns)

    def _encoded(self, cells: Sequence[str]) -> bytes:
        import csv
        import io

        line = io.StringIO()
        writer = csv.writer(line, lineterminator="\n")
        writer.writerow(map(printable, cells) if self.escapes else cells)
        text = line.getvalue()
        try:
            return text.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            # A text of the file, in UTF-16, may hold half of a pair: no byte stands for it.
            return text.encode("utf-8", "backslashreplace")


class LineOutput(_Output):
    """A line for each photo on standard output, by a form."""

    def __init__(self, form: LineForm) -> None:
        self.form = form
        self._has_header = False

    def add(self, photo: InfoPhoto) -> None:
        """Print a line, the first time after the header."""
        self.add_lines(self.form.line(photo), self.form.message(photo))

    def add_lines(self, lines: bytes, message: str) -> None:
        """Print lines that the form made, and a message where it is not empty."""
        stream = sys.stdout.buffer
        if not self._has_header:
            self._has_header = True
            stream.write(self.form.header())
        stream.write(lines)
        stream.flush()
        if message:
            click.echo(message, err=True)


class ParquetOutput(_Output):
    """A Parquet file, written whole when the last photo was added."""

    def __init__(self, columns: Sequence[Column], path: Path) -> None:
        from heicdepth_tui.report.parquet import ParquetTable

        self._columns = columns
        self._path = path
        self._table = ParquetTable(columns)
        self._rows = 0

    def add(self, photo: InfoPhoto) -> None:
        """Add a row."""
        self._table.add(photo.record())
        self._rows += 1
        _report(photo, self._columns)

    def close(self) -> None:
        """Write the file and print its path; no file is written without a row."""
        if self._rows:
            click.echo(str(self._table.save(self._path)))
            click.echo(f"{printable(str(self._path))}: {self._rows:,} photos", err=True)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._table.__exit__(kind, error, traceback)


class SelectedOutput(_Output):
    """Plain text: the path, and below it a line for each selected value."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = columns
        self._number = 0

    def add(self, photo: InfoPhoto) -> None:
        """Print a photo, after an empty line where it is not the first."""
        from heicdepth_tui.report.columns import text_of
        from heicdepth_tui.report.plain import align

        if self._number:
            click.echo("")
        self._number += 1
        values = _values(photo.record(), self._columns)
        path = values.pop("path", photo.path)
        click.echo(printable(str(path)))
        if values:
            rows = [(name, printable(text_of(value)) or "–") for name, value in values.items()]
            for line in align(rows, frozenset()):
                click.echo(f"  {line}")
        _report(photo, self._columns)


class PlainOutput(_Output):
    """The tables as plain text, for pipes and files."""

    def __init__(self) -> None:
        self._number = 0

    def add(self, photo: InfoPhoto) -> None:
        """Print a photo, after an empty line where it is not the first."""
        if self._number:
            click.echo("")
        self._number += 1
        for line in _plain(photo):
            click.echo(line)


class RichOutput(_Output):
    """The tables in colours and folded to the width, for a terminal."""

    def __init__(self) -> None:
        self._number = 0

    def add(self, photo: InfoPhoto) -> None:
        """Print a photo, after an empty line where it is not the first."""
        from heicdepth_tui.report.plain import array_notes
        from heicdepth_tui.report.rich_tables import print_photo
        from heicdepth_tui.report.tables import array_rows

        if self._number:
            click.echo("")
        self._number += 1
        decoded = photo.decoded or {}
        rows = [row.cells for row in array_rows(decoded, photo.depth_maps) if row.minimum]
        notes = array_notes(decoded, _reasons(photo))
        lines = [*photo.probe_lines(), *notes]
        problem = photo.error.short if photo.error is not None else ""
        print_photo(printable(photo.path), problem, rows, lines, photo.groups())


def _plain(photo: InfoPhoto) -> Iterator[str]:
    from heicdepth_tui.report.plain import plain_arrays, plain_groups

    yield printable(photo.path)
    if photo.header is None:
        yield f"  error: {'' if photo.error is None else photo.error.short}"
        return
    yield from photo.probe_lines()
    if photo.decoded is not None:
        yield from plain_arrays(photo.decoded, _reasons(photo), photo.depth_maps)
    yield from plain_groups(photo.groups())


def _reasons(photo: InfoPhoto) -> dict[Any, str]:
    return {layer: problem.short for layer, problem in photo.undecoded.items()}


def _values(record: dict[str, Any], columns: Sequence[Column]) -> dict[str, Any]:
    from heicdepth_tui.report.columns import value_at

    return {one.path: value_at(record, one.path) for one in columns}


def _message(photo: InfoPhoto, columns: Sequence[Column]) -> str:
    """Return the photo's error as a line for stderr; empty where a column has it."""
    if photo.problem is None or any(one.path.startswith("error") for one in columns):
        return ""
    return f"heicdepth-tui: {photo.problem.at(photo.path)}"


def _report(photo: InfoPhoto, columns: Sequence[Column]) -> None:
    message = _message(photo, columns)
    if message:
        click.echo(message, err=True)
