"""Marks that the user sets on a photo, and the scale made of a length that the user knows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from heicdepth_tui.depth.camera import Camera
    from heicdepth_tui.depth.measure import Probe

__all__ = ["NO_MARKS", "Mark", "PhotoMarks"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark: a pixel of the upright photo, and the depth sample that covers it."""

    pixel: tuple[int, int]
    sample: tuple[int, int]
    """(column, row) of the depth map aligned with the photo."""


@dataclass(frozen=True, slots=True)
class PhotoMarks:
    """The marks of one photo in the order they were set, and its scale."""

    marks: tuple[Mark, ...] = ()
    factor: float | None = None
    """Multiplies all distances of the photo; None as the file gives them."""
    is_rectified: bool = False
    """Whether points are computed with the lens distortion corrected."""

    def with_mark(self, mark: Mark) -> PhotoMarks:
        """Return the marks with another one at the end."""
        return replace(self, marks=(*self.marks, mark))

    def without_last(self) -> PhotoMarks:
        """Return the marks without the last one."""
        return replace(self, marks=self.marks[:-1])

    def scaled_by(self, factor: float | None) -> PhotoMarks:
        """Return the marks with a scale, None for that of the file."""
        return replace(self, factor=factor)

    def toggled(self, camera: Camera | None) -> tuple[PhotoMarks, str]:
        """Return the marks with the lens corrected, or no more, and a message for the user.

        They stay as they are, and the message says why, where ``camera`` gives no usable lens.
        """
        if self.is_rectified:
            return replace(self, is_rectified=False), "points as the lens shifted them"
        if camera is None or camera.lens is None:
            why = "there is no camera" if camera is None else camera.lens_problem
            return self, f"cannot be rectified: {why}"
        lens = camera.lens
        text = f"rectified (experimental): {lens.figures}, residual {lens.residual_px:.2f} px"
        return replace(self, is_rectified=True), text

    def applied(self, probe: Probe) -> Probe:
        """Return the probe with the scale and the correction of the lens."""
        probe = probe.rectified() if self.is_rectified else probe
        return probe if self.factor is None else probe.with_scale(self.factor)


NO_MARKS = PhotoMarks()
