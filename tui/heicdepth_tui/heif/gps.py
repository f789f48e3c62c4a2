"""The position in EXIF, read on request only: it is not part of a header."""

from __future__ import annotations

from os import PathLike
from typing import NamedTuple

from heicdepth_tui.errors import MalformedError
from heicdepth_tui.heif.header import exif_item
from heicdepth_tui.heif.items import read_items
from heicdepth_tui.heif.limits import DEFAULT_LIMITS, Limits
from heicdepth_tui.heif.tiff import Tiff, tiff_of

__all__ = ["Position", "parse_position", "read_position"]

_GPS_IFD = 0x8825
_LATITUDE_REF, _LATITUDE, _LONGITUDE_REF, _LONGITUDE, _ALTITUDE_REF, _ALTITUDE = range(1, 7)
_BELOW_SEA_LEVEL = 1


class Position(NamedTuple):
    """WGS 84: degrees, north and east positive; metres above sea level, None where unknown."""

    latitude: float
    longitude: float
    altitude: float | None = None

    def __str__(self) -> str:
        height = "" if self.altitude is None else f", {self.altitude:.1f} m above sea level"
        return f"{self.latitude:.6f}, {self.longitude:.6f} (WGS 84 degrees){height}"


def read_position(path: str | PathLike[str], *, limits: Limits = DEFAULT_LIMITS) -> Position | None:
    """Return where the photo was taken, None where EXIF has no position.

    Raises HeaderError and FileAccessError as reading a header does.
    """
    with read_items(path, limits=limits) as table:
        item = exif_item(table)
        if item is None:
            return None
        return parse_position(table.payload(item, limit=limits.exif_bytes, header=True))


def parse_position(payload: bytes) -> Position | None:
    """Return the position in an ``Exif`` item (EXIF 2.32, 4.6.6), None where there is none.

    None also for a position that cannot be: a reference other than N, S, E, W, degrees out of
    range, a denominator of zero; and where the EXIF has no TIFF header or no directory.
    """
    try:
        reader = Tiff(tiff_of(payload))
    except MalformedError:
        return None
    if not reader.enter(_GPS_IFD):
        return None
    latitude = _degrees(reader, _LATITUDE_REF, _LATITUDE, {"N": 1, "S": -1}, 90)
    longitude = _degrees(reader, _LONGITUDE_REF, _LONGITUDE, {"E": 1, "W": -1}, 180)
    if latitude is None or longitude is None:
        return None
    return Position(latitude, longitude, _altitude(reader))


def _degrees(
    reader: Tiff, reference: int, tag: int, signs: dict[str, int], limit: int
) -> float | None:
    parts = reader.ratios(tag, 3)
    sign = signs.get((reader.text(reference) or "")[:1])
    if parts is None or sign is None:
        return None
    degrees = parts[0] + parts[1] / 60 + parts[2] / 3600
    return sign * degrees if degrees <= limit else None


def _altitude(reader: Tiff) -> float | None:
    parts = reader.ratios(_ALTITUDE, 1)
    if parts is None:
        return None
    return -parts[0] if reader.byte(_ALTITUDE_REF) == _BELOW_SEA_LEVEL else parts[0]
