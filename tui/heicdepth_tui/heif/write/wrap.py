"""Writes HEIF files of single pictures of a photo, for decoders that are given nothing else."""

from __future__ import annotations

from functools import lru_cache
from struct import pack

from heicdepth_tui.errors import LimitError, TruncatedError
from heicdepth_tui.heif.boxes import four_cc
from heicdepth_tui.heif.coded import DERIVED_TYPES, TRANSFORM_PROPERTIES
from heicdepth_tui.heif.items import ItemTable
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.heif.write.boxes import (
    Item,
    ItemReference,
    Layout,
    Property,
    assemble,
    box,
    colour,
    decoder_configuration,
    pixel_information,
    spatial_extent,
)

__all__ = ["wrap_av1", "wrap_hevc", "wrap_items"]

_AVIF = Layout(brand="avif", compatible_brands=("avif", "mif1", "miaf"))
_ESSENTIAL = TRANSFORM_PROPERTIES | {b"hvcC", b"av1C"}
_DECODING = _ESSENTIAL | {b"ispe", b"pixi", b"colr"}
"""Properties that a decoder needs of an image item."""
_MAX_SHARING = 16
"""Limit of part bytes as a multiple of the file size."""
_SMALL = 64 * 1024 * 1024
"""Bytes up to which sharing is not limited."""


def wrap_hevc(
    payload: bytes,
    *,
    hvcc: bytes,
    size: Size,
    pixi: tuple[int, ...] | None,
    colr: tuple[bytes, ...] = (),
) -> bytes:
    """Return a HEIC of one HEVC image, so that any decoder can be given a single item of a photo.

    ``payload`` is the item's data, ``hvcc`` the body of its ``hvcC`` box, ``size`` its ``ispe``,
    ``pixi`` the bits of each channel, ``colr`` the bodies of its ``colr`` boxes, each starting
    with the colour type. No transform is written: the picture comes out as coded.
    """
    return _wrap("hvc1", payload, hvcc, size, pixi, colr, Layout())


def wrap_av1(
    payload: bytes,
    *,
    av1c: bytes,
    size: Size,
    pixi: tuple[int, ...] | None,
    colr: tuple[bytes, ...] = (),
) -> bytes:
    """Return an AVIF file of one AV1 image; the arguments are those of ``wrap_hevc``.

    ``av1c`` is the body of the item's ``av1C`` box.
    """
    return _wrap("av01", payload, av1c, size, pixi, colr, _AVIF)


def _wrap(
    coding: str,
    payload: bytes,
    configuration: bytes,
    size: Size,
    pixi: tuple[int, ...] | None,
    colr: tuple[bytes, ...],
    layout: Layout,
) -> bytes:
    header = _header(coding, configuration, size, pixi, colr, layout)
    return b"".join((header, pack(">II4s", len(payload), 8 + len(payload), b"mdat"), payload))


@lru_cache(maxsize=64)
def _header(
    coding: str,
    configuration: bytes,
    size: Size,
    pixi: tuple[int, ...] | None,
    colr: tuple[bytes, ...],
    layout: Layout,
) -> bytes:
    """Return the file up to the length of its only extent, which is the end of ``meta``.

    The tiles of a photo differ in nothing else, and writing it takes as long as 2 % of decoding.
    """
    properties = (
        decoder_configuration(configuration, coding),
        spatial_extent(size),
        *(() if pixi is None else (pixel_information(pixi),)),
        *(colour(body) for body in colr),
    )
    whole = assemble([Item(1, coding, b"", properties)], primary_id=1, layout=layout)
    return whole.removesuffix(pack(">II4s", 0, 8, b"mdat"))


def wrap_items(table: ItemTable, parts: tuple[int, ...]) -> tuple[bytes, tuple[int, ...]]:
    """Return a HEIC of a derived picture (grid, ``iden``, ``iovl``), and which parts are cut short.

    ``parts`` is what ``parts_of`` returns. A library that puts the picture together is given
    nothing else of the file, neither metadata nor other pictures. The picture's own transforms
    are left out, those of its parts are kept. A part that lies past the end of the file has no
    data. Raises LimitError where the parts claim many times the bytes of the file, and what
    ``ItemTable.payload`` raises.
    """
    _check_bytes(table, parts)
    items, cut = [], []
    for part in parts:
        try:
            payload = table.payload(part)
        except TruncatedError:
            payload = b""
            cut.append(part)
        kind = table.type_of(part)
        properties = tuple(
            Property(box(four_cc(name), content), name in _ESSENTIAL)
            for name, content in table.property_boxes(part, _DECODING)
            if part != parts[0] or name not in TRANSFORM_PROPERTIES
        )
        items.append(Item(part, four_cc(kind), payload, properties, in_idat=kind in DERIVED_TYPES))
    references = [
        ItemReference("dimg", part, sources) for part in parts if (sources := table.dimg(part))
    ]
    return assemble(items, references, primary_id=parts[0]), tuple(cut)


def _check_bytes(table: ItemTable, parts: tuple[int, ...]) -> None:
    total = sum(table.length(part) - table.missing(part) for part in parts)
    limit = max(_SMALL, _MAX_SHARING * table.source.size)
    if total > limit:
        raise LimitError(
            f"the {len(parts):,} parts of image {parts[0]} claim {total:,} bytes of a file that "
            f"has {table.source.size:,}",
            hint="files made to exhaust a decoder look like this",
        )
