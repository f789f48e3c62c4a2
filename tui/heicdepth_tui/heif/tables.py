"""The tables of a meta box: which items there are, where they lie, which properties they have.

Phone photos consist of fifty to eight hundred near-identical items. Rows of the one shape that
phones write stay as they are and are searched in place; all others are unpacked. ``index`` unpacks
everything for a caller who will ask for most of it; both ways give the same answers, and of two
entries for one item the first counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from struct import Struct, unpack_from
from struct import error as struct_error
from typing import NamedTuple

from heicdepth_tui.errors import MalformedError
from heicdepth_tui.heif.boxes import boxes
from heicdepth_tui.heif.limits import Limits
from heicdepth_tui.heif.rows import U16, U32, check_count, find_row, number, version_of

__all__ = ["Associations", "ItemInfos", "Location", "Locations"]


class ItemInfos:
    """The items that an ``iinf`` box lists (ISO/IEC 14496-12 section 8.11.6).

    Entries older than version 2 carry no item type and are left out, as decoders do. Raises
    LimitError when there are too many items, MalformedError when an entry is cut off.
    """

    __slots__ = ("_data", "_end", "_left", "_plain", "_start", "_tails", "_types", "limits")

    # version 2, flags 0 or 1, empty name: 21 bytes, of which flags, id and type are kept
    _ROW = Struct(">11xBH2x4sx")
    _RUN = re.compile(rb"(?:\0\0\0\x15infe\x02\0\0[\0\x01].{8}\0)*", re.DOTALL)
    _ID, _TYPE = 12, 16
    _V2 = Struct(">IHH4s").unpack_from
    _V3 = Struct(">IIH4s").unpack_from

    def __init__(self, data: bytes, body: int, end: int, limits: Limits) -> None:
        wide = version_of(data, body, end, "iinf") > 0
        count, start = number(data, body, end, "iinf", wide=wide)
        # An entry has 8 bytes at least: a count that cannot be true is not obeyed.
        count = min(count, (end - start) // 8)
        check_count(count, limits.items, "items")
        run = self._RUN.match(data, start, min(end, start + count * self._ROW.size))
        self._start = start if run is None else run.end()
        self._plain = data[start : self._start]
        self._left = count - len(self._plain) // self._ROW.size
        self._data, self._end, self.limits = data, end, limits
        self._tails: dict[int, tuple[bytes, int, int, int]] | None = None
        self._types: dict[int, bytes] | None = None

    def _others(self) -> dict[int, tuple[bytes, int, int, int]]:
        """Return the entries after the plain rows: type, hidden flag, where name starts and ends."""
        if self._tails is None:
            tails: dict[int, tuple[bytes, int, int, int]] = {}
            data, left = self._data, self._left
            for kind, body, end in boxes(data, self._start, self._end, most=self.limits.items):
                if left <= 0:
                    break
                left -= 1
                if kind != b"infe" or (version := version_of(data, body, end, "infe")) < 2:
                    continue
                name = body + (12 if version == 2 else 14)
                if name > end:
                    raise MalformedError("box infe is cut off")
                flags, item, _, sort = (self._V2 if version == 2 else self._V3)(data, body)
                tails.setdefault(item, (sort, flags & 1, name, end))
            self._tails = tails
        return self._tails

    def index(self) -> dict[int, bytes]:
        """Return the type of every item by its id."""
        if self._types is None:
            others = self._others()
            rows = list(self._ROW.iter_unpack(self._plain))
            self._types = {item: entry[0] for item, entry in others.items()}
            self._types.update([(item, kind) for _, item, kind in reversed(rows)])
        return self._types

    def get(self, item: int) -> bytes | None:
        """Return the type of an item, None where the table has no entry for it."""
        if self._types is not None:
            return self._types.get(item)
        if item < 65536:
            at = find_row(self._plain, self._ROW.size, item.to_bytes(2, "big"), self._ID)
            if at >= 0:
                return self._plain[at + self._TYPE : at + self._TYPE + 4]
        entry = self._others().get(item)
        return None if entry is None else entry[0]

    def of_type(self, kind: bytes) -> Iterator[int]:
        """Yield the items of a type, the plain rows first."""
        base, size = 0, self._ROW.size
        while (at := find_row(self._plain[base:], size, kind, self._TYPE)) >= 0:
            yield int.from_bytes(self._plain[base + at + self._ID : base + at + self._ID + 2], "big")
            base += at + size
        for item, entry in self._others().items():
            if entry[0] == kind:
                yield item

    def hidden(self) -> frozenset[int]:
        """Return the ids of the items whose hidden flag is set."""
        rows = list(self._ROW.iter_unpack(self._plain))
        flags = {item: entry[1] for item, entry in self._others().items()}
        flags.update([(item, flag) for flag, item, _ in reversed(rows)])
        return frozenset([item for item, flag in flags.items() if flag])

    def strings(self, item: int) -> tuple[str, ...]:
        """Return the NUL-ended strings of an entry: name; for ``mime`` content type, encoding."""
        _, _, name, end = self._others().get(item, (b"", 0, 0, 0))
        return tuple(part.decode("utf-8", "replace") for part in self._data[name:end].split(b"\0")[:3])


class Location(NamedTuple):
    """An ``iloc`` entry; extents are (offset, length) in bytes, the base offset added."""

    construction: int
    data_reference: int
    extents: tuple[tuple[int, int], ...]


class Locations:
    """Where the payloads lie that an ``iloc`` box, version 0, 1 or 2, lists (section 8.11.3).

    Raises LimitError for too many items or extents, MalformedError for a table that is cut off or
    has field widths other than 0, 4 and 8 bytes.
    """

    __slots__ = ("_plain", "_table")

    # version 1, 32-bit offset and length, no base, no index, one extent: what phones write
    _ROW = Struct(">HHHHII")
    _CODES = ("", None, None, None, "I", None, None, None, "Q")

    def __init__(self, data: bytes, body: int, end: int, limits: Limits) -> None:
        version = version_of(data, body, end, "iloc")
        if version > 2:
            raise MalformedError(f"box iloc has version {version}; 0 to 2 exist")
        count, start = number(data, body + 2, end, "iloc", wide=version == 2)
        check_count(count, limits.items, "item locations")
        self._table: dict[int, Location] = {}
        self._plain = b""
        widths = data[body + 4 : body + 6]
        stop = start + count * self._ROW.size
        if version == 1 and widths == b"\x44\x00" and stop <= end:
            table = data[start:stop]
            if table[6::16].count(0) == count == table[7::16].count(1):
                self._plain = table
                return
        sizes = widths[0] >> 4, widths[0] & 15, widths[1] >> 4, widths[1] & 15
        try:
            self._unpack(data, start, end, count, version, sizes, limits)
        except struct_error as error:
            raise MalformedError("box iloc is cut off") from error

    def _unpack(
        self,
        data: bytes,
        at: int,
        end: int,
        count: int,
        version: int,
        sizes: tuple[int, int, int, int],
        limits: Limits,
    ) -> None:
        codes = [self._CODES[size] if size <= 8 else None for size in sizes]
        if None in codes:
            raise MalformedError("box iloc has field widths that are neither 0, 4 nor 8 bytes")
        offset, length, base, index = sizes
        table = memoryview(data)[:end]
        entry = Struct(f">{'I' if version == 2 else 'H'}{'H' if version else ''}H{codes[2]}H")
        extent = Struct(f">{index * 'x' if version else ''}{codes[0]}{codes[1]}")
        total = 0
        for _ in range(count):
            fields = entry.unpack_from(table, at)
            at += entry.size
            extents = fields[-1]
            total += extents
            check_count(total, limits.extents, "extents")
            start = fields[-2] if base else 0
            pairs: list[tuple[int, int]] = []
            for _ in range(extents):
                values = extent.unpack_from(table, at)
                at += extent.size
                pairs.append((start + (values[0] if offset else 0), values[-1] if length else 0))
            method = fields[1] & 15 if version else 0
            location = Location(method, fields[2 if version else 1], tuple(pairs))
            self._table.setdefault(fields[0], location)

    def index(self) -> None:
        """Unpack the plain rows, for a caller who will ask for most items."""
        for item, method, reference, _, offset, length in self._ROW.iter_unpack(self._plain):
            if item not in self._table:
                self._table[item] = Location(method & 15, reference, ((offset, length),))
        self._plain = b""

    def get(self, item: int) -> Location | None:
        """Return where an item's payload lies, None where the table has no entry for it."""
        if self._plain and item < 65536:
            at = find_row(self._plain, self._ROW.size, item.to_bytes(2, "big"), 0)
            if at < 0:
                return None
            _, method, reference, _, offset, length = self._ROW.unpack_from(self._plain, at)
            return Location(method & 15, reference, ((offset, length),))
        return self._table.get(item)

    def furthest(self) -> int:
        """Return where the last payload ends, counting all offsets from the file's start.

        Payloads inside ``idat`` count from there and so end earlier: when the result lies inside
        the file, so does every payload.
        """
        ends = [row[4] + row[5] for row in self._ROW.iter_unpack(self._plain)]
        ends += [sum(pair) for entry in self._table.values() for pair in entry.extents]
        return max(ends, default=0)


class Associations:
    """Which properties belong to which item, in the order they apply (``ipma``, 23008-12 9.3).

    Raises LimitError for too many items, MalformedError for a table that is cut off.
    """

    __slots__ = ("_data", "_narrow", "_plain", "_size", "_start", "_wide")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._plain = b""
        self._size = 3
        self._start = 0
        self._narrow: dict[int, int] = {}
        self._wide: dict[int, int] = {}

    def add(self, body: int, end: int, limits: Limits) -> None:
        """Take up one ``ipma`` box."""
        data = self._data
        wide_id = version_of(data, body, end, "ipma") > 0
        if body + 8 > end:
            raise MalformedError("box ipma is cut off")
        step = 2 if data[body + 3] & 1 else 1
        (count,) = U32(data, body + 4)
        check_count(count, limits.items, "property associations")
        places = self._wide if step == 2 else self._narrow
        width, read_id = (4, U32) if wide_id else (2, U16)
        at = body + 8
        if step == 1 and not wide_id and not self._plain and not places:
            self._start = at
            self._plain = self._alike(at, end, count)
            at += len(self._plain)
            count -= len(self._plain) // self._size
        try:
            for _ in range(count):
                (item,) = read_id(data, at)
                at += width
                if item not in places:
                    places[item] = at
                at += 1 + data[at] * step
        except (IndexError, struct_error) as error:
            raise MalformedError("box ipma is cut off") from error
        if at > end:
            raise MalformedError("box ipma is cut off")

    def _alike(self, at: int, end: int, count: int) -> bytes:
        """Return the first entries while they have one number of properties."""
        if at + 3 > end:
            return b""
        self._size = size = 3 + self._data[at + 2]
        table = self._data[at : min(end, at + count * size)]
        numbers = table[2::size]
        alike = min(len(table) // size, len(numbers) - len(numbers.lstrip(numbers[:1])))
        return table[: alike * size]

    def index(self) -> None:
        """Unpack the plain rows, for a caller who will ask for most items."""
        places: dict[int, int] = {}
        at = self._start + 2
        for (item,) in self._plain_ids():
            places.setdefault(item, at)
            at += self._size
        self._narrow = {**self._narrow, **places}
        self._plain = b""

    def _plain_ids(self) -> Iterator[tuple[int]]:
        return Struct(f">H{self._size - 2}x").iter_unpack(self._plain)

    def __iter__(self) -> Iterator[int]:
        return iter({**{row[0]: 0 for row in self._plain_ids()}, **self._narrow, **self._wide})

    def of(self, item: int) -> tuple[int, ...]:
        """Return the 1-based property indices of an item in the order they apply.

        Index 0 (no property) occurs, and indices past the last property do.
        """
        data = self._data
        if self._plain and item < 65536:
            at = find_row(self._plain, self._size, item.to_bytes(2, "big"), 0)
            if at >= 0:
                return tuple([index & 0x7F for index in self._plain[at + 3 : at + self._size]])
        place = self._narrow.get(item)
        if place is not None:
            return tuple([index & 0x7F for index in data[place + 1 : place + 1 + data[place]]])
        place = self._wide.get(item)
        if place is not None:
            pairs = unpack_from(f">{data[place]}H", data, place + 1)
            return tuple([index & 0x7FFF for index in pairs])
        return ()
