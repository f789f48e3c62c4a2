"""Every item of a HEIF file with its properties resolved, and its coded payload on demand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from os import PathLike
from types import TracebackType
from typing import TypeVar

from heicdepth_tui.errors import (
    HeicDepthError,
    LimitError,
    MalformedError,
    TruncatedError,
    UnsupportedHeaderError,
)
from heicdepth_tui.heif import properties
from heicdepth_tui.heif.boxes import four_cc
from heicdepth_tui.heif.coded import (
    CODED_TYPES,
    DERIVED_TYPES,
    IMAGE_TYPES,
    TRANSFORM_PROPERTIES,
    CodedItem,
    PictureProperties,
    picture_properties,
    transforms_of,
)
from heicdepth_tui.heif.container import Container, find_meta
from heicdepth_tui.heif.item_locations import ItemLocation
from heicdepth_tui.heif.limits import DEFAULT_LIMITS, Limits
from heicdepth_tui.heif.metabox import DEPTH_MARKS, read_meta
from heicdepth_tui.heif.picture_facts import Extent, Grid, Size
from heicdepth_tui.heif.references import Group, References, referrers
from heicdepth_tui.heif.source import Source

__all__ = ["CODED_TYPES", "DERIVED_TYPES", "IMAGE_TYPES", "CodedItem", "ItemTable", "read_items"]

_MAX_PROPERTIES = 32
_T = TypeVar("_T")
_SIZE, _AUX_TYPE = frozenset({b"ispe"}), frozenset({b"auxC"})
_GEOMETRY = _SIZE | TRANSFORM_PROPERTIES
_NO_DATA = ItemLocation(0, 0, ())


class ItemTable:
    """The items of one file; use it in a ``with`` block, or ``close`` it, to close the file.

    Methods that take an item id raise MalformedError when the item does not exist or its
    properties make no sense, LimitError when it is too large, TruncatedError when its payload
    lies outside the file.
    """

    __slots__ = (
        "_contents",
        "_is_whole",
        "_layout",
        "_locations",
        "_sizes",
        "blocking_types",
        "container",
        "groups",
        "limits",
        "primary_id",
        "problems",
        "references",
        "source",
        "types",
    )

    def __init__(self, source: Source, *, limits: Limits = DEFAULT_LIMITS) -> None:
        self.source = source
        self.limits = limits
        self.container: Container = find_meta(source)
        layout, locations, problems = read_meta(self.container, limits)
        self.primary_id: int = layout.primary_id
        """Id of the primary item; whether it exists is checked on use."""
        self.types: Mapping[int, bytes] = layout.infos.types
        """Item type by item id."""
        self.references: References = layout.references.by_type
        """Reference type to source item to target items."""
        self.groups: tuple[Group, ...] = layout.groups
        self.problems: list[str] = problems
        """Errors in parts of the header that the picture may not need."""
        self.blocking_types: dict[tuple[int, bool], bytes | None] = {}
        """Cache of ``codecs`` for derived pictures, so that each source is examined once."""
        self._layout = layout
        self._locations = locations
        self._sizes: dict[tuple[int, ...], Size] = {}
        self._contents: dict[int, bytes] = {}
        self._is_whole: bool | None = None

    def __enter__(self) -> ItemTable:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; payloads cannot be read afterwards, everything else can."""
        self.source.close()

    def index(self) -> None:
        """Unpack all tables: faster for a caller who needs more than a few items."""
        if self._locations is not None:
            self._locations.index()

    def keep(self, key: object, read: Callable[[], _T]) -> _T:
        """Return what ``read`` returned for a header of the same layout, called if there was none.

        For what depends on neither places nor payloads, nor on the depth ranges in ``auxC``.
        ``key`` names it. Errors are raised anew.
        """
        kept = self._layout.kept
        if key not in kept:
            kept[key] = read()
        found: _T = kept[key]
        return found

    # -- what an item is

    def type_of(self, item: int) -> bytes:
        """Return the four-character type of an item."""
        try:
            return self.types[item]
        except KeyError:
            raise self._lacking(f"item {item} does not exist", "iinf") from None

    def of_type(self, kind: bytes) -> tuple[int, ...]:
        """Return the items of a four-character type, in the order of the file."""
        return self._layout.infos.of_type(kind)

    def is_image(self, item: int) -> bool:
        """Return whether an item exists and is a picture that a decoder could know."""
        return self.types.get(item) in IMAGE_TYPES

    def hidden(self) -> frozenset[int]:
        """Return the ids of the items that are not to be shown by themselves."""
        return self._layout.infos.hidden()

    def name_of(self, item: int) -> str:
        """Return the name of an item; empty for most photos."""
        return next(iter(self._layout.infos.strings(item)), "")

    def content_type(self, item: int) -> str:
        """Return the content type of a ``mime`` item, lower case; empty where there is none."""
        strings = self._layout.infos.strings(item)
        return strings[1].lower() if len(strings) > 1 else ""

    def content_encoding(self, item: int) -> str:
        """Return the content encoding of a ``mime`` item, e.g. ``deflate``, or an empty text."""
        strings = self._layout.infos.strings(item)
        return strings[2].lower() if len(strings) > 2 else ""

    def dimg(self, item: int) -> tuple[int, ...]:
        """Return the items that a derived picture is made of, e.g. the tiles of a grid.

        Raises MalformedError or LimitError when they lead in a circle or over too many steps.
        """
        error = self._layout.references.broken.get(item)
        if error is not None:
            raise type(error)(error.what)
        return self.references.get(b"dimg", {}).get(item, ())

    def referrers(self, kind: bytes, target: int) -> tuple[int, ...]:
        """Return the items with a reference of a type to ``target``, by id."""
        of = self.keep(("referrers", kind), lambda: referrers(self.references.get(kind, {})))
        return of.get(target, ())

    # -- properties

    def _indices(self, item: int) -> tuple[int, ...]:
        for associations in self._layout.associations:
            found = associations.of(item)
            if found:
                return found
        return ()

    def property_boxes(
        self, item: int, kinds: frozenset[bytes] | None = None
    ) -> list[tuple[bytes, bytes]]:
        """Return type and content of properties, of ``kinds``, in the order they apply."""
        indices = self._indices(item)
        if len(indices) > _MAX_PROPERTIES:
            raise LimitError(f"item {item} has {len(indices)} properties")
        data, known = self.container.data, self._layout.properties
        try:
            found = [known[index - 1] for index in indices if index]
        except IndexError:
            raise MalformedError(
                f"item {item} refers to properties that do not exist (the file has {len(known)})"
            ) from None
        if kinds is not None:
            return [(kind, data[body:end]) for kind, body, end in found if kind in kinds]
        copies = self._contents  # of each property one: items share them
        return [(kind, copies.setdefault(body, data[body:end])) for kind, body, end in found]

    def aux_type(self, item: int) -> tuple[str, bytes] | None:
        """Return urn and subtype of an auxiliary picture, None where it has no ``auxC``."""
        for _, content in self.property_boxes(item, _AUX_TYPE):
            return properties.aux_type(content)
        return None

    def aux_urn(self, item: int) -> str | None:
        """Return the urn of an auxiliary picture, None where it has no ``auxC``."""
        return self.keep(("urn", item), lambda: (self.aux_type(item) or (None,))[0])

    def depth_properties(self) -> frozenset[int]:
        """Return the indices of the ``auxC`` properties that mark a depth map."""
        data = self.container.data
        found = [
            index
            for index, (kind, body, end) in enumerate(self._layout.properties, 1)
            if kind == b"auxC" and data.startswith(DEPTH_MARKS, body + 4, end)
        ]
        return frozenset(found)

    def having(self, indices: frozenset[int], among: Iterable[int] | None = None) -> list[int]:
        """Return the existing items (of ``among``) that have one of the properties, by id."""
        if not indices:
            return []
        found = [
            item
            for item in (self.types if among is None else among)
            if item in self.types and not indices.isdisjoint(self._indices(item))
        ]
        return sorted(found)

    def size(self, item: int) -> Size:
        """Return the coded size of an image item (``ispe``)."""
        indices = self._indices(item)
        known = self._sizes.get(indices)
        if known is not None:
            return known  # the tiles of a grid share their properties
        for _, content in self.property_boxes(item, _SIZE):
            size = self._sizes[indices] = properties.image_size(content)
            return size
        raise self._sizeless(item)

    def sizes(self, items: Iterable[int]) -> list[Size]:
        """Return the coded size of each image item, as ``size`` does."""
        if len(self._layout.associations) != 1:
            return [self.size(item) for item in items]
        # The tiles of a grid share their properties: a lookup each, without a call.
        known, of = self._sizes, self._layout.associations[0].of
        return [known.get(of(item)) or self.size(item) for item in items]

    def displayed_size(self, item: int) -> Size:
        """Return the size of an image item after its transforms: that of ``CodedItem``."""
        size: Size | None = None
        turns: list[tuple[bytes, bytes]] = []
        for kind, content in self.property_boxes(item, _GEOMETRY):
            if kind == b"ispe":
                size = properties.image_size(content)
            else:
                turns.append((kind, content))
        if size is None:
            raise self._sizeless(item)
        self.check_pixels(size, f"item {item}")
        return properties.displayed_size(size, transforms_of(size, turns)) if turns else size

    def _sizeless(self, item: int) -> MalformedError:
        return self._lacking(f"item {item} has no size (ispe)", "ipma", "ipco", "iprp")

    def _lacking(self, what: str, *tables: str) -> MalformedError:
        """Return an error that includes the problem of the boxes that should state it."""
        lost = [problem for problem in self.problems if problem[:4] in tables]
        return MalformedError("; ".join([what, *lost[:1]]))

    def coded(self, item: int) -> CodedItem:
        """Return an image item with its properties resolved."""
        kind, found = self.type_of(item), self.properties(item)
        location = self._location(item)
        return CodedItem(
            id=item,
            type=four_cc(kind),
            size=found.size,
            hvcc=found.hvcc,
            pixi=found.pixi,
            colr=found.colr,
            transforms=found.transforms,
            extents=self._extents(item, location),
            construction_method=location.construction,
            bits=found.bits,
            channels=found.channels,
            av1c=found.av1c,
        )

    def properties(self, item: int) -> PictureProperties:
        """Return the properties of an image item."""
        return self.keep(("properties", item), lambda: self._properties(item))

    def _properties(self, item: int) -> PictureProperties:
        found = picture_properties(self.property_boxes(item))
        if found is None:
            raise self._sizeless(item)
        self.check_pixels(found.size, f"item {item}")
        return found

    def check_pixels(self, size: Size, what: str) -> None:
        """Raise LimitError when a picture has more samples than the limits allow."""
        if size.width * size.height > self.limits.pixels:
            raise LimitError(
                f"{what} has {size} = {size.width * size.height:,} pixels; "
                f"the limit is {self.limits.pixels:,}",
                hint="files made to exhaust memory look like this",
            )

    # -- payloads

    def _location(self, item: int) -> ItemLocation:
        locations = self._locations
        if locations is None:
            return _NO_DATA
        found = locations.get(item)
        if found is None and locations.incomplete is not None:
            error = locations.incomplete
            raise type(error)(error.what, hint=error.hint)
        return found or _NO_DATA

    def _extents(self, item: int, location: ItemLocation) -> tuple[Extent, ...]:
        if location.construction == 0:
            return tuple([Extent(offset, length) for offset, length in location.extents])
        if location.construction == 1:
            if self._layout.idat is None:
                raise MalformedError(f"item {item} lies in an idat box that does not exist")
            _, body, end = self._layout.idat
            start, length = self.container.base + body, end - body
            if any(offset + size > length for offset, size in location.extents):
                raise MalformedError(f"item {item} reaches past the end of its idat box")
            return tuple(Extent(start + offset, size) for offset, size in location.extents)
        raise UnsupportedHeaderError(
            f"item {item} lies inside another item (construction method "
            f"{location.construction}), which this program does not read"
        )

    def is_in_idat(self, item: int) -> bool:
        """Return whether an item's payload lies inside the meta box (construction method 1)."""
        return self._location(item).construction == 1

    def extents(self, item: int) -> tuple[Extent, ...]:
        """Return where an item's payload lies in the file."""
        return self._extents(item, self._location(item))

    def length(self, item: int) -> int:
        """Return the length of an item's payload in bytes, as stored in ``iloc``."""
        extents = self._location(item).extents
        return extents[0][1] if len(extents) == 1 else sum([length for _, length in extents])

    def total_length(self, items: tuple[int, ...]) -> int:
        """Return the sum of ``length``, an item counting as often as it is named."""
        locations = self._locations
        total = None if locations is None else locations.total(items)
        if total is not None:
            return total
        return sum([self.length(item) * count for item, count in Counter(items).items()])

    def all_inside(self) -> bool:
        """Return whether a cheap bound puts every payload inside the file (see ``missing``)."""
        if self._is_whole is None:
            locations = self._locations
            self._is_whole = locations is None or locations.furthest() <= self.source.size
        return self._is_whole

    def missing(self, item: int) -> int:
        """Return how many bytes of an item's payload lie past the end of the file."""
        end = self.source.size
        return sum(
            min(length, max(0, offset + length - end)) for offset, length in self.extents(item)
        )

    def payload(self, item: int, *, limit: int | None = None, header: bool = False) -> bytes:
        """Return the coded payload of an item.

        ``limit`` bounds its length in bytes (default: ``limits.payload_bytes``); ``header`` counts
        it against the header's budget. Raises LimitError when it is longer, TruncatedError when it
        lies past the end of the file, FileAccessError when the file cannot be read any more.
        """
        location = self._location(item)
        if location.data_reference:
            raise UnsupportedHeaderError(f"item {item} lies in another file")
        extents = self._extents(item, location)
        total = sum([length for _, length in extents])
        bound = self.limits.payload_bytes if limit is None else limit
        if total > bound:
            raise LimitError(f"item {item} has {total:,} bytes; the limit is {bound:,}")
        if total > self.source.size:
            raise TruncatedError(
                f"item {item} has {total:,} bytes, the whole file {self.source.size:,}"
            )
        read = self.source.read if header else self.source.read_payload
        if len(extents) == 1:
            return read(*extents[0])
        return b"".join(read(offset, length) for offset, length in extents)

    def grid(self, item: int) -> Grid | None:
        """Return the layout of a ``grid`` item, None for any other (23008-12 section 6.6.2.3).

        Raises MalformedError when tiles are missing or their number does not fit the layout,
        LimitError when the output has too many pixels.
        """
        if self.type_of(item) != b"grid":
            return None
        content = self.payload(item, limit=64, header=True)
        wide = bool(content) and bool(content[1:2] and content[1] & 1)
        if len(content) < (12 if wide else 8):
            raise MalformedError(f"the layout of grid {item} is cut off")
        width = 4 if wide else 2
        rows, columns = content[2] + 1, content[3] + 1
        size = Size(
            int.from_bytes(content[4 : 4 + width], "big"),
            int.from_bytes(content[4 + width : 4 + 2 * width], "big"),
        )
        tiles = self.dimg(item)
        if len(tiles) != rows * columns:
            raise MalformedError(
                f"grid {item} has {rows} rows × {columns} columns, but {len(tiles)} tiles"
            )
        self.check_pixels(size, f"grid {item}")
        return Grid(rows, columns, size.width, size.height, tiles)


def read_items(
    path_or_source: str | PathLike[str] | Source, *, limits: Limits = DEFAULT_LIMITS
) -> ItemTable:
    """Read the item tables of a file; use the result in a ``with`` block.

    A Source handed in is closed with the table. Raises FileAccessError, NotHeifError,
    TruncatedError, MalformedError or LimitError, each naming the file.
    """
    source = (
        path_or_source if isinstance(path_or_source, Source) else Source(path_or_source, limits)
    )
    try:
        return ItemTable(source, limits=limits)
    except HeicDepthError as error:
        source.close()
        if source.path:
            error.at(source.path)
        raise
