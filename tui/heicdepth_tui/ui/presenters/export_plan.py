"""Photos to export: those with a depth map, those without, and the size to expect."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from heicdepth_tui.heif.depth_facts import DepthStatus
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.text import printable, size_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from heicdepth_tui.export.estimate import Estimate
    from heicdepth_tui.export.options import ExportOptions
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.heif.facts import Header, HeaderSummary

__all__ = ["ExportPlan", "expectation_text", "plan_export"]

_USUAL = (Size(768, 576), Size(4032, 3024))
"""Depth map and photo of a phone, for photos whose header is not read yet."""
_WITHOUT = frozenset({DepthStatus.ABSENT, DepthStatus.STRIPPED})


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """The photos of an export."""

    paths: tuple[str, ...]
    """Photos that have a depth map, or whose header is not read yet."""
    without_depth: int
    sizes: Mapping[tuple[Size, Size], int]
    """Numbers of ``paths`` by upright sizes of depth map and photo; usual ones where unknown."""
    absent_mattes: tuple[str, ...] = ()
    """Mattes by which points of the one photo cannot be selected; empty for several photos."""
    problem: str = ""
    """The reason that nothing can be exported; printable, empty where something can."""

    def estimate(self, options: ExportOptions) -> Estimate:
        """Return the points and bytes to expect."""
        from heicdepth_tui.export.estimate import estimate_export

        return estimate_export(self.sizes, options)

    def contradiction(self, options: ExportOptions) -> tuple[str, str]:
        """Return the field of options that these photos do not allow, and why; empty without."""
        from heicdepth_tui.export.option_table import option

        for field in ("only", "without"):
            names = [one.value for one in option(field).value_in(options)]
            absent = [name for name in names if name in self.absent_mattes]
            if absent and option(field).changes(options.formats):
                return field, f"the photo has no {absent[0]} matte"
        return "", ""


def plan_export(
    entries: Sequence[Entry],
    summary_of: Callable[[Entry], HeaderSummary | None],
    header: Header | None = None,
) -> ExportPlan:
    """Divide photos by their summaries; ``header`` is that of a single photo, where it is read.

    Among several photos one that cannot be read is kept: its error belongs to the report.
    """
    paths: list[str] = []
    sizes: Counter[tuple[Size, Size]] = Counter()
    for entry in entries:
        summary = summary_of(entry)
        if summary is not None and summary.status in _WITHOUT and not summary.problem:
            continue
        paths.append(entry.path)
        if header is not None and header.depth.item is not None:
            sizes[header.depth.item.displayed_size, header.primary.displayed_size] += 1
        elif summary is not None and summary.depth is not None and summary.primary is not None:
            sizes[summary.depth, summary.primary] += 1
        else:
            sizes[_USUAL] += 1
    without = len(entries) - len(paths)
    problem = ""
    if len(entries) == 1:
        problem = _problem(entries[0], summary_of(entries[0]), header)
    elif not paths:
        problem = f"none of the {len(entries)} marked photos has a depth map"
    absent = () if header is None else _absent_mattes(header)
    return ExportPlan(tuple(paths), without, sizes, absent, problem)


def _absent_mattes(header: Header) -> tuple[str, ...]:
    from heicdepth_tui.export.options import MATTE_NAMES

    present = {one.name for one in header.auxiliaries}
    return tuple(name for name in MATTE_NAMES if f"{name} matte" not in present)


def _problem(entry: Entry, summary: HeaderSummary | None, header: Header | None) -> str:
    """Return the reason that a photo cannot be exported, with its name; empty for none known."""
    reason = entry.problem
    if header is not None:
        depth = header.depth
        if depth.status is not DepthStatus.PRESENT:
            reason = depth.reason or "the photo has no depth map"
        else:
            reason = depth.undecodable_reason
    elif summary is not None and not reason:
        reason = _summary_problem(summary)
    return printable(f"{entry.name}: {reason}") if reason else ""


def _summary_problem(summary: HeaderSummary) -> str:
    if summary.status is DepthStatus.PRESENT:
        # A photo that is cut short may have its depth map still.
        return "" if summary.depth_decodable else "this program cannot decode its depth map"
    return summary.problem or {
        DepthStatus.STRIPPED: "its depth map was probably stripped when it was shared",
        DepthStatus.UNREADABLE: "its depth map cannot be read",
    }.get(summary.status, "the photo has no depth map")


def expectation_text(plan: ExportPlan, options: ExportOptions, cells: int) -> str:
    """Return the points and bytes to expect, and the photos left out, in one line.

    Where ``cells`` are too few only the bytes stay.
    """
    expected = plan.estimate(options)
    size = f"about {size_text(expected.bytes)}"
    parts = [size]
    if expected.points:
        parts.insert(0, f"up to {expected.points:,} points")
    if len(plan.paths) > 1:
        parts.insert(0, f"{len(plan.paths):,} photos")
    if plan.without_depth:
        parts.append(f"{plan.without_depth} without depth")
    text = " · ".join(parts)
    return text if len(text) <= cells else size
