"""The tables as plain lines, for pipes and files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len

from heicdepth_tui.report.tables import ARRAY_COLUMNS, FactGroup, array_rows
from heicdepth_tui.text import printable

if TYPE_CHECKING:
    from heicdepth_tui.depth.depthmap import DepthMap
    from heicdepth_tui.photo.layers import Layer, Pixels

__all__ = ["align", "array_notes", "plain_arrays", "plain_groups"]


def align(rows: Sequence[Sequence[str]], right: frozenset[int]) -> Iterator[str]:
    """Yield rows as lines with aligned columns, those in ``right`` right-aligned."""
    widths = [max(cell_len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = [
            " " * (width - cell_len(cell)) + cell
            if i in right
            else cell + " " * (width - cell_len(cell))
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()


def plain_arrays(
    decoded: Mapping[Layer, Pixels],
    failed: Mapping[Layer, str],
    depth_maps: Mapping[Layer, DepthMap],
) -> Iterator[str]:
    """Yield the array table, then the problems of layers, and why some were not decoded."""
    rows = [row for row in array_rows(decoded, depth_maps) if row.minimum]
    if rows:
        table = [ARRAY_COLUMNS, *(row.cells for row in rows)]
        yield from (f"  {line}" for line in align(table, frozenset({3, 4})))
    yield from array_notes(decoded, failed)


def array_notes(decoded: Mapping[Layer, Pixels], failed: Mapping[Layer, str]) -> Iterator[str]:
    """Yield the problems of layers, and why some were not decoded."""
    for layer, pixels in decoded.items():
        if pixels.note:
            yield printable(f"  {layer.label}: {pixels.note}")
    for layer, reason in failed.items():
        yield printable(f"  {layer.label}: {reason}")


def plain_groups(groups: Iterable[FactGroup]) -> Iterator[str]:
    """Yield every fact as ``label  value``, group by group."""
    facts = [fact for group in groups for fact in group.facts]
    if facts:
        table = [(fact.label, fact.value) for fact in facts]
        yield from (f"  {line}" for line in align(table, frozenset()))
