"""Photos as bytes: coded pictures, their roles and their metadata put together into a HEIC file."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from heicdepth_tui.heif.picture_facts import Crop, Size, Transform
from heicdepth_tui.heif.write.boxes import (
    Item,
    ItemReference,
    Layout,
    Property,
    assemble,
    auxiliary_type,
    box,
    colour,
    decoder_configuration,
    full_box,
    pixel_information,
    spatial_extent,
    transform_properties,
)

__all__ = [
    "AuxPicture",
    "CodedPicture",
    "PhotoSpec",
    "PlainPicture",
    "TiledPicture",
    "auxiliary_items",
    "mux",
]

_XMP_TYPE = "application/rdf+xml"
_MAX_SHORT_SIZE = 0xFFFF


@dataclass(frozen=True, slots=True)
class CodedPicture:
    """One still picture as an item needs it: HEVC, or AV1 where ``coding`` is ``av01``."""

    configuration: bytes
    """Body of the ``hvcC`` box (HEVCDecoderConfigurationRecord), of ``av1C`` for AV1."""
    payload: bytes
    """Length-prefixed NAL units; OBUs for AV1."""
    size: Size
    """Size the decoder puts out (``ispe``)."""
    pixi: tuple[int, ...]
    """Bits of each channel."""
    visible: Size | None = None
    """The picture's own size where the encoder had to pad it; cut back by a ``clap``."""
    coding: str = "hvc1"
    """Item type."""


@dataclass(frozen=True, slots=True)
class TiledPicture:
    """A ``grid``: equal tiles in raster order, put together and cropped to ``size``."""

    tiles: tuple[CodedPicture, ...]
    rows: int
    columns: int
    size: Size


@dataclass(frozen=True, slots=True)
class PlainPicture:
    """A picture that needs nothing but its transforms: a thumbnail or a second view."""

    picture: CodedPicture
    transforms: tuple[Transform, ...] = ()
    properties: tuple[Property, ...] = ()
    """Further properties, e.g. of ``write.camera``."""


@dataclass(frozen=True, slots=True)
class AuxPicture:
    """An auxiliary image of the primary image."""

    picture: CodedPicture
    urn: str
    subtype: bytes = b""
    """For a depth map the aux_subtype with its SEI: see ``sei.build_depth_representation``."""
    transforms: tuple[Transform, ...] = ()
    xmp: bytes | None = None
    hidden: bool = True
    properties: tuple[Property, ...] = ()
    """Further properties, e.g. of ``write.camera``."""


@dataclass(frozen=True, slots=True)
class PhotoSpec:
    """Everything ``mux`` writes into one photo; unchecked: tests write contradictions."""

    primary: CodedPicture | TiledPicture
    transforms: tuple[Transform, ...] = ()
    """Of the primary image; every other picture carries its own."""
    colr: tuple[bytes, ...] = ()
    """Bodies of the primary image's (and its tiles') ``colr`` boxes."""
    auxiliaries: tuple[AuxPicture, ...] = ()
    thumbnails: tuple[PlainPicture, ...] = ()
    exif: bytes | None = None
    """A TIFF block, without the marker ``Exif``."""
    xmp: bytes | None = None
    """XMP of the primary image."""
    second_view: PlainPicture | None = None
    """Right view of a stereo pair whose left view is the primary image (``ster`` group)."""
    layout: Layout = field(default_factory=Layout)
    grid_in_idat: bool = True
    first_id: int = 1
    properties: tuple[Property, ...] = ()
    """Further properties of the primary image, e.g. of ``write.camera``."""


def mux(spec: PhotoSpec) -> bytes:
    """Return the bytes of a HEIC photo (ISO/IEC 23008-12) with the content of ``spec``.

    Item ids count up from ``spec.first_id`` in the order tiles, primary, thumbnails, Exif, XMP,
    auxiliary images each followed by its XMP, second view: the order of Apple's files.
    """
    writer = _Writer(spec.first_id)
    primary = _add_primary(writer, spec)
    for thumbnail in spec.thumbnails:
        writer.refer("thmb", writer.picture(thumbnail.picture, thumbnail.transforms), primary)
    if spec.exif is not None:
        writer.refer("cdsc", writer.add("Exif", bytes(4) + spec.exif, hidden=True), primary)
    if spec.xmp is not None:
        writer.xmp(spec.xmp, primary)
    for auxiliary in spec.auxiliaries:
        _add_auxiliary(writer, auxiliary, primary)
    groups = b""
    if spec.second_view is not None:
        view = spec.second_view
        other = writer.picture(view.picture, view.transforms, *view.properties)
        groups = _stereo_group(other + 1, primary, other)
    return assemble(
        writer.items, writer.references, primary_id=primary, groups=groups, layout=spec.layout
    )


def auxiliary_items(
    auxiliary: AuxPicture, first_id: int, primary: int
) -> tuple[list[Item], list[ItemReference]]:
    """Return the items of an auxiliary image of ``primary``, to be added to a file.

    Their ids count up from ``first_id``: the image, then its XMP where it has some.
    """
    writer = _Writer(first_id)
    _add_auxiliary(writer, auxiliary, primary)
    return writer.items, writer.references


@dataclass(slots=True)
class _Writer:
    """Items and references while they are collected; ids are given out in order."""

    next_id: int
    items: list[Item] = field(default_factory=list)
    references: list[ItemReference] = field(default_factory=list)

    def add(
        self,
        kind: str,
        payload: bytes,
        properties: tuple[Property, ...] = (),
        *,
        hidden: bool = False,
        content_type: str = "",
        in_idat: bool = False,
    ) -> int:
        number = self.next_id
        self.next_id += 1
        self.items.append(Item(number, kind, payload, properties, hidden, content_type, in_idat))
        return number

    def refer(self, kind: str, source: int, *targets: int) -> None:
        self.references.append(ItemReference(kind, source, targets))

    def picture(
        self,
        picture: CodedPicture,
        transforms: tuple[Transform, ...] = (),
        *extra: Property,
        hidden: bool = False,
    ) -> int:
        if picture.visible is not None:
            transforms = (Crop(0, 0, *picture.visible), *transforms)
        properties = (
            decoder_configuration(picture.configuration, picture.coding),
            spatial_extent(picture.size),
            pixel_information(picture.pixi),
            *extra,
            *transform_properties(transforms, picture.size),
        )
        return self.add(picture.coding, picture.payload, properties, hidden=hidden)

    def xmp(self, packet: bytes, about: int) -> None:
        self.refer("cdsc", self.add("mime", packet, hidden=True, content_type=_XMP_TYPE), about)


def _add_primary(writer: _Writer, spec: PhotoSpec) -> int:
    colours = tuple(colour(body) for body in spec.colr)
    if isinstance(spec.primary, CodedPicture):
        return writer.picture(spec.primary, spec.transforms, *colours, *spec.properties)
    grid = spec.primary
    tiles = [writer.picture(tile, (), *colours, hidden=True) for tile in grid.tiles]
    properties = (
        spatial_extent(grid.size),
        pixel_information(grid.tiles[0].pixi),
        *colours,
        *spec.properties,
        *transform_properties(spec.transforms, grid.size),
    )
    number = writer.add("grid", _grid_payload(grid), properties, in_idat=spec.grid_in_idat)
    writer.refer("dimg", number, *tiles)
    return number


def _grid_payload(grid: TiledPicture) -> bytes:
    """ImageGrid of ISO/IEC 23008-12, 6.6.2.3: sizes in 32 bits only where 16 do not hold them."""
    wide = max(grid.size) > _MAX_SHORT_SIZE
    head = bytes((0, int(wide), grid.rows - 1, grid.columns - 1))
    return head + struct.pack(">II" if wide else ">HH", *grid.size)


def _add_auxiliary(writer: _Writer, auxiliary: AuxPicture, primary: int) -> None:
    number = writer.picture(
        auxiliary.picture,
        auxiliary.transforms,
        auxiliary_type(auxiliary.urn, auxiliary.subtype),
        *auxiliary.properties,
        hidden=auxiliary.hidden,
    )
    writer.refer("auxl", number, primary)
    if auxiliary.xmp is not None:
        writer.xmp(auxiliary.xmp, number)


def _stereo_group(group: int, left: int, right: int) -> bytes:
    """``ster`` entity group (ISO/IEC 23008-12, 6.8.5): left view first."""
    return box("grpl", full_box("ster", 0, 0, struct.pack(">4I", group, 2, left, right)))
