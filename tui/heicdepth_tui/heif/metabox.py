"""Reads the boxes of a meta box, each alone: an error in one leaves the others readable."""

from __future__ import annotations

from typing import NamedTuple

from heicdepth_tui.errors import HeaderError, MalformedError, UnsupportedHeaderError
from heicdepth_tui.heif.boxes import Box, boxes, four_cc
from heicdepth_tui.heif.container import Container
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

__all__ = ["MetaBox", "read_meta"]

_MAX_TABLES = 16
_NEEDED = (b"pitm", b"iinf", b"iprp", b"iloc")
"""Boxes without which no picture can be described or decoded."""


class MetaBox(NamedTuple):
    """The content of a meta box (ISO/IEC 14496-12 section 8.11), read box by box."""

    primary_id: int
    infos: ItemInfoBox
    locations: ItemLocationBox | None
    references: ItemReferences
    properties: list[Box]
    """Children of ``ipco``, as places in ``Container.data``."""
    associations: list[ItemPropertyAssociationBox]
    idat: Box | None
    groups: tuple[Group, ...]
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
    handler = content.get(b"hdlr", b"")[8:12]
    if handler not in (b"pict", b""):
        problems.append(f"hdlr: the header describes no pictures (handler {four_cc(handler)})")
    primary_id = primary_item(content[b"pitm"])
    infos = _item_infos(content[b"iinf"], limits.items)
    if infos.problem:
        problems.append(f"iinf: {infos.problem}")
    locations = ItemLocationBox(content[b"iloc"], limits) if b"iloc" in content else None
    if locations is not None and locations.incomplete is not None:
        problems.append(f"iloc: {locations.incomplete.what}")
    references = NO_REFERENCES
    if b"iref" in content:
        bounds = limits.items, limits.references, limits.nesting
        references = _references(content[b"iref"], *bounds)
        problems += references.problems
    properties: list[Box] = []
    associations: list[ItemPropertyAssociationBox] = []
    if b"iprp" in found:
        properties, associations = _read_properties(data, found[b"iprp"], limits, problems)
    groups: tuple[Group, ...] = ()
    if b"grpl" in content:
        groups = entity_groups(content[b"grpl"], limits.items, problems)
    return MetaBox(
        primary_id,
        infos,
        locations,
        references,
        properties,
        associations,
        found.get(b"idat"),
        groups,
        problems,
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
