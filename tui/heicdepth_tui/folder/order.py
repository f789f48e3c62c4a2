"""The order of the photo list: natural names, date, size, pixels of depth."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable, Mapping
from enum import Enum
from functools import lru_cache
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.heif.facts import HeaderSummary

__all__ = ["SortKey", "date_of", "name_key", "sort_entries"]

_NUMBER = re.compile("[0-9]+")
_CACHE_SIZE = 1 << 18
_PATH = attrgetter("path")


class SortKey(Enum):
    """Sort key of the list; ties and unknown values are sorted by name."""

    NAME = "name"
    """Natural: IMG_9 before IMG_10, case ignored."""
    DATE = "date"
    """Newest first: EXIF date, else the file's."""
    SIZE = "size"
    """Largest file first."""
    DEPTH = "depth"
    """Most depth samples first, photos without depth last."""


def name_key(name: str) -> str:
    """Return text that sorts as ``heicdepth_tui.text.natural_key(name)`` does, but faster.

    Every run of digits becomes NUL, its length without leading zeros, and the digits: NUL cannot
    be in a file's name, so numbers come before text and a shorter number before a longer one.
    """
    return _NUMBER.sub(_sortable_number, name.casefold())


def _sortable_number(match: re.Match[str]) -> str:
    digits = match[0].lstrip("0")
    return f"\0{chr(1 + len(digits))}{digits}"


def sort_entries(
    entries: Iterable[Entry],
    key: SortKey = SortKey.NAME,
    summaries: Mapping[str, HeaderSummary] | None = None,
    *,
    reverse: bool = False,
) -> list[Entry]:
    """Return the entries in order of ``key``; the order is total and does not depend on theirs.

    ``summaries`` by path give dates and depth sizes where they are known. ``reverse`` reverses the
    order, but entries of unknown value stay at the end. Entries that are mostly in order already
    (the last result with new ones appended) are sorted faster.
    """
    listed = list(entries)
    keys = list(map(_path_key, map(_PATH, listed)))
    rows = sorted(range(len(listed)), key=keys.__getitem__, reverse=reverse and key is SortKey.NAME)
    named = [listed[row] for row in rows]
    if key is SortKey.NAME:
        return named
    values = _values(named, key, {} if summaries is None else summaries)
    known = [row for row, value in enumerate(values) if value is not None]
    known.sort(key=values.__getitem__, reverse=not reverse)
    unknown = (row for row, value in enumerate(values) if value is None)
    return [named[row] for row in chain(known, unknown)]


@lru_cache(maxsize=_CACHE_SIZE)
def _path_key(path: str) -> str:
    # Two NULs sort a name before all longer names that start with it.
    return f"{name_key(path.rpartition(os.sep)[2])}\0\0{path}"


def _values(
    entries: list[Entry], key: SortKey, summaries: Mapping[str, HeaderSummary]
) -> list[Any]:
    """Return the sort value of each entry, all of one type; None where it is unknown."""
    if key is SortKey.SIZE:
        return [None if entry.problem else entry.size for entry in entries]
    known = map(summaries.get, map(_PATH, entries))
    if key is SortKey.DATE:
        return list(map(date_of, entries, known))
    sizes = (None if summary is None else summary.depth for summary in known)
    return [None if size is None else size.width * size.height for size in sizes]


def date_of(entry: Entry, summary: HeaderSummary | None) -> str | None:
    """Return ``YYYY-MM-DD HH:MM:SS``: EXIF's date, else the file's in local time, else None."""
    if summary is not None and summary.date is not None:
        return summary.date
    if entry.problem or entry.mtime_ns <= 0:
        return None
    return _local_time(entry.mtime_ns // 1_000_000_000)


@lru_cache(maxsize=_CACHE_SIZE)
def _local_time(seconds: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seconds))
