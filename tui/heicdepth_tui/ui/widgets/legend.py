"""The legend under the depth map: its two ends in disparity and in metres, with the caveat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from heicdepth_tui.report.legend import legend_lines
from heicdepth_tui.ui.model.clipping import clip

if TYPE_CHECKING:
    from heicdepth_tui.depth.depthmap import DepthMap
    from heicdepth_tui.draw.modes import ColorMode

__all__ = ["Legend"]


class Legend(Widget):
    """Two lines: the colour ramp between its ends in disparity, and the ends in metres."""

    DEFAULT_CSS = """
    Legend { height: 2; width: 1fr; background: $background; color: $foreground 80%; padding: 0 1; }
    """
    ALLOW_SELECT = False

    def __init__(self, mode: ColorMode, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._mode = mode
        self._map: DepthMap | None = None
        self._colormap = ""

    def show(self, depth_map: DepthMap | None, colormap: str) -> None:
        """Show the ends of a depth map in the colours it is drawn with; None clears."""
        if depth_map is not self._map or colormap != self._colormap:
            self._map = depth_map
            self._colormap = colormap
            self.refresh()

    @property
    def plain(self) -> str:
        """The words on show."""
        return "" if self._map is None else " ".join(legend_lines(self._map))

    def render_line(self, y: int) -> Strip:
        """Render the ramp or the sentence."""
        width = self.size.width
        base = self.rich_style
        if self._map is None:
            return Strip.blank(width, base)
        near, far, sentence = legend_lines(self._map, width)
        if y == 1:
            return Strip(
                [
                    Segment(
                        clip(clip(sentence, min(width, cell_len(sentence))).center(width), width),
                        base,
                    )
                ],
                width,
            )
        bar = max(4, min(32, width - len(near) - len(far) - 2))
        colours = _ramp_segments(self._colormap, bar, self._mode, base)
        row = [Segment(f"{near} ", base), *colours, Segment(f" {far}", base)]
        used = len(near) + len(far) + 2 + bar
        left = max(0, (width - used) // 2)
        strip = Strip([Segment(" " * left, base), *row], left + used)
        return strip.adjust_cell_length(width, base)


def _ramp_segments(name: str, cells: int, mode: ColorMode, base: Style) -> list[Segment]:
    from heicdepth_tui.draw.colour_bar import colour_bar

    return [
        Segment(text, base + Style(color=_color(foreground), bgcolor=_color(background)))
        for text, foreground, background in colour_bar(name, cells, mode).runs(0)
    ]


def _color(rgb: tuple[int, int, int] | None) -> Color | None:
    """Return a colour; None leaves the terminal's own."""
    return None if rgb is None else Color.from_rgb(*rgb)
