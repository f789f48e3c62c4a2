"""The screen of the terminal over time: recorded bytes replayed into pyte, every changed row kept.

A picture counts as painted at the last change of any of its cells before the command came to rest.
Its cells are found on the screen at rest: the columns under its heading (``photo 4032×3024``,
``depth 768×576``), those rows of them that hold block characters. Text beside the pictures does not
count, nor does painting the same cells once more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pyte
from pyte.screens import Char

from bench.terminal import Chunk

__all__ = ["Region", "Replay"]

_PRIVATE = re.compile(rb"\x1b\[[<>=][0-9;]*[a-zA-Z]|\x1b\[\?[0-9;]*\$p")
_UNFINISHED = re.compile(rb"\x1b(\[[<>=?]?[0-9;]*\$?)?$")
_BLOCKS = frozenset(map(chr, range(0x2580, 0x25A0)))
_NAME = re.compile(r"IMG_(\d{6})")
_LEAST_BLOCKS = 4
_LIST_COLUMNS = 26

Row = tuple[Char, ...]


@dataclass(frozen=True)
class Region:
    """A rectangle of cells: rows and columns as half-open ranges."""

    rows: range
    columns: range

    @property
    def cells(self) -> tuple[int, int]:
        """Its (columns, rows)."""
        return len(self.columns), len(self.rows)


class Replay:
    """A screen that remembers when each of its rows changed, and to what."""

    def __init__(self, size: tuple[int, int]) -> None:
        self._columns, rows = size
        self.screen = pyte.Screen(self._columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self._held = b""
        self.rows: list[Row] = [self._row(y) for y in range(rows)]
        self.changes: list[tuple[float, int, Row, Row]] = []

    def feed(
        self, chunks: Iterable[Chunk], after: Callable[[float, Replay], object] | None = None
    ) -> None:
        """Take in what was written; ``after`` is called with the time of every piece."""
        for seen, data in chunks:
            data = self._held + data
            unfinished = _UNFINISHED.search(data)
            cut = unfinished.start() if unfinished else len(data)
            data, self._held = data[:cut], data[cut:]
            self.screen.dirty.clear()
            # pyte knows neither kitty's keyboard protocol nor mode queries.
            self._stream.feed(_PRIVATE.sub(b"", data))
            for y in sorted(self.screen.dirty):
                new = self._row(y)
                if new != self.rows[y]:
                    self.changes.append((seen, y, self.rows[y], new))
                    self.rows[y] = new
            if after is not None:
                after(seen, self)

    def forget(self) -> None:
        """Forget the changes so far: what comes belongs to another measurement."""
        self.changes.clear()

    def _row(self, y: int) -> Row:
        cells = self.screen.buffer[y]
        return tuple(cells[x] for x in range(self._columns))

    def text(self, y: int) -> str:
        """Return a row as text."""
        return "".join(char.data for char in self.rows[y])

    @property
    def listed(self) -> int:
        """The number of photos named IMG_000000 … that the list shows."""
        return sum(1 for y in range(len(self.rows)) if _NAME.search(self.text(y)[:_LIST_COLUMNS]))

    @property
    def cursor(self) -> int | None:
        """The number of the photo under the cursor: the row of the list with its own background."""
        grounds: dict[str, list[int]] = {}
        for y in range(len(self.rows)):
            found = _NAME.search(self.text(y)[:_LIST_COLUMNS])
            if found:
                grounds.setdefault(self.rows[y][2].bg, []).append(int(found[1]))
        rarest = min(grounds.values(), key=len, default=[])
        return rarest[0] if len(rarest) == 1 else None

    def picture(self, name: str) -> Region | None:
        """Return the cells of the picture under the heading ``name``; None where there is none."""
        heading = re.compile(rf"\b{name} \d+×\d+")
        other = re.compile(r"\b(photo|depth) \d+×\d+")
        for y in range(len(self.rows)):
            found = heading.search(self.text(y))
            if found is None:
                continue
            left = max(0, found.start() - 1)
            ends = [m.start() - 2 for m in other.finditer(self.text(y)) if m.start() > left + 1]
            columns = range(left, min(ends, default=self._columns))
            rows = self._picture_rows(y + 1, columns, other)
            return Region(rows, columns) if rows else None
        return None

    def _picture_rows(self, first: int, columns: range, other: re.Pattern[str]) -> range:
        top: int | None = None
        for y in range(first, len(self.rows)):
            cells = self.rows[y][columns.start : columns.stop]
            blocks = sum(char.data in _BLOCKS or _is_ink(char) for char in cells)
            if blocks >= _LEAST_BLOCKS and not other.search(self.text(y)):
                top = y if top is None else top
            elif top is not None:
                return range(top, y)
        return range(0) if top is None else range(top, len(self.rows))

    def content(self, region: Region) -> tuple[Row, ...]:
        """Return the cells of a region as they are now."""
        part = slice(region.columns.start, region.columns.stop)
        return tuple(self.rows[y][part] for y in region.rows)

    def painted(self, region: Region) -> float | None:
        """Return when a region last changed; None where it did not."""
        part = slice(region.columns.start, region.columns.stop)
        for seen, y, old, new in reversed(self.changes):
            if y in region.rows and old[part] != new[part]:
                return seen
        return None


def _is_ink(char: Char) -> bool:
    """Return whether a blank is part of a picture: a colour that no theme of ours uses."""
    return char.data == " " and char.bg not in _GROUNDS


_GROUNDS = frozenset({"default", "101216", "16191f", "1c2028", "3b2f20", "272c35", "black"})
