"""Reads the status of the depth map: present, absent, stripped or unreadable, and the reason."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from heicdepth_tui.errors import (
    HeaderError,
    LimitError,
    MalformedError,
    UnsupportedHeaderError,
)
from heicdepth_tui.heif.boxes import four_cc
from heicdepth_tui.heif.codecs import undecodable_depth_reason
from heicdepth_tui.heif.coded import NO_PICTURES
from heicdepth_tui.heif.depth_facts import (
    AUX_DEPTH_URNS,
    Calibration,
    DepthElsewhere,
    DepthInfo,
    DepthRepresentation,
    DepthStatus,
)
from heicdepth_tui.heif.facts import Auxiliary, layer_name
from heicdepth_tui.heif.images import image_item, missing_part
from heicdepth_tui.heif.items import ItemTable
from heicdepth_tui.heif.picture_facts import ImageItem, Size
from heicdepth_tui.heif.sei import parse_depth_representation
from heicdepth_tui.heif.xmp import MAX_MARKUP, count_markup, parse_calibration

__all__ = [
    "ABSENT",
    "STRIPPED",
    "AuxiliaryReader",
    "check_depth_size",
    "choose_depth",
    "depth_item",
    "depth_items",
    "read_depth",
]

ABSENT = "the file holds no depth map"
STRIPPED = (
    "it was taken in portrait mode (EXIF says so), but holds no depth map: it was probably removed "
    "when the photo was edited or shared"
)
_MAX_OTHERS = 16
"""Depth maps that are described besides the chosen one; the same for those of other pictures."""
_MAX_NAMED = 3
_T = TypeVar("_T")
_XMP_TYPES = ("application/rdf+xml", "application/xmp+xml")


def depth_items(table: ItemTable) -> tuple[list[int], list[int]]:
    """Return the depth items that belong to the primary picture, or those that belong to none.

    Both by id; the second only where the first is empty. One that belongs to another picture of
    the file is in neither: see ``depth_of_others``.
    """
    return table.keep("depth items", lambda: _depth_items(table))


def _depth_items(table: ItemTable) -> tuple[list[int], list[int]]:
    indices = table.depth_properties()
    if not indices:
        return [], []
    masters, primary = table.references.get(b"auxl", {}), table.primary_id
    own = table.having(indices, [item for item, targets in masters.items() if primary in targets])
    if own:
        return own, []
    return [], [
        item
        for item in table.having(indices)
        if item != primary and not any(target in table.types for target in masters.get(item, ()))
    ]


def depth_of_others(table: ItemTable) -> list[tuple[int, int]]:
    """Return (picture, depth item) for the depth items of pictures that are not the primary.

    Derived pictures of types that are not read, e.g. ``tmap``, are pictures here.
    """
    return list(table.keep("depth of others", lambda: _depth_of_others(table)))


def _depth_of_others(table: ItemTable) -> list[tuple[int, int]]:
    indices, masters = table.depth_properties(), table.references.get(b"auxl", {})
    primary = table.primary_id
    return [
        (target, item)
        for item in table.having(indices, masters)
        if primary not in masters[item]
        for target in dict.fromkeys(masters[item])
        if table.types.get(target, b"mime") not in NO_PICTURES
    ]


def choose_depth(table: ItemTable, own: list[int]) -> int:
    """Return the depth item that is shown: the highest id of a type that a decoder reads.

    Where none is decoded, the highest id of a picture, else the highest id.
    """
    pictures = [item for item in own if table.is_image(item)]
    if len(pictures) > 1:
        pictures = [
            item for item in pictures if not undecodable_depth_reason(table, item)
        ] or pictures
    return max(pictures or own)


def depth_item(table: ItemTable, item: int) -> ImageItem:
    """Return a depth item as ``image_item`` does; its codes may not be rounded by a decoder."""
    image = image_item(table, item)
    reason = table.keep(("depth", item), lambda: undecodable_depth_reason(table, item))
    return (
        image if reason == image.undecodable_reason else replace(image, undecodable_reason=reason)
    )


def check_depth_size(table: ItemTable, size: Size) -> None:
    """Raise LimitError for a depth map of more samples than ``Limits.depth_pixels``.

    Its distances take ten times the memory of its codes, in the app's own process.
    """
    samples, limit = size.width * size.height, table.limits.depth_pixels
    if samples > limit:
        raise LimitError(
            f"the depth map has {size} = {samples:,} samples; the limit is {limit:,}",
            hint="no camera writes such a depth map",
        )


class AuxiliaryReader:
    """Reads the auxiliary images of the primary picture, their XMP within a common budget.

    Without ``all_xmp`` only the XMP of depth maps is read.
    """

    def __init__(self, table: ItemTable, *, all_xmp: bool = True) -> None:
        self._all_xmp = all_xmp
        self._table = table
        self._left = 4 * table.limits.xmp_bytes
        self._markup_left = MAX_MARKUP
        self._done: dict[int, tuple[Calibration | None, str]] = {}

    def auxiliary(self, item: int, depth: DepthInfo) -> Auxiliary:
        """Return an auxiliary image; raises HeaderError when it is no valid picture."""
        urn = self._table.aux_urn(item)
        if urn is None:
            raise MalformedError(f"item {item} does not state its kind (auxC)")
        if depth.item is not None and depth.item.id == item:
            image = depth.item
        else:
            image = (depth_item if urn in AUX_DEPTH_URNS else image_item)(self._table, item)
        calibration, problem = None, ""
        if self._all_xmp or urn in AUX_DEPTH_URNS:
            calibration, problem = self.calibration(item)
        problems = [problem]
        if depth.item is not None and depth.item.id == item:
            problems.append(depth.representation_problem)
        return Auxiliary(
            image, urn, layer_name(urn), calibration, "; ".join(text for text in problems if text)
        )

    def calibration(self, item: int) -> tuple[Calibration | None, str]:
        """Return the calibration from the XMP tied to an item by ``cdsc``, and what was wrong."""
        if item not in self._done:
            self._done[item] = self._read(item)
        return self._done[item]

    def _read(self, item: int) -> tuple[Calibration | None, str]:
        table = self._table
        for source in table.referrers(b"cdsc", item):
            if table.content_type(source) not in _XMP_TYPES:
                continue
            try:
                if table.content_encoding(source):
                    raise UnsupportedHeaderError(
                        "the XMP is compressed, which this program does not read"
                    )
                length = table.length(source)
                if length > self._left:
                    raise LimitError(f"the XMP has {length:,} bytes; {self._left:,} are allowed")
                self._left -= length
                limit = table.limits.xmp_bytes
                xml = table.payload(source, limit=limit, header=True)
                markup = count_markup(xml)
                if markup > self._markup_left:
                    raise LimitError(
                        f"the XMP has {markup:,} tags and attributes; "
                        f"{self._markup_left:,} are allowed"
                    )
                self._markup_left -= markup
                return parse_calibration(xml, limit=limit, markup=markup), ""
            except HeaderError as error:
                return None, error.what
        return None, ""


def read_depth(
    table: ItemTable, reader: AuxiliaryReader, problems: list[str], *, portrait: bool
) -> DepthInfo:
    """Return the header's description of the depth map; never raises for errors in it.

    ``portrait`` is that of EXIF: without a depth item it distinguishes stripped from absent. Of
    several depth items the one that ``choose_depth`` returns comes first. Appends to ``problems``
    where a file has more than 16 further ones.
    """
    own, loose = depth_items(table)
    elsewhere = _elsewhere(table, reader, problems)
    if not own:
        return replace(_without(table, loose, elsewhere, portrait=portrait), elsewhere=elsewhere)
    item = choose_depth(table, own)
    further = _bounded([other for other in own if other != item], "of the photo", problems)
    depth = _depth_info(table, reader, item)
    if not (further or elsewhere):
        return depth
    return replace(
        depth,
        others=tuple(_depth_info(table, reader, other) for other in further),
        elsewhere=elsewhere,
    )


def _bounded(found: list[_T], whose: str, problems: list[str]) -> list[_T]:
    if len(found) > _MAX_OTHERS:
        problems.append(
            f"{len(found) - _MAX_OTHERS:,} depth maps {whose} are left out: "
            f"at most {_MAX_OTHERS} are described"
        )
    return found[:_MAX_OTHERS]


def _elsewhere(
    table: ItemTable, reader: AuxiliaryReader, problems: list[str]
) -> tuple[DepthElsewhere, ...]:
    pairs = depth_of_others(table)
    if not pairs:
        return ()
    sources = _identities(table)
    pairs.sort(key=lambda pair: (pair[0] not in sources, pair))
    found: list[DepthElsewhere] = []
    for picture, item in _bounded(pairs, "of other pictures", problems):
        try:
            size = table.displayed_size(picture)
        except HeaderError:
            size = None
        info = _depth_info(table, reader, item)
        found.append(DepthElsewhere(picture, size, picture in sources, info))
    return tuple(found)


def _identities(table: ItemTable) -> frozenset[int]:
    """Return the pictures that the primary repeats by ``iden``, over several steps."""
    found: set[int] = set()
    sources, item = table.references.get(b"dimg", {}), table.primary_id
    while (
        table.types.get(item) == b"iden" and len(sources.get(item, ())) == 1 and item not in found
    ):
        (item,) = sources[item]
        found.add(item)
    return frozenset(found)


def _depth_info(table: ItemTable, reader: AuxiliaryReader, item: int) -> DepthInfo:
    urn, representation, problem = _representation(table, item)
    calibration, calibration_problem = reader.calibration(item)
    image, reason = _image(table, item)
    return DepthInfo(
        status=DepthStatus.UNREADABLE if reason else DepthStatus.PRESENT,
        reason=reason,
        item=image,
        urn=urn,
        representation=representation,
        representation_problem=problem,
        calibration=calibration,
        calibration_problem=calibration_problem,
    )


def _without(
    table: ItemTable,
    loose: list[int],
    elsewhere: tuple[DepthElsewhere, ...],
    *,
    portrait: bool,
) -> DepthInfo:
    if loose:
        item = loose[-1]
        targets = table.references.get(b"auxl", {}).get(item, ())
        whose = f"item {targets[0]}, which does not exist" if targets else "no picture"
        return DepthInfo(DepthStatus.UNREADABLE, f"the depth map (item {item}) belongs to {whose}")
    if elsewhere:
        return DepthInfo(DepthStatus.ABSENT, _owners(elsewhere))
    if portrait:
        return DepthInfo(DepthStatus.STRIPPED, STRIPPED)
    return DepthInfo(DepthStatus.ABSENT, ABSENT)


def _owners(elsewhere: tuple[DepthElsewhere, ...]) -> str:
    """Return a sentence that names the pictures that have a depth map."""
    first = elsewhere[0]
    if first.is_source:
        return (
            f"the depth map belongs to image {_named(first)}, which the photo repeats "
            "(derived image iden)"
        )
    names = list(dict.fromkeys(map(_named, elsewhere)))
    if len(names) == 1:
        return f"the photo has no depth map of its own, but image {names[0]} of the file has one"
    listed = ", ".join(names[:_MAX_NAMED]) + (" …" if len(names) > _MAX_NAMED else "")
    return f"the photo has no depth map of its own, but other images of the file do: {listed}"


def _named(other: DepthElsewhere) -> str:
    return f"{other.picture} ({other.size})" if other.size else str(other.picture)


def _representation(table: ItemTable, item: int) -> tuple[str, DepthRepresentation | None, str]:
    try:
        urn, subtype = table.aux_type(item) or ("", b"")
    except HeaderError as error:
        return "", None, error.what
    try:
        return urn, parse_depth_representation(subtype), ""
    except HeaderError as error:
        return urn, None, error.what


def _image(table: ItemTable, item: int) -> tuple[ImageItem | None, str]:
    """Return the depth item as a picture, and why it cannot be decoded (empty where it can)."""
    if not table.is_image(item):
        kind = four_cc(table.type_of(item))
        return None, f"the depth map is of type {kind!r}, which no decoder reads"
    try:
        image = depth_item(table, item)
        check_depth_size(table, image.coded)
        if image.type == "hvc1" and table.properties(item).hvcc is None:
            return image, "the depth map lacks its decoder configuration (hvcC)"
        if not image.bytes:
            return image, "the depth map has no data"
        missing = missing_part(table, image)
    except HeaderError as error:
        reason = error.what
        named = reason.startswith("the depth map")
        return None, reason if named else f"the depth map: {reason}"
    return image, f"the depth map is cut short ({missing})" if missing else ""
