"""Photos to export: those with a depth map, those without, and the size to expect."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
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

__all__ = ["OTHER_PICTURES", "ExportPlan", "expectation_text", "plan_export", "scale_text"]

OTHER_PICTURES = ("layers",)
"""The formats that the dialog begins with where no photo has depth."""
_USUAL = (Size(768, 576), Size(4032, 3024))
"""Depth map and photo of a phone, for photos whose header is not read yet."""
_WITHOUT = frozenset({DepthStatus.ABSENT, DepthStatus.STRIPPED})


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """The photos of an export."""

    with_depth: tuple[str, ...]
    """Photos that have a depth map, or whose header is not read yet."""
    without_depth: tuple[str, ...]
    sizes: Mapping[tuple[Size, Size], int]
    """Numbers of ``with_depth`` by upright sizes of depth map and photo; usual ones where
    unknown."""
    bare_sizes: Mapping[Size, int]
    """Numbers of ``without_depth`` by the photo's upright size."""
    absent_mattes: tuple[str, ...] = ()
    """Mattes by which points of the one photo cannot be selected; empty for several photos."""
    lens_problem: str = ""
    """The reason that the one photo cannot be rectified; empty for several photos."""
    no_depth: str = ""
    """The reason that no photo can be exported with depth; printable, empty where one can."""
    has_pictures: bool = False
    """True where a photo without depth may hold other pictures; False where none is known to."""
    unused: Mapping[str, str] = field(default_factory=dict)
    """Reasons that options have no effect on the one photo, by field; empty for several photos."""
    scale: str = "1"
    """Factor of the distances by a known length; ``own`` where photos have one each."""

    def photos(self, options: ExportOptions) -> tuple[str, ...]:
        """Return the photos that these options write files of."""
        formats = _formats_without_depth(options)
        return self.with_depth + self.without_depth if formats else self.with_depth

    def problem(self, options: ExportOptions) -> str:
        """Return the reason that these options write nothing; printable, empty where they do."""
        if not self.no_depth or (self.has_pictures and _formats_without_depth(options)):
            return ""
        return self.no_depth

    def estimate(self, options: ExportOptions) -> Estimate:
        """Return the points and bytes to expect."""
        from heicdepth_tui.export.estimate import Estimate, estimate_export

        expected = estimate_export(self.sizes, options)
        formats = _formats_without_depth(options)
        if not formats or not self.bare_sizes:
            return expected
        pictures = {(size, size): count for size, count in self.bare_sizes.items()}
        more = estimate_export(pictures, replace(options, formats=formats))
        return Estimate(expected.points, expected.bytes + more.bytes)

    def contradiction(self, options: ExportOptions) -> tuple[str, str]:
        """Return the field of options that these photos do not allow, and why; empty without."""
        from heicdepth_tui.export.option_table import option

        if self.no_depth:
            if _formats_without_depth(options) != options.formats:
                return "formats", "without a depth map only other pictures can be exported"
            if options.camera_files:
                return "camera_files", "without a depth map there is no camera to write"
        for by_matte in map(option, ("only", "without")):
            names = [one.value for one in by_matte.value_in(options)]
            absent = [name for name in names if name in self.absent_mattes]
            if absent and by_matte.changes(options.formats):
                return by_matte.field, f"the photo has no {absent[0]} matte"
        if self.lens_problem and options.cloud.rectify:
            from heicdepth_tui.export.rules import unused_reason

            if not unused_reason(option("cloud.rectify"), options):
                return "cloud.rectify", f"rectify: {self.lens_problem}"
        return "", ""


def plan_export(
    entries: Sequence[Entry],
    summary_of: Callable[[Entry], HeaderSummary | None],
    header: Header | None = None,
) -> ExportPlan:
    """Divide photos by their summaries; ``header`` is that of the only photo, where it is read.

    Among several photos one that cannot be read is kept: its error belongs to the report.
    """
    paths: list[str] = []
    bare: list[str] = []
    sizes: Counter[tuple[Size, Size]] = Counter()
    bare_sizes: Counter[Size] = Counter()
    for entry in entries:
        summary = summary_of(entry)
        if _is_bare(summary, header):
            bare.append(entry.path)
            known = None if summary is None else summary.primary
            bare_sizes[known or _USUAL[1]] += 1
            continue
        paths.append(entry.path)
        if header is not None and header.depth.item is not None:
            sizes[header.depth.item.displayed_size, header.primary.displayed_size] += 1
        elif summary is not None and summary.depth is not None and summary.primary is not None:
            sizes[summary.depth, summary.primary] += 1
        else:
            sizes[_USUAL] += 1
    reason = ""
    if len(entries) == 1:
        reason = _problem(entries[0], summary_of(entries[0]), header)
    elif not paths:
        reason = f"none of the {len(entries)} marked photos has a depth map"
    return ExportPlan(
        tuple(paths),
        tuple(bare),
        sizes,
        bare_sizes,
        () if header is None else _absent_mattes(header),
        "" if header is None else _lens_problem(header),
        reason,
        bool(bare) and (header is None or _has_pictures(header)),
        {} if header is None else _unused(header),
    )


def scale_text(entries: Sequence[Entry], scales: Mapping[str, float]) -> str:
    """Return what photos are scaled by where no other scale is given; ``scales`` are by path."""
    if len(entries) == 1:
        return f"{scales.get(entries[0].path, 1.0):.4g}"
    return "own" if any(entry.path in scales for entry in entries) else "1"


def _is_bare(summary: HeaderSummary | None, header: Header | None) -> bool:
    """Return True for a photo that is known to hold no depth map."""
    if header is not None:
        return header.depth.status is not DepthStatus.PRESENT
    return summary is not None and summary.status in _WITHOUT and not summary.problem


def _has_pictures(header: Header) -> bool:
    from heicdepth_tui.export.layers_png import layers_to_write

    return bool(layers_to_write(header))


def _lens_problem(header: Header) -> str:
    from heicdepth_tui.depth.camera import aligned_camera

    camera = aligned_camera(header)
    return "" if camera is None or camera.lens is not None else printable(camera.lens_problem)


def _formats_without_depth(options: ExportOptions) -> tuple[str, ...]:
    """Return the formats of ``options`` that are written of photos without depth as well."""
    from heicdepth_tui.export.registry import FORMATS

    return tuple(name for name in options.formats if not FORMATS[name].needs_depth)


def _absent_mattes(header: Header) -> tuple[str, ...]:
    from heicdepth_tui.export.options import MATTE_NAMES

    present = {one.name for one in header.auxiliaries}
    return tuple(name for name in MATTE_NAMES if f"{name} matte" not in present)


def _unused(header: Header) -> dict[str, str]:
    from heicdepth_tui.depth.registration import register
    from heicdepth_tui.export.options import MATTE_NAMES

    reasons = {}
    item = header.depth.item
    if item is not None and not register(header.primary, item).turn_sentence:
        reasons["register"] = "photo and depth map are turned alike"
    if len(_absent_mattes(header)) == len(MATTE_NAMES):
        reasons |= dict.fromkeys(("only", "without"), "the photo has no mattes")
    return reasons


def _problem(entry: Entry, summary: HeaderSummary | None, header: Header | None) -> str:
    """Return the reason that a photo has no depth to export, with its name; empty for none."""
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
    photos = len(plan.photos(options))
    if photos > 1:
        parts.insert(0, f"{photos:,} photos")
    if plan.without_depth and not plan.no_depth:
        parts.append(f"{len(plan.without_depth)} without depth")
    text = " · ".join(parts)
    return text if len(text) <= cells else size
