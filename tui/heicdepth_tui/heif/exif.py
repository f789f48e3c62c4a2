"""The few EXIF values the program shows: IFD0 and the EXIF IFD (EXIF 2.32)."""

from __future__ import annotations

import re

from heicdepth_tui.heif.facts import Exif
from heicdepth_tui.heif.tiff import Tiff, tiff_of

__all__ = ["parse_exif", "parse_exif_item", "parse_exif_row"]

_MAKE, _MODEL, _ORIENTATION, _DATE = 0x010F, 0x0110, 0x0112, 0x0132
_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825
_DATE_ORIGINAL, _FOCAL = 0x9003, 0x920A
_CUSTOM_RENDERED, _FOCAL_35, _LENS = 0xA401, 0xA405, 0xA434

_DATE_TEXT = re.compile(r"(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d):(\d\d)", re.ASCII)


def parse_exif_item(payload: bytes) -> Exif:
    """Return the values of an ``Exif`` item as ``parse_exif`` does, which see for errors."""
    return parse_exif(tiff_of(payload))


def parse_exif(tiff: bytes) -> Exif:
    """Return the values of a TIFF structure; those it lacks, or that make no sense, are None.

    Raises MalformedError when it has no TIFF header or no first directory.
    """
    reader = _reader(tiff)
    orientation = reader.whole(_ORIENTATION)
    return Exif(
        make=reader.text(_MAKE),
        model=reader.text(_MODEL),
        lens=reader.text(_LENS),
        date=_taken(reader),
        orientation=orientation if orientation in range(1, 9) else None,
        focal_length=reader.positive(_FOCAL),
        focal_length_35mm=reader.positive(_FOCAL_35),
        custom_rendered=reader.whole(_CUSTOM_RENDERED),
        has_gps=reader.has(_GPS_IFD),
    )


def parse_exif_row(payload: bytes) -> tuple[str | None, int | None]:
    """Return only date and CustomRendered of an ``Exif`` item, as ``parse_exif_item`` would."""
    reader = _reader(tiff_of(payload))
    return _taken(reader), reader.whole(_CUSTOM_RENDERED)


def _reader(tiff: bytes) -> Tiff:
    reader = Tiff(tiff)
    reader.follow(_EXIF_IFD)
    return reader


def _taken(reader: Tiff) -> str | None:
    """Return when the photo was taken, else when it was changed, as YYYY-MM-DD HH:MM:SS."""
    return _date(reader.text(_DATE_ORIGINAL)) or _date(reader.text(_DATE))


def _date(text: str | None) -> str | None:
    match = _DATE_TEXT.match(text) if text else None
    if match is None:
        return None
    year, month, day, hour, minute, second = match.groups()
    # Cameras without a clock write 0000:00:00.
    if year == "0000" or not ("01" <= month <= "12" and "01" <= day <= "31"):
        return None
    if hour > "23" or minute > "59" or second > "60":
        return None
    return f"{year}-{month}-{day} {hour}:{minute}:{second}"
