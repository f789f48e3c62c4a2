"""What ties items together: the primary item, item references and entity groups."""

from __future__ import annotations

from collections.abc import Mapping
from struct import unpack_from
from typing import NamedTuple

from heicdepth_tui.errors import LimitError, MalformedError
from heicdepth_tui.heif.boxes import boxes, four_cc
from heicdepth_tui.heif.rows import U16, U32, check_count, number, version_of

__all__ = [
    "Edges",
    "Group",
    "References",
    "entity_groups",
    "primary_item",
    "references",
    "referrers",
]

Edges = Mapping[int, tuple[int, ...]]
"""Item to the items it is tied to."""

References = Mapping[bytes, Edges]
"""Reference type to the item it comes from to the items it points at."""

_CHECKED = (b"dimg", b"auxl", b"thmb")


def primary_item(content: bytes) -> int:
    """Return the item id that a ``pitm`` box names (ISO/IEC 14496-12 section 8.11.4)."""
    item, _ = number(content, "pitm", wide=version_of(content, "pitm") > 0)
    return item


def references(content: bytes, items: int, most: int, nesting: int) -> References:
    """Return the item references of an ``iref`` box, version 0 or 1 (section 8.11.12).

    Several boxes of one type from one item add up. Raises LimitError for more than ``items``
    boxes, ``most`` targets or chains of more than ``nesting`` steps, MalformedError for a box that
    is cut off and for references that run in a circle.
    """
    wide = version_of(content, "iref") > 0
    width, code, single = (4, "I", U32) if wide else (2, "H", U16)
    found: dict[bytes, dict[int, tuple[int, ...]]] = {}
    total = 0
    for kind, body, end in boxes(content, 4, len(content), most=items):
        start = body + width + 2
        if start > end:
            raise MalformedError("an item reference is cut off")
        (source,) = single(content, body)
        (count,) = U16(content, start - 2)
        if start + count * width > end:
            raise MalformedError(f"a reference of item {source} is cut off")
        total += count
        check_count(total, most, "references")
        targets = unpack_from(f">{count}{code}", content, start)
        of_type = found.setdefault(kind, {})
        of_type[source] = of_type[source] + targets if source in of_type else targets
    _check_circles(found, nesting)
    return found


def _check_circles(found: References, most: int) -> None:
    """Check that derived, auxiliary and thumbnail references end after a few steps."""
    for kind in _CHECKED:
        edges = found.get(kind, {})
        heights: dict[int, int] = {}
        for item, targets in edges.items():
            if not edges.keys().isdisjoint(targets):
                _height(item, edges, heights, (), four_cc(kind), most)


def _height(
    item: int, edges: Edges, heights: dict[int, int], trail: tuple[int, ...], kind: str, most: int
) -> int:
    """Return how many steps lead on from an item; recursion is bounded by ``most``."""
    if item in trail:
        circle = " → ".join(map(str, (*trail[trail.index(item) :], item)))
        raise MalformedError(f"its items refer to each other in a circle ({kind} {circle})")
    known = heights.get(item)
    if known is None and len(trail) <= most:
        further = [target for target in dict.fromkeys(edges[item]) if target in edges]
        steps = [_height(target, edges, heights, (*trail, item), kind, most) for target in further]
        known = heights[item] = 1 + max(steps, default=0)
    if known is None or known + len(trail) > most:
        raise LimitError(f"its items refer to each other over more than {most} steps ({kind})")
    return known


def referrers(edges: Edges) -> Edges:
    """Return target item to the items that point at it, by id."""
    found: dict[int, list[int]] = {}
    for source in sorted(edges):
        for target in dict.fromkeys(edges[source]):
            found.setdefault(target, []).append(source)
    return {target: tuple(sources) for target, sources in found.items()}


class Group(NamedTuple):
    """An entity group: its type, e.g. ``ster``, and the ids it holds."""

    type: bytes
    entities: tuple[int, ...]


def entity_groups(content: bytes, most: int) -> tuple[Group, ...]:
    """Return the groups of a ``grpl`` box (section 8.18).

    Raises LimitError for more than ``most`` groups or members, MalformedError for a group that is
    cut off.
    """
    groups: list[Group] = []
    for kind, body, end in boxes(content, 0, len(content), most=most):
        start = body + 12
        if start > end:
            raise MalformedError("an entity group is cut off")
        (count,) = U32(content, start - 4)
        check_count(count, most, "members of a group")
        if start + 4 * count > end:
            raise MalformedError("an entity group is cut off")
        groups.append(Group(kind, unpack_from(f">{count}I", content, start)))
    return tuple(groups)
