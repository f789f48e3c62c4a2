"""The tables of a photo as Rich shows them in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from heicdepth_tui.report.tables import ARRAY_COLUMNS, FactGroup

__all__ = ["print_photo"]

_LABEL_WIDTH = 22
_RIGHT = frozenset({"min", "max"})
_Cells = Sequence[str]


def print_photo(
    title: str,
    problem: str,
    arrays: Sequence[_Cells],
    lines: Iterable[str],
    groups: Iterable[FactGroup],
    console: Console | None = None,
) -> None:
    """Print a photo's tables: title, problem, arrays, further lines, and the facts by group.

    All texts are printable. Long values are folded, never cut. Colours and width are those of
    ``console``, by default of standard output; NO_COLOR is honoured.
    """
    console = Console(highlight=False, soft_wrap=False) if console is None else console
    parts = list(_parts(problem, arrays, lines, groups))
    heading = Text(title, style="bold")
    # Folded, not cut: a path that is copied has to be whole.
    console.print(heading, overflow="fold")
    if parts:
        console.print(Padding(Group(*parts), (0, 0, 0, 2)))


def _parts(
    problem: str, arrays: Sequence[_Cells], lines: Iterable[str], groups: Iterable[FactGroup]
) -> Iterator[RenderableType]:
    if problem:
        yield Text(f"error: {problem}", style="red", overflow="fold")
    if arrays:
        yield _array_table(arrays)
    yield from (Text(line, overflow="fold") for line in lines)
    for group in groups:
        if group.facts:
            yield from _facts(group)


def _array_table(rows: Sequence[_Cells]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for name in ARRAY_COLUMNS:
        table.add_column(name, justify="right" if name in _RIGHT else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    return table


def _facts(group: FactGroup) -> Iterator[RenderableType]:
    if group.title:
        yield Text(group.title, style="cyan")
    table = Table.grid(padding=(0, 2, 0, 0))
    # Not min_width, with which Rich wraps values at another width than it cuts them at.
    table.add_column(style="dim", width=_LABEL_WIDTH, overflow="fold")
    table.add_column(overflow="fold")
    for fact in group.facts:
        table.add_row(Text(fact.label), Text(fact.value))
    yield table
