"""Item types that the decoders of this program read, and the reason where they do not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from heicdepth_tui.errors import HeaderError
from heicdepth_tui.heif.boxes import four_cc
from heicdepth_tui.heif.properties import configured_bits

if TYPE_CHECKING:
    from heicdepth_tui.heif.items import ItemTable

__all__ = ["DECODERS", "undecodable_depth_reason", "undecodable_reason"]

DECODERS: Mapping[bytes, str] = {b"hvc1": "pillow-heif", b"av01": "Pillow's AVIF plugin"}
"""Item types with coded samples that are decoded, and by what."""

_ASSEMBLED: Mapping[bytes, str] = {b"grid": "tiles", b"iden": "a picture", b"iovl": "pictures"}
"""Derived item types that are decoded where their sources are, and what they are made of."""

_PUT_TOGETHER: Mapping[bytes, str] = {b"hvc1": "pillow-heif"}
"""Item types that overlays (``iovl``) may consist of."""

_AV1_BITS = 8
"""Bits of a sample that Pillow's AVIF plugin gives; it rounds deeper ones."""
_AV1_CONFIGURATION = frozenset({b"av1C"})

_CODINGS: Mapping[bytes, str] = {
    b"av01": "coded as AV1",
    b"jpeg": "coded as JPEG",
    b"j2k1": "coded as JPEG 2000",
    b"avc1": "coded as AVC/H.264",
    b"vvc1": "coded as VVC/H.266",
    b"evc1": "coded as MPEG-5 EVC",
    b"lhv1": "coded as layered HEVC",
    b"unci": "stored uncompressed",
    b"mski": "stored as a mask",
    b"tild": "stored as a tiled image",
}


def undecodable_reason(table: ItemTable, item: int) -> str:
    """Return why no decoder of this program reads an image item; empty where one does.

    A clause that follows "is", e.g. ``coded as JPEG (item type jpeg), which this program cannot
    decode``. Grids, overlays and identities (``iden``) are decoded where all their sources are.
    Never raises: sources that do not exist are ignored.
    """
    kind = _blocking_type(table, item, table.limits.nesting, DECODERS)
    if kind is None:
        return ""
    how = _CODINGS.get(kind, "coded in an unknown way")
    made_of = _ASSEMBLED.get(table.types.get(item, b""))
    prefix = "" if made_of is None else f"made of {made_of} "
    verb = "put together" if kind in DECODERS else "decode"
    return f"{prefix}{how} (item type {four_cc(kind)}), which this program cannot {verb}"


def undecodable_depth_reason(table: ItemTable, item: int) -> str:
    """Return why no decoder gives the codes of a depth map; empty where one does.

    As ``undecodable_reason``, and AV1 of more than 8 bits, whose codes would be rounded.
    """
    reason = undecodable_reason(table, item)
    if reason:
        return reason
    coded = item
    if table.types.get(item) in _ASSEMBLED:
        coded = next(iter(table.references.get(b"dimg", {}).get(item, ())), item)
    if table.types.get(coded) != b"av01":
        return ""
    try:
        found = table.property_boxes(coded, _AV1_CONFIGURATION)
    except HeaderError:
        # The code that uses the properties reports the error.
        return ""
    for kind, content in found:
        bits, _ = configured_bits(kind, content) or (_AV1_BITS, 1)
        if bits > _AV1_BITS:
            return f"coded as AV1 with {bits} bits, which this program can only decode to 8"
    return ""


def _blocking_type(
    table: ItemTable, item: int, steps: int, decoded: Mapping[bytes, str]
) -> bytes | None:
    """Return the first item type that is not decoded, None where there is none.

    Recursion is bounded by ``steps``.
    """
    kind = table.types.get(item)
    if kind is None or kind in decoded:
        return None
    if kind not in _ASSEMBLED or not steps:
        return kind
    if kind == b"iovl":
        decoded = _PUT_TOGETHER
    # Four thousand thumbnails may be made of one grid of sixty thousand tiles.
    key = item, decoded is _PUT_TOGETHER
    if key not in table.blocking_types:
        table.blocking_types[key] = _blocking_source(table, item, steps, decoded)
    return table.blocking_types[key]


def _blocking_source(
    table: ItemTable, item: int, steps: int, decoded: Mapping[bytes, str]
) -> bytes | None:
    sources = table.references.get(b"dimg", {}).get(item, ())
    if decoded.keys() >= set(map(table.types.get, sources)):
        return None
    # One source of each type stands for all: a grid may name one tile sixty thousand times.
    by_type = {table.types.get(source): source for source in sources}
    for source in by_type.values():
        found = _blocking_type(table, source, steps - 1, decoded)
        if found is not None:
            return found
    return None
