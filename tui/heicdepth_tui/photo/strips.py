"""Decodes tiles that lie in a row or a column at once: one file to open instead of one a tile."""

from __future__ import annotations

from collections.abc import Sequence

from heicdepth_tui.errors import DecodeError, HeicDepthError
from heicdepth_tui.heif.items import CodedItem, ItemTable
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.heif.properties import configured_bits
from heicdepth_tui.heif.write.mux import CodedPicture, PhotoSpec, TiledPicture, mux
from heicdepth_tui.photo.coded import decode_item
from heicdepth_tui.photo.pillow_heif_adapter import Decoded, decode_hevc
from heicdepth_tui.photo.sample_arrays import Samples

__all__ = ["decode_strip"]

_MOST_PIXELS = 1 << 24
"""Pixels of a strip: the library holds them twice, as coded and in colours."""
_STEP = 32
"""A tile is looked at every 32 rows and columns to tell whether it may be missing."""


def decode_strip(
    table: ItemTable,
    tiles: Sequence[CodedItem],
    size: Size,
    *,
    is_column: bool,
    colr: tuple[bytes, ...] = (),
) -> Decoded | None:
    """Return HEVC tiles of one size side by side, or one below another, cropped to ``size``.

    Each is as ``decode_item`` returns it with the same ``colr``. None where each has to be decoded
    by itself: one of them cannot be decoded, or they are too large together.
    """
    if size.width * size.height > _MOST_PIXELS:
        return None
    shape = (len(tiles), 1) if is_column else (1, len(tiles))
    try:
        grid = TiledPicture(tuple(_picture(table, tile) for tile in tiles), *shape, size)
        decoded = decode_hevc(mux(PhotoSpec(grid, colr=colr or tiles[0].colr)), "a row of tiles")
        if decoded.samples.shape[:2] != (size.height, size.width):
            return None
        for number, tile in enumerate(tiles):
            if _may_be_missing(_place(decoded.samples, tile.size, number, is_column=is_column)):
                decode_item(table, tile, "a tile", colr=colr)
    except HeicDepthError:
        return None
    return decoded


def _picture(table: ItemTable, tile: CodedItem) -> CodedPicture:
    configured = configured_bits(b"hvcC", tile.hvcc or b"")
    if tile.hvcc is None or configured is None:
        raise DecodeError("a tile has no HEVC configuration")
    bits, channels = configured
    return CodedPicture(tile.hvcc, table.payload(tile.id), tile.size, (bits,) * channels)


def _place(samples: Samples, tile: Size, number: int, *, is_column: bool) -> Samples:
    length = tile.height if is_column else tile.width
    along = slice(number * length, (number + 1) * length)
    return samples[along] if is_column else samples[:, along]


def _may_be_missing(place: Samples) -> bool:
    """Return whether a place is in one colour: so the library leaves a tile it cannot decode."""
    seen = place[::_STEP, ::_STEP]
    return bool((seen == seen[0, 0]).all())
