"""The legend of a depth map: metres along the colour ramp, then accuracy, data and disparity."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len

from heicdepth_tui.ui.model.colour_range import NOTHING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import numpy as np
    from numpy.typing import NDArray

    from heicdepth_tui.depth.depthmap import DepthMap
    from heicdepth_tui.draw.code_scale import CodeScale
    from heicdepth_tui.photo.layers import Layer
    from heicdepth_tui.ui.model.colour_range import ColourRange
    from heicdepth_tui.ui.model.tables import Tables

__all__ = [
    "LegendView",
    "far_and_range",
    "legend_of",
    "note",
    "ramp_ends",
    "round_distances",
    "ticks",
]

_ROUND = (1.0, 5.0, 2.0, 3.0, 4.0)
"""Mantissas of round distances, the roundest first."""
_POWERS = range(-2, 4)
_LESS_ROUND = (6.0, 8.0, 7.0, 9.0)
"""Those of distances that are shown where they have more room."""
_ENOUGH = 3
"""Round distances in a line; with fewer, multiples of an even step are shown as well."""
_WIDE_GAP = 3
"""Cells left free on each side of a distance that is less round."""


@dataclass(frozen=True, slots=True, eq=False)
class LegendView:
    """A depth map and how it is coloured."""

    depth_map: DepthMap
    colormap: str
    scale: CodeScale
    data: tuple[int, int]
    """The smallest and the largest code that occur."""
    range_name: str
    """Empty for the whole range of codes."""

    @property
    def is_empty(self) -> bool:
        """Whether the range that was chosen has no codes, so that all of them have colours."""
        return self.range_name.startswith(NOTHING)

    @property
    def content(self) -> tuple[object, ...]:
        """What is shown, to be compared."""
        return id(self.depth_map), self.colormap, self.scale, self.range_name


def legend_of(
    tables: Tables | None, layer: Layer | None, colormap: str, colour_range: ColourRange
) -> LegendView | None:
    """Return the legend of a depth layer; None for other layers, and before its tables."""
    if tables is None or layer is None or layer not in tables.depth_maps:
        return None
    scale, span = colour_range.scale_in(tables, layer), tables.spans[layer]
    data = (span.minimum, span.maximum)
    depth_map = tables.depth_maps[layer]
    about = "" if depth_map.reason else depth_map.trust.about
    return LegendView(depth_map, colormap, scale, data, colour_range.name(scale, about))


def _metres(depth_map: DepthMap, code: int) -> float | None:
    tables = depth_map.tables
    return float(tables.metres[code]) if tables.valid[code] else None


def _length(metres: float | None) -> str:
    """Return metres of three digits; what is too far to be a distance as the farthest one."""
    from heicdepth_tui.depth.quantization import MIN_DISPARITY

    if metres is None:
        return f">{1 / MIN_DISPARITY:.0f}"
    return f"{metres:.2f}" if metres < 10 else f"{metres:.3g}" if metres < 1000 else f"{metres:.0f}"


def ramp_ends(view: LegendView) -> tuple[str, str]:
    """Return the texts before and after the ramp: its ends in metres, else in codes."""
    depth_map = view.depth_map
    low, high = view.scale.bounds(depth_map.max_code)
    if depth_map.reason:
        return f"{high}", f"{low} code"
    about = depth_map.trust.about
    near, far = (_metres(depth_map, code) for code in (high, low))
    return f"{about}{_length(near)}", f"{_length(far)} m"


def far_and_range(view: LegendView, far: str, cells: int) -> str:
    """Return the far end of the ramp and the name of the range, as much as has room."""
    name = view.range_name or "all codes"
    # What is named first says most: nothing lies in the range.
    names = (name, name.partition(" from ")[0])
    texts = (*(f"{far}  {one}" for one in names), *(f"{far} {one}" for one in names), far)
    return next((text for text in texts if cell_len(text) <= cells), far)


def ticks(view: LegendView, cells: int) -> list[tuple[int, str]]:
    """Return (column, text) of round distances that fit on a ramp, near at the left.

    Columns are those of the texts' first characters; at least one cell stays between two.
    """
    depth_map = view.depth_map
    if depth_map.reason:
        return []
    low, high = view.scale.bounds(depth_map.max_code)
    tables = depth_map.tables
    metres = tables.metres[low : high + 1][tables.valid[low : high + 1]][::-1]
    if len(metres) < 2 or high == low:
        return []
    return round_distances(
        metres, lambda index: round(index / (high - low) * (cells - 1)), [False] * cells
    )


def round_distances(
    metres: NDArray[np.float64], column: Callable[[int], int], taken: list[bool]
) -> list[tuple[int, str]]:
    """Return (column, text) of round distances that have room in a line, by column.

    ``metres`` rises; ``column`` gives the cell of an index into it, and ``taken`` the cells of the
    line that have no room. At least one cell stays free on each side of a text, and more of a
    distance that is less round.
    """
    cells = len(taken)
    placed: list[tuple[int, str]] = []

    def place(distances: Iterable[float], gap: int) -> None:
        for distance in distances:
            if not metres[0] < distance < metres[-1]:
                continue
            at = column(int(metres.searchsorted(distance)))
            text = f"{distance:.6g}"
            start = at - len(text) // 2
            around = range(max(0, start - gap), min(cells, start + len(text) + gap))
            if start < 1 or start + len(text) >= cells or any(taken[cell] for cell in around):
                continue
            taken[start : start + len(text)] = [True] * len(text)
            placed.append((start, text))

    place((mantissa * 10.0**power for mantissa in _ROUND for power in _POWERS), 1)
    place((mantissa * 10.0**power for mantissa in _LESS_ROUND for power in _POWERS), _WIDE_GAP)
    if len(placed) < _ENOUGH:
        place(_even_steps(float(metres[0]), float(metres[-1])), _WIDE_GAP)
    return sorted(placed)


def _even_steps(low: float, high: float) -> list[float]:
    """Return the multiples of a round step between two distances, the largest step with enough."""
    for power in range(3, -6, -1):
        for step in (5.0 * 10.0**power, 2.0 * 10.0**power, 10.0**power):
            first, last = math.floor(low / step) + 1, math.ceil(high / step) - 1
            if last - first + 1 >= _ENOUGH:
                return [index * step for index in range(first, last + 1)]
    return []


def note(view: LegendView, cells: int) -> str:
    """Return the line under the ramp, as much of it as fits: accuracy never gives way.

    The data's own range gives way last.
    """
    depth_map = view.depth_map
    if depth_map.reason:
        return f"no metres: {depth_map.reason}"
    trust = depth_map.trust
    low, high = view.scale.bounds(depth_map.max_code)
    first, last = view.data
    near, far = (_length(_metres(depth_map, code)) for code in (last, first))
    own = f"data {trust.about}{near} to {far} m"
    disparities = [f"{float(depth_map.tables.disparity[code]):.3f}" for code in (high, low)]
    unit = " 1/m" if trust.is_unit_known else ""
    disparity = f"disparity {' to '.join(disparities)}{unit}"
    caveat = trust.short
    short = "assumed" if trust.is_assumed else caveat.removeprefix("accuracy ")
    name = (view.range_name,) if view.range_name else ()
    brief = f"{trust.about}{near}–{far} m"
    # The ramp has the ends of the range itself, but not that there is nothing in it.
    least = name if view.is_empty else (brief,)
    forms = [
        " · ".join(parts)
        for parts in (
            (caveat, *name, own, disparity),
            (caveat, *name, own),
            (short, *name, own),
            (short, *name, brief),
            (short, *least),
        )
    ]
    return next((form for form in forms if cell_len(form) <= cells), short)
