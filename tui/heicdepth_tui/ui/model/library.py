"""The photos of the folder as the list shows them: sorted, filtered, marked; no Textual in here."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len

from heicdepth_tui.folder.order import SortKey, sort_entries
from heicdepth_tui.heif.depth_facts import DepthStatus
from heicdepth_tui.heif.facts import HeaderSummary
from heicdepth_tui.text import printable

if TYPE_CHECKING:
    from heicdepth_tui.folder.find import Entry

__all__ = ["Library", "longest_name"]


NAME_CELLS = 13
"""Cells of a name such as IMG_0412.HEIC, for a list that has no photos yet."""


def longest_name(entries: Iterable[Entry]) -> int:
    """Return the cells of the longest name as the list shows it."""
    return max((_cells(entry.name) for entry in entries), default=NAME_CELLS)


def _cells(text: str) -> int:
    # 30,000 names are measured in the app's thread when a listing ends.
    return len(text) if text.isascii() and text.isprintable() else cell_len(printable(text))


class Library:
    """All photos found, their summaries, and ``view``: those the list shows, in its order.

    ``roots`` are the folders that were opened with their sub-folders: rows show what lies below.
    """

    def __init__(self, roots: Sequence[str] = ()) -> None:
        self._roots = ["" if root == os.curdir else root.rstrip(os.sep) + os.sep for root in roots]
        self._entries: dict[str, Entry] = {}
        self._summaries: dict[str, HeaderSummary] = {}
        self._index: dict[str, int] | None = None
        self._ordered: list[Entry] = []
        self._marked: set[str] = set()
        self.view: list[Entry] = []
        self.sort_key = SortKey.NAME
        self.depth_only = False
        self.with_depth = 0
        self._longest_name = 0
        self._hopeless = 0

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def scanned(self) -> int:
        """How many photos' headers are known."""
        return len(self._summaries)

    @property
    def waiting(self) -> int:
        """How many photos' headers are still to be read."""
        return len(self._entries) - len(self._summaries) - self._hopeless

    @property
    def longest_name(self) -> int:
        """Cells of the longest name in the list, with the folder shown before it."""
        return self._longest_name or NAME_CELLS

    def add(self, entries: Iterable[Entry]) -> None:
        """Take in photos; the view follows with ``rebuild``."""
        for entry in entries:
            if entry.path not in self._entries:
                self._hopeless += bool(entry.problem)
                self._ordered.append(entry)
                cells = _cells(entry.path[self._folder_start(entry) :])
                if cells > self._longest_name:
                    self._longest_name = cells
            self._entries[entry.path] = entry

    def replace(self, entries: Iterable[Entry]) -> None:
        """Make ``entries`` all there is, keeping the summaries of files that did not change."""
        old, self._entries, self._hopeless = self._entries, {}, 0
        self._ordered = []
        self._longest_name = 0
        self.add(entries)
        for path, entry in old.items():
            if self._entries.get(path) != entry:
                self._forget(path)
        self._marked &= self._entries.keys()

    def folder_of(self, entry: Entry) -> str:
        """Return the folders below the one opened, as ``2023/trip/``; empty for its own photos."""
        end = len(entry.path) - len(entry.name)
        return printable(entry.path[self._folder_start(entry) : end])

    def _folder_start(self, entry: Entry) -> int:
        """Return where the part of a path begins that the list shows."""
        for root in self._roots:
            if entry.path.startswith(root):
                return len(root)
        return len(entry.path) - len(entry.name)

    def _forget(self, path: str) -> None:
        summary = self._summaries.pop(path, None)
        if summary is not None and summary.status is DepthStatus.PRESENT:
            self.with_depth -= 1

    def summary(self, entry: Entry) -> HeaderSummary | None:
        """Return what the header scan found; None while it is not known."""
        return self._summaries.get(entry.path)

    def set_summaries(self, summaries: Iterable[tuple[Entry, HeaderSummary]]) -> None:
        """Take in what the scan found, unless the file was listed anew meanwhile."""
        for entry, summary in summaries:
            if self._entries.get(entry.path) == entry:
                self._forget(entry.path)
                self._summaries[entry.path] = summary
                if summary.status is DepthStatus.PRESENT:
                    self.with_depth += 1

    @property
    def order_follows_summaries(self) -> bool:
        """Whether a summary that arrives can change the view."""
        return self.depth_only or self.sort_key in (SortKey.DATE, SortKey.DEPTH)

    def unscanned(self) -> list[Entry]:
        """Photos whose header is not known yet, in the order found."""
        summaries = self._summaries
        return [e for e in self._entries.values() if e.path not in summaries and not e.problem]

    def rebuild(self) -> None:
        """Sort and filter ``view`` anew; quick where few photos are new in an order that holds."""
        self._index = None
        self._ordered = sort_entries(self._ordered, self.sort_key, self._summaries)
        everything = self._ordered
        self.view = [e for e in everything if self.has_depth(e) or not self.depth_only]

    def has_depth(self, entry: Entry) -> bool:
        """Whether the scan found a depth map."""
        summary = self._summaries.get(entry.path)
        return summary is not None and summary.status is DepthStatus.PRESENT

    def index_of(self, path: str) -> int | None:
        """Return the row of a photo in the view."""
        if self._index is None:
            self._index = {entry.path: row for row, entry in enumerate(self.view)}
        return self._index.get(path)

    def is_marked(self, entry: Entry) -> bool:
        """Whether the photo is marked for a common action."""
        return entry.path in self._marked

    def set_marked(self, entries: Iterable[Entry], marked: bool) -> None:
        """Mark photos, or take their marks away."""
        paths = {entry.path for entry in entries}
        self._marked = self._marked | paths if marked else self._marked - paths

    @property
    def marked_count(self) -> int:
        """How many photos are marked, those the filter hides included."""
        return len(self._marked)

    @property
    def marked(self) -> list[Entry]:
        """The marked photos in order, those that the filter hides included."""
        return [entry for entry in self._ordered if entry.path in self._marked]

    def neighbour_with_depth(self, row: int, step: int) -> int | None:
        """Return the nearest row after (step 1) or before (−1) ``row`` that has depth."""
        row += step
        while 0 <= row < len(self.view):
            if self.has_depth(self.view[row]):
                return row
            row += step
        return None
