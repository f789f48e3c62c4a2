"""The state of the spin screen: pose, colours, flying points and clip."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from heicdepth_tui.ui.model.clip import Clip
from heicdepth_tui.ui.model.cloud_frame import CloudColours
from heicdepth_tui.ui.model.pose import Pose

if TYPE_CHECKING:
    from heicdepth_tui.export.options import ExportOptions

__all__ = ["Spin"]


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

        clipped = self.clip.options(base)
        cloud = replace(
            clipped.cloud,
            projection=Projection.PERSPECTIVE,
            drop_flying=not self.shows_flying,
        )
        return replace(clipped, cloud=cloud)

    @property
    def next_colours(self) -> CloudColours:
        """The other colours."""
        is_photo = self.colours is CloudColours.PHOTO
        return CloudColours.DEPTH if is_photo else CloudColours.PHOTO
