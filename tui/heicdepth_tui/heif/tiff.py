"""Looks up tags in the TIFF structure of EXIF, trusting no count and no offset (TIFF 6.0).

Reads IFD0 and the directories that callers name, each with a bounded number of entries, so that no
chain of offsets can make it loop.
"""

from __future__ import annotations

from collections.abc import Mapping
from struct import Struct

from heicdepth_tui.errors import MalformedError
from heicdepth_tui.heif.remembered import remembered

__all__ = ["Tiff", "tiff_of"]

_MAX_ENTRIES = 256
_ENTRY = 12
_MAX_TEXT = 128

_BYTE, _ASCII, _SHORT, _LONG, _RATIONAL, _IFD = 1, 2, 3, 4, 5, 13
_FORMATS = {
    mark: (Struct(order + "H"), Struct(order + "I"), Struct(order + "2xHI4s"))
    for mark, order in ((b"II*\x00", "<"), (b"MM\x00*", ">"))
}


def tiff_of(payload: bytes) -> bytes:
    """Return the TIFF structure of an ``Exif`` item: a 32-bit offset, then the structure at it.

    A payload that lacks the offset, or counts it wrongly, is searched for the TIFF header in its
    first 64 bytes, as other readers do (ISO/IEC 23008-12 annex A.2.1). Raises MalformedError where
    there is none.
    """
    start = 4 + int.from_bytes(payload[:4], "big")
    if payload[start : start + 4] not in _FORMATS:
        places = (payload.find(mark, 0, 64) for mark in _FORMATS)
        start = min((place for place in places if place >= 0), default=-1)
        if start < 0:
            raise MalformedError("the EXIF has no TIFF header")
    return payload[start:]


@remembered
def _rows_of(tags: bytes) -> Mapping[int, int]:
    """Return the first row of each tag, given as all high bytes, then all low ones.

    Photos of one phone have the same tags in one order.
    """
    count = len(tags) // 2
    found = zip(tags[:count], tags[count:], range(count), strict=False)
    return {high << 8 | low: row for high, low, row in reversed(list(found))}


class Tiff:
    """The entries of IFD0 and of the directories added by ``follow``, searched in that order.

    ``data`` is a TIFF structure. Raises MalformedError when it has no TIFF header or no first
    directory.
    """

    __slots__ = ("_data", "_directories", "_entry", "_is_little", "_long", "_short")

    def __init__(self, data: bytes) -> None:
        formats = _FORMATS.get(data[:4])
        if formats is None or len(data) < 8:
            raise MalformedError("the EXIF has no TIFF header")
        self._data = data
        self._short, self._long, self._entry = formats
        self._is_little = data[:1] == b"I"
        self._directories: list[tuple[bytes, Mapping[int, int]]] = []
        self._add_directory(self._long.unpack_from(data, 4)[0])
        if not self._directories:
            raise MalformedError("the EXIF has no directory")

    def follow(self, tag: int) -> None:
        """Search the directory that a tag points to as well; it may be missing."""
        pointer = self.whole(tag)
        if pointer is not None:
            self._add_directory(pointer)

    def enter(self, tag: int) -> bool:
        """Search only the directory that a tag points to; False where there is none."""
        pointer = self.whole(tag)
        self._directories = []
        if pointer is not None:
            self._add_directory(pointer)
        return bool(self._directories)

    def _add_directory(self, offset: int) -> None:
        start = offset + 2
        if start <= len(self._data):
            count: int = self._short.unpack_from(self._data, offset)[0]
            count = min(count, _MAX_ENTRIES, (len(self._data) - start) // _ENTRY)
            table = self._data[start : start + _ENTRY * count]
            if table:
                first, second = table[0::_ENTRY], table[1::_ENTRY]
                tags = second + first if self._is_little else first + second
                self._directories.append((table, _rows_of(tags)))

    def _find(self, tag: int) -> tuple[int, int, bytes]:
        """Return type, count and value (or its offset) of a tag; (0, 0, b"") without one."""
        for table, rows in self._directories:
            row = rows.get(tag)
            if row is not None:
                kind, count, value = self._entry.unpack_from(table, row * _ENTRY)
                return kind, count, value
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

    def byte(self, tag: int) -> int | None:
        """Return the first BYTE of a tag."""
        kind, _, value = self._find(tag)
        return value[0] if kind == _BYTE else None

    def ratios(self, tag: int, count: int) -> tuple[float, ...] | None:
        """Return the first ``count`` RATIONALs of a tag, None where one has no denominator."""
        kind, found, value = self._find(tag)
        if kind != _RATIONAL or found < count:
            return None
        (place,) = self._long.unpack(value)
        if place + 8 * count > len(self._data):
            return None
        numbers = [
            self._long.unpack_from(self._data, place + 4 * index)[0] for index in range(2 * count)
        ]
        above, below = numbers[0::2], numbers[1::2]
        return tuple(a / b for a, b in zip(above, below, strict=True)) if all(below) else None

    def positive(self, tag: int) -> float | None:
        """Return a SHORT, LONG or RATIONAL as a number, None where it is not above zero."""
        found = self.ratios(tag, 1)
        return (found[0] if found else float(self.whole(tag) or 0)) or None
