"""Rectangles of a layer, in samples of the upright layer at full size."""

from __future__ import annotations

from typing import NamedTuple

from heicdepth_tui.errors import DecodeError

__all__ = ["MAX_LEVEL", "SampleRegion", "clip_region"]

MAX_LEVEL = 30
"""Largest level of a request: every 2**30th sample, fewer than any layer has."""


class SampleRegion(NamedTuple):
    """A rectangle of the upright layer in its full-size samples; ``left``, ``top`` count from 0."""

    left: int
    top: int
    width: int
    height: int

    @property
    def rows(self) -> slice:
        """Its rows as a slice of the upright layer."""
        return slice(self.top, self.top + self.height)

    @property
    def columns(self) -> slice:
        """Its columns as a slice of the upright layer."""
        return slice(self.left, self.left + self.width)


def clip_region(region: SampleRegion | None, shape: tuple[int, int]) -> SampleRegion:
    """Return the part of a region inside a layer of ``shape`` (height, width); None: all of it.

    Raises DecodeError where the two have no sample in common.
    """
    height, width = shape
    if region is None:
        return SampleRegion(0, 0, width, height)
    left, top = max(0, region.left), max(0, region.top)
    right = min(width, region.left + region.width)
    bottom = min(height, region.top + region.height)
    if left >= right or top >= bottom:
        raise DecodeError(
            f"the region of {region.width}×{region.height} samples at {region.left}, {region.top} "
            f"is outside of the layer, which has {width}×{height}"
        )
    return SampleRegion(left, top, right - left, bottom - top)
