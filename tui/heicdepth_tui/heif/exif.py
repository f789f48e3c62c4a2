"""The few EXIF values the tool shows, from a TIFF structure that is never trusted.

Reads IFD0 and the EXIF IFD it points at, nothing else, each with a bounded number of entries, so
that no chain of offsets can make it loop (EXIF 2.32, TIFF 6.0).
"""

from __future__ import annotations

import re
from struct import Struct

from heicdepth_tui.errors import MalformedError
from heicdepth_tui.heif.facts import Exif

__all__ = ["parse_exif", "parse_exif_item", "parse_exif_row", "tiff_of"]

_MAX_ENTRIES = 256
_ENTRY = 12
_MAX_TEXT = 128

_MAKE, _MODEL, _ORIENTATION, _DATE = 0x010F, 0x0110, 0x0112, 0x0132
_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825
_DATE_ORIGINAL, _FOCAL = 0x9003, 0x920A
_CUSTOM_RENDERED, _FOCAL_35, _LENS = 0xA401, 0xA405, 0xA434

_ASCII, _SHORT, _LONG, _RATIONAL, _IFD = 2, 3, 4, 5, 13
_DATE_TEXT = re.compile(r"(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d):(\d\d)", re.ASCII)
_FORMATS = {
    mark: (Struct(order + "H"), Struct(order + "I"), Struct(order + "2xHI4s"))
    for mark, order in ((b"II*\x00", "<"), (b"MM\x00*", ">"))
}


def parse_exif_item(payload: bytes) -> Exif:
    """Return the values of an ``Exif`` item: a 32-bit offset, then a TIFF structure at it.

    A payload that lacks the offset, or counts it wrongly, is searched for the TIFF header in its
    first bytes, as other readers do (ISO/IEC 23008-12 annex A.2.1). Raises MalformedError as
    ``parse_exif`` does.
    """
    return parse_exif(tiff_of(payload))


def parse_exif(tiff: bytes) -> Exif:
    """Return the values of a TIFF structure; those it lacks, or that make no sense, are None.

    Raises MalformedError when it has no TIFF header or no first directory.
    """
    reader = _Tiff(tiff)
    orientation = reader.whole(_ORIENTATION)
    return Exif(
        make=reader.text(_MAKE),
        model=reader.text(_MODEL),
        lens=reader.text(_LENS),
        date=reader.date(),
        orientation=orientation if orientation in range(1, 9) else None,
        focal_length=reader.positive(_FOCAL),
        focal_length_35mm=reader.positive(_FOCAL_35),
        custom_rendered=reader.whole(_CUSTOM_RENDERED),
        has_gps=reader.has(_GPS_IFD),
    )


def parse_exif_row(payload: bytes) -> tuple[str | None, int | None]:
    """Return only date and CustomRendered of an ``Exif`` item, as ``parse_exif_item`` would."""
    reader = _Tiff(tiff_of(payload))
    return reader.date(), reader.whole(_CUSTOM_RENDERED)


def tiff_of(payload: bytes) -> bytes:
    """Return the TIFF structure of an ``Exif`` item; MalformedError where there is none."""
    start = 4 + int.from_bytes(payload[:4], "big")
    if payload[start : start + 4] not in _FORMATS:
        places = (payload.find(mark, 0, 64) for mark in _FORMATS)
        start = min((place for place in places if place >= 0), default=-1)
        if start < 0:
            raise MalformedError("the EXIF has no TIFF header")
    return payload[start:]


class _Tiff:
    """Looks up tags in IFD0, then in the EXIF IFD."""

    __slots__ = ("_data", "_directories", "_entry", "_long", "_short")

    def __init__(self, data: bytes) -> None:
        formats = _FORMATS.get(data[:4])
        if formats is None or len(data) < 8:
            raise MalformedError("the EXIF has no TIFF header")
        self._data = data
        self._short, self._long, self._entry = formats
        self._directories: list[bytes] = []
        self._add_directory(self._long.unpack_from(data, 4)[0])
        if not self._directories:
            raise MalformedError("the EXIF has no directory")
        pointer = self.whole(_EXIF_IFD)
        if pointer is not None:
            self._add_directory(pointer)

    def _add_directory(self, offset: int) -> None:
        start = offset + 2
        if start <= len(self._data):
            count: int = self._short.unpack_from(self._data, offset)[0]
            table = self._data[start : start + _ENTRY * min(count, _MAX_ENTRIES)]
            if len(table) >= _ENTRY:
                self._directories.append(table)

    def _find(self, tag: int) -> tuple[int, int, bytes]:
        """Return type, count and value (or its offset) of a tag; (0, 0, b"") where it is missing.

        Searching the bytes for the tag is several times faster than unpacking every entry.
        """
        wanted = self._short.pack(tag)
        for table in self._directories:
            at = table.find(wanted)
            while at >= 0:
                if not at % _ENTRY and at + _ENTRY <= len(table):
                    kind, count, value = self._entry.unpack_from(table, at)
                    return kind, count, value
                at = table.find(wanted, at + 1)
        return 0, 0, b""

    def has(self, tag: int) -> bool:
        """Return whether a tag is there, whatever its value."""
        return bool(self._find(tag)[2])

    def text(self, tag: int) -> str | None:
        """Return the ASCII value of a tag up to its first NUL."""
        kind, count, value = self._find(tag)
        if kind != _ASCII or not count:
            return None
        if count > 4:
            (place,) = self._long.unpack(value)
            value = self._data[place : place + min(count, _MAX_TEXT)]
        else:
            value = value[:count]
        return value.partition(b"\0")[0].decode("utf-8", "replace").strip() or None

    def whole(self, tag: int) -> int | None:
        """Return the first SHORT or LONG of a tag."""
        kind, count, value = self._find(tag)
        if not count:
            return None
        if kind == _SHORT:
            return int(self._short.unpack_from(value)[0])
        if kind in (_LONG, _IFD):
            return int(self._long.unpack(value)[0])
        return None

    def positive(self, tag: int) -> float | None:
        """Return a SHORT, LONG or RATIONAL as a number, None where it is not above zero."""
        kind, count, value = self._find(tag)
        if kind != _RATIONAL or not count:
            return float(self.whole(tag) or 0) or None
        (place,) = self._long.unpack(value)
        if place + 8 > len(self._data):
            return None
        (above,) = self._long.unpack_from(self._data, place)
        (below,) = self._long.unpack_from(self._data, place + 4)
        return above / below or None if below else None

    def date(self) -> str | None:
        """Return when the photo was taken, else when it was changed, as YYYY-MM-DD HH:MM:SS."""
        return _date(self.text(_DATE_ORIGINAL)) or _date(self.text(_DATE))


def _date(text: str | None) -> str | None:
    match = _DATE_TEXT.match(text) if text else None
    if match is None:
        return None
    year, month, day, hour, minute, second = match.groups()
    # 0000:00:00 and its kin are how cameras without a clock say that they do not know.
    if year == "0000" or not ("01" <= month <= "12" and "01" <= day <= "31"):
        return None
    if hour > "23" or minute > "59" or second > "60":
        return None
    return f"{year}-{month}-{day} {hour}:{minute}:{second}"
