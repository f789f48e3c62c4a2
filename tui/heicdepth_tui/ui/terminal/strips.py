"""Strips that carry a row already encoded for the terminal and make segments only when needed.

Textual renders a Strip by joining styled segments: 45 ms for two panels of 120x50 cells, against
8 ms for rows encoded at once by numpy (bench/cells). ``EncodedStrip`` presets the private cache
that ``Strip.render`` returns, and builds its segments lazily: they are needed only where an overlay
cuts the row, and for screenshots. Private of Textual are the attributes of ``Strip``
here, what output.py, frame_diff.py and app.py name, and in ui/app.py ``_exception``,
``_fatal_error`` and ``_close_messages_no_wait`` (the crash report): pyproject pins the minor
version for them; test_strips, test_frame_diff, test_output, test_crash and the terminal tests fail
when they change.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.cache import FIFOCache
from textual.strip import Strip

if TYPE_CHECKING:
    from textual.widget import Widget

__all__ = ["EncodedStrip", "StripEncoder", "style_of"]


Rgb = tuple[int, int, int]


class EncodedStrip(Strip):
    """One row of ``cells`` cells whose escape sequences are ``encoded``.

    ``is_picture`` says that its segments are costly to make and change all over.
    """

    __slots__ = ("_build", "_built", "is_picture")

    def __init__(
        self,
        encoded: str,
        cells: int,
        build: Callable[[], list[Segment]],
        *,
        is_picture: bool = False,
    ) -> None:
        # Not Strip's own: its seven caches, which an encoded row does not use, take longer than
        # everything else that is done for the row.
        self.is_picture = is_picture
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


class StripEncoder:
    """Encodes runs of text for a widget's terminal; the codes of a style are made once."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._codes: dict[Style, tuple[str, str, Style | None]] = {}
        self._blanks: dict[tuple[int, Style], EncodedStrip] = {}

    def encode(self, text: str, style: Style) -> str:
        """Return text with the codes of its style before and after it."""
        before, after, _ = self._made(style)
        return f"{before}{text}{after}" if text else ""

    def _made(self, style: Style) -> tuple[str, str, Style | None]:
        """Return the codes before and after text of a style, and the style as it is shown."""
        if style not in self._codes:
            # What Textual applies to other widgets' lines: greys where there are no colours.
            strip = Strip([Segment("x", style)])
            _, background = self._widget.background_colors
            for line_filter in self._widget.get_line_filters():
                strip = strip.apply_filter(line_filter, background)
            before, _, after = strip.render(self._widget.app.console).partition("x")
            self._codes[style] = before, after, next(iter(strip)).style
        return self._codes[style]

    def strip(self, pieces: Sequence[tuple[str, Style]], cells: int) -> EncodedStrip:
        """Return a row of pieces that together take ``cells`` cells."""
        encoded = "".join(self.encode(text, style) for text, style in pieces)
        return EncodedStrip(
            encoded, cells, lambda: [Segment(text, self._made(style)[2]) for text, style in pieces]
        )

    def blank(self, cells: int, style: Style) -> EncodedStrip:
        """Return an empty row, the same object each time."""
        key = (cells, style)
        if key not in self._blanks:
            self._blanks[key] = self.strip([(" " * cells, style)], cells)
        return self._blanks[key]


def style_of(foreground: Rgb | None, background: Rgb | None) -> Style:
    """Return the style of a run of cells; None leaves the terminal's own colour."""
    return Style(
        color=None if foreground is None else Color.from_rgb(*foreground),
        bgcolor=None if background is None else Color.from_rgb(*background),
    )
