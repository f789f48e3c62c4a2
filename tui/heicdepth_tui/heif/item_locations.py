"""The item box ``iloc`` of a meta box: where the payloads of items lie.

Where two entries name an item, the last counts.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import add
from struct import Struct
from struct import error as struct_error
from typing import NamedTuple

from heicdepth_tui.errors import HeaderError, MalformedError, UnsupportedHeaderError
from heicdepth_tui.heif.fullbox import check_count, find_row, number, version_of
from heicdepth_tui.heif.limits import Limits
from heicdepth_tui.heif.remembered import remembered

__all__ = ["ItemLocation", "ItemLocationBox"]


class ItemLocation(NamedTuple):
    """An ``iloc`` entry; extents are (offset, length) in bytes, the base offset added."""

    construction: int
    data_reference: int
    extents: tuple[tuple[int, int], ...]


class ItemLocationBox:
    """Locations of the payloads listed by an ``iloc`` box, version 0, 1 or 2 (section 8.11.3).

    Never raises: where the table is cut off, of an unknown version or form, or has too many items
    or extents, ``incomplete`` is the error for the items that it does not list.
    """

    __slots__ = ("_columns", "_plain", "_table", "incomplete")

    # version 1, 32-bit offset and length, no base, no index, one extent: what phones write
    _ROW = Struct(">HHHHII")

    def __init__(self, content: bytes, limits: Limits) -> None:
        self._table: dict[int, ItemLocation] = {}
        self._plain = b""
        self._columns: _Columns | None = None
        self.incomplete: HeaderError | None = None
        """The reason that the table does not list all items; None where it does."""
        try:
            self._read(content, limits)
        except struct_error:
            self.incomplete = MalformedError("box iloc is cut off")
        except HeaderError as error:
            self.incomplete = error

    def _read(self, content: bytes, limits: Limits) -> None:
        version = version_of(content, "iloc")
        if version > 2:
            raise UnsupportedHeaderError(f"box iloc is of version {version}; 0 to 2 are read")
        count, start = number(content, "iloc", wide=version == 2, skip=2)
        check_count(count, limits.items, "item locations")
        widths = content[4:6]
        stop = start + count * self._ROW.size
        if version == 1 and widths == b"\x44\x00" and stop <= len(content):
            table = content[start:stop]
            if table[6::16].count(0) == count == table[7::16].count(1):
                self._plain = table
                return
        self._unpack(content, start, count, version, limits.extents)

    def _unpack(self, content: bytes, at: int, count: int, version: int, limit: int) -> None:
        sizes = (content[4] >> 4, content[4] & 15, content[5] >> 4, content[5] & 15)
        if not {0, 4, 8}.issuperset(sizes):
            raise MalformedError("box iloc has field widths that are neither 0, 4 nor 8 bytes")
        offset, length, base, index = sizes
        codes = {0: "", 4: "I", 8: "Q"}
        entry = Struct(f">{'I' if version == 2 else 'H'}{'H' if version else ''}H{codes[base]}H")
        extent = Struct(f">{index * 'x' if version else ''}{codes[offset]}{codes[length]}")
        total = 0
        for _ in range(count):
            fields = entry.unpack_from(content, at)
            at += entry.size
            total += fields[-1]
            check_count(total, limit, "extents")
            start = fields[-2] if base else 0
            pairs: list[tuple[int, int]] = []
            for _ in range(fields[-1]):
                values = extent.unpack_from(content, at)
                at += extent.size
                pairs.append((start + (values[0] if offset else 0), values[-1] if length else 0))
            method = fields[1] & 15 if version else 0
            location = ItemLocation(method, fields[2 if version else 1], tuple(pairs))
            self._table[fields[0]] = location

    def index(self) -> None:
        """Unpack the plain rows: faster for a caller who needs more than a few items."""
        if self._plain and self._columns is None:
            self._columns = _Columns.of(self._plain)

    def get(self, item: int) -> ItemLocation | None:
        """Return where an item's payload lies, None where the table has no entry for it."""
        if not self._plain:
            return self._table.get(item)
        if self._columns is not None:
            row = self._columns.rows.get(item)
            at = -1 if row is None else row * self._ROW.size
        else:
            at = -1
            if item < 65536:
                at = find_row(self._plain, self._ROW.size, item.to_bytes(2, "big"))
            if at == -2:
                self.index()
                return self.get(item)
        if at < 0:
            return None
        _, method, reference, _, offset, length = self._ROW.unpack_from(self._plain, at)
        return ItemLocation(method & 15, reference, ((offset, length),))

    def total(self, items: Sequence[int]) -> int | None:
        """Return the length in bytes of the payloads of ``items``, each as often as it is named.

        None where an item has no entry, and for a table that is not indexed, or not of plain rows.
        """
        if self._columns is None:
            return None
        rows, lengths = self._columns.rows, self._columns.lengths
        try:
            return sum(map(lengths.__getitem__, map(rows.__getitem__, items)))
        except KeyError:
            return None

    def furthest(self) -> int:
        """Return where the last payload ends, counting all offsets from the file's start.

        Payloads inside ``idat`` count from there and so end earlier: when the result lies inside
        the file, so does every payload.
        """
        self.index()
        ends: list[int] = []
        if self._columns is not None:
            ends.append(max(map(add, self._columns.offsets, self._columns.lengths), default=0))
        ends += [sum(pair) for entry in self._table.values() for pair in entry.extents]
        return max(ends, default=0)


@dataclass(frozen=True, slots=True)
class _Columns:
    """The plain rows of an ``iloc`` box by columns."""

    rows: Mapping[int, int]
    """Item to the last row that names it."""
    offsets: Sequence[int]
    lengths: Sequence[int]

    @classmethod
    def of(cls, plain: bytes) -> _Columns:
        """Return the columns of rows of six big-endian fields, HHHHII."""
        shorts, longs = array("H", plain), array("I", plain)
        if sys.byteorder == "little":
            shorts.byteswap()
            longs.byteswap()
        return cls(_rows_of(shorts[0::8].tobytes()), longs[2::4], longs[3::4])


@remembered
def _rows_of(items: bytes) -> Mapping[int, int]:
    """Return the last row of each item, given as 16-bit numbers of this machine."""
    return {item: row for row, item in enumerate(array("H", items))}
