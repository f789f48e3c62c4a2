"""The tables of one photo, and what they were built from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from heicdepth_tui.depth.depthmap import DepthMap
    from heicdepth_tui.depth.histogram import CodeHistogram
    from heicdepth_tui.photo.layers import Layer
    from heicdepth_tui.report.statistics import ArrayStatistics
    from heicdepth_tui.report.tables import ArrayRow, FactGroup

__all__ = ["CodeSpan", "Tables"]


class CodeSpan(NamedTuple):
    """Codes that occur in a depth map: the ends, and those that 2 % lie below and above."""

    minimum: int
    maximum: int
    percentile_2: int
    percentile_98: int


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """Array table, metadata, and the depth map of each depth layer decoded so far."""

    content: tuple[object, ...]
    """The header, and the samples or the error of each layer, that the tables were built from."""
    rows: tuple[ArrayRow, ...]
    groups: tuple[FactGroup, ...]
    depth_maps: Mapping[Layer, DepthMap]
    spans: Mapping[Layer, CodeSpan]
    """Of each depth map."""
    histograms: Mapping[Layer, CodeHistogram]
    """Of each depth map."""
    statistics: tuple[ArrayStatistics, ...]
    """Mean and quantiles of the arrays of one channel."""

    def is_built_from(self, content: tuple[object, ...]) -> bool:
        """Return whether the tables were built from these very objects."""
        return len(content) == len(self.content) and all(
            mine is other for mine, other in zip(self.content, content, strict=True)
        )
