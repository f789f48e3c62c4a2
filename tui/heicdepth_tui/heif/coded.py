"""One image item as a decoder needs it: size, configuration, colour, turns, where its bytes lie."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from heicdepth_tui.errors import HeaderError, MalformedError, UnsupportedHeaderError
from heicdepth_tui.heif import properties
from heicdepth_tui.heif.boxes import four_cc
from heicdepth_tui.heif.picture_facts import Extent, Size, Transform

__all__ = [
    "CODED_TYPES",
    "DERIVED_TYPES",
    "IMAGE_TYPES",
    "NO_PICTURES",
    "TRANSFORM_PROPERTIES",
    "CodedItem",
    "PictureProperties",
    "not_a_picture",
    "picture_properties",
    "transforms_of",
]

CODED_TYPES = frozenset(
    {b"hvc1", b"av01", b"avc1", b"vvc1", b"evc1", b"lhv1", b"jpeg", b"j2k1", b"unci", b"mski"}
)
"""Item types that hold the samples of a picture."""

DERIVED_TYPES = frozenset({b"grid", b"iden", b"iovl", b"tild"})
"""Item types that make a picture of others."""

IMAGE_TYPES = CODED_TYPES | DERIVED_TYPES

NO_PICTURES = frozenset({b"Exif", b"mime", b"uri ", b"rgan", b"text"})
"""Item types of metadata and annotations."""

TRANSFORM_PROPERTIES = frozenset({b"irot", b"imir", b"clap"})
"""Properties that turn, mirror or crop."""


@dataclass(frozen=True, slots=True)
class CodedItem:
    """One image item as coded: what a decoder needs of it.

    ``hvcc`` and ``av1c`` are the contents of its ``hvcC`` and ``av1C`` boxes (decoder
    configuration), ``colr`` the contents of its ``colr`` boxes, all without box headers.
    ``extents`` are offsets from the start of the file also for a payload that lies in the header
    (``construction_method`` 1, ``idat``).
    """

    id: int
    type: str
    size: Size
    hvcc: bytes | None
    pixi: tuple[int, ...] | None
    colr: tuple[bytes, ...]
    transforms: tuple[Transform, ...]
    extents: tuple[Extent, ...]
    construction_method: int
    bits: int | None
    """Bits a channel, from ``pixi``, else from the decoder configuration."""
    channels: int | None
    av1c: bytes | None = None

    @property
    def displayed_size(self) -> Size:
        """Size after the item's transforms."""
        return properties.displayed_size(self.size, self.transforms)


def not_a_picture(item: int, kind: bytes, what: str = "") -> HeaderError:
    """Return the error for an item whose type is not in IMAGE_TYPES; ``what`` names the item."""
    shown = f"{what or 'item'} {item} is of type {four_cc(kind)!r}"
    if kind in NO_PICTURES:
        return MalformedError(f"{shown}, which is no picture")
    return UnsupportedHeaderError(f"{shown}, which this program does not read")


@dataclass(frozen=True, slots=True)
class PictureProperties:
    """The properties of an image item, each as in CodedItem."""

    size: Size
    displayed_size: Size
    hvcc: bytes | None
    av1c: bytes | None
    pixi: tuple[int, ...] | None
    colr: tuple[bytes, ...]
    transforms: tuple[Transform, ...]
    bits: int | None
    channels: int | None


def picture_properties(boxes: Iterable[tuple[bytes, bytes]]) -> PictureProperties | None:
    """Return the properties in boxes of given types and contents; None where none is a size.

    Of two sizes the last counts. Raises MalformedError where the size or a transform makes no
    sense.
    """
    size: Size | None = None
    hvcc: bytes | None = None
    av1c: bytes | None = None
    pixi: tuple[int, ...] | None = None
    configured: tuple[int, int] | None = None
    colours: list[bytes] = []
    turns: list[tuple[bytes, bytes]] = []
    for name, content in boxes:
        if name == b"ispe":
            size = properties.image_size(content)
        elif name == b"pixi":
            pixi = properties.pixel_bits(content)
        elif name == b"hvcC":
            hvcc, configured = content, properties.configured_bits(name, content)
        elif name == b"av1C":
            av1c, configured = content, properties.configured_bits(name, content)
        elif name == b"colr":
            colours.append(content)
        elif name in TRANSFORM_PROPERTIES:
            turns.append((name, content))
    if size is None:
        return None
    if pixi:
        configured = pixi[0], 1 if len(pixi) == 1 else 3
    bits, channels = configured or (None, None)
    transforms = transforms_of(size, turns)
    shown = properties.displayed_size(size, transforms)
    return PictureProperties(
        size, shown, hvcc, av1c, pixi, tuple(colours), transforms, bits, channels
    )


def transforms_of(size: Size, turns: Iterable[tuple[bytes, bytes]]) -> tuple[Transform, ...]:
    """Return the transforms of a picture of ``size`` from type and content of their properties.

    Turns by nothing are left out. Raises MalformedError for one that makes no sense.
    """
    found: list[Transform] = []
    for kind, content in turns:
        transform: Transform | None
        if kind == b"clap":
            transform = properties.clean_aperture(content, size)
        elif kind == b"irot":
            transform = properties.rotation(content)
        else:
            transform = properties.mirror(content)
        if transform is not None:
            size = properties.apply_transform(size, transform)
            found.append(transform)
    return tuple(found)
