"""Find photos by name: the letters typed, in their order, the best place first."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

__all__ = ["Finder", "Match", "fuzzy_match"]


@dataclass(frozen=True, slots=True, order=True)
class Match:
    """How well a name matches: compare by ``score``, larger is better.

    ``positions`` are the indices of the matched characters in the name.
    """

    score: int
    positions: tuple[int, ...]


def _is_smart_case(query: str) -> bool:
    """Whether case counts: only where the query holds a capital."""
    return query != query.lower()


def _folded(name: str) -> str:
    """Return ``name`` in small letters, every character at its place."""
    folded = name.lower()
    if len(folded) == len(name):
        return folded
    return "".join(low if len(low := char.lower()) == 1 else char for char in name)


def _pattern(query: str) -> re.Pattern[str]:
    """Return a pattern that finds the letters of ``query`` in order, without backtracking."""
    steps = (f"[^{re.escape(char)}]*+{re.escape(char)}" for char in query[1:])
    return re.compile(re.escape(query[0]) + "".join(steps))


def _is_boundary(name: str, at: int) -> bool:
    """Whether a word or a number of ``name`` begins at ``at``."""
    if at == 0:
        return True
    before, here = name[at - 1], name[at]
    return not before.isalnum() or before.isdigit() != here.isdigit()


def fuzzy_match(query: str, name: str) -> Match | None:
    """Return how ``query`` matches ``name``, None where it does not.

    All characters of the query must occur in the name in their order; capitals count only where
    the query has some. Best is the start of the name, then the start of a word or number, then
    anywhere in one piece, then scattered, the closer together the better. An empty query matches
    everything with score 0.
    """
    if not query:
        return Match(0, ())
    text = name if _is_smart_case(query) else _folded(name)
    at = _best_place(query, text)
    if at >= 0:
        score = 4000 if at == 0 else 3000 if _is_boundary(text, at) else 2000
        return Match(score - at, tuple(range(at, at + len(query))))
    positions = _closest(query, text)
    if not positions:
        return None
    return Match(1000 - (positions[-1] - positions[0]), positions)


def _best_place(query: str, text: str) -> int:
    """Return where ``query`` occurs in one piece, at a boundary if it can, or −1."""
    first = at = text.find(query)
    while at > 0:
        if _is_boundary(text, at):
            return at
        at = text.find(query, at + 1)
    return first


def _closest(query: str, text: str) -> tuple[int, ...]:
    """Return the positions of ``query`` as a subsequence, drawn together from its first end."""
    at = -1
    for char in query:
        at = text.find(char, at + 1)
        if at < 0:
            return ()
    positions = [at]
    for char in reversed(query[:-1]):
        at = text.rfind(char, 0, at)
        positions.append(at)
    return tuple(reversed(positions))


class Finder:
    """All rows whose name matches ``query``, and the ways to go from one to the next.

    Made for 100,000 names: the matching rows are found at once, quality only when asked for.
    """

    def __init__(self, names: Sequence[str], query: str) -> None:
        self.query = query
        self._names = names if _is_smart_case(query) else list(map(_folded, names))
        self.rows: list[int] = []
        if query:
            search = _pattern(query).search
            self.rows = [row for row, name in enumerate(self._names) if search(name)]

    @property
    def is_case_sensitive(self) -> bool:
        """Whether case counts, because the query holds a capital."""
        return _is_smart_case(self.query)

    @property
    def count(self) -> int:
        """How many rows match; 0 for an empty query."""
        return len(self.rows)

    def best(self, start: int = 0) -> int | None:
        """Return the best match's row; among equals the first one from ``start`` on, round."""
        after = bisect_left(self.rows, start)
        at, class_of = 0, self._class_of
        best: int | None = None
        for row in (*self.rows[after:], *self.rows[:after]):
            found = class_of(row)
            if found > at:
                best, at = row, found
                if at == _AT_START:
                    break
        if at > _SCATTERED or best is None:
            return best
        return min((*self.rows[after:], *self.rows[:after]), key=self._span)

    def next(self, row: int, step: int = 1) -> int | None:
        """Return the next matching row after ``row`` (before it for step −1), round the end."""
        if not self.rows:
            return None
        if step > 0:
            return self.rows[bisect_right(self.rows, row) % len(self.rows)]
        return self.rows[bisect_left(self.rows, row) - 1]

    def _class_of(self, row: int) -> int:
        name = self._names[row]
        at = name.find(self.query)
        if at < 0:
            return _SCATTERED
        if at == 0:
            return _AT_START
        return _AT_BOUNDARY if _is_boundary(name, _best_place(self.query, name)) else _IN_ONE_PIECE

    @cached_property
    def _search(self) -> re.Pattern[str]:
        return _pattern(self.query)

    def _span(self, row: int) -> int:
        match = self._search.search(self._names[row])
        return 0 if match is None else match.end() - match.start()


_SCATTERED, _IN_ONE_PIECE, _AT_BOUNDARY, _AT_START = 1, 2, 3, 4
