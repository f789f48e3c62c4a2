"""The state of the spin screen: pose, colours, flying points and clip."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from heicdepth_tui.ui.model.cloud_frame import CloudColours
from heicdepth_tui.ui.model.pose import Pose

if TYPE_CHECKING:
    from heicdepth_tui.export.options import ExportOptions

__all__ = ["CLIP_STEPS", "Clip", "Spin"]

CLIP_STEPS = 40
"""Steps from the nearest to the farthest sample, even in disparity."""


@dataclass(frozen=True, slots=True)
class Clip:
    """What lies nearer than ``near`` or farther than ``far`` is cut off, m; None: nothing is.

    Both move in steps: ``near_steps`` from the nearest sample, ``far_steps`` from the farthest.
    """

    near: float | None = None
    far: float | None = None
    near_steps: int = 0
    far_steps: int = 0

    def moved(self, near: int, far: int, limits: tuple[float, float]) -> Clip:
        """Return the clip moved by steps inwards; the same one where nothing would be left.

        ``limits`` are the distances of the nearest and the farthest sample, m.
        """
        near_steps, far_steps = max(0, self.near_steps + near), max(0, self.far_steps + far)
        nearest, farthest = limits
        if not 0 < nearest < farthest or near_steps + far_steps >= CLIP_STEPS:
            return self
        step = (1 / nearest - 1 / farthest) / CLIP_STEPS
        # Three digits: the heading states them, and the export takes the same.
        low = _rounded(1 / (1 / nearest - near_steps * step)) if near_steps else None
        high = _rounded(1 / (1 / farthest + far_steps * step)) if far_steps else None
        if low is not None and high is not None and low >= high:
            return self
        return Clip(low, high, near_steps, far_steps)


def _rounded(metres: float) -> float:
    return float(f"{metres:.3g}")


@dataclass(frozen=True, slots=True)
class Spin:
    """How the cloud is shown."""

    pose: Pose = field(default_factory=Pose)
    colours: CloudColours = CloudColours.PHOTO
    shows_flying: bool = False
    """Whether flying samples have points."""
    is_shaded: bool = False
    clip: Clip = field(default_factory=Clip)
    is_turning: bool = False
    """Whether the turntable runs."""

    def options(self, base: ExportOptions) -> ExportOptions:
        """Return the options of an export of the points that are shown; the rest as in ``base``."""
        from heicdepth_tui.depth.points import Projection

        cloud = replace(
            base.cloud,
            projection=Projection.PERSPECTIVE,
            near=self.clip.near,
            far=self.clip.far,
            drop_flying=not self.shows_flying,
        )
        return replace(base, cloud=cloud)

    @property
    def next_colours(self) -> CloudColours:
        """The other colours."""
        is_photo = self.colours is CloudColours.PHOTO
        return CloudColours.DEPTH if is_photo else CloudColours.PHOTO
