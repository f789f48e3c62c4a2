"""Compares two listings of a folder."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from heicdepth_tui.folder.find import Entry

__all__ = ["Changes", "compare"]


@dataclass(frozen=True, slots=True)
class Changes:
    """Entries that differ: new and changed ones of the new listing, removed ones of the old."""

    new: tuple[Entry, ...]
    changed: tuple[Entry, ...]
    removed: tuple[Entry, ...]

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.removed)

    def describe(self) -> str:
        """Return ``2 new, 1 changed, 3 removed``, leaving out zeros; ``no change`` for none."""
        counts = (("new", self.new), ("changed", self.changed), ("removed", self.removed))
        words = [f"{len(entries):,} {word}" for word, entries in counts if entries]
        return ", ".join(words) or "no change"


def compare(old: Iterable[Entry], new: Iterable[Entry]) -> Changes:
    """Return the changes by path: a file of another size, time or problem counts as changed."""
    before = {entry.path: entry for entry in old}
    after = {entry.path: entry for entry in new}
    return Changes(
        new=tuple(entry for path, entry in after.items() if path not in before),
        changed=tuple(
            entry for path, entry in after.items() if path in before and before[path] != entry
        ),
        removed=tuple(entry for path, entry in before.items() if path not in after),
    )
