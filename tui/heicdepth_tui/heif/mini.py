"""Low-overhead headers: a ``mini`` box (MinimizedImageBox) as the meta box that it stands for.

ISO/IEC 23008-12:2025 clause O: one picture, perhaps with alpha, a gain map, EXIF and XMP, is
described by some forty bits instead of boxes. The bit layout agrees with what libheif 1.23 and
libavif 1.3 read. The gain map is left out: phones write none in such files, and a tone-mapped
derived image is not shown anywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from struct import pack

from heicdepth_tui.errors import MalformedError, UnsupportedHeaderError
from heicdepth_tui.heif.boxes import pack_box, pack_full_box
from heicdepth_tui.heif.picture_facts import Extent
from heicdepth_tui.heif.source import Source

__all__ = ["read_mini"]

_MAX_PROLOGUE = 512
"""Bytes that hold all bit fields: at most some 2,300 bits, with every kind of HDR metadata."""
_CODECS = {
    b"heic": (b"hvc1", b"hvcC"),
    b"heix": (b"hvc1", b"hvcC"),
    b"avif": (b"av01", b"av1C"),
}
"""Item type and configuration box of the brand in the minor version of ``ftyp``."""
_ALPHA = b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha"
_PRIMARY, _ALPHA_ID, _EXIF, _XMP = 1, 2, 6, 7
"""Item ids that the standard gives (3 and 4 are the tone map and the gain map)."""
_ORIENTATIONS = {
    2: (0, 1),
    3: (2, None),
    4: (0, 0),
    5: (1, 0),
    6: (3, None),
    7: (3, 0),
    8: (1, None),
}
"""EXIF orientation: quarter turns counter-clockwise (``irot``), then mirror axis (``imir``)."""


@dataclass(slots=True)
class _Fields:
    """The bit fields that the reader needs; sizes in bytes."""

    width: int = 0
    height: int = 0
    orientation: int = 1
    channels: int = 3
    bits: int = 8
    is_full_range: bool = False
    primaries: int = 1
    transfer: int = 13
    matrix: int = 6
    item_type: bytes = b""
    config_type: bytes = b""
    is_compressed: bool = False
    sizes: dict[str, int] = field(default_factory=dict)


def read_mini(source: Source, start: int, end: int, brand: bytes) -> bytes:
    """Return the children of the meta box that a ``mini`` box stands for.

    ``start`` and ``end`` are the file offsets of the box's content, ``brand`` the minor version of
    ``ftyp``, which gives the coding of the picture. Offsets in the result count from the start of
    the file. Raises MalformedError for chunks that do not fit the box, UnsupportedHeaderError for
    a version or coding that is not read, TruncatedError when the file ends before its picture.
    """
    last = min(end, source.size, start + _MAX_PROLOGUE)
    prologue = source.read(start, max(last - start, 0))
    bits = _Bits(prologue)
    fields = _read_fields(bits, brand)
    at = start + bits.whole_bytes
    sizes = fields.sizes
    if at + sum(sizes.values()) > end:
        raise MalformedError(
            f"its mini box announces {sum(sizes.values()):,} bytes of data, "
            f"{max(end - at, 0):,} are there"
        )
    places: dict[str, Extent] = {}
    for name in _ORDER:
        places[name] = Extent(at, sizes.get(name, 0))
        at += sizes.get(name, 0)
    return _meta(fields, places, source.read)


_ORDER = (
    "config", "alpha config", "gain map config", "icc", "tone map icc", "gain map metadata",
    "alpha", "gain map", "picture", "exif", "xmp",
)  # fmt: skip
"""Chunks in the order of the file, behind the bit fields."""


class _Bits:
    """Reads bits from the front; raises MalformedError past the end."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._total = self._left = 8 * len(data)

    def take(self, count: int) -> int:
        if count > self._left:
            raise MalformedError("its mini box is cut off in its fields")
        self._left -= count
        return (self._value >> self._left) & ((1 << count) - 1)

    def flag(self) -> bool:
        return bool(self.take(1))

    @property
    def whole_bytes(self) -> int:
        """Bytes read so far, the one that was begun included."""
        return (self._total - self._left + 7) // 8


def _read_fields(bits: _Bits, brand: bytes) -> _Fields:
    version = bits.take(2)
    if version:
        raise UnsupportedHeaderError(
            f"its mini box is of version {version}; this program reads version 0"
        )
    found = _Fields()
    has_codec_types, is_float = bits.flag(), bits.flag()
    found.is_full_range, has_alpha = bits.flag(), bits.flag()
    has_cicp, has_hdr, has_icc, has_exif, has_xmp = (bits.flag() for _ in range(5))
    chroma = bits.take(2)
    found.channels = 3 if chroma else 1
    found.orientation = bits.take(3) + 1
    wide = 15 if bits.flag() else 7
    found.width, found.height = bits.take(wide) + 1, bits.take(wide) + 1
    found.bits = _sample_format(bits, chroma, is_float=is_float)
    if has_alpha:
        bits.take(1)  # premultiplied
    if has_cicp:
        found.primaries, found.transfer, found.matrix = (bits.take(8) for _ in range(3))
    else:
        found.primaries, found.transfer = (2, 2) if has_icc else (1, 13)
        found.matrix = 6 if chroma else 2
    if has_codec_types:
        found.item_type, found.config_type = (bits.take(32).to_bytes(4, "big") for _ in range(2))
    elif brand in _CODECS:
        found.item_type, found.config_type = _CODECS[brand]
    else:
        raise UnsupportedHeaderError(
            f"its mini box is of the brand {brand.decode('latin-1')!r}, which this program does "
            "not read"
        )
    has_gain_map, has_tone_icc = _skip_hdr(bits, wide) if has_hdr else (False, False)
    long = 20 if (has_icc or has_exif or has_xmp or has_gain_map) and bits.flag() else 10
    config, data = (12 if bits.flag() else 3), (28 if bits.flag() else 15)
    sizes = found.sizes
    sizes["icc"] = bits.take(long) + 1 if has_icc else 0
    if has_gain_map:
        sizes["tone map icc"] = bits.take(long) + 1 if has_tone_icc else 0
        sizes["gain map metadata"] = bits.take(long)
        sizes["gain map"] = bits.take(data)
        sizes["gain map config"] = bits.take(config) if sizes["gain map"] else 0
    sizes["config"] = bits.take(config)
    sizes["picture"] = bits.take(data) + 1
    if has_alpha:
        sizes["alpha"] = bits.take(data)
        sizes["alpha config"] = bits.take(config) if sizes["alpha"] else 0
    if has_exif or has_xmp:
        found.is_compressed = bits.flag()
    sizes["exif"] = bits.take(long) + 1 if has_exif else 0
    sizes["xmp"] = bits.take(long) + 1 if has_xmp else 0
    return found


def _sample_format(bits: _Bits, chroma: int, *, is_float: bool) -> int:
    """Skip where chroma samples lie; return the bits of a sample."""
    if chroma in (1, 2):
        bits.take(1)  # horizontally centred
    if chroma == 1:
        bits.take(1)  # vertically centred
    if is_float:
        return int(1 << (bits.take(2) + 4))
    return bits.take(3) + 9 if bits.flag() else 8


def _skip_hdr(bits: _Bits, wide: int) -> tuple[bool, bool]:
    """Skip HDR metadata; return whether there is a gain map, and an ICC profile of the tone map."""
    has_gain_map, has_icc = bits.flag(), False
    if has_gain_map:
        if not bits.flag():
            bits.take(2 * wide)  # size
        bits.take(8)  # matrix coefficients
        bits.take(1)  # full range
        chroma = bits.take(2)
        _sample_format_of_gain_map(bits, chroma)
        has_icc = bits.flag()
        if bits.flag():
            bits.take(25)  # code points and range of the tone-mapped picture
    _skip_light(bits)
    if has_gain_map:
        _skip_light(bits)
    return has_gain_map, has_icc


def _sample_format_of_gain_map(bits: _Bits, chroma: int) -> None:
    """Unlike the picture's, the float flag of a gain map stands behind its chroma position."""
    if chroma in (1, 2):
        bits.take(1)
    if chroma == 1:
        bits.take(1)
    if bits.flag():
        bits.take(2)
    elif bits.flag():
        bits.take(3)


def _skip_light(bits: _Bits) -> None:
    """Skip the properties clli, mdcv, cclv, amve, reve and ndwt."""
    has_clli, has_mdcv, has_cclv, has_amve, has_reve, has_ndwt = (bits.flag() for _ in range(6))
    bits.take((32 if has_clli else 0) + (192 if has_mdcv else 0))
    if has_cclv:
        bits.take(2)
        has_primaries, has_least, has_most, has_mean = (bits.flag() for _ in range(4))
        bits.take(2 + (192 if has_primaries else 0) + 32 * (has_least + has_most + has_mean))
    bits.take((64 if has_amve else 0) + (128 if has_reve else 0) + (32 if has_ndwt else 0))


def _meta(fields: _Fields, places: dict[str, Extent], read: Callable[[int, int], bytes]) -> bytes:
    config = read(*places["config"]) if places["config"].length else b""
    turns, axis = _ORIENTATIONS.get(fields.orientation, (0, None))
    oriented = [pack_box(b"irot", bytes([turns]))] if turns else []
    oriented += [] if axis is None else [pack_box(b"imir", bytes([axis]))]
    size = pack_full_box(b"ispe", 0, 0, pack(">II", fields.width, fields.height))
    depths = bytes([fields.channels] + [fields.bits] * fields.channels)
    codes = pack(">3H", fields.primaries, fields.transfer, fields.matrix)
    picture = [
        *([pack_box(fields.config_type, config)] if config else []),
        size,
        pack_full_box(b"pixi", 0, 0, depths),
        pack_box(b"colr", b"nclx", codes, bytes([fields.is_full_range << 7])),
    ]
    if places["icc"].length:
        picture.append(pack_box(b"colr", b"prof", read(*places["icc"])))
    items = [_Item(_PRIMARY, fields.item_type, places["picture"], (*picture, *oriented))]
    if places["alpha"].length:
        own = places["alpha config"]
        config = read(*own) if own.length else config
        alpha = [
            *([pack_box(fields.config_type, config)] if config else []),
            size,
            pack_full_box(b"auxC", 0, 0, _ALPHA + b"\0"),
            pack_full_box(b"pixi", 0, 0, bytes([1, fields.bits])),
            *oriented,
        ]
        items.append(
            _Item(_ALPHA_ID, fields.item_type, places["alpha"], tuple(alpha), reference=b"auxl")
        )
    coding = b"deflate" if fields.is_compressed else b""
    if places["exif"].length:
        name = b"\0\0" + coding + b"\0"
        items.append(_Item(_EXIF, b"Exif", places["exif"], name=name, reference=b"cdsc"))
    if places["xmp"].length:
        name = b"\0application/rdf+xml\0" + coding + b"\0"
        items.append(_Item(_XMP, b"mime", places["xmp"], name=name, reference=b"cdsc"))
    return _boxes(items)


@dataclass(frozen=True, slots=True)
class _Item:
    id: int
    type: bytes
    place: Extent
    properties: tuple[bytes, ...] = ()
    name: bytes = b"\0"
    reference: bytes = b""


def _boxes(items: list[_Item]) -> bytes:
    entries = [
        pack_full_box(
            b"infe", 2, int(item.id != _PRIMARY), pack(">HH4s", item.id, 0, item.type), item.name
        )
        for item in items
    ]
    places = [pack(">HHHHII", item.id, 0, 0, 1, *item.place) for item in items]
    references = [
        pack_box(item.reference, pack(">HHH", item.id, 1, _PRIMARY))
        for item in items
        if item.reference
    ]
    known = list(dict.fromkeys(each for item in items for each in item.properties))
    belonging = [
        pack(">HB", item.id, len(item.properties))
        + bytes(known.index(each) + 1 for each in item.properties)
        for item in items
    ]
    return b"".join(
        (
            pack_full_box(b"hdlr", 0, 0, pack(">I4s12xB", 0, b"pict", 0)),
            pack_full_box(b"pitm", 0, 0, pack(">H", _PRIMARY)),
            pack_full_box(b"iinf", 0, 0, pack(">H", len(items)), *entries),
            pack_full_box(b"iref", 0, 0, *references),
            pack_box(
                b"iprp",
                pack_box(b"ipco", *known),
                pack_full_box(b"ipma", 0, 0, pack(">I", len(items)), *belonging),
            ),
            pack_full_box(b"iloc", 1, 0, pack(">HH", 0x4400, len(items)), *places),
        )
    )
