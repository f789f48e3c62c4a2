"""The properties of items (``iprp``) as boxes and indices, to take items out and to add some."""

from __future__ import annotations

import struct
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from heicdepth_tui.errors import MalformedError
from heicdepth_tui.heif.boxes import boxes, pack_box, pack_full_box
from heicdepth_tui.heif.fullbox import U16, U32, version_of

__all__ = ["Associations", "read_associations"]

_ESSENTIAL = 1 << 15
_NARROW = 127


@dataclass(frozen=True, slots=True)
class Associations:
    """The property container and what refers to it (ISO/IEC 23008-12 section 9.3)."""

    properties: tuple[bytes, ...]
    """Whole boxes, in their order."""
    of_items: Mapping[int, tuple[int, ...]]
    """1-based indices of each item in the order they apply, 0x8000 set where essential."""
    others: tuple[bytes, ...] = ()
    """Further boxes of ``iprp``."""

    def without(self, kept: Collection[int]) -> Associations:
        """Return the associations of the items ``kept``, without what only others had."""
        of_items = {item: found for item, found in self.of_items.items() if item in kept}
        used = {index & ~_ESSENTIAL for found in of_items.values() for index in found}
        before = {index & ~_ESSENTIAL for found in self.of_items.values() for index in found}
        left = [
            index
            for index in range(1, len(self.properties) + 1)
            if index in used or index not in before
        ]
        new = {0: 0, **{old: position for position, old in enumerate(left, 1)}}
        return Associations(
            tuple(self.properties[index - 1] for index in left),
            {
                item: tuple(new[index & ~_ESSENTIAL] | index & _ESSENTIAL for index in found)
                for item, found in of_items.items()
            },
            self.others,
        )

    def adding(self, items: Mapping[int, Sequence[tuple[bytes, bool]]]) -> Associations:
        """Return it with further items: for each whole property boxes, and whether essential."""
        places = {whole: position for position, whole in reversed([*enumerate(self.properties, 1)])}
        properties = list(self.properties)
        of_items = dict(self.of_items)
        for item, wanted in items.items():
            indices = []
            for whole, essential in wanted:
                if whole not in places:
                    properties.append(whole)
                    places[whole] = len(properties)
                indices.append(places[whole] | (_ESSENTIAL if essential else 0))
            if indices:
                of_items[item] = tuple(indices)
        return Associations(tuple(properties), of_items, self.others)

    def packed(self, *, wide: bool) -> bytes:
        """Return the ``iprp`` box; ``wide``: an id needs 32 bits."""
        many = len(self.properties) > _NARROW
        entries = []
        for item, indices in sorted(self.of_items.items()):
            entries.append(item.to_bytes(4 if wide else 2, "big") + bytes((len(indices),)))
            for index in indices:
                if many:
                    entries.append(index.to_bytes(2, "big"))
                else:
                    entries.append(bytes((index & _NARROW | (0x80 if index & _ESSENTIAL else 0),)))
        count = struct.pack(">I", len(self.of_items))
        ipma = pack_full_box(b"ipma", int(wide), int(many), count, *entries)
        return pack_box(b"iprp", pack_box(b"ipco", *self.properties), ipma, *self.others)


def read_associations(content: bytes) -> Associations:
    """Return the associations in the content of an ``iprp`` box.

    Where several tables name an item, the first counts. Raises MalformedError for a table that is
    cut off, and for indices of properties that do not exist.
    """
    properties: list[bytes] = []
    of_items: dict[int, tuple[int, ...]] = {}
    others: list[bytes] = []
    for kind, body, end in boxes(content, 0, len(content)):
        if kind == b"ipco":
            properties += [
                pack_box(name, content[start:stop])
                for name, start, stop in boxes(content, body, end)
            ]
        elif kind == b"ipma":
            try:
                for item, indices in _table(content[body:end]).items():
                    if not of_items.get(item):
                        of_items[item] = indices
            except (IndexError, struct.error) as error:
                raise MalformedError("box ipma is cut off") from error
        else:
            others.append(pack_box(kind, content[body:end]))
    if any(index & ~_ESSENTIAL > len(properties) for found in of_items.values() for index in found):
        raise MalformedError("an item refers to properties that do not exist")
    return Associations(tuple(properties), of_items, tuple(others))


def _table(content: bytes) -> dict[int, tuple[int, ...]]:
    wide_ids, wide = version_of(content, "ipma") > 0, bool(content[3] & 1)
    (count,) = U32(content, 4)
    at = 8
    found: dict[int, tuple[int, ...]] = {}
    for _ in range(count):
        (item,) = (U32 if wide_ids else U16)(content, at)
        at += 4 if wide_ids else 2
        length = content[at]
        at += 1
        if wide:
            found[item] = struct.unpack_from(f">{length}H", content, at)
            at += 2 * length
        else:
            row = struct.unpack_from(f">{length}B", content, at)
            found[item] = tuple(
                value & _NARROW | (_ESSENTIAL if value & 0x80 else 0) for value in row
            )
            at += length
    return found
