"""The words of the legend: the two ends of the code range in disparity and in metres."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heicdepth_tui.heif.facts import Accuracy

if TYPE_CHECKING:
    from heicdepth_tui.depth.depthmap import DepthMap

__all__ = ["legend_lines"]


def legend_lines(depth_map: DepthMap, width: int = 80) -> tuple[str, str, str]:
    """Return (near end, far end, sentence) of the legend.

    The ends are those of the code range, nearest first: disparity in 1/m where it is known, else
    the codes. The sentence gives the same ends in metres, ``≈`` unless accuracy is absolute, and is
    put shorter where it has fewer than its ``width`` of cells.
    """
    ends = depth_map.ends
    if depth_map.reason or ends.near_metres is None:
        return (f"{ends.near_code}", f"{ends.far_code} code", f"no metres: {depth_map.reason}")
    about = "" if depth_map.accuracy is Accuracy.ABSOLUTE else "≈"
    word = {
        Accuracy.ABSOLUTE: "absolute",
        Accuracy.RELATIVE: "relative",
        Accuracy.UNKNOWN: "accuracy unknown",
    }[depth_map.accuracy]
    near = "–" if ends.near_disparity is None else f"{ends.near_disparity:.3f}"
    far = "–" if ends.far_disparity is None else f"{ends.far_disparity:.3f}"
    # A map whose far end has no disparity left reaches to infinity: the end is open.
    end = "∞" if ends.far_metres is None else f"{about}{ends.far_metres:.2f} m"
    long = f"{about}{ends.near_metres:.2f} m near → far {end}  {word}"
    if len(long) <= width:
        return near, f"{far} 1/m", long
    return near, f"{far} 1/m", f"{about}{ends.near_metres:.2f}–{end.removeprefix(about)} {word}"
