"""Write the golden headers from the photos: ``python -m tests.support.make_golden_headers``.

HEICDEPTH_PHOTOS names the folder of real photos. Only listed parts are copied: the boxes ``ftyp``
and ``meta``, of the EXIF the tags that the header reader knows, and the XMP of auxiliary images.
No coded picture, no GPS position, no maker's note, no serial number and no XMP of the photo itself
is among them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from struct import Struct

from heicdepth_tui.heif.header import exif_item
from heicdepth_tui.heif.items import ItemTable, read_items
from tests.support.golden import FOLDER, NAMES, pack

_LONG = Struct(">I")
_LARGE = b"\0\0\0\1"
_MAIN_TAGS = frozenset({0x010F, 0x0110, 0x0112, 0x0132, 0x8769})
_EXIF_TAGS = frozenset({0x9003, 0x920A, 0xA401, 0xA405, 0xA434})
_WIDTHS = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8, 13: 4}


def golden(path: Path) -> bytes:
    """Return the golden header of a photo."""
    data = path.read_bytes()
    with read_items(path) as table:
        parts = {
            start: data[start : start + (16 if data[start : start + 4] == _LARGE else 8)]
            for start in _top_level(data)
        }
        parts[0] = data[: _LONG.unpack_from(data)[0]]
        container = table.container
        meta = container.base + container.start - 12
        parts[meta] = data[meta : container.base + container.end]
        exif = exif_item(table)
        if exif is not None:
            (extent,) = table.extents(exif)
            parts[extent.offset] = known_tags(table.payload(exif))
        for item in table.of_type(b"mime"):
            if _describes_auxiliary(table, item):
                (extent,) = table.extents(item)
                parts[extent.offset] = table.payload(item)
    return pack(len(data), parts)


def _top_level(data: bytes) -> Iterator[int]:
    """Yield where the boxes begin that lie side by side in a photo."""
    at = 0
    while at + 8 <= len(data):
        yield at
        (size,) = _LONG.unpack_from(data, at)
        at += int.from_bytes(data[at + 8 : at + 16], "big") if size == 1 else size or len(data)


def _describes_auxiliary(table: ItemTable, item: int) -> bool:
    described = table.references.get(b"cdsc", {}).get(item, ())
    return any(target in table.references.get(b"auxl", {}) for target in described)


def known_tags(payload: bytes) -> bytes:
    """Return an ``Exif`` item with everything zero but the tags that the reader knows.

    Other tags keep their number, type and count: that there is a GPS directory is a fact, what it
    says is not kept.
    """
    start = 4 + _LONG.unpack_from(payload)[0]
    tiff, kept = payload[start:], bytearray(len(payload) - start)
    order = "<" if tiff[:2] == b"II" else ">"
    short, long = Struct(order + "H"), Struct(order + "I")
    kept[:8] = tiff[:8]

    def directory(offset: int, tags: frozenset[int]) -> dict[int, int]:
        found: dict[int, int] = {}
        (count,) = short.unpack_from(tiff, offset)
        kept[offset : offset + 2] = tiff[offset : offset + 2]
        for index in range(count):
            at = offset + 2 + 12 * index
            tag, kind = short.unpack_from(tiff, at)[0], short.unpack_from(tiff, at + 2)[0]
            length = _WIDTHS.get(kind, 1) * long.unpack_from(tiff, at + 4)[0]
            kept[at : at + 8] = tiff[at : at + 8]
            if tag in tags:
                kept[at : at + 12] = tiff[at : at + 12]
                place = long.unpack_from(tiff, at + 8)[0]
                found[tag] = place
                if length > 4:
                    kept[place : place + length] = tiff[place : place + length]
        return found

    main = directory(long.unpack_from(tiff, 4)[0], _MAIN_TAGS)
    if 0x8769 in main:
        directory(main[0x8769], _EXIF_TAGS)
    return payload[:start] + bytes(kept)


def main() -> int:
    """Write all golden headers; returns the exit code."""
    folder = os.environ.get("HEICDEPTH_PHOTOS", "")
    if not folder:
        sys.stderr.write("HEICDEPTH_PHOTOS is not set to a folder of real photos\n")
        return 2
    FOLDER.mkdir(exist_ok=True)
    for name in NAMES:
        written = golden(Path(folder) / "real" / name)
        (FOLDER / f"{name}.bin").write_bytes(written)
        sys.stdout.write(f"{name}: {len(written):,} bytes\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
