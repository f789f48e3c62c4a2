"""Headers of public photos with nothing of their pictures: facts to test the reader by.

A golden file holds the parts of a photo that a header is read from (``ftyp``, ``meta``, the EXIF
tags that the reader knows, the XMP of auxiliary images), and zeros for everything else, which are
not stored. ``make_golden_headers`` writes them from the photos.
"""

from __future__ import annotations

from pathlib import Path
from struct import Struct

FOLDER = Path(__file__).parent.parent / "unit" / "heif" / "golden"
NAMES = (
    "pug.heic",
    "IMG_5622.HEIC",
    "arrow.heic",
    "spatial_photo.heic",
    "samsung_s25.heic",
    "cat.hif",
)

_MAGIC = b"header only\n"
_HEAD, _ROW = Struct(">QI"), Struct(">QI")
_ZEROS = 32
"""Runs of this many zero bytes are left out."""


def pack(size: int, parts: dict[int, bytes]) -> bytes:
    """Return a golden file: the photo's size in bytes, and its parts by their offset."""
    rows = [row for start, part in sorted(parts.items()) for row in _without_zeros(start, part)]
    body = b"".join(_ROW.pack(start, len(part)) + part for start, part in rows)
    return _MAGIC + _HEAD.pack(size, len(rows)) + body


def unpack(golden: bytes) -> bytes:
    """Return the photo that a golden file stands for, zeros where its pictures were."""
    if not golden.startswith(_MAGIC):
        raise ValueError("it is no golden header")
    at = len(_MAGIC)
    size, count = _HEAD.unpack_from(golden, at)
    at += _HEAD.size
    photo = bytearray(size)
    for _ in range(count):
        start, length = _ROW.unpack_from(golden, at)
        at += _ROW.size
        photo[start : start + length] = golden[at : at + length]
        at += length
    return bytes(photo)


def load(name: str) -> bytes:
    """Return the header of a public photo, zeros where its pictures were."""
    return unpack((FOLDER / f"{name}.bin").read_bytes())


def _without_zeros(start: int, part: bytes) -> list[tuple[int, bytes]]:
    rows: list[tuple[int, bytes]] = []
    at = 0
    while at < len(part):
        end = part.find(bytes(_ZEROS), at)
        end = len(part) if end < 0 else end
        if end > at:
            rows.append((start + at, part[at:end]))
        at = end
        while at < len(part) and not part[at]:
            at += 1
    return rows
