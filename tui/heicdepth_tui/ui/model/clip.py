"""The near and the far clip of a photo: what lies outside is neither shown nor exported."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from heicdepth_tui.export.options import ExportOptions

__all__ = ["CLIP_STEPS", "NO_CLIP", "Clip"]

CLIP_STEPS = 40
"""Steps from the nearest to the farthest sample, even in disparity."""


@dataclass(frozen=True, slots=True)
class Clip:
    """What lies nearer than ``near`` or farther than ``far`` is cut off, m; None: nothing is.

    Keys move both in steps: ``near_steps`` from the nearest sample, ``far_steps`` from the
    farthest; between two steps where the clip was chosen in metres.
    """

    near: float | None = None
    far: float | None = None
    near_steps: float = 0
    far_steps: float = 0

    def moved(self, near: int, far: int, limits: tuple[float, float]) -> Clip:
        """Return the clip moved by steps inwards; the same one where nothing would be left.

        ``limits`` are the distances of the nearest and the farthest sample, m.
        """
        near_steps, far_steps = _moved(self.near_steps, near), _moved(self.far_steps, far)
        nearest, farthest = limits
        if not 0 < nearest < farthest or near_steps + far_steps >= CLIP_STEPS:
            return self
        step = _step(limits)
        # Three digits: the heading states them, and the export takes the same.
        low = _rounded(1 / (1 / nearest - near_steps * step)) if near_steps else None
        high = _rounded(1 / (1 / farthest + far_steps * step)) if far_steps else None
        # An end that no key has moved stays where it was chosen.
        low = self.near if near_steps == self.near_steps else low
        high = self.far if far_steps == self.far_steps else high
        if low is not None and high is not None and low >= high:
            return self
        return Clip(low, high, near_steps, far_steps)

    @classmethod
    def between(cls, near: float, far: float, limits: tuple[float, float]) -> Clip:
        """Return the clip of two distances, m; an end beyond the samples cuts nothing off."""
        nearest, farthest = limits
        low = near if near > nearest else None
        high = far if far < farthest else None
        if not 0 < nearest < farthest:
            return cls(low, high)
        step = _step(limits)
        near_steps = 0.0 if low is None else (1 / nearest - 1 / low) / step
        far_steps = 0.0 if high is None else (1 / high - 1 / farthest) / step
        return cls(low, high, near_steps, far_steps)

    def options(self, base: ExportOptions) -> ExportOptions:
        """Return export options with this clip in the place of that of ``base``."""
        return replace(base, cloud=replace(base.cloud, near=self.near, far=self.far))

    @property
    def is_open(self) -> bool:
        """Whether nothing is cut off."""
        return self.near is None and self.far is None

    def text(self, about: str) -> str:
        """Return the distances that are kept, e.g. ``≈0.5 to 2 m``; empty where nothing is cut off.

        ``about`` stands before them, see ``Trust.about``.
        """
        if self.near is None:
            return "" if self.far is None else f"up to {about}{self.far:g} m"
        if self.far is None:
            return f"from {about}{self.near:g} m"
        return f"{about}{self.near:g} to {self.far:g} m"


def _moved(steps: float, by: int) -> float:
    """Return steps moved to whole ones, at least 0."""
    if not by:
        return steps
    whole = math.floor(steps) if by > 0 else math.ceil(steps)
    return max(0, whole + by)


def _step(limits: tuple[float, float]) -> float:
    """Return a step in disparity, 1/m."""
    return (1 / limits[0] - 1 / limits[1]) / CLIP_STEPS


def _rounded(metres: float) -> float:
    return float(f"{metres:.3g}")


NO_CLIP = Clip()
"""Nothing is cut off."""
