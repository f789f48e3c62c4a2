"""The key that corrects the lens distortion of a photo, in the probe and of a cloud."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heicdepth_tui.ui.widgets.bindings import bind

if TYPE_CHECKING:
    from textual.notifications import SeverityLevel

    from heicdepth_tui.depth.measure import Probe
    from heicdepth_tui.ui.model.marks import PhotoMarks

__all__ = ["RECTIFY", "RectifyAction"]

RECTIFY = bind("D", "rectify", "Rectify", "rectify", "Correct the lens distortion (experimental)")


class RectifyAction:
    """Corrects the rays of the probe; for a screen that keeps the marks of a photo."""

    _probe: Probe | None

    @property
    def marks(self) -> PhotoMarks:
        """Marks, scale and correction of the photo."""
        raise NotImplementedError

    def _keep(self, marks: PhotoMarks) -> None:
        raise NotImplementedError

    def _tell(self, message: str, severity: SeverityLevel = "information") -> None:
        raise NotImplementedError

    def action_rectify(self) -> None:
        """Compute points with the lens distortion corrected, or as the lens shifted them."""
        if self._probe is not None:
            marks, message = self.marks.toggled(self._probe.camera)
            self._tell(message, "warning" if marks == self.marks else "information")
            self._keep(marks)
