"""One HEVC item by itself: its bytes alone, wrapped as a tiny HEIC, decoded as coded."""

from __future__ import annotations

from heicdepth_tui.errors import DecodeError, UnsupportedError
from heicdepth_tui.heif.items import CodedItem, ItemTable
from heicdepth_tui.heif.mux import wrap_hevc
from heicdepth_tui.photo.library import Decoded, decode_hevc

__all__ = ["decode_item", "is_plain"]


def is_plain(item: CodedItem) -> bool:
    """Return whether an item is a single HEVC picture that can be decoded by itself."""
    return item.type == "hvc1" and item.hvcc is not None


def decode_item(
    table: ItemTable, item: CodedItem, what: str, *, colr: tuple[bytes, ...] = ()
) -> Decoded:
    """Return the picture of a plain item as coded: no transform is applied.

    Only its own bytes are read. ``colr`` replaces the item's own colour properties, ``what`` names
    it in errors. (H, W) or (H, W, 3); uint8, or uint16 with 10- and 12-bit values unshifted; the
    bits are those of the picture itself, whatever the header says.
    Raises DecodeError, UnsupportedError, and what ``ItemTable.payload`` raises.
    """
    if item.hvcc is None:
        raise UnsupportedError(f"{what} has no HEVC configuration")
    data = wrap_hevc(
        table.payload(item.id),
        hvcc=item.hvcc,
        size=item.size,
        pixi=item.pixi,
        colr=colr or item.colr,
    )
    decoded = decode_hevc(data, what)
    height, width = decoded.samples.shape[:2]
    if (width, height) != item.size:
        raise DecodeError(
            f"{what} decodes to {width}×{height} samples, but its header says {item.size}"
        )
    return decoded
