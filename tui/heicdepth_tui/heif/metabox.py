"""Reads the boxes of a meta box, each alone: an error in one leaves the others readable."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock
from typing import Any, NamedTuple

from heicdepth_tui.errors import HeaderError, MalformedError, UnsupportedHeaderError
from heicdepth_tui.heif.boxes import Box, boxes, four_cc
from heicdepth_tui.heif.container import Container
from heicdepth_tui.heif.depth_facts import AUX_DEPTH_URNS
from heicdepth_tui.heif.item_boxes import ItemInfoBox, ItemPropertyAssociationBox
from heicdepth_tui.heif.item_locations import ItemLocationBox
from heicdepth_tui.heif.limits import Limits
from heicdepth_tui.heif.references import (
    NO_REFERENCES,
    Group,
    ItemReferences,
    entity_groups,
    primary_item,
    read_references,
)
from heicdepth_tui.heif.remembered import remembered
from heicdepth_tui.heif.source import HEAD_BYTES

__all__ = ["DEPTH_MARKS", "Layout", "MetaBox", "read_meta"]

DEPTH_MARKS = tuple(urn.encode() + b"\0" for urn in AUX_DEPTH_URNS)
"""The beginnings of ``auxC`` properties that mark a depth map, behind version and flags."""

_MAX_TABLES = 16
_NEEDED = (b"pitm", b"iinf", b"iprp", b"iloc")
"""Boxes without which no picture can be described or decoded."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A meta box without its ``iloc``: the same in photos of one phone but for their depth ranges.

    Nothing in it depends on the subtypes of auxiliary pictures that are depth maps.
    """

    primary_id: int
    infos: ItemInfoBox
    references: ItemReferences
    properties: list[Box]
    """Children of ``ipco``, as places in ``Container.data``."""
    associations: list[ItemPropertyAssociationBox]
    idat: Box | None
    groups: tuple[Group, ...]
    problems: tuple[list[str], list[str]]
    """Errors in boxes that a picture may not need; each names its box. Those of ``iloc`` come
    between the two lists."""
    kept: dict[Any, Any] = field(default_factory=dict)
    """What ``ItemTable.keep`` was given."""


class MetaBox(NamedTuple):
    """The content of a meta box (ISO/IEC 14496-12 section 8.11), read box by box."""

    layout: Layout
    locations: ItemLocationBox | None
    problems: list[str]
    """Errors in boxes that a picture may not need; each names its box."""


def read_meta(container: Container, limits: Limits) -> MetaBox:
    """Read the meta box of a container.

    Raises UnsupportedHeaderError for another version of the box, MalformedError when it names no
    primary item or lists no items, LimitError when it lists more items than the limits allow.
    Other faults are stated in ``problems``; where an item needs what they cost, the methods of
    ItemTable raise.
    """
    data, start = container.data, container.start
    if data[start - 4]:
        raise UnsupportedHeaderError(
            f"its meta box is of version {data[start - 4]}; this program reads version 0"
        )
    problems: list[str] = []
    found = _children(container, problems)
    if b"pitm" not in found or b"iinf" not in found:
        raise MalformedError("its header names no primary picture")
    content = {kind: data[body:stop] for kind, body, stop in found.values()}
    iloc = content.pop(b"iloc", None)
    layout = _layout(data, found, content, limits)
    locations = None if iloc is None else ItemLocationBox(iloc, limits)
    problems += layout.problems[0]
    if locations is not None and locations.incomplete is not None:
        problems.append(f"iloc: {locations.incomplete.what}")
    problems += layout.problems[1]
    return MetaBox(layout, locations, problems)


def _layout(
    data: bytes, found: dict[bytes, Box], content: dict[bytes, bytes], limits: Limits
) -> Layout:
    """Return the layout of a meta box: the one of a photo before, if it is the same."""
    iprp = content.pop(b"iprp", b"")
    if len(data) > HEAD_BYTES or sum(map(len, content.values()), len(iprp)) > _MAX_KEPT_BYTES:
        return _read_layout(data, found, content, limits)
    key = (limits, found.get(b"iprp"), found.get(b"idat"), *content.items())
    kept = _kept_layouts.get(key, [])
    for parts, layout in kept:
        if all(data.startswith(part, at) for at, part in parts):
            return layout
    layout = _read_layout(data, found, content, limits)
    if any(layout.problems):
        return layout
    with _keeping:
        kept = _kept_layouts.setdefault(key, kept)
        kept.append((_parts(data, found.get(b"iprp"), layout), layout))
        del kept[:-_MAX_OF_A_KEY]
        if len(_kept_layouts) > _MAX_KEYS:
            del _kept_layouts[next(iter(_kept_layouts))]
    return layout


_Parts = list[tuple[int, bytes]]
_kept_layouts: dict[tuple[Any, ...], list[tuple[_Parts, Layout]]] = {}
"""Layouts by all that they consist of but ``iprp``, which has to have the same parts."""
_keeping = Lock()
_MAX_KEYS, _MAX_OF_A_KEY = 64, 4
_MAX_KEPT_BYTES = 8 * 1024
"""Of the boxes of a layout; phones write 1.5 to 4.4 KB."""


def _parts(data: bytes, iprp: Box | None, layout: Layout) -> _Parts:
    """Return places and contents of ``iprp`` without the subtypes of depth maps."""
    if iprp is None:
        return []
    _, at, end = iprp
    parts: _Parts = []
    for kind, body, stop in layout.properties:
        if kind == b"auxC" and data.startswith(DEPTH_MARKS, body + 4, stop):
            subtype = data.index(b"\0", body + 4) + 1
            parts.append((at, data[at:subtype]))
            at = stop
    return [*parts, (at, data[at:end])]


def _read_layout(
    data: bytes, found: dict[bytes, Box], content: dict[bytes, bytes], limits: Limits
) -> Layout:
    first: list[str] = []
    further: list[str] = []
    handler = content.get(b"hdlr", b"")[8:12]
    if handler not in (b"pict", b""):
        first.append(f"hdlr: the header describes no pictures (handler {four_cc(handler)})")
    primary_id = primary_item(content[b"pitm"])
    infos = _item_infos(content[b"iinf"], limits.items)
    if infos.problem:
        first.append(f"iinf: {infos.problem}")
    references = NO_REFERENCES
    if b"iref" in content:
        bounds = limits.items, limits.references, limits.nesting
        references = _references(content[b"iref"], *bounds)
        further += references.problems
    properties: list[Box] = []
    associations: list[ItemPropertyAssociationBox] = []
    if b"iprp" in found:
        properties, associations = _read_properties(data, found[b"iprp"], limits, further)
    groups: tuple[Group, ...] = ()
    if b"grpl" in content:
        groups = entity_groups(content[b"grpl"], limits.items, further)
    return Layout(
        primary_id,
        infos,
        references,
        properties,
        associations,
        found.get(b"idat"),
        groups,
        (first, further),
    )


def _children(container: Container, problems: list[str]) -> dict[bytes, Box]:
    """Return the first child box of each type; raises where one that is needed is cut off."""
    _, _, data, _, start, end, _ = container
    found: dict[bytes, Box] = {}
    try:
        for box in boxes(data, start, end):
            found.setdefault(box[0], box)
    except HeaderError as error:
        if not found.keys() >= set(_NEEDED):
            raise
        problems.append(f"meta: {error.what}")
    return found


def _read_properties(
    data: bytes, iprp: Box, limits: Limits, problems: list[str]
) -> tuple[list[Box], list[ItemPropertyAssociationBox]]:
    tables: list[Box] = []
    properties: list[Box] = []
    associations: list[ItemPropertyAssociationBox] = []
    try:
        tables.extend(boxes(data, iprp[1], iprp[2], limit=_MAX_TABLES))
    except HeaderError as error:
        problems.append(f"iprp: {error.what}")
    has_container = False
    for kind, body, end in tables:
        if kind == b"ipco":
            if has_container:
                raise MalformedError("its header has two property containers (ipco)")
            has_container = True
            try:
                # A list that is extended keeps the properties before a broken one.
                properties.extend(boxes(data, body, end, limit=limits.properties))
            except HeaderError as error:
                problems.append(f"ipco: {error.what}")
        elif kind == b"ipma":
            try:
                table = _associations(data[body:end], limits.items)
            except HeaderError as error:
                problems.append(f"ipma: {error.what}")
                continue
            associations.append(table)
            if table.problem:
                problems.append(f"ipma: {table.problem}")
    return properties, associations


# Photos of one phone share these three tables byte for byte, while sizes, places and depth ranges
# differ: what was read from the same bytes under the same limits need not be read again.
_item_infos = remembered(ItemInfoBox)
_associations = remembered(ItemPropertyAssociationBox)
_references = remembered(read_references)
