"""The forms in which ``info`` prints photos: JSON Lines, CSV, Parquet, plain text and Rich."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Protocol, cast

import click

from heicdepth_tui.export.record import json_line
from heicdepth_tui.text import printable

if TYPE_CHECKING:
    from heicdepth_tui.cli.info_photo import InfoPhoto
    from heicdepth_tui.report.columns import Column

__all__ = [
    "CsvForm",
    "Form",
    "InfoOutput",
    "Item",
    "JsonForm",
    "LineForm",
    "LineOutput",
    "ParquetOutput",
    "PlainForm",
    "RichForm",
    "RowForm",
    "SelectedForm",
    "TextOutput",
]


Item = Any
"""What an output adds for a photo: a line, text, or the cells of a row; can be pickled."""


class Form(Protocol):
    """Turns a photo into the item of an output, and can be sent to another process."""

    def item(self, photo: InfoPhoto) -> Item:
        """Return what is printed of a photo."""

    def message(self, photo: InfoPhoto) -> str:
        """Return the photo's error as a line for stderr; empty where the item has it."""


class InfoOutput(Protocol):
    """Prints photos one after another, each as soon as it is given."""

    @property
    def form(self) -> Form:
        """Makes the items."""

    def add(self, items: Sequence[Item], messages: Sequence[str]) -> None:
        """Print photos, given as items that the form made, and messages about them to stderr."""

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


class LineForm(Form, Protocol):
    """A line of bytes for each photo, with its end."""

    def header(self) -> bytes:
        """Return the line before the first photo, empty where there is none."""


@dataclass(frozen=True, slots=True)
class JsonForm:
    """JSON Lines: whole records, or objects of the selected values by their dotted paths."""

    columns: tuple[Column, ...] = ()
    """None for whole records."""

    def header(self) -> bytes:
        """Return nothing."""
        return b""

    def item(self, photo: InfoPhoto) -> bytes:
        """Return the record as a line of JSON in ASCII."""
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

    def item(self, photo: InfoPhoto) -> bytes:
        """Return the line of its values."""
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

    def add(self, items: Sequence[bytes], messages: Sequence[str]) -> None:
        """Print lines, the first time after the header."""
        stream = sys.stdout.buffer
        if not self._has_header:
            self._has_header = True
            stream.write(self.form.header())
        stream.write(b"".join(items))
        stream.flush()
        _echo(messages)


@dataclass(frozen=True, slots=True)
class RowForm:
    """The cells of a Parquet table."""

    columns: tuple[Column, ...]

    def item(self, photo: InfoPhoto) -> tuple[Any, ...]:
        """Return a cell for each column."""
        from heicdepth_tui.report.parquet import cells_of

        return cells_of(photo.record(), self.columns)

    def message(self, photo: InfoPhoto) -> str:
        """Return the error where no column has it."""
        return _message(photo, self.columns)


class ParquetOutput(_Output):
    """A Parquet file, written whole when the last photo was added."""

    def __init__(self, columns: Sequence[Column], path: Path) -> None:
        from heicdepth_tui.report.parquet import ParquetTable

        self.form = RowForm(tuple(columns))
        self._path = path
        self._table = ParquetTable(columns)
        self._rows = 0

    def add(self, items: Sequence[tuple[Any, ...]], messages: Sequence[str]) -> None:
        """Add rows."""
        for cells in items:
            self._table.add(cells)
        self._rows += len(items)
        _echo(messages)

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


@dataclass(frozen=True, slots=True)
class SelectedForm:
    """Plain text: the path, and below it a line for each selected value."""

    columns: tuple[Column, ...]

    def item(self, photo: InfoPhoto) -> str:
        """Return the lines of a photo."""
        from heicdepth_tui.report.columns import text_of
        from heicdepth_tui.report.plain import align

        values = _values(photo.record(), self.columns)
        path = values.pop("path", photo.path)
        lines = [printable(str(path))]
        if values:
            rows = [(name, printable(text_of(value)) or "–") for name, value in values.items()]
            lines += [f"  {line}" for line in align(rows, frozenset())]
        return _text(lines)

    def message(self, photo: InfoPhoto) -> str:
        """Return the error where no column has it."""
        return _message(photo, self.columns)


class PlainForm:
    """The tables as plain text, for pipes and files."""

    def item(self, photo: InfoPhoto) -> str:
        """Return the tables of a photo."""
        return _text(_plain(photo))

    def message(self, photo: InfoPhoto) -> str:
        """Return nothing: the tables have the error."""
        return ""


@dataclass(frozen=True, slots=True)
class RichForm:
    """The tables in the colours of a terminal and folded to its width, as escape sequences."""

    width: int
    color_system: Literal["standard", "256", "truecolor", "windows"] | None
    no_color: bool

    @classmethod
    def of_stdout(cls) -> RichForm:
        """Return the form that Rich chooses for standard output."""
        from rich.console import Console

        console = Console()
        system = cast("Any", console.color_system)
        return cls(console.width, system, console.no_color)

    def item(self, photo: InfoPhoto) -> str:
        """Return the tables of a photo."""
        from io import StringIO

        from rich.console import Console

        from heicdepth_tui.report.plain import array_notes
        from heicdepth_tui.report.rich_tables import print_photo
        from heicdepth_tui.report.tables import array_rows

        text = StringIO()
        console = Console(
            file=text,
            width=self.width,
            color_system=self.color_system,
            no_color=self.no_color,
            force_terminal=True,
            highlight=False,
            soft_wrap=False,
        )
        decoded = photo.decoded or {}
        rows = [row.cells for row in array_rows(decoded, photo.depth_maps) if row.minimum]
        notes = array_notes(decoded, _reasons(photo))
        lines = [*photo.probe_lines(), *notes]
        problem = photo.error.short if photo.error is not None else ""
        print_photo(printable(photo.path), problem, rows, lines, photo.groups(), console)
        return text.getvalue()

    def message(self, photo: InfoPhoto) -> str:
        """Return nothing: the tables have the error."""
        return ""


class TextOutput(_Output):
    """Text for each photo on standard output, an empty line between two."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self._is_first = True

    def add(self, items: Sequence[str], messages: Sequence[str]) -> None:
        """Print texts."""
        if items:
            text = "\n".join(items)
            click.echo(text if self._is_first else f"\n{text}", nl=False)
            self._is_first = False
        _echo(messages)


def _text(lines: Iterable[str]) -> str:
    return "".join([f"{line}\n" for line in lines])


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


def _echo(messages: Sequence[str]) -> None:
    if messages:
        click.echo("\n".join(messages), err=True)
