"""Where a photo was taken: read only when somebody asks for it, never part of a header."""

from __future__ import annotations

from os import PathLike
from struct import Struct
from typing import NamedTuple

from heicdepth_tui.errors import MalformedError
from heicdepth_tui.heif.exif import tiff_of
from heicdepth_tui.heif.header import exif_item
from heicdepth_tui.heif.items import read_items
from heicdepth_tui.heif.limits import DEFAULT_LIMITS, Limits

__all__ = ["Position", "parse_position", "read_position"]

_GPS_IFD = 0x8825
_MAX_ENTRIES = 64
_ASCII, _BYTE, _RATIONAL = 2, 1, 5


class Position(NamedTuple):
    """WGS 84: degrees, north and east positive; metres above sea level, None where unknown."""

    latitude: float
    longitude: float
    altitude: float | None = None

    def __str__(self) -> str:
        height = "" if self.altitude is None else f", {self.altitude:.1f} m above sea level"
        return f"{self.latitude:.6f}, {self.longitude:.6f} (WGS 84 degrees){height}"


def read_position(path: str | PathLike[str], *, limits: Limits = DEFAULT_LIMITS) -> Position | None:
    """Return where the photo was taken, None where it does not say.

    Raises HeaderError and FileAccessError as reading a header does.
    """
    with read_items(path, limits=limits) as table:
        item = exif_item(table)
        if item is None:
            return None
        try:
            return parse_position(table.payload(item, limit=limits.exif_bytes, header=True))
        except MalformedError:
            return None


def parse_position(payload: bytes) -> Position | None:
    """Return the position in an ``Exif`` item (EXIF 2.32, 4.6.6), None where there is none.

    None also for a position that cannot be: a reference other than N, S, E, W, degrees out of
    range, a denominator of zero.
    """
    tiff = tiff_of(payload)
    order = "<" if tiff[:2] == b"II" else ">"
    main = _directory(tiff, Struct(order + "I").unpack_from(tiff, 4)[0], order)
    pointer = main.get(_GPS_IFD)
    if pointer is None:
        return None
    gps = _directory(tiff, Struct(order + "I").unpack(pointer[2])[0], order)
    latitude = _degrees(tiff, gps, 1, order, {b"N": 1, b"S": -1}, 90)
    longitude = _degrees(tiff, gps, 3, order, {b"E": 1, b"W": -1}, 180)
    if latitude is None or longitude is None:
        return None
    return Position(latitude, longitude, _altitude(tiff, gps, order))


_Directory = dict[int, tuple[int, int, bytes]]


def _directory(tiff: bytes, offset: int, order: str) -> _Directory:
    """Return type, count and value field of every tag; empty where the offset lies outside."""
    if offset + 2 > len(tiff):
        return {}
    (count,) = Struct(order + "H").unpack_from(tiff, offset)
    entry = Struct(order + "HHI4s")
    found: _Directory = {}
    for index in range(min(count, _MAX_ENTRIES)):
        at = offset + 2 + 12 * index
        if at + 12 > len(tiff):
            break
        tag, kind, values, field = entry.unpack_from(tiff, at)
        found[tag] = (kind, values, field)
    return found


def _ratios(
    tiff: bytes, entry: tuple[int, int, bytes] | None, wanted: int, order: str
) -> list[float] | None:
    if entry is None or entry[0] != _RATIONAL or entry[1] < wanted:
        return None
    (place,) = Struct(order + "I").unpack(entry[2])
    if place + 8 * wanted > len(tiff):
        return None
    numbers = Struct(order + "I" * 2 * wanted).unpack_from(tiff, place)
    above, below = numbers[0::2], numbers[1::2]
    return [a / b for a, b in zip(above, below, strict=True)] if all(below) else None


def _degrees(
    tiff: bytes, gps: _Directory, tag: int, order: str, signs: dict[bytes, int], limit: int
) -> float | None:
    parts = _ratios(tiff, gps.get(tag + 1), 3, order)
    kind, _, field = gps.get(tag, (0, 0, b""))
    sign = signs.get(field[:1]) if kind == _ASCII else None
    if parts is None or sign is None:
        return None
    degrees = parts[0] + parts[1] / 60 + parts[2] / 3600
    return sign * degrees if degrees <= limit else None


def _altitude(tiff: bytes, gps: _Directory, order: str) -> float | None:
    parts = _ratios(tiff, gps.get(6), 1, order)
    if parts is None:
        return None
    kind, _, field = gps.get(5, (0, 0, b"\0"))
    return -parts[0] if kind == _BYTE and field[:1] == b"\1" else parts[0]
