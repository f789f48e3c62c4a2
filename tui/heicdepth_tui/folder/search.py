"""Finds photos whose names contain the query's characters in order."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cached_property

__all__ = ["Finder"]


def _is_smart_case(query: str) -> bool:
    """Return whether case counts: only where the query holds a capital."""
    return query != query.lower()


def _folded(name: str) -> str:
    """Return ``name`` in lower case with the same number of characters."""
    folded = name.lower()
    if len(folded) == len(name):
        return folded
    return "".join(low if len(low := char.lower()) == 1 else char for char in name)


def _pattern(query: str) -> re.Pattern[str]:
    """Return a pattern that finds the letters of ``query`` in order, without backtracking."""
    steps = (f"[^{re.escape(char)}]*+{re.escape(char)}" for char in query[1:])
    return re.compile(re.escape(query[0]) + "".join(steps))


def _is_boundary(name: str, at: int) -> bool:
    """Return whether a word or a number of ``name`` begins at ``at``."""
    if at == 0:
        return True
    before, first = name[at - 1], name[at]
    return not before.isalnum() or before.isdigit() != first.isdigit()


def _best_place(query: str, text: str) -> int:
    """Return where ``query`` occurs in one piece, at a boundary if it can, or −1."""
    first = at = text.find(query)
    while at > 0:
        if _is_boundary(text, at):
            return at
        at = text.find(query, at + 1)
    return first


class Finder:
    """The rows whose name matches ``query``, with the best, next and previous match.

    A name matches when it contains all characters of the query in their order; case counts only
    where the query has a capital. The best match is at the start of a name, else at the start of a
    word or number, else in one piece, else the one with the shortest span. Made for 100,000 names:
    the constructor only finds the rows, ``best`` compares them.
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
        """True where case counts, because the query holds a capital."""
        return _is_smart_case(self.query)

    @property
    def count(self) -> int:
        """Number of rows that match; 0 for an empty query."""
        return len(self.rows)

    def best(self, start: int = 0) -> int | None:
        """Return the row of the best match, among equals the first from ``start`` on, cyclic."""
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
        """Return the next matching row after ``row``, for step −1 the previous one, cyclic."""
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
