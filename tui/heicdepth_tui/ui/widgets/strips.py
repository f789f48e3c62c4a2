"""Strips that carry a row already encoded for the terminal, and make segments only when asked.

Textual renders a Strip by joining styled segments: 45 ms for two panels of 120x50 cells, against
8 ms for rows encoded at once by numpy (bench/cells). ``PaintedStrip`` presets the private cache
that ``Strip.render`` returns, and builds its segments lazily: they are needed only where an overlay
cuts the row, and for screenshots. Private of Textual are ``Strip._render_cache`` and ``_segments``
here, and in app.py ``App._driver`` (the cursor question), ``_exception``, ``_fatal_error`` and
``_close_messages_no_wait`` (the crash report): pyproject pins the minor version for them, and
test_strips, test_crash and the terminal tests fail when they change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

__all__ = ["PaintedStrip", "style_of"]


Rgb = tuple[int, int, int]


class PaintedStrip(Strip):
    """One row of ``cells`` cells whose escape sequences are ``encoded``."""

    __slots__ = ("_build", "_built")

    def __init__(self, encoded: str, cells: int, build: Callable[[], list[Segment]]) -> None:
        self._build = build
        self._built: list[Segment] | None = None
        super().__init__((), cells)
        self._render_cache = encoded

    @property
    def _segments(self) -> list[Segment]:
        if self._built is None:
            self._built = self._build()
        return self._built

    @_segments.setter
    def _segments(self, segments: Iterable[Segment]) -> None:
        # Strip.__init__ assigns the segments it was given: here always none.
        if tuple(segments):
            self._built = list(segments)

    def __bool__(self) -> bool:
        return True


def style_of(foreground: Rgb | None, background: Rgb | None) -> Style:
    """Return the style of a run of cells; None leaves the terminal's own colour."""
    return Style(
        color=None if foreground is None else Color.from_rgb(*foreground),
        bgcolor=None if background is None else Color.from_rgb(*background),
    )
