"""The primary item, item references and entity groups (``pitm``, ``iref``, ``grpl``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from struct import unpack_from
from typing import NamedTuple

from heicdepth_tui.errors import HeaderError, LimitError, MalformedError
from heicdepth_tui.heif.boxes import boxes, four_cc
from heicdepth_tui.heif.fullbox import U16, U32, check_count, number, version_of

__all__ = [
    "NO_REFERENCES",
    "Group",
    "ItemReferences",
    "References",
    "Targets",
    "entity_groups",
    "group_members",
    "primary_item",
    "read_references",
    "referrers",
]

Targets = Mapping[int, tuple[int, ...]]
"""Source item to target items."""

References = Mapping[bytes, Targets]
"""Reference type to the item it comes from to the items it points at."""

_GROUPS = frozenset(
    {b"aebr", b"afbr", b"albc", b"altr", b"brst", b"dobr", b"eqiv", b"favc", b"fobr", b"iaug",
     b"pano", b"prgr", b"pymd", b"slid", b"ster", b"tols", b"tsyl", b"tsyn", b"wbbr"}
)  # fmt: skip
"""Entity groups of ISO/IEC 14496-12 section 8.18 and ISO/IEC 23008-12 section 6.8.

Other children of ``grpl`` need not be groups: phones write ``uuid`` boxes there."""


class ItemReferences(NamedTuple):
    """The item references of a header, and those that cannot be followed."""

    by_type: References
    broken: Mapping[int, HeaderError]
    """Derived items whose sources lead in a circle, or over too many steps, and the error."""
    problems: tuple[str, ...]
    """Errors in references; each names their type."""


NO_REFERENCES = ItemReferences({}, {}, ())


def primary_item(content: bytes) -> int:
    """Return the item id that a ``pitm`` box names (ISO/IEC 14496-12 section 8.11.4)."""
    item, _ = number(content, "pitm", wide=version_of(content, "pitm") > 0)
    return item


def read_references(content: bytes, items: int, limit: int, nesting: int) -> ItemReferences:
    """Return the item references of an ``iref`` box, version 0 or 1 (section 8.11.12).

    Several boxes of one type from one item add up. Never raises: a box that is cut off is left
    out, as is what follows ``items`` boxes or ``limit`` targets, and ``problems`` states it.
    Derived items (``dimg``) that refer to each other in a circle, or over more than ``nesting``
    steps, are ``broken``; circles of other types are stated and harmless: nothing follows them.
    """
    found: dict[bytes, dict[int, tuple[int, ...]]] = {}
    problems: list[str] = []
    try:
        wide = version_of(content, "iref") > 0
        left = limit
        for kind, body, end in boxes(content, 4, len(content), limit=items):
            try:
                source, targets = _reference(content, body, end, wide=wide)
            except MalformedError as error:
                problems.append(f"references {four_cc(kind)}: {error.what}")
                continue
            left -= len(targets)
            if left < 0:
                check_count(limit - left, limit, "references")
            of_type = found.setdefault(kind, {})
            of_type[source] = of_type[source] + targets if source in of_type else targets
    except HeaderError as error:
        problems.append(f"references: {error.what}")
    broken = _unfollowable(found.get(b"dimg", {}), "dimg", nesting)
    for kind in (b"auxl", b"thmb"):
        circular = _unfollowable(found.get(kind, {}), four_cc(kind), items)
        problems += [error.what for error in list(circular.values())[:1]]
    problems += [error.what for error in list(broken.values())[:1]]
    return ItemReferences(found, broken, tuple(problems))


def _reference(content: bytes, body: int, end: int, *, wide: bool) -> tuple[int, tuple[int, ...]]:
    width, code, single = (4, "I", U32) if wide else (2, "H", U16)
    start = body + width + 2
    if start > end:
        raise MalformedError("an item reference is cut off")
    (source,) = single(content, body)
    (count,) = U16(content, start - 2)
    if start + count * width > end:
        raise MalformedError(f"a reference of item {source} is cut off")
    return source, unpack_from(f">{count}{code}", content, start)


def _unfollowable(targets_of: Targets, kind: str, limit: int) -> Mapping[int, HeaderError]:
    """Return the items whose references do not end within ``limit`` steps, each with the error."""
    if all(targets_of.keys().isdisjoint(targets) for targets in targets_of.values()):
        return {}
    ahead = {
        item: [target for target in dict.fromkeys(targets) if target in targets_of]
        for item, targets in targets_of.items()
    }
    behind = referrers(ahead)
    waiting = {item: len(targets) for item, targets in ahead.items()}
    ready = [item for item, count in waiting.items() if not count]
    steps = dict.fromkeys(ready, 1)
    for item in ready:
        for source in behind.get(item, ()):
            steps[source] = max(steps.get(source, 0), steps[item] + 1)
            waiting[source] -= 1
            if not waiting[source]:
                ready.append(source)
    broken: dict[int, HeaderError] = {}
    circular = {item for item, count in waiting.items() if count}
    if circular:
        what = f"its items refer to each other in a circle ({kind} {_circle(ahead, circular)})"
        broken = dict.fromkeys(sorted(circular), MalformedError(what))
    deep = sorted(item for item in ready if steps[item] > limit)
    if deep:
        what = f"its items refer to each other over more than {limit} steps ({kind})"
        broken |= dict.fromkeys(deep, LimitError(what))
    return broken


def _circle(ahead: Mapping[int, list[int]], circular: set[int]) -> str:
    """Return one circle, e.g. ``2 → 5 → 2``."""
    trail = [min(circular)]
    while trail[-1] not in trail[:-1]:
        trail.append(next(target for target in ahead[trail[-1]] if target in circular))
    shown = trail[trail.index(trail[-1]) :]
    return " → ".join(map(str, shown if len(shown) <= 9 else [*shown[:8], "…"]))


def referrers(targets_of: Mapping[int, Iterable[int]]) -> Targets:
    """Return target item to the items that point at it, by id."""
    found: dict[int, list[int]] = {}
    for source in sorted(targets_of):
        for target in dict.fromkeys(targets_of[source]):
            found.setdefault(target, []).append(source)
    return {target: tuple(sources) for target, sources in found.items()}


class Group(NamedTuple):
    """An entity group: its type, e.g. ``ster``, and the ids it holds."""

    type: bytes
    entities: tuple[int, ...]
    id: int = 0
    """Of the group itself, from the same numbers as the ids of items."""


def entity_groups(content: bytes, limit: int, problems: list[str]) -> tuple[Group, ...]:
    """Return the groups of a ``grpl`` box (ISO/IEC 14496-12 section 8.18).

    Children of a type that is no entity group are skipped. One that is cut off, or has more than
    ``limit`` members, is left out, and ``problems`` states it.
    """
    groups: list[Group] = []
    try:
        for kind, body, end in boxes(content, 0, len(content), limit=limit):
            if kind in _GROUPS:
                try:
                    members = _members(content, body, end, limit)
                    groups.append(Group(kind, members, *U32(content, body + 4)))
                except HeaderError as error:
                    problems.append(f"group {four_cc(kind)}: {error.what}")
    except HeaderError as error:
        problems.append(f"grpl: {error.what}")
    return tuple(groups)


def group_members(kind: bytes, content: bytes) -> tuple[int, ...]:
    """Return the ids that a child of ``grpl`` holds; none where it is no entity group.

    Raises MalformedError where it is cut off.
    """
    if kind not in _GROUPS:
        return ()
    return _members(content, 0, len(content), len(content))


def _members(content: bytes, body: int, end: int, limit: int) -> tuple[int, ...]:
    start = body + 12
    if start > end:
        raise MalformedError("the entity group is cut off")
    (count,) = U32(content, start - 4)
    check_count(count, limit, "members of a group")
    if start + 4 * count > end:
        raise MalformedError("the entity group is cut off")
    return unpack_from(f">{count}I", content, start)
