"""The words of the legend: the two ends of the code range in disparity and in metres."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

if TYPE_CHECKING:
    from heicdepth_tui.depth.depthmap import DepthMap

__all__ = ["legend_lines"]


def legend_lines(depth_map: DepthMap, width: int = 80) -> tuple[str, str, str]:
    """Return (near end, far end, sentence) of the legend.

    The ends are those of the code range, nearest first: disparity where it is known, with its unit
    where the file states that, else the codes. The sentence gives the same ends in metres and how
    sure they are: ``≈`` unless real distances are promised. A far end whose codes are invalid is
    stated as ``beyond 1000 m``, never as infinity. A sentence of more than ``width`` cells is put
    shorter.
    """
    ends = depth_map.code_range
    if depth_map.reason or ends.near_metres is None:
        return (f"{ends.near_code}", f"{ends.far_code} code", f"no metres: {depth_map.reason}")
    disparities = [
        "–" if value is None else f"{value:.3f}"
        for value in (ends.near_disparity, ends.far_disparity)
    ]
    unit = " 1/m" if depth_map.trust.is_unit_known else ""
    return (disparities[0], f"{disparities[1]}{unit}", _sentence(depth_map, width))


def _sentence(depth_map: DepthMap, width: int) -> str:
    """Return the longest of four forms that fits; the last one, where none does."""
    from heicdepth_tui.depth.quantization import MIN_DISPARITY

    ends, about = depth_map.code_range, depth_map.trust.about
    near, limit = f"{about}{ends.near_metres:.2f}", f"beyond {1 / MIN_DISPARITY:.0f} m"
    caveat = depth_map.trust.short
    if ends.far_metres is None:
        far, span = limit, f"{near} m to {limit}"
    else:
        far, span = f"{about}{ends.far_metres:.2f} m", f"{near}–{ends.far_metres:.2f} m"
    assumed = "assumed" if depth_map.trust.is_assumed else caveat
    forms = (
        f"{near} m near → far {far}  {caveat}",
        f"{span} {caveat}",
        f"{span} {caveat.removeprefix('accuracy ')}",
        f"{span} {assumed}",
    )
    return next((form for form in forms if cell_len(form) <= width), forms[-1])
