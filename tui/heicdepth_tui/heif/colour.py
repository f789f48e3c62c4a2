"""In which colour space a photo's values stand: its ICC profile, or the code points of ``nclx``."""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING

from heicdepth_tui.heif.facts import ColourSpace
from heicdepth_tui.heif.items import read_items
from heicdepth_tui.heif.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from heicdepth_tui.heif.items import ItemTable

__all__ = ["colour_space", "profile_name", "read_profile"]

_MOST_PROFILE_BYTES = 1 << 20
_MOST_TAGS = 100
_MOST_NAME = 80
_COLR = frozenset({b"colr"})
_ICC = (b"prof", b"rICC")

_P3_NAMES = frozenset({"display p3", "dci-p3 d65 gamut with srgb transfer"})
"""Descriptions in phones' profiles of P3 primaries with sRGB's transfer function, lower case."""
_SRGB_NAMES = ("srgb", "gimp built-in srgb")

_PRIMARIES = {
    1: "BT.709",
    4: "BT.470 M",
    5: "BT.601 (625)",
    6: "BT.601",
    7: "SMPTE 240M",
    9: "BT.2020",
    10: "XYZ",
    11: "DCI-P3",
    12: "P3 D65",
}
_TRANSFERS = {8: "linear", 13: "sRGB", 14: "BT.2020", 15: "BT.2020", 16: "PQ", 18: "HLG"}
_BT709_LIKE = frozenset({1, 6})
_UNSPECIFIED, _SRGB_TRANSFER, _BT709, _P3_D65 = 2, 13, 1, 12


def colour_space(table: ItemTable) -> ColourSpace:
    """Return the colour space of the primary picture; a grid without one has its tiles'.

    An ICC profile goes before ``nclx`` (ISO/IEC 23008-12 section 6.5.5), whose code points are
    those of ISO/IEC 23091-2. Nothing is raised for a profile that makes no sense: it is unknown.
    """
    boxes = _boxes(table)
    for content in boxes:
        if content[:4] in _ICC:
            profile = content[4:]
            usable = len(profile) if _is_usable(profile) else 0
            return ColourSpace(profile_name(profile) or "unknown", usable)
    for content in boxes:
        if content[:4] == b"nclx" and len(content) >= 8:
            return ColourSpace(_code_points(_number(content, 4, 2), _number(content, 6, 2)))
    return ColourSpace()


def read_profile(path: str | PathLike[str], *, limits: Limits = DEFAULT_LIMITS) -> bytes | None:
    """Return the ICC profile of the primary picture for RGB values, at most 1 MiB.

    None where there is none that can be used. Raises what ``read_items`` does.
    """
    with read_items(path, limits=limits) as table:
        for content in _boxes(table):
            if content[:4] in _ICC and _is_usable(content[4:]):
                return content[4:]
    return None


def profile_name(profile: bytes) -> str:
    """Return the description in an ICC profile, known ones by their usual name; empty without one.

    ``Display P3`` and ``sRGB`` stand for everything that means the same. The ``desc`` tag holds a
    ``desc`` text (ICC.1:2001-04 section 6.5.17) or an ``mluc`` one (ICC.1:2022 section 10.15).
    """
    for index in range(min(_number(profile, 128, 4), _MOST_TAGS)):
        entry = 132 + 12 * index
        if profile[entry : entry + 4] == b"desc":
            start, length = _number(profile, entry + 4, 4), _number(profile, entry + 8, 4)
            return _usual_name(_text(profile[start : start + length]))
    return ""


def _boxes(table: ItemTable) -> list[bytes]:
    found = [content for _, content in table.property_boxes(table.primary_id, _COLR)]
    if not found and table.type_of(table.primary_id) == b"grid":
        for tile in table.dimg(table.primary_id)[:1]:
            found = [content for _, content in table.property_boxes(tile, _COLR)]
    return found


def _is_usable(profile: bytes) -> bool:
    """Whether it is a profile for RGB values, complete and no larger than it may be."""
    return (
        132 <= len(profile) <= _MOST_PROFILE_BYTES
        and profile[36:40] == b"acsp"
        and profile[16:20] == b"RGB "
        and _number(profile, 0, 4) == len(profile)
    )


def _text(tag: bytes) -> str:
    if tag[:4] == b"desc":
        length = min(_number(tag, 8, 4), _MOST_NAME)
        text = tag[12 : 12 + length].decode("ascii", "replace")
    elif tag[:4] == b"mluc" and _number(tag, 8, 4):
        length, start = min(_number(tag, 20, 4), 2 * _MOST_NAME), _number(tag, 24, 4)
        text = tag[start : start + length].decode("utf-16-be", "replace")
    else:
        return ""
    return " ".join(text.partition("\0")[0].split())


def _usual_name(text: str) -> str:
    lower = text.lower()
    if lower in _P3_NAMES:
        return "Display P3"
    if lower.startswith(_SRGB_NAMES):
        return "sRGB"
    return text


def _code_points(primaries: int, transfer: int) -> str:
    if transfer == _SRGB_TRANSFER and primaries in (_BT709, _P3_D65):
        return "sRGB" if primaries == _BT709 else "Display P3"
    if primaries == _UNSPECIFIED:
        return "unknown"
    name = _PRIMARIES.get(primaries, f"primaries {primaries}")
    if transfer == _UNSPECIFIED or transfer in _BT709_LIKE:
        return name
    return f"{name} {_TRANSFERS.get(transfer, f'transfer {transfer}')}"


def _number(data: bytes, start: int, length: int) -> int:
    """Return a big-endian number, 0 where it is cut off."""
    part = data[start : start + length]
    return int.from_bytes(part, "big") if len(part) == length else 0
