"""Writes the EXIF block of a photo: a small TIFF with the fields the tool knows."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from fractions import Fraction

from heicdepth_tui.heif.facts import Exif
from heicdepth_tui.heif.picture_facts import Size

__all__ = ["build_exif"]

_ASCII, _SHORT, _LONG, _RATIONAL, _UNDEFINED = 2, 3, 4, 5, 7
_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825
_HEADER = 8
_ENTRY = 12

_Entry = tuple[int, int, int, bytes]
"""Tag, type, count, value bytes."""


class _Encoder:
    """Entry values in one byte order (``>`` or ``<``)."""

    def __init__(self, order: str) -> None:
        self.order = order

    def text(self, tag: int, value: str) -> _Entry:
        data = value.encode("utf-8") + b"\0"
        return tag, _ASCII, len(data), data

    def short(self, tag: int, value: int) -> _Entry:
        return tag, _SHORT, 1, struct.pack(self.order + "H", value)

    def long(self, tag: int, value: int) -> _Entry:
        return tag, _LONG, 1, struct.pack(self.order + "I", value)

    def rational(self, tag: int, *values: float) -> _Entry:
        ratios = [Fraction(value).limit_denominator(1_000_000) for value in values]
        data = b"".join(
            struct.pack(self.order + "II", *ratio.as_integer_ratio()) for ratio in ratios
        )
        return tag, _RATIONAL, len(values), data

    def raw(self, tag: int, value: bytes) -> _Entry:
        return tag, _UNDEFINED, len(value), value


def build_exif(exif: Exif, *, size: Size | None = None, big_endian: bool = True) -> bytes:
    """Return a TIFF block (EXIF 2.32) with the values of ``exif`` that are not None.

    ``size`` fills PixelXDimension and PixelYDimension. ``has_gps`` writes a GPS directory with a
    position in the middle of the Atlantic (0° N, 30° W). Text is written as UTF-8, dates in EXIF's
    own form. At least one value must be given: TIFF knows no empty directory.
    """
    encode = _Encoder(">" if big_endian else "<")
    main = _main_entries(encode, exif)
    detail = _detail_entries(encode, exif, size)
    gps = _gps_entries(encode) if exif.has_gps else []
    pointers = [tag for tag, entries in ((_EXIF_IFD, detail), (_GPS_IFD, gps)) if entries]

    main_at = _HEADER
    detail_at = main_at + _directory_size(main, len(pointers))
    gps_at = detail_at + (_directory_size(detail) if detail else 0)
    places = {_EXIF_IFD: detail_at, _GPS_IFD: gps_at}
    main += [encode.long(tag, places[tag]) for tag in pointers]

    mark = b"MM" if big_endian else b"II"
    head = mark + struct.pack(encode.order + "HI", 42, main_at)
    blocks = [head, _directory(encode, main, main_at)]
    blocks += [_directory(encode, detail, detail_at)] if detail else []
    blocks += [_directory(encode, gps, gps_at)] if gps else []
    return b"".join(blocks)


def _main_entries(encode: _Encoder, exif: Exif) -> list[_Entry]:
    entries = []
    if exif.make is not None:
        entries.append(encode.text(0x010F, exif.make))
    if exif.model is not None:
        entries.append(encode.text(0x0110, exif.model))
    if exif.orientation is not None:
        entries.append(encode.short(0x0112, exif.orientation))
    if exif.date is not None:
        entries.append(encode.text(0x0132, _exif_date(exif.date)))
    return entries


def _detail_entries(encode: _Encoder, exif: Exif, size: Size | None) -> list[_Entry]:
    entries = []
    if exif.date is not None:
        entries.append(encode.text(0x9003, _exif_date(exif.date)))
    if exif.focal_length is not None:
        entries.append(encode.rational(0x920A, exif.focal_length))
    if size is not None:
        entries += [encode.long(0xA002, size.width), encode.long(0xA003, size.height)]
    if exif.custom_rendered is not None:
        entries.append(encode.short(0xA401, exif.custom_rendered))
    if exif.focal_length_35mm is not None:
        entries.append(encode.short(0xA405, round(exif.focal_length_35mm)))
    if exif.lens is not None:
        entries.append(encode.text(0xA434, exif.lens))
    return [encode.raw(0x9000, b"0232"), *entries] if entries else []


def _gps_entries(encode: _Encoder) -> list[_Entry]:
    return [
        encode.text(0x0001, "N"),
        encode.rational(0x0002, 0, 0, 0),
        encode.text(0x0003, "W"),
        encode.rational(0x0004, 30, 0, 0),
    ]


def _exif_date(date: str) -> str:
    return date.replace("-", ":")


def _directory_size(entries: Sequence[_Entry], pointers: int = 0) -> int:
    values = sum(_even(len(data)) for _, _, _, data in entries if len(data) > 4)
    return 2 + _ENTRY * (len(entries) + pointers) + 4 + values


def _even(length: int) -> int:
    return length + (length & 1)


def _directory(encode: _Encoder, entries: Sequence[_Entry], start: int) -> bytes:
    """One TIFF 6.0 directory: entries by tag, then the values that do not fit in four bytes."""
    table = [struct.pack(encode.order + "H", len(entries))]
    values: list[bytes] = []
    value_at = start + 2 + _ENTRY * len(entries) + 4
    for tag, kind, count, data in sorted(entries):
        table.append(struct.pack(encode.order + "HHI", tag, kind, count))
        if len(data) <= 4:
            table.append(data.ljust(4, b"\0"))
            continue
        table.append(struct.pack(encode.order + "I", value_at))
        values.append(data.ljust(_even(len(data)), b"\0"))
        value_at += _even(len(data))
    return b"".join((*table, bytes(4), *values))
