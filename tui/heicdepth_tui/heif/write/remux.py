"""Writes a HEIF file anew with items taken out and added; all others keep their bytes."""

from __future__ import annotations

import struct
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from heicdepth_tui.errors import LimitError, MalformedError, UnsupportedHeaderError
from heicdepth_tui.heif.boxes import boxes, four_cc, pack_box, pack_full_box
from heicdepth_tui.heif.container import has_sequence, top_level_boxes
from heicdepth_tui.heif.fullbox import U16, U32, number, version_of
from heicdepth_tui.heif.items import ItemTable
from heicdepth_tui.heif.references import group_members
from heicdepth_tui.heif.write.associations import Associations, read_associations
from heicdepth_tui.heif.write.boxes import Item, ItemReference

__all__ = ["dependents", "free_id", "remux"]

_WIDE = 0x10000
_MAX_OFFSET = 0xFFFFFFFF
_PADDING = frozenset({b"free", b"skip", b"wide"})
_REBUILT = (b"iinf", b"iref", b"iprp", b"idat", b"iloc", b"grpl")
_FOLLOWERS = (b"cdsc", b"thmb", b"auxl")
"""References from an item that means nothing without the one it refers to."""


def dependents(table: ItemTable, chosen: Collection[int]) -> frozenset[int]:
    """Return ``chosen`` and the items that mean nothing without them.

    Their metadata, thumbnails and auxiliary images, pictures derived from them, and the parts (the
    tiles of a grid) that nothing else is made of. Raises UnsupportedHeaderError where the primary
    picture would be among them.
    """
    gone = set(chosen)
    while True:
        more = {item for item in table.types if item not in gone and _depends(table, item, gone)}
        if not more:
            break
        gone |= more
    if table.primary_id in gone:
        raise UnsupportedHeaderError("the photo itself is made of what would be taken out")
    return frozenset(gone)


def _depends(table: ItemTable, item: int, gone: set[int]) -> bool:
    for kind in _FOLLOWERS:
        targets = table.references.get(kind, {}).get(item, ())
        if targets and gone.issuperset(targets):
            return True
    derived = table.references.get(b"dimg", {})
    if not gone.isdisjoint(derived.get(item, ())):
        return True
    owners = table.referrers(b"dimg", item)
    return bool(owners) and gone.issuperset(owners) and item in table.hidden()


def free_id(table: ItemTable) -> int:
    """Return the first id above those of all items and groups of the file."""
    return max([*table.types, *(group.id for group in table.groups)]) + 1


def remux(
    table: ItemTable,
    *,
    drop: Collection[int] = (),
    add: Sequence[Item] = (),
    references: Sequence[ItemReference] = (),
) -> bytes:
    """Return the bytes of the file without the items ``drop`` and with the items ``add``.

    Items that stay keep payload, properties, names and flags byte for byte; boxes that name items
    (ISO/IEC 14496-12 section 8.11, ISO/IEC 23008-12) are written anew, all others and what follows
    the last box are copied. Payloads move: bytes that no item refers to are left out.
    ``references`` are those of the new items. Give ``drop`` with its ``dependents``.

    Raises UnsupportedHeaderError for a file that cannot be written anew without loss (an image
    sequence, a ``mini`` header, items inside other items or files), TruncatedError where a payload
    lies past the end of the file, MalformedError for tables that are broken, and LimitError.
    """
    if table.problems:
        raise MalformedError(f"its header is broken: {table.problems[0]}")
    if has_sequence(table.source, table.container):
        raise UnsupportedHeaderError("it also holds an image sequence, which would be lost")
    kept = [item for item in table.types if item not in drop]
    payloads = {item: table.payload(item) for item in kept if table.extents(item)}
    meta = _Meta.read(table, frozenset(kept), payloads, add, references)
    before, after = _around(table)
    size = len(meta.packed(0))
    start = len(before) + size + 8
    data = b"".join([*meta.in_file.values(), *(item.payload for item in add)])
    if start + len(data) > _MAX_OFFSET:
        raise LimitError("the new file would be larger than 4 GB")
    return b"".join([before, meta.packed(start), pack_box(b"mdat", data), after])


def _around(table: ItemTable) -> tuple[bytes, bytes]:
    """Return what stands before meta and data (``ftyp``), and what follows them."""
    source = table.source
    before, after, end, has_meta = b"", [], 0, False
    for kind, position, size in top_level_boxes(source):
        if position + size > source.size:
            break  # a maker's trailer, which is no box
        end = position + size
        if kind == b"ftyp":
            before = source.read_payload(position, size)
        elif kind == b"meta":
            has_meta = True
        elif kind != b"mdat" and kind not in _PADDING:
            after.append(source.read_payload(position, size))
    if not has_meta:
        raise UnsupportedHeaderError("its header is a mini box, which is not written anew")
    if end < source.size:
        after.append(source.read_payload(end, source.size - end))
    return before, b"".join(after)


@dataclass(slots=True)
class _Meta:
    """The children of the meta box, those that name items rebuilt."""

    children: list[tuple[bytes, bytes]]
    """Type and whole box, in their order; of a rebuilt type the bytes stay empty until packed."""
    rebuilt: Mapping[bytes, bytes]
    in_file: dict[int, bytes]
    in_idat: dict[int, bytes]
    add: Sequence[Item]
    wide: bool

    @classmethod
    def read(
        cls,
        table: ItemTable,
        kept: frozenset[int],
        payloads: Mapping[int, bytes],
        add: Sequence[Item],
        references: Sequence[ItemReference],
    ) -> _Meta:
        data, start, end = table.container.data, table.container.start, table.container.end
        found: dict[bytes, bytes] = {}
        children: list[tuple[bytes, bytes]] = []
        for kind, body, stop in boxes(data, start, end):
            if kind in _REBUILT:
                if kind in found:
                    raise MalformedError(f"its header has two boxes {four_cc(kind)}")
                found[kind] = data[body:stop]
            children.append((kind, b"" if kind in _REBUILT else pack_box(kind, data[body:stop])))
        wide = max([*kept, *(item.id for item in add)]) >= _WIDE
        in_idat = {i: p for i, p in payloads.items() if table.is_in_idat(i)}
        associations = read_associations(found.get(b"iprp", b"")).without(kept)
        rebuilt = {
            b"iinf": _item_info(found[b"iinf"], kept, add, wide),
            b"iref": _references(found.get(b"iref", b""), kept, references, wide),
            b"iprp": _properties(associations, add, wide),
            b"idat": pack_box(b"idat", *in_idat.values()) if in_idat else b"",
            b"grpl": _groups(found.get(b"grpl", b""), kept),
        }
        present = {kind for kind, _ in children}
        children += [(kind, b"") for kind in (b"iref", b"iprp", b"iloc") if kind not in present]
        return cls(
            children,
            rebuilt,
            {i: p for i, p in payloads.items() if i not in in_idat},
            in_idat,
            add,
            wide,
        )

    def packed(self, data_at: int) -> bytes:
        """Return the meta box, payloads of the file beginning at ``data_at``."""
        parts = []
        for kind, whole in self.children:
            if kind == b"iloc":
                parts.append(self._locations(data_at))
            else:
                parts.append(self.rebuilt[kind] if kind in _REBUILT else whole)
        return pack_full_box(b"meta", 0, 0, *parts)

    def _locations(self, data_at: int) -> bytes:
        new = {item.id: item.payload for item in self.add}
        entries = []
        for method, start, payloads in ((0, data_at, self.in_file | new), (1, 0, self.in_idat)):
            at = start
            for item, payload in payloads.items():
                place = struct.pack(">HHHII", method, 0, 1, at, len(payload))
                entries.append(_id(item, self.wide) + place)
                at += len(payload)
        count = struct.pack(">I" if self.wide else ">H", len(entries))
        return pack_full_box(b"iloc", 2 if self.wide else 1, 0, b"\x44\x00", count, *entries)


def _id(value: int, wide: bool) -> bytes:
    return value.to_bytes(4 if wide else 2, "big")


def _item_info(content: bytes, kept: frozenset[int], add: Sequence[Item], wide: bool) -> bytes:
    """Return ``iinf`` with the entries of the items that stay as they are."""
    _, start = number(content, "iinf", wide=version_of(content, "iinf") > 0)
    entries = []
    for kind, body, end in boxes(content, start, len(content)):
        version = content[body]
        if kind != b"infe" or version < 2:
            continue
        (item,) = (U16 if version == 2 else U32)(content, body + 4)
        if item in kept:
            entries.append(pack_box(kind, content[body:end]))
    entries += [
        pack_full_box(
            b"infe",
            3 if wide else 2,
            int(new.hidden),
            _id(new.id, wide),
            bytes(2),
            new.type.encode("ascii"),
            b"\0",
            new.content_type.encode("ascii") + b"\0" if new.type == "mime" else b"",
        )
        for new in add
    ]
    many = len(entries) >= _WIDE
    count = struct.pack(">I" if many else ">H", len(entries))
    return pack_full_box(b"iinf", int(many), 0, count, *entries)


def _references(
    content: bytes, kept: frozenset[int], new: Sequence[ItemReference], wide: bool
) -> bytes:
    """Return ``iref`` without the items that are gone; an empty text where no reference is left."""
    entries = []
    if content:
        old_wide = version_of(content, "iref") > 0
        code, width, single = ("I", 4, U32) if old_wide else ("H", 2, U16)
        for kind, body, _ in boxes(content, 4, len(content)):
            (source,) = single(content, body)
            (count,) = U16(content, body + width)
            targets = struct.unpack_from(f">{count}{code}", content, body + width + 2)
            left = [target for target in targets if target in kept]
            if source in kept and (left or not targets):
                entries.append(_reference(kind, source, left, wide))
    entries += [_reference(r.kind.encode("ascii"), r.source, r.targets, wide) for r in new]
    return pack_full_box(b"iref", int(wide), 0, *entries) if entries else b""


def _reference(kind: bytes, source: int, targets: Sequence[int], wide: bool) -> bytes:
    ids = [_id(target, wide) for target in targets]
    return pack_box(kind, _id(source, wide), struct.pack(">H", len(ids)), *ids)


def _groups(content: bytes, kept: frozenset[int]) -> bytes:
    """Return ``grpl`` without the items that are gone.

    What is left of a stereo pair, and a single item, is no group.
    """
    left = []
    for kind, body, end in boxes(content, 0, len(content)):
        members = group_members(kind, content[body:end])
        stay = [member for member in members if member in kept]
        if len(stay) == len(members):
            left.append(pack_box(kind, content[body:end]))
        elif len(stay) > 1 and kind != b"ster":
            ids = [member.to_bytes(4, "big") for member in stay]
            head = content[body : body + 8]
            rest = content[body + 12 + 4 * len(members) : end]
            left.append(pack_box(kind, head, struct.pack(">I", len(ids)), *ids, rest))
    return pack_box(b"grpl", *left) if left else b""


def _properties(associations: Associations, add: Sequence[Item], wide: bool) -> bytes:
    return associations.adding(
        {item.id: [(p.data, p.essential) for p in item.properties] for item in add}
    ).packed(wide=wide)
