"""Lists everything that a HEIF file holds: boxes, items with properties, EXIF and XMP as stored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike
from struct import Struct

from heicdepth_tui.errors import HeaderError, HeicDepthError, UnsupportedHeaderError
from heicdepth_tui.heif import properties
from heicdepth_tui.heif.boxes import boxes, four_cc
from heicdepth_tui.heif.camera_properties import (
    camera_property,
    parse_extrinsics,
    parse_intrinsics,
)
from heicdepth_tui.heif.colour import colour_text
from heicdepth_tui.heif.container import top_level_boxes
from heicdepth_tui.heif.items import ItemTable, read_items
from heicdepth_tui.heif.limits import DEFAULT_LIMITS, Limits
from heicdepth_tui.heif.picture_facts import Extent, Grid, Size
from heicdepth_tui.heif.references import Group
from heicdepth_tui.heif.tiff import tiff_of

__all__ = ["BoxFacts", "ItemFacts", "Outline", "PropertyFacts", "read_outline"]

_XMP = "application/rdf+xml"
_CHILDREN_AT = {b"meta": 4, b"iprp": 0, b"ipco": 0, b"dinf": 0, b"grpl": 0}
"""Boxes that hold boxes, and where in their content these begin."""
_ASPECT = Struct(">II")
_UUID_BYTES = 16


@dataclass(frozen=True, slots=True)
class BoxFacts:
    """A box of the file: ``offset`` and ``size`` in bytes, its header included."""

    type: str
    offset: int
    size: int
    children: tuple[BoxFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class PropertyFacts:
    """A property of an item: its type, the length of its content in bytes, and what it states."""

    type: str
    length: int
    text: str


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """An item as the header lists it."""

    id: int
    type: str
    name: str
    content_type: str
    """Of ``mime`` items; empty for others."""
    is_primary: bool
    is_hidden: bool
    extents: tuple[Extent, ...]
    properties: tuple[PropertyFacts, ...]
    references: tuple[tuple[str, tuple[int, ...]], ...]
    """Reference types with the items they lead to."""
    grid: Grid | None = None
    problem: str = ""
    """Error of a part that could not be read; empty where there is none."""

    @property
    def length(self) -> int:
        """Bytes of the payload."""
        return sum(extent.length for extent in self.extents)


@dataclass(frozen=True, slots=True)
class Outline:
    """Everything that a file holds but the pictures themselves."""

    path: str
    file_size: int
    brand: str
    compatible_brands: tuple[str, ...]
    boxes: tuple[BoxFacts, ...]
    items: tuple[ItemFacts, ...]
    """By id."""
    groups: tuple[Group, ...]
    exif: tuple[tuple[int, bytes], ...]
    """Item id and TIFF structure of each EXIF item."""
    xmp: tuple[tuple[int, bytes], ...]
    """Item id and packet of each XMP item."""
    problems: tuple[str, ...]


def read_outline(path: str | PathLike[str], *, limits: Limits = DEFAULT_LIMITS) -> Outline:
    """Return the outline of a file, without decoding a picture.

    Errors of one item are stated there and leave the rest readable. Raises FileAccessError,
    NotHeifError, TruncatedError, MalformedError or LimitError, each naming the file, when its items
    cannot be listed.
    """
    with read_items(path, limits=limits) as table:
        try:
            return _outline(table)
        except HeicDepthError as error:
            error.at(table.source.path)
            raise


def _outline(table: ItemTable) -> Outline:
    table.index()
    problems = list(table.problems)
    container = table.container
    return Outline(
        path=table.source.path,
        file_size=table.source.size,
        brand=container.brand,
        compatible_brands=container.compatible_brands,
        boxes=tuple(_boxes(table, problems)),
        items=tuple(_item(table, item) for item in sorted(table.types)),
        groups=table.groups,
        exif=tuple(_exif(table, problems)),
        xmp=tuple(_xmp(table, problems)),
        problems=tuple(problems),
    )


def _boxes(table: ItemTable, problems: list[str]) -> Iterator[BoxFacts]:
    container = table.container
    meta = container.base + container.start
    for kind, offset, size in top_level_boxes(table.source):
        children: tuple[BoxFacts, ...] = ()
        if kind == b"meta" and offset < meta < offset + size:
            children = _children(
                container.data, container.start, container.end, container.base, problems
            )
        yield BoxFacts(four_cc(kind), offset, size, children)


def _children(
    data: bytes, start: int, end: int, base: int, problems: list[str]
) -> tuple[BoxFacts, ...]:
    """Return the boxes in ``data[start:end]``, up to the first that is broken."""
    found: list[BoxFacts] = []
    at = start
    try:
        for kind, body, after in boxes(data, start, end):
            inside = _CHILDREN_AT.get(kind)
            nested = () if inside is None else _children(data, body + inside, after, base, problems)
            found.append(BoxFacts(four_cc(kind), base + at, after - at, nested))
            at = after
    except HeaderError as error:
        problems.append(f"boxes after byte {base + at:,}: {error.what}")
    return tuple(found)


def _item(table: ItemTable, item: int) -> ItemFacts:
    problem = ""
    extents: tuple[Extent, ...] = ()
    stated: list[PropertyFacts] = []
    grid = None
    try:
        extents = table.extents(item)
        stated = list(_properties(table, item))
        grid = table.grid(item)
    except HeicDepthError as error:
        problem = error.what
    references = tuple(
        (four_cc(kind), tuple(targets[item]))
        for kind, targets in table.references.items()
        if item in targets
    )
    return ItemFacts(
        id=item,
        type=four_cc(table.types[item]),
        name=table.name_of(item),
        content_type=table.content_type(item),
        is_primary=item == table.primary_id,
        is_hidden=item in table.hidden(),
        extents=extents,
        properties=tuple(stated),
        references=references,
        grid=grid,
        problem=problem,
    )


def _properties(table: ItemTable, item: int) -> Iterator[PropertyFacts]:
    frame: Size | None = None
    for kind, content in table.property_boxes(item):
        try:
            text = _property_text(kind, content, frame)
            if kind == b"ispe":
                frame = properties.image_size(content)
        except HeaderError as error:
            text = error.what
        yield PropertyFacts(four_cc(kind), len(content), text)


def _property_text(kind: bytes, content: bytes, frame: Size | None) -> str:
    """Return what a property states; empty for one that only decoders read."""
    if kind == b"ispe":
        return str(properties.image_size(content))
    if kind == b"irot":
        turn = properties.rotation(content)
        return "no turn" if turn is None else f"{90 * turn.quarter_turns}° counter-clockwise"
    if kind == b"imir":
        return ("top and bottom swapped", "left and right swapped")[properties.mirror(content).axis]
    if kind == b"clap" and frame is not None:
        crop = properties.clean_aperture(content, frame)
        return f"{crop.width}×{crop.height} from {crop.left}, {crop.top}"
    if kind == b"pixi":
        bits = properties.pixel_bits(content) or ()
        return f"{len(bits)} × {bits[0]} bits" if bits else ""
    if kind == b"auxC":
        return properties.aux_type(content)[0]
    if kind == b"colr":
        return colour_text(content)
    if kind in (b"hvcC", b"av1C"):
        configured = properties.configured_bits(kind, content)
        return f"{configured[0]} bits, {configured[1]} channels" if configured else ""
    if kind == b"pasp" and len(content) >= _ASPECT.size:
        return "{} : {}".format(*_ASPECT.unpack_from(content))
    camera = camera_property(kind, content)
    if camera is not None:
        return _camera_text(*camera)
    if kind == b"uuid":
        return content[:_UUID_BYTES].hex()
    return ""


def _camera_text(kind: bytes, content: bytes) -> str:
    if kind == b"cmin":
        stated = parse_intrinsics(content)
        high = "" if stated.focal_y is None else f", {stated.focal_y:.6g} of the height"
        return (
            f"camera matrix (cmin): focal length {stated.focal_x:.6g} of the width{high}, "
            f"centre at {stated.centre_x:.6g}, {stated.centre_y:.6g} of the sides"
        )
    place = parse_extrinsics(content)
    x, y, z = (value / 1000 for value in place.position_um)
    text = f"camera position (cmex): {x:g}, {y:g}, {z:g} mm"
    if place.quaternion is not None:
        text += f", quaternion {', '.join(f'{part:.6g}' for part in place.quaternion)}"
    if place.rotation_degrees is not None:
        text += ", yaw, pitch, roll {:g}°, {:g}°, {:g}°".format(*place.rotation_degrees)
    return text


def _exif(table: ItemTable, problems: list[str]) -> Iterator[tuple[int, bytes]]:
    for item in table.of_type(b"Exif"):
        try:
            if table.content_encoding(item):
                raise UnsupportedHeaderError("it is compressed, which this program does not read")
            payload = table.payload(item, limit=table.limits.exif_bytes, header=True)
            yield item, tiff_of(payload)
        except HeicDepthError as error:
            problems.append(f"EXIF item {item}: {error.what}")


def _xmp(table: ItemTable, problems: list[str]) -> Iterator[tuple[int, bytes]]:
    for item in table.of_type(b"mime"):
        if table.content_type(item) != _XMP:
            continue
        try:
            if table.content_encoding(item):
                raise UnsupportedHeaderError("it is compressed, which this program does not read")
            yield item, table.payload(item, limit=table.limits.xmp_bytes, header=True)
        except HeicDepthError as error:
            problems.append(f"XMP item {item}: {error.what}")
