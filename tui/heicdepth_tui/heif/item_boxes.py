"""The item boxes ``iinf`` and ``ipma`` of a meta box: items and their properties.

Phone photos consist of fifty to eight hundred near-identical items, so that rows of the one shape
that phones write are taken together. Where two entries name an item, the last counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from struct import Struct, unpack_from
from struct import error as struct_error

from heicdepth_tui.errors import HeaderError, MalformedError
from heicdepth_tui.heif.boxes import boxes
from heicdepth_tui.heif.fullbox import U16, U32, check_count, number, version_of

__all__ = [
    "ItemInfoBox",
    "ItemPropertyAssociationBox",
]

_WITHOUT_ESSENTIAL = bytes(value & 0x7F for value in range(256))
"""Takes the flag off a byte that holds it and a property index."""


class ItemInfoBox:
    """The items that an ``iinf`` box lists (ISO/IEC 14496-12 section 8.11.6).

    ``content`` is the content of the box. Entries older than version 2 carry no item type and are
    left out, as decoders do; so is one that is cut off, and ``problem`` states it. Raises
    LimitError when there are more than ``limit`` items, MalformedError when there is no table.
    """

    __slots__ = (
        "_by_type",
        "_content",
        "_hidden",
        "_plain",
        "_strings",
        "_tails",
        "problem",
        "types",
    )

    # version 2, flags 0 or 1, empty name: 21 bytes, of which flags, id and type are kept
    _ROW = Struct(">11xBH2x4sx")
    _RUN = re.compile(rb"(?:\0\0\0\x15infe\x02\0\0[\0\x01].{8}\0)*", re.DOTALL)
    _V2 = Struct(">IHH4s").unpack_from
    _V3 = Struct(">IIH4s").unpack_from

    def __init__(self, content: bytes, limit: int) -> None:
        end = len(content)
        wide = version_of(content, "iinf") > 0
        count, start = number(content, "iinf", wide=wide)
        # An entry has 8 bytes at least: a count that cannot be true is not obeyed.
        count = min(count, (end - start) // 8)
        check_count(count, limit, "items")
        size = self._ROW.size
        run = self._RUN.match(content, start, min(end, start + count * size))
        after = start if run is None else run.end()
        self._content = content
        self._plain = content[start:after]
        self._tails: dict[int, tuple[int, int, int]] = {}
        rows = self._ROW.iter_unpack(self._plain)
        types = {item: kind for _, item, kind in rows}
        self.types: Mapping[int, bytes] = types
        """Item type by item id."""
        self._hidden: frozenset[int] | None = None
        self._by_type: dict[bytes, tuple[int, ...]] = {}
        self._strings: dict[int, tuple[str, ...]] = {}
        left = count - len(self._plain) // size
        self.problem = ""
        """Error of the entries that were left out; empty where there is none."""
        try:
            for kind, body, stop in boxes(content, after, end, limit=limit):
                if left <= 0:
                    break
                left -= 1
                if kind == b"infe" and not self._add(body, stop, types):
                    self.problem = "an entry is cut off"
        except HeaderError as error:
            self.problem = error.what

    def _add(self, body: int, end: int, types: dict[int, bytes]) -> bool:
        """Add an entry; returns False for one that is cut off."""
        content = self._content
        version = content[body] if body < end else 0
        if version < 2:
            return True
        name = body + (12 if version == 2 else 14)
        if name > end:
            return False
        flags, item, _, kind = (self._V2 if version == 2 else self._V3)(content, body)
        types[item] = kind
        self._tails[item] = (flags & 1, name, end)
        return True

    def of_type(self, kind: bytes) -> tuple[int, ...]:
        """Return the ids of the items of a type, in the order of the file."""
        found = self._by_type.get(kind)
        if found is None:
            found = tuple([item for item, other in self.types.items() if other == kind])
            self._by_type[kind] = found
        return found

    def hidden(self) -> frozenset[int]:
        """Return the ids of the items whose hidden flag is set."""
        if self._hidden is None:
            flags = {item: flag for flag, item, _ in self._ROW.iter_unpack(self._plain)}
            flags.update([(item, entry[0]) for item, entry in self._tails.items()])
            self._hidden = frozenset([item for item, flag in flags.items() if flag])
        return self._hidden

    def strings(self, item: int) -> tuple[str, ...]:
        """Return the NUL-ended strings of an entry: name; for ``mime`` content type, encoding."""
        found = self._strings.get(item)
        if found is None:
            _, name, end = self._tails.get(item, (0, 0, 0))
            parts = self._content[name:end].split(b"\0")[:3]
            found = tuple([part.decode("utf-8", "replace") for part in parts])
            self._strings[item] = found
        return found


class ItemPropertyAssociationBox:
    """The properties of each item in the order they apply (``ipma``, 23008-12 section 9.3).

    ``content`` is the content of the box. Items behind the place where the table is cut off have
    no properties, and ``problem`` states it. Raises LimitError for more than ``limit`` items,
    MalformedError when there is no table.
    """

    __slots__ = ("_content", "_places", "_wide", "problem")

    def __init__(self, content: bytes, limit: int) -> None:
        wide_id = version_of(content, "ipma") > 0
        if len(content) < 8:
            raise MalformedError("box ipma is cut off")
        self._content = content
        self._wide = bool(content[3] & 1)
        self._places: dict[int, int] = {}
        (count,) = U32(content, 4)
        check_count(count, limit, "property associations")
        width, read_id = (4, U32) if wide_id else (2, U16)
        step = 2 if self._wide else 1
        places, at = self._places, 8
        self.problem = ""
        """The reason that the table does not list all items; empty where it does."""
        item = -1
        try:
            for _ in range(count):
                (item,) = read_id(content, at)
                at += width
                places[item] = at
                at += 1 + content[at] * step
        except (IndexError, struct_error):
            self.problem = "box ipma is cut off"
        last = places.get(item, 0)
        if last and last + 1 + step * (content[last] if last < len(content) else 1) > len(content):
            del places[item]
            self.problem = "box ipma is cut off"

    def __iter__(self) -> Iterator[int]:
        return iter(self._places)

    def of(self, item: int) -> tuple[int, ...]:
        """Return the 1-based property indices of an item in the order they apply.

        Index 0 (no property) occurs, and indices past the last property do.
        """
        at = self._places.get(item)
        if at is None:
            return ()
        content = self._content
        count = content[at]
        if self._wide:
            pairs = unpack_from(f">{count}H", content, at + 1)
            return tuple([index & 0x7FFF for index in pairs])
        return tuple(content[at + 1 : at + 1 + count].translate(_WITHOUT_ESSENTIAL))
