"""The line under a view: the ends of its colours on both sides of their ramp, then its caption."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

from heicdepth_tui.ui.model.clipping import clip_end
from heicdepth_tui.ui.widgets.legend import bar_cells
from heicdepth_tui.ui.widgets.line_view import LineWidget

if TYPE_CHECKING:
    from heicdepth_tui.draw.modes import ColorMode
    from heicdepth_tui.ui.model.layer_view import Ramp

__all__ = ["ViewCaption"]

_LONGEST_RAMP = 32


class ViewCaption(LineWidget):
    """One line; the ramp never gives way to the caption."""

    DEFAULT_CSS = """
    ViewCaption { height: 1; width: 1fr; padding: 0 1; background: $background;
        color: $foreground 80%; }
    """
    ALLOW_SELECT = False

    def __init__(self, mode: ColorMode, *, id: str) -> None:
        super().__init__(id=id)
        self._mode = mode
        self._caption, self._colormap = "", ""
        self._ramp: Ramp | None = None

    def show(self, caption: str, ramp: Ramp | None = None, colormap: str = "") -> None:
        """Show a caption, and the ramp of a colour map where there is one."""
        if (caption, ramp, colormap) != (self._caption, self._ramp, self._colormap):
            self._caption, self._ramp, self._colormap = caption, ramp, colormap
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Render the line."""
        width, base, ramp = self.size.width, self.visual_style.rich_style, self._ramp
        segments: list[Segment] = []
        if ramp is not None:
            cells = max(4, min(_LONGEST_RAMP, width // 4))
            bar = bar_cells(self._colormap, cells, self._mode, ramp.is_far_bright, base)
            segments = [
                Segment(f"{ramp.first} ", base),
                *(segment for segment, _ in bar),
                Segment(f" {ramp.last}  ", base),
            ]
        used = sum(cell_len(segment.text) for segment in segments)
        caption = clip_end(self._caption, max(0, width - used))
        return Strip([*segments, Segment(caption, base)]).adjust_cell_length(width, base)
