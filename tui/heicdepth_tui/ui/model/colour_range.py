"""The codes that the ends of the colour map stand for, as the user chose them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from heicdepth_tui.draw.code_scale import CodeScale

if TYPE_CHECKING:
    from heicdepth_tui.depth.depthmap import DepthMap
    from heicdepth_tui.photo.layers import Layer
    from heicdepth_tui.photo.region import SampleRegion
    from heicdepth_tui.ui.model.tables import CodeSpan, Tables

__all__ = ["NOTHING", "WHOLE_FILE", "ColourRange", "RangeKind"]


class RangeKind(Enum):
    """The origin of a range; the value is its name in the legend."""

    FILE = ""
    PERCENTILE = "2–98 %"
    CHOSEN = "by hand"
    WINDOW = "window"


NOTHING = "nothing"
"""Begins the name of a range in which no code lies."""
_WITH_ENDS = (RangeKind.CHOSEN, RangeKind.WINDOW)


@dataclass(frozen=True, slots=True)
class ColourRange:
    """A kind of range, and where the bright end is.

    ``near`` and ``far`` are those of CHOSEN and WINDOW: metres, or codes where a map has no metres.
    """

    kind: RangeKind = RangeKind.FILE
    is_far_bright: bool = False
    near: float = 0.0
    far: float = 0.0

    def scale(self, depth_map: DepthMap | None, span: CodeSpan | None) -> CodeScale:
        """Return the codes for one depth map; all codes while it is not known."""
        low = high = None
        if self.kind is RangeKind.PERCENTILE and span is not None:
            low, high = span.percentile_2, span.percentile_98
        elif self.kind in _WITH_ENDS and depth_map is not None:
            low, high = self._chosen(depth_map)
        return CodeScale(low, high, self.is_far_bright)

    def scale_in(self, tables: Tables | None, layer: Layer) -> CodeScale:
        """Return the codes for a layer of a photo; all codes while it has no tables."""
        if tables is None:
            return self.scale(None, None)
        return self.scale(tables.depth_maps.get(layer), tables.spans.get(layer))

    def name(self, scale: CodeScale, about: str) -> str:
        """Return what the legend says of a range that gave this scale.

        ``about`` stands before distances, see ``Trust.about``.
        """
        if self.kind in _WITH_ENDS and scale.low is None:
            return f"{NOTHING} from {about}{self.near:g} to {self.far:g}"
        return self.kind.value

    def of_window(self, depth_map: DepthMap, region: SampleRegion) -> ColourRange | None:
        """Return the range of the samples in a region; None where none of them has a distance."""
        left, top, width, height = region
        codes = depth_map.codes[top : top + height, left : left + width]
        if depth_map.outside is not None:
            codes = codes[~depth_map.outside[top : top + height, left : left + width]]
        if not depth_map.reason:
            codes = codes[depth_map.tables.valid.take(codes)]
        if not codes.size:
            return None
        ends = int(codes.min()), int(codes.max())
        if depth_map.reason:
            near, far = map(float, ends)
        else:
            near, far = sorted(float(depth_map.tables.metres[code]) for code in ends)
        return replace(self, kind=RangeKind.WINDOW, near=near, far=far)

    def _chosen(self, depth_map: DepthMap) -> tuple[int | None, int | None]:
        near, far = sorted((self.near, self.far))
        if depth_map.reason:
            top = depth_map.max_code
            return min(int(near), top), min(int(far), top)
        tables = depth_map.tables
        inside = (tables.valid & (tables.metres >= near) & (tables.metres <= far)).nonzero()[0]
        return (int(inside[0]), int(inside[-1])) if inside.size else (None, None)


WHOLE_FILE = ColourRange()
"""Every code that the file can store has a colour of its own; near is bright."""
