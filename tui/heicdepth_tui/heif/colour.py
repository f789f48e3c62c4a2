"""In which colour space a photo's values stand: its ICC profile, or the code points of ``nclx``."""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from typing import TYPE_CHECKING

from heicdepth_tui.heif.facts import ColourSpace
from heicdepth_tui.heif.items import read_items
from heicdepth_tui.heif.limits import DEFAULT_LIMITS, Limits
from heicdepth_tui.heif.remembered import remembered

if TYPE_CHECKING:
    from heicdepth_tui.heif.items import ItemTable

__all__ = [
    "DISPLAY_P3",
    "SRGB",
    "UNKNOWN",
    "ItemColour",
    "colour_space",
    "colour_text",
    "item_colour",
    "needs_no_profile",
    "profile_name",
    "read_profile",
]

DISPLAY_P3, SRGB, UNKNOWN = "Display P3", "sRGB", "unknown"
"""Names of colour spaces; others are called as the file calls them."""

_MOST_PROFILE_BYTES = 1 << 20
_MOST_TAGS = 100
_MOST_NAME = 80
_MOST_DERIVATIONS = 4
_COLR = frozenset({b"colr"})
_DERIVED = (b"grid", b"iden")
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


@dataclass(frozen=True, slots=True)
class ItemColour:
    """The colour space of an item's samples: its name, and the ICC profile where it is usable."""

    name: str = UNKNOWN
    profile: bytes = b""


def colour_space(table: ItemTable) -> ColourSpace:
    """Return the colour space of the primary picture."""
    colour = table.keep("colour", lambda: item_colour(table, table.primary_id))
    return ColourSpace(colour.name, len(colour.profile))


def item_colour(table: ItemTable, item_id: int) -> ItemColour:
    """Return the colour space of an item; a grid without one has its tiles'.

    An ICC profile goes before ``nclx`` (ISO/IEC 23008-12 section 6.5.5), whose code points are
    those of ISO/IEC 23091-2. Nothing is raised for a profile that makes no sense: it is unknown.
    """
    boxes = _boxes(table, item_id)
    for content in boxes:
        if content[:4] in _ICC:
            return _icc_colour(content)
    for content in boxes:
        if content[:4] == b"nclx" and len(content) >= 8:
            return ItemColour(_code_points(_number(content, 4, 2), _number(content, 6, 2)))
    return ItemColour()


@remembered
def _icc_colour(content: bytes) -> ItemColour:
    """Return the colour space of a ``colr`` box with an ICC profile."""
    profile = content[4:]
    return ItemColour(profile_name(profile) or UNKNOWN, profile if _is_usable(profile) else b"")


def read_profile(path: str | PathLike[str], *, limits: Limits = DEFAULT_LIMITS) -> bytes | None:
    """Return the ICC profile of the primary picture for RGB values, at most 1 MiB.

    None where there is none that can be used. Raises what ``read_items`` does.
    """
    with read_items(path, limits=limits) as table:
        for content in _boxes(table, table.primary_id):
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


def colour_text(content: bytes) -> str:
    """Return the colour space that the content of one ``colr`` box states, with its form."""
    if content[:4] in _ICC:
        return f"ICC profile of {len(content) - 4:,} bytes: {profile_name(content[4:]) or UNKNOWN}"
    if content[:4] == b"nclx" and len(content) >= 10:
        codes = [_number(content, at, 2) for at in (4, 6, 8)]
        return f"nclx {'/'.join(map(str, codes))}: {_code_points(*codes[:2])}"
    return ""


def _boxes(table: ItemTable, item_id: int) -> list[bytes]:
    """Return an item's ``colr`` boxes, or those of what it is derived from."""
    for _ in range(_MOST_DERIVATIONS):
        found = [content for _, content in table.property_boxes(item_id, _COLR)]
        sources = table.dimg(item_id) if table.types.get(item_id) in _DERIVED else ()
        if found or not sources:
            return found
        item_id = sources[0]
    return []


def _is_usable(profile: bytes) -> bool:
    """Return whether it is a profile for RGB values, complete and no larger than it may be."""
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
        return DISPLAY_P3
    if lower.startswith(_SRGB_NAMES):
        return SRGB
    return text


def _code_points(primaries: int, transfer: int) -> str:
    if transfer == _SRGB_TRANSFER and primaries in (_BT709, _P3_D65):
        return SRGB if primaries == _BT709 else DISPLAY_P3
    if primaries == _UNSPECIFIED:
        return UNKNOWN
    name = _PRIMARIES.get(primaries, f"primaries {primaries}")
    if transfer == _UNSPECIFIED or transfer in _BT709_LIKE:
        return name
    return f"{name} {_TRANSFERS.get(transfer, f'transfer {transfer}')}"


def _number(data: bytes, start: int, length: int) -> int:
    """Return a big-endian number, 0 where it is cut off."""
    part = data[start : start + length]
    return int.from_bytes(part, "big") if len(part) == length else 0


def needs_no_profile(colour: ColourSpace) -> bool:
    """Return whether values go to sRGB without the file's ICC profile, or cannot at all."""
    return not colour.profile_bytes or colour.name in (DISPLAY_P3, SRGB)
