"""References between items must not run in circles, nor chains of them go on forever."""

from __future__ import annotations

from heicdepth_tui.errors import LimitError, MalformedError
from heicdepth_tui.heif.boxes import four_cc
from heicdepth_tui.heif.limits import Limits
from heicdepth_tui.heif.links import References

__all__ = ["check_references"]

_CHECKED = (b"dimg", b"auxl", b"thmb")
Edges = dict[int, tuple[int, ...]]


def check_references(references: References, limits: Limits) -> None:
    """Check that derived, auxiliary and thumbnail references end after a few steps.

    Raises MalformedError naming the items of a circle, LimitError for a chain of more than
    ``limits.nesting`` steps.
    """
    for kind in _CHECKED:
        edges = references.get(kind, {})
        heights: dict[int, int] = {}
        for item, targets in edges.items():
            if edges.keys().isdisjoint(targets):
                continue
            _height(item, edges, heights, (), four_cc(kind), limits.nesting)


def _height(
    item: int, edges: Edges, heights: dict[int, int], trail: tuple[int, ...], kind: str, most: int
) -> int:
    """Return how many steps lead on from an item; recursion is bounded by ``most``."""
    if item in trail:
        circle = " → ".join(map(str, (*trail[trail.index(item) :], item)))
        raise MalformedError(f"its items refer to each other in a circle ({kind} {circle})")
    known = heights.get(item)
    if known is None:
        if len(trail) > most:
            raise LimitError(f"its items refer to each other over more than {most} steps ({kind})")
        further = (target for target in dict.fromkeys(edges[item]) if target in edges)
        steps = (_height(target, edges, heights, (*trail, item), kind, most) for target in further)
        known = heights[item] = 1 + max(steps, default=0)
    if known + len(trail) > most:
        raise LimitError(f"its items refer to each other over more than {most} steps ({kind})")
    return known
