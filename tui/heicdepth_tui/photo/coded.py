"""Decodes one HEVC or AV1 item as coded: its bytes alone are wrapped as a small file."""

from __future__ import annotations

from heicdepth_tui.errors import DecodeError, HeaderError, UnsupportedError
from heicdepth_tui.heif.items import CodedItem, ItemTable
from heicdepth_tui.heif.properties import configured_bits
from heicdepth_tui.heif.write.wrap import wrap_av1, wrap_hevc
from heicdepth_tui.photo.layers import LayerKind
from heicdepth_tui.photo.pillow_heif_adapter import Decoded, decode_hevc

__all__ = ["decode_item", "decoded_bits", "is_plain"]

_AV1_BITS = 8
"""Bits a channel that Pillow's AVIF plugin gives, whatever the picture has."""


def is_plain(item: CodedItem) -> bool:
    """Return whether an item is a single HEVC or AV1 picture that can be decoded by itself."""
    if item.type == "hvc1":
        return item.hvcc is not None
    return item.type == "av01" and item.av1c is not None


def decoded_bits(item: CodedItem) -> int:
    """Return the bits a channel that decoding a plain item gives, as its configuration says."""
    if item.type == "av01":
        return _AV1_BITS
    configured = configured_bits(b"hvcC", item.hvcc or b"")
    return configured[0] if configured else 8


def decode_item(
    table: ItemTable,
    item: CodedItem,
    what: str,
    *,
    kind: LayerKind = LayerKind.PRIMARY,
    colr: tuple[bytes, ...] = (),
) -> Decoded:
    """Return the picture of a plain item as coded: no transform is applied.

    Only its own bytes are read. ``what`` names it in errors, ``kind`` is the layer that it is (a
    tile of), ``colr`` replaces the item's own colour properties. (H, W) or (H, W, 3); uint8, or
    uint16 with 10- and 12-bit values unshifted; the bits are those of the picture itself, whatever
    the header says. AV1 is always decoded to 8 bits, and the note says so; a depth map of more is
    refused. Codes of depth maps and of other monochrome auxiliary images are as stored.
    Raises DecodeError, UnsupportedError, and what ``ItemTable.payload`` raises.
    """
    colr = colr or item.colr
    if item.type == "av01":
        decoded = _decode_av1(table, item, what, kind, colr)
    elif item.hvcc is None:
        raise UnsupportedError(f"{what} has no HEVC configuration")
    else:
        payload = table.payload(item.id)
        data = wrap_hevc(payload, hvcc=item.hvcc, size=item.size, pixi=item.pixi, colr=colr)
        decoded = decode_hevc(data, what)
    height, width = decoded.samples.shape[:2]
    if (width, height) != item.size:
        raise DecodeError(
            f"{what} decodes to {width}×{height} samples, but its header says {item.size}"
        )
    return decoded


def _decode_av1(
    table: ItemTable, item: CodedItem, what: str, kind: LayerKind, colr: tuple[bytes, ...]
) -> Decoded:
    # Not imported above: HEVC photos do without them.
    from heicdepth_tui.heif.av1 import full_range_colour, read_sequence
    from heicdepth_tui.photo.avif import decode_av1

    if item.av1c is None:
        raise UnsupportedError(f"{what} has no AV1 configuration")
    payload = table.payload(item.id)
    try:
        sequence = read_sequence(payload)
    except HeaderError as error:
        raise DecodeError(f"{what} cannot be decoded: {error.what}") from error
    # libavif scales a picture to the size in the header; a depth map must not be resampled.
    if sequence.size != item.size:
        raise DecodeError(
            f"{what} decodes to {sequence.size} samples, but its header says {item.size}"
        )
    if sequence.bits > _AV1_BITS and kind is LayerKind.DEPTH:
        raise UnsupportedError(
            f"{what} is coded as AV1 with {sequence.bits} bits, which this program can only "
            "decode to 8: its codes would be rounded"
        )
    if kind in (LayerKind.DEPTH, LayerKind.AUXILIARY):
        colr = (full_range_colour(colr, sequence),)
    data = wrap_av1(payload, av1c=item.av1c, size=item.size, pixi=item.pixi, colr=colr)
    decoded = decode_av1(data, what, is_monochrome=sequence.is_monochrome)
    if sequence.bits > _AV1_BITS:
        return Decoded(decoded.samples, decoded.bits, f"{sequence.bits} bits a channel, shown as 8")
    return decoded
