"""Strips that carry a row already encoded for the terminal, and make segments only when asked.

Textual renders a Strip by joining styled segments: 45 ms for two panels of 120x50 cells, against
8 ms for rows encoded at once by numpy (bench/cells). ``PaintedStrip`` presets the private cache
that ``Strip.render`` returns, and builds its segments lazily: they are needed only where an overlay
cuts the row, and for screenshots. Private of Textual are the attributes of ``Strip``
here, and in app.py ``App._driver`` (the cursor question), ``_exception``, ``_fatal_error`` and
``_close_messages_no_wait`` (the crash report): pyproject pins the minor version for them, and
test_strips, test_crash and the terminal tests fail when they change.
"""

from __future__ import annotations

from collections.abc import Callable

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.cache import FIFOCache
from textual.strip import Strip

__all__ = ["PaintedStrip", "style_of"]


Rgb = tuple[int, int, int]


class PaintedStrip(Strip):
    """One row of ``cells`` cells whose escape sequences are ``encoded``."""

    __slots__ = ("_build", "_built")

    def __init__(self, encoded: str, cells: int, build: Callable[[], list[Segment]]) -> None:
        # Not Strip's own: its seven caches, which a painted row has no use for, take longer than
        # all else that is done for the row.
        self._build = build
        self._built: list[Segment] | None = None
        self._cell_length = cells
        self._render_cache = encoded
        self._link_ids = None
        self._cell_count = None

    def __getattr__(self, name: str) -> FIFOCache[object, object]:
        """Make one of the caches when it is first asked for."""
        if not name.endswith("_cache"):
            raise AttributeError(name)
        cache: FIFOCache[object, object] = FIFOCache(4)
        setattr(self, name, cache)
        return cache

    @property
    def _segments(self) -> list[Segment]:  # type: ignore[override]
        if self._built is None:
            self._built = self._build()
        return self._built

    def __bool__(self) -> bool:
        return True


def style_of(foreground: Rgb | None, background: Rgb | None) -> Style:
    """Return the style of a run of cells; None leaves the terminal's own colour."""
    return Style(
        color=None if foreground is None else Color.from_rgb(*foreground),
        bgcolor=None if background is None else Color.from_rgb(*background),
    )
