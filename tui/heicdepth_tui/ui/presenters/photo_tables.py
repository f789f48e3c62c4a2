"""Tables of the main screen: metadata without empty rows, and the reason for a broken file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from heicdepth_tui.report.tables import Fact, FactGroup
from heicdepth_tui.text import printable, printable_path

if TYPE_CHECKING:
    from heicdepth_tui.errors import HeicDepthError
    from heicdepth_tui.folder.find import Entry

__all__ = ["folded", "problem_groups"]


def folded(groups: Sequence[FactGroup]) -> tuple[FactGroup, ...]:
    """Return the groups without facts that the file leaves open (``–, –``)."""
    kept = (
        replace(group, facts=tuple(fact for fact in group.facts if fact.value.strip("–, ")))
        for group in groups
    )
    return tuple(group for group in kept if group.facts)


def problem_groups(
    entry: Entry, error: HeicDepthError | None
) -> tuple[tuple[FactGroup, ...], tuple[FactGroup, ...]]:
    """Return what takes the place of arrays and of metadata where a file cannot be shown."""
    if error is None and not entry.problem:
        return (), ()
    facts = [Fact("why", printable(entry.problem) if error is None else printable(error.what))]
    if error is not None and error.hint:
        facts.append(Fact("to do", printable(error.hint)))
    file = (
        Fact("path", printable_path(Path(entry.path).absolute())),
        Fact("bytes", f"{entry.size:,}"),
    )
    return (FactGroup("this file cannot be shown", tuple(facts)),), (FactGroup("file", file),)
