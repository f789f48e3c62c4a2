"""What independent readers made of exported files, as a section of docs/compat.md."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

__all__ = ["ReaderReport"]


@dataclass
class ReaderReport:
    """Lines of a table, as (what, read by, result, good)."""

    heading: ClassVar[str]
    about: ClassVar[str]
    """What was compared with what, and how."""

    rows: list[tuple[str, str, str, bool]] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether everything that was read is equal."""
        return all(row[-1] for row in self.rows)

    def lines(self) -> list[str]:
        """Return the Markdown lines; empty where nothing was read."""
        if not self.rows:
            return []
        rows = [
            f"| {what} | {reader} | {result}{'' if good else ' **✗**'} |"
            for what, reader, result, good in self.rows
        ]
        head = (f"## {self.heading}", "", self.about, "")
        return [*head, "| what | read by | result |", "|---|---|---|", *rows]
