"""Reads the values that a row of the photo list shows, in less time than a whole header."""

from __future__ import annotations

from os import PathLike

from heicdepth_tui.errors import (
    FileAccessError,
    HeaderError,
    LimitError,
    NotHeifError,
    TruncatedError,
    UnsupportedHeaderError,
)
from heicdepth_tui.heif.codecs import DECODERS, undecodable_depth_reason, undecodable_reason
from heicdepth_tui.heif.coded import not_a_picture
from heicdepth_tui.heif.depth_facts import DepthStatus
from heicdepth_tui.heif.depth_info import (
    check_depth_size,
    choose_depth,
    depth_items,
    depth_of_others,
)
from heicdepth_tui.heif.exif import parse_exif_row
from heicdepth_tui.heif.facts import PORTRAIT_RENDERED, HeaderSummary
from heicdepth_tui.heif.header import exif_item
from heicdepth_tui.heif.items import IMAGE_TYPES, ItemTable
from heicdepth_tui.heif.limits import DEFAULT_LIMITS, Limits
from heicdepth_tui.heif.picture_facts import Extent, Size
from heicdepth_tui.heif.source import RefusedFileError, Source

__all__ = ["read_summary"]

_FORMATS = {b"hvc1": "HEIC", b"av01": "AVIF"}


def read_summary(path: str | PathLike[str], *, limits: Limits = DEFAULT_LIMITS) -> HeaderSummary:
    """Return the values of a row of the photo list; ``problem`` names the error of a bad file.

    Uses the parser of ``read_header`` but leaves out XMP, depth representation, grid layout, all
    tiles but the first and last, and every item that the row does not show.
    """
    try:
        with Source(path, limits) as source:
            try:
                return _summary(ItemTable(source, limits=limits))
            except HeaderError as error:
                return _bad(source.size, _label(error))
    except FileAccessError as error:
        return _bad(0, error.label if isinstance(error, RefusedFileError) else "unreadable")


def _bad(file_size: int, problem: str) -> HeaderSummary:
    return HeaderSummary(file_size, None, DepthStatus.ABSENT, None, None, problem)


def _label(error: HeaderError) -> str:
    if isinstance(error, NotHeifError):
        return error.kind
    if isinstance(error, TruncatedError):
        return "cut short"
    if isinstance(error, UnsupportedHeaderError):
        return "unsupported"
    return "too large" if isinstance(error, LimitError) else "malformed"


def _summary(table: ItemTable) -> HeaderSummary:
    primary = table.primary_id
    kind, size = table.type_of(primary), table.displayed_size(primary)
    if kind not in IMAGE_TYPES:
        raise not_a_picture(primary, kind, "its primary item")
    if kind == b"grid":
        tiles = table.dimg(primary)
        kind = table.types.get(tiles[0], b"") if tiles else b""
    else:
        tiles = (primary,)
    date, rendered = _exif(table)
    status, depth, depth_decodable = _depth(table, rendered)
    # Files are cut at their end, where the last tile lies.
    cut = bool(tiles) and _end(table.extents(tiles[-1])) > table.source.size
    return HeaderSummary(
        table.source.size,
        None if cut else size,
        status,
        depth,
        date,
        "cut short" if cut else "",
        _FORMATS.get(kind, "HEIF"),
        kind in DECODERS or not undecodable_reason(table, primary),
        depth_decodable,
    )


def _end(extents: tuple[Extent, ...]) -> int:
    """Return where the last byte of a payload lies, 0 where there is no payload."""
    return max([at + length for at, length in extents if length], default=0)


def _exif(table: ItemTable) -> tuple[str | None, int | None]:
    """Return date and CustomRendered; None for both where the EXIF cannot be read."""
    item = exif_item(table)
    if item is None:
        return None, None
    try:
        return parse_exif_row(table.payload(item, limit=table.limits.exif_bytes, header=True))
    except HeaderError:
        # A row without a date; reading the header states the problem of the EXIF.
        return None, None


def _depth(table: ItemTable, rendered: int | None) -> tuple[DepthStatus, Size | None, bool]:
    """Return status, upright size and whether a decoder reads the depth map's type."""
    own, loose = depth_items(table)
    if own:
        item = choose_depth(table, own)
        try:
            size, end = table.displayed_size(item), _end(table.extents(item))
            check_depth_size(table, size)
            if table.is_image(item) and 0 < end <= table.source.size:
                is_read = table.types[item] == b"hvc1" or not undecodable_depth_reason(table, item)
                return DepthStatus.PRESENT, size, is_read
        except HeaderError:
            # Shown as unreadable; reading the header gives the reason.
            pass
    if own or loose:
        return DepthStatus.UNREADABLE, None, True
    if rendered in PORTRAIT_RENDERED and not depth_of_others(table):
        return DepthStatus.STRIPPED, None, True
    return DepthStatus.ABSENT, None, True
