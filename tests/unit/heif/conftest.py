"""Builds small HEIF files box by box, so that the reader's tests depend on no writer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from struct import pack

import pytest

HVCC = bytes.fromhex("0104080000000000000000005af000fcfcf8f800000b") + b"\x00"
"""The first bytes of a decoder configuration: monochrome, 8 bits."""


def box(kind: bytes, content: bytes = b"") -> bytes:
    """A box of ISO/IEC 14496-12."""
    return pack(">I4s", 8 + len(content), kind) + content


def full_box(kind: bytes, content: bytes = b"", *, version: int = 0, flags: int = 0) -> bytes:
    """A box with version and flags."""
    return box(kind, pack(">I", version << 24 | flags) + content)


def ispe(width: int, height: int) -> bytes:
    return full_box(b"ispe", pack(">II", width, height))


def auxc(urn: str, subtype: bytes = b"") -> bytes:
    return full_box(b"auxC", urn.encode() + b"\0" + subtype)


@dataclass
class Item:
    """One item: its payload lies in mdat, or in idat for construction method 1."""

    id: int
    type: bytes = b"hvc1"
    payload: bytes = b"coded"
    properties: Sequence[bytes] = ()
    hidden: bool = False
    name: bytes = b"\0"
    construction: int = 0
    refers: dict[bytes, Sequence[int]] = field(default_factory=dict)

    def infe(self) -> bytes:
        content = pack(">HH4s", self.id, 0, self.type) + self.name
        return full_box(b"infe", content, version=2, flags=int(self.hidden))


def photo(number: int = 1, width: int = 64, height: int = 48, **more: object) -> Item:
    """A coded picture of a size."""
    extra = more.pop("properties", ())
    properties = (ispe(width, height), box(b"hvcC", HVCC), *extra)  # type: ignore[misc]
    return Item(number, properties=properties, **more)  # type: ignore[arg-type]


def depth(number: int = 2, subtype: bytes = b"", *, of: int = 1, **more: object) -> Item:
    """A depth map that belongs to item ``of``."""
    return photo(
        number,
        32,
        24,
        properties=(auxc("urn:mpeg:hevc:2015:auxid:2", subtype),),
        refers={b"auxl": [of]},
        **more,
    )


def xmp(number: int, of: int, xml: bytes) -> Item:
    """An XMP item tied to item ``of``."""
    name = b"\0application/rdf+xml\0"
    return Item(number, b"mime", xml, name=name, refers={b"cdsc": [of]})


def heif(
    items: Sequence[Item],
    *,
    primary: int = 1,
    brand: bytes = b"heic",
    meta_last: bool = False,
    extra_meta: bytes = b"",
    tail: bytes = b"",
    extents: dict[int, tuple[int, int]] | None = None,
    large_mdat: bool = False,
    open_mdat: bool = False,
    version: int = 0,
) -> bytes:
    """A whole file; ``extents`` overrides where items lie, ``version`` is that of the meta box."""
    ftyp = box(b"ftyp", brand + pack(">I", 0) + b"mif1" + brand)
    mdat_content = b"".join(item.payload for item in items if item.construction == 0)
    idat = b"".join(item.payload for item in items if item.construction == 1)
    header = 16 if large_mdat else 8
    size = 0 if open_mdat else header + len(mdat_content)
    if large_mdat:
        mdat = pack(">I4sQ", 1, b"mdat", size) + mdat_content
    else:
        mdat = pack(">I4s", size, b"mdat") + mdat_content

    def meta(mdat_start: int) -> bytes:
        rows, at, inside = b"", mdat_start + header, 0
        for item in items:
            offset = at if item.construction == 0 else inside
            length = len(item.payload)
            if item.construction == 0:
                at += length
            else:
                inside += length
            offset, length = (extents or {}).get(item.id, (offset, length))
            rows += pack(">HHHHII", item.id, item.construction, 0, 1, offset, length)
        iloc = full_box(b"iloc", pack(">HH", 0x4400, len(items)) + rows, version=1)
        iinf = full_box(b"iinf", pack(">H", len(items)) + b"".join(map(Item.infe, items)))
        references = b"".join(
            box(kind, pack(f">HH{len(targets)}H", item.id, len(targets), *targets))
            for item in items
            for kind, targets in item.refers.items()
        )
        known = list(dict.fromkeys(each for item in items for each in item.properties))
        associations = b"".join(
            pack(">HB", item.id, len(item.properties))
            + bytes(0x80 | known.index(each) + 1 for each in item.properties)
            for item in items
        )
        iprp = box(
            b"iprp",
            box(b"ipco", b"".join(known))
            + full_box(b"ipma", pack(">I", len(items)) + associations),
        )
        handler = full_box(b"hdlr", pack(">I4s12xB", 0, b"pict", 0))
        content = handler + full_box(b"pitm", pack(">H", primary)) + iinf
        content += (full_box(b"iref", references) if references else b"") + iprp
        content += (box(b"idat", idat) if idat else b"") + iloc + extra_meta
        return full_box(b"meta", content, version=version)

    if meta_last:
        return ftyp + mdat + meta(len(ftyp)) + tail
    return ftyp + meta(len(ftyp) + len(meta(0))) + mdat + tail


@dataclass(frozen=True)
class Build:
    """The functions above, for tests."""

    box = staticmethod(box)
    full_box = staticmethod(full_box)
    ispe = staticmethod(ispe)
    auxc = staticmethod(auxc)
    item = Item
    photo = staticmethod(photo)
    depth = staticmethod(depth)
    xmp = staticmethod(xmp)
    heif = staticmethod(heif)


@pytest.fixture(scope="session")
def build() -> Build:
    """Functions that build HEIF files."""
    return Build()
