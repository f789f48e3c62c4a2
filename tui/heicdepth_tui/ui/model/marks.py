"""Marks that the user sets on a photo, and the scale made of a length that the user knows."""

from __future__ import annotations

from dataclasses import dataclass, replace

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

    def with_mark(self, mark: Mark) -> PhotoMarks:
        """Return the marks with another one at the end."""
        return replace(self, marks=(*self.marks, mark))

    def without_last(self) -> PhotoMarks:
        """Return the marks without the last one."""
        return replace(self, marks=self.marks[:-1])

    def scaled_by(self, factor: float | None) -> PhotoMarks:
        """Return the marks with a scale, None for that of the file."""
        return replace(self, factor=factor)


NO_MARKS = PhotoMarks()
