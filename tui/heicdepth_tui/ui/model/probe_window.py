"""The part of photo and depth map that the probe shows, the same of both."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from heicdepth_tui.photo.region import SampleRegion

if TYPE_CHECKING:
    from heicdepth_tui.depth.measure import Probe

__all__ = ["Cut", "ProbeWindow", "place_in", "share_in"]

_LEAST_SAMPLES = 8
"""Depth samples across the smallest window."""


class Cut(NamedTuple):
    """The pixels of the photo and the samples of the aligned depth map that are shown."""

    photo: SampleRegion
    depth: SampleRegion


@dataclass(frozen=True, slots=True)
class ProbeWindow:
    """A window about a sample, ``zoom`` times as near as the whole; 1 shows all of the photo.

    ``middle`` is in samples of the depth map, from its top-left corner.
    """

    zoom: float = 1.0
    middle: tuple[float, float] = (0.0, 0.0)

    def cut(self, probe: Probe) -> Cut:
        """Return what is shown: whole samples, and the pixels that they cover."""
        (width, height), photo = probe.depth_map.size, probe.photo
        if self.zoom <= 1:
            return Cut(SampleRegion(0, 0, *photo), SampleRegion(0, 0, width, height))
        left, across = _span(self.middle[0], self.zoom, width)
        top, down = _span(self.middle[1], self.zoom, height)
        region = probe.region
        x, wide = _pixels(left, across, width, region.left, region.width, photo.width)
        y, high = _pixels(top, down, height, region.top, region.height, photo.height)
        return Cut(SampleRegion(x, y, wide, high), SampleRegion(left, top, across, down))

    def zoomed(self, probe: Probe, factor: float, at: tuple[float, float]) -> ProbeWindow:
        """Return the window ``factor`` times as near; what is ``at``, in samples, stays there."""
        width, height = probe.depth_map.size
        most = max(1.0, min(width, height) / _LEAST_SAMPLES)
        zoom = min(most, max(1.0, self.zoom * factor))
        if zoom <= 1.001:
            return ProbeWindow()
        middle = (width / 2, height / 2) if self.zoom <= 1 else self.middle
        share = self.zoom / zoom
        x, y = (point + (middle - point) * share for point, middle in zip(at, middle, strict=True))
        return ProbeWindow(
            zoom, (_within(x, width / zoom, width), _within(y, height / zoom, height))
        )

    def following(self, probe: Probe, sample: tuple[int, int]) -> ProbeWindow:
        """Return the window, about ``sample`` where that lies outside."""
        left, top, width, height = self.cut(probe).depth
        if left <= sample[0] < left + width and top <= sample[1] < top + height:
            return self
        width, height = probe.depth_map.size
        x, y = sample[0] + 0.5, sample[1] + 0.5
        middle = _within(x, width / self.zoom, width), _within(y, height / self.zoom, height)
        return ProbeWindow(self.zoom, middle)


def share_in(place: tuple[int, int], region: SampleRegion) -> tuple[float, float] | None:
    """Return the centre of a pixel or sample as shares of a region's sides; None outside of it."""
    x = (place[0] + 0.5 - region.left) / region.width
    y = (place[1] + 0.5 - region.top) / region.height
    return (x, y) if 0 <= x < 1 and 0 <= y < 1 else None


def place_in(share: tuple[float, float], region: SampleRegion) -> tuple[int, int]:
    """Return the pixel or sample at shares of a region's sides."""
    return (
        region.left + int(share[0] * region.width),
        region.top + int(share[1] * region.height),
    )


def _within(middle: float, side: float, length: int) -> float:
    return min(max(middle, side / 2), length - side / 2)


def _span(middle: float, zoom: float, length: int) -> tuple[int, int]:
    """Return the first sample and the number of samples of a side."""
    count = max(1, min(length, round(length / zoom)))
    return min(max(0, round(middle - count / 2)), length - count), count


def _pixels(
    first: int, count: int, length: int, start: float, share: float, side: int
) -> tuple[int, int]:
    """Return the first pixel and the number of pixels that samples cover, at least one."""
    begin, end = ((start + share * at / length) * side for at in (first, first + count))
    left = min(side - 1, max(0, round(begin)))
    return left, max(1, min(side, math.floor(end + 0.5)) - left)
