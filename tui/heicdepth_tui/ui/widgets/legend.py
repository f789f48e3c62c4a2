"""The legend under the depth map: a ramp with round distances on it, and a line of text."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from heicdepth_tui.ui.model.clipping import clip
from heicdepth_tui.ui.presenters.legend import far_and_range, note, ramp_ends, ticks
from heicdepth_tui.ui.widgets.line_view import LineWidget

if TYPE_CHECKING:
    from heicdepth_tui.draw.modes import ColorMode
    from heicdepth_tui.ui.presenters.legend import LegendView

__all__ = ["Legend", "bar_cells"]

_LONGEST_RAMP = 64
_SHORTEST_RAMP = 6
"""Cells of the ramp that a name behind it leaves."""
_Rgb = tuple[int, int, int]


class Legend(LineWidget):
    """Two lines: the colour ramp between its ends, and accuracy, data range and disparity.

    Where ``is_one_line``, the name of the range in force stands behind the ramp instead.
    """

    DEFAULT_CSS = """
    Legend { height: 2; width: 1fr; background: $background; color: $foreground 80%; padding: 0 1; }
    Legend.-one-line { height: 1; }
    """
    ALLOW_SELECT = False

    def __init__(
        self, mode: ColorMode, *, is_one_line: bool = False, id: str | None = None
    ) -> None:
        super().__init__(id=id, classes="-one-line" if is_one_line else None)
        self._mode = mode
        self._is_one_line = is_one_line
        self._view: LegendView | None = None

    def show(self, view: LegendView | None) -> None:
        """Show how a depth map is coloured; None clears."""
        old = None if self._view is None else self._view.content
        self._view = view
        if old != (None if view is None else view.content):
            self.refresh()

    @property
    def plain(self) -> str:
        """The words on show, as on a line of 80 cells."""
        if self._view is None:
            return ""
        near, far = ramp_ends(self._view)
        marks = (text for _, text in ticks(self._view, _LONGEST_RAMP))
        words = far_and_range(self._view, far, 80) if self._is_one_line else far
        notes = () if self._is_one_line else (note(self._view, 80),)
        return " ".join((near, *marks, words, *notes))

    def render_line(self, y: int) -> Strip:
        """Render the ramp or the text under it."""
        width, base = self.size.width, self.visual_style.rich_style
        view = self._view
        if view is None:
            return Strip.blank(width, base)
        if y == 1:
            text = note(view, width)
            text = clip(clip(text, min(width, cell_len(text))).center(width), width)
            return Strip([Segment(text, base)], width)
        near, far = ramp_ends(view)
        if self._is_one_line:
            far = far_and_range(view, far, width - cell_len(near) - _SHORTEST_RAMP - 2)
        cells = max(4, min(_LONGEST_RAMP, width - cell_len(near) - cell_len(far) - 2))
        used = cell_len(near) + cell_len(far) + 2 + cells
        left = max(0, (width - used) // 2)
        row = [Segment(f"{near} ", base), *self._ramp(view, cells, base), Segment(f" {far}", base)]
        strip = Strip([Segment(" " * left, base), *row], left + used)
        return strip.adjust_cell_length(width, base)

    def _ramp(self, view: LegendView, cells: int, base: Style) -> list[Segment]:
        bar = bar_cells(view.colormap, cells, self._mode, view.scale.is_far_bright, base)
        segments = [segment for segment, _ in bar]
        for start, text in ticks(view, cells):
            for at, mark in enumerate(text, start):
                front, back = _legible(bar[at][1])
                style = base + Style(color=_color(front), bgcolor=_color(back))
                segments[at] = Segment(mark, style)
        return segments


@lru_cache(maxsize=4)
def bar_cells(
    colormap: str, cells: int, mode: ColorMode, is_far_bright: bool, base: Style
) -> tuple[tuple[Segment, _Rgb], ...]:
    """Return the cells of a ramp without marks, near at the left, and the foreground of each."""
    from heicdepth_tui.draw.colour_bar import colour_bar

    bar = colour_bar(colormap, cells, mode, is_far_bright=is_far_bright)
    styled = (
        (text, front, base + Style(color=_color(front), bgcolor=_color(back)))
        for text, front, back in bar.runs(0)
    )
    return tuple((Segment(block, style), front) for text, front, style in styled for block in text)


def _legible(ground: _Rgb) -> tuple[_Rgb, _Rgb]:
    """Return black or white for text on a colour, and that colour."""
    red, green, blue = ground
    is_light = 0.2126 * red + 0.7152 * green + 0.0722 * blue > 110
    return ((0, 0, 0) if is_light else (255, 255, 255)), ground


def _color(rgb: _Rgb | None) -> Color | None:
    """Return a colour; None leaves the terminal's own."""
    return None if rgb is None else Color.from_rgb(*rgb)
