"""Writes the boxes of a HEIF file: properties, items, references, and their assembly into bytes."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from heicdepth_tui.heif.boxes import pack_box, pack_full_box
from heicdepth_tui.heif.picture_facts import Crop, Mirror, Rotation, Size, Transform

__all__ = [
    "Item",
    "ItemReference",
    "Layout",
    "Property",
    "assemble",
    "auxiliary_type",
    "box",
    "colour",
    "decoder_configuration",
    "full_box",
    "pixel_information",
    "spatial_extent",
    "transform_properties",
]

_HIDDEN = 1
_WIDE_FROM = 0x10000


class Property(NamedTuple):
    """One item property: its whole box, and whether a reader must understand it."""

    data: bytes
    essential: bool = False


class ItemReference(NamedTuple):
    """``iref``: item ``source`` points to ``targets``; four-character ``kind`` is the relation."""

    kind: str
    source: int
    targets: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the file: image, grid, Exif block or XMP packet."""

    id: int
    """1 or more; ids from 65536 on make every table use its 32-bit form."""
    type: str
    """Four-character item type."""
    payload: bytes
    properties: tuple[Property, ...] = ()
    hidden: bool = False
    content_type: str = ""
    """MIME type, for ``mime`` items only."""
    in_idat: bool = False
    """Store the payload inside ``meta`` (construction method 1) instead of ``mdat``."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Arrangement of the file; real writers use every one of these variants."""

    brand: str = "heic"
    compatible_brands: tuple[str, ...] = ("mif1", "heic")
    meta_last: bool = False
    """``mdat`` before ``meta``, as Samsung's cameras write it."""
    extents: int = 1
    """Into how many extents each payload in ``mdat`` is cut; they stay in order."""


def box(kind: str, *parts: bytes) -> bytes:
    """Return a box (ISO/IEC 14496-12, 4.2): 32-bit size, four-character ``kind``, body."""
    return pack_box(kind.encode("ascii"), *parts)


def full_box(kind: str, version: int, flags: int, *parts: bytes) -> bytes:
    """Return a full box: a box whose body starts with 8-bit ``version`` and 24-bit ``flags``."""
    return pack_full_box(kind.encode("ascii"), version, flags, *parts)


def spatial_extent(size: Size) -> Property:
    """Return ``ispe``: width and height in samples before any transform."""
    return Property(full_box("ispe", 0, 0, struct.pack(">II", *size)))


def pixel_information(bits: tuple[int, ...]) -> Property:
    """Return ``pixi``: bits of each channel, one entry a channel."""
    return Property(full_box("pixi", 0, 0, bytes((len(bits), *bits))))


def decoder_configuration(body: bytes, coding: str = "hvc1") -> Property:
    """Return ``hvcC`` around an HEVC decoder configuration record, ``av1C`` around an AV1 one.

    ``coding`` is the item type: ``hvc1`` or ``av01``.
    """
    return Property(box("av1C" if coding == "av01" else "hvcC", body), essential=True)


def colour(body: bytes) -> Property:
    """Return ``colr`` around its body, which starts with the colour type (``nclx``, ``prof`` …)."""
    return Property(box("colr", body))


def auxiliary_type(urn: str, subtype: bytes = b"") -> Property:
    """Return ``auxC``: what an auxiliary image is, and for depth maps the SEI as its subtype."""
    return Property(full_box("auxC", 0, 0, urn.encode("utf-8"), b"\0", subtype), essential=True)


def transform_properties(transforms: Sequence[Transform], coded: Size) -> tuple[Property, ...]:
    """Return ``irot``, ``imir`` and ``clap`` boxes for ``transforms`` in the order they apply.

    ``coded`` is the size before the first of them: ``clap`` is written relative to the centre of
    the frame it meets (ISO/IEC 14496-12, 12.1.4).
    """
    properties = []
    width, height = coded
    for transform in transforms:
        match transform:
            case Rotation(quarter_turns):
                properties.append(Property(box("irot", bytes((quarter_turns & 3,))), True))
                if quarter_turns & 1:
                    width, height = height, width
            case Mirror(axis):
                properties.append(Property(box("imir", bytes((axis & 1,))), True))
            case Crop(left, top, crop_width, crop_height):
                across = struct.pack(">iI", 2 * left + crop_width - width, 2)
                down = struct.pack(">iI", 2 * top + crop_height - height, 2)
                size = struct.pack(">4I", crop_width, 1, crop_height, 1)
                properties.append(Property(box("clap", size, across, down), True))
                width, height = crop_width, crop_height
    return tuple(properties)


def assemble(
    items: Sequence[Item],
    references: Sequence[ItemReference] = (),
    *,
    primary_id: int,
    groups: bytes = b"",
    layout: Layout = Layout(),
) -> bytes:
    """Return a whole HEIF file: ``ftyp``, ``meta`` and ``mdat`` with every item's payload.

    ``groups`` is a ready ``grpl`` box. Equal properties are written once and shared. The result
    depends on the arguments alone.
    """
    ftyp = box(
        "ftyp",
        layout.brand.encode("ascii"),
        bytes(4),
        *(brand.encode("ascii") for brand in layout.compatible_brands),
    )
    stored = [item for item in items if not item.in_idat]
    mdat = box("mdat", *(item.payload for item in stored))

    def meta(mdat_at: int) -> bytes:
        return _meta(items, references, primary_id, groups, mdat_at + 8, layout.extents)

    if layout.meta_last:
        return ftyp + mdat + meta(len(ftyp))
    size = len(ftyp) + len(meta(0))
    return ftyp + meta(size) + mdat


def _meta(
    items: Sequence[Item],
    references: Sequence[ItemReference],
    primary_id: int,
    groups: bytes,
    data_at: int,
    extents: int,
) -> bytes:
    wide = max(item.id for item in items) >= _WIDE_FROM
    idat = b"".join(item.payload for item in items if item.in_idat)
    return full_box(
        "meta",
        0,
        0,
        full_box("hdlr", 0, 0, bytes(4), b"pict", bytes(13)),
        full_box("pitm", int(wide), 0, _id(primary_id, wide)),
        _item_info(items, wide),
        _item_references(references, wide) if references else b"",
        _item_properties(items, wide),
        groups,
        box("idat", idat) if idat else b"",
        _item_locations(items, data_at, extents, wide),
    )


def _id(value: int, wide: bool) -> bytes:
    return value.to_bytes(4 if wide else 2, "big")


def _item_info(items: Sequence[Item], wide: bool) -> bytes:
    entries = [
        full_box(
            "infe",
            3 if wide else 2,
            _HIDDEN if item.hidden else 0,
            _id(item.id, wide),
            bytes(2),
            item.type.encode("ascii"),
            b"\0",
            item.content_type.encode("ascii") + b"\0" if item.type == "mime" else b"",
        )
        for item in items
    ]
    count = struct.pack(">I" if wide else ">H", len(entries))
    return full_box("iinf", int(wide), 0, count, *entries)


def _item_references(references: Sequence[ItemReference], wide: bool) -> bytes:
    return full_box(
        "iref",
        int(wide),
        0,
        *(
            box(
                reference.kind,
                _id(reference.source, wide),
                struct.pack(">H", len(reference.targets)),
                *(_id(target, wide) for target in reference.targets),
            )
            for reference in references
        ),
    )


def _item_properties(items: Sequence[Item], wide: bool) -> bytes:
    numbers: dict[bytes, int] = {}
    for item in items:
        for data, _ in item.properties:
            numbers.setdefault(data, len(numbers) + 1)
    many = len(numbers) > 127
    entries = []
    for item in items:
        if not item.properties:
            continue
        entries.append(_id(item.id, wide) + bytes((len(item.properties),)))
        for data, essential in item.properties:
            top = (0x8000 if many else 0x80) if essential else 0
            entries.append((numbers[data] | top).to_bytes(2 if many else 1, "big"))
    described = sum(1 for item in items if item.properties)
    ipma = full_box("ipma", int(wide), int(many), struct.pack(">I", described), *entries)
    return box("iprp", box("ipco", *numbers), ipma)


def _item_locations(items: Sequence[Item], data_at: int, extents: int, wide: bool) -> bytes:
    version = 2 if wide else int(any(item.in_idat for item in items))
    entries = []
    in_file, in_idat = data_at, 0
    for item in items:
        if item.in_idat:
            pieces = [(in_idat, len(item.payload))]
            in_idat += len(item.payload)
        else:
            pieces = _pieces(in_file, len(item.payload), extents)
            in_file += len(item.payload)
        method = struct.pack(">H", int(item.in_idat)) if version else b""
        entries.append(_id(item.id, wide) + method + struct.pack(">HH", 0, len(pieces)))
        entries.extend(struct.pack(">II", *piece) for piece in pieces)
    count = struct.pack(">I" if wide else ">H", len(items))
    return full_box("iloc", version, 0, b"\x44\x00", count, *entries)


def _pieces(start: int, length: int, count: int) -> list[tuple[int, int]]:
    count = max(1, min(count, length))
    lengths = [length // count + (number < length % count) for number in range(count)]
    starts = accumulate(lengths[:-1], initial=start)
    return list(zip(starts, lengths, strict=True))
