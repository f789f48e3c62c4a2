"""Where the boxes of a file lie, found without trusting it, and how to replace one's content."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Node", "box_tree", "refill"]

_CONTAINERS = {b"meta": 4, b"iprp": 0, b"ipco": 0, b"iref": 4, b"grpl": 0, b"dinf": 0, b"moov": 0}
"""Boxes that hold boxes, and the bytes between their header and their first child."""
_MOST = 400
"""Boxes of one file that are worth the time."""
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Node:
    """One box: where its header, its content and its end lie; ``parents`` hold it, outermost first.

    ``parents`` are starts and header lengths.
    """

    kind: bytes
    start: int
    body: int
    end: int
    parents: tuple[tuple[int, int], ...] = ()


def box_tree(data: bytes, *, most: int = _MOST) -> list[Node]:
    """Return the first boxes of a file or of a part of one, outer boxes before inner ones."""
    found: list[Node] = []
    _walk(data, 0, len(data), (), found, most)
    return found


def _walk(
    data: bytes,
    at: int,
    end: int,
    parents: tuple[tuple[int, int], ...],
    found: list[Node],
    most: int,
) -> None:
    while at + 8 <= end and len(found) < most:
        size, kind, header = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8], 8
        if size == 1:
            size, header = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        after = at + size if size else end
        if size and size < header:
            return
        node = Node(kind, at, at + header, min(after, end), parents)
        found.append(node)
        if len(parents) < _DEEPEST:
            skip = _CONTAINERS.get(kind)
            if kind == b"iinf":
                skip = 8 if data[node.body : node.body + 1] > b"\0" else 6
            if skip is not None:
                inside = (*parents, (at, header))
                _walk(data, node.body + skip, node.end, inside, found, most)
        at = after


def refill(data: bytes, node: Node, content: bytes | None) -> bytes:
    """Return ``data`` with other content in a box (None: without the box), all sizes corrected."""
    start = node.start if content is None else node.body
    changed = bytearray(data[:start] + (content or b"") + data[node.end :])
    grown = len(changed) - len(data)
    own = ((node.start, node.body - node.start),) if content is not None else ()
    for at, header in (*node.parents, *own):
        place = slice(at + 8, at + 16) if header == 16 else slice(at, at + 4)
        size = int.from_bytes(changed[place], "big")
        if size:
            width = place.stop - place.start
            changed[place] = max(0, min(size + grown, 256**width - 1)).to_bytes(width, "big")
    return bytes(changed)
