"""The histogram of depth codes under the pictures of the probe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from heicdepth_tui.ui.model.clipping import clip
from heicdepth_tui.ui.presenters.probe import histogram_ends

if TYPE_CHECKING:
    from heicdepth_tui.depth.histogram import CodeHistogram
    from heicdepth_tui.depth.trust import Trust
    from heicdepth_tui.draw.cells import Picture
    from heicdepth_tui.draw.code_scale import CodeScale
    from heicdepth_tui.draw.modes import ColorMode

__all__ = ["HistogramView"]

_TEXT_ROWS = 3


class HistogramView(Widget):
    """Bars over an axis that marks unused codes, the probe's code and the colour range."""

    DEFAULT_CSS = """
    HistogramView { height: 1fr; background: $background; color: $foreground 80%; }
    """
    ALLOW_SELECT = False

    def __init__(self, mode: ColorMode, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._mode = mode
        self._shown: tuple[CodeHistogram, Trust, str, CodeScale, int | None] | None = None
        self._picture: Picture | None = None

    def show(
        self,
        histogram: CodeHistogram,
        trust: Trust,
        colormap: str,
        scale: CodeScale,
        code: int | None,
    ) -> None:
        """Show a histogram in the colours of the depth map, with the code under the crosshair."""
        shown = (histogram, trust, colormap, scale, code)
        if shown != self._shown:
            self._shown = shown
            self._picture = None
            self.refresh()

    def on_resize(self) -> None:
        """Draw for another size."""
        self._picture = None

    def render_line(self, y: int) -> Strip:
        """Render a row of bars, the axis, or a line of text."""
        width, height = self.size
        base = self.rich_style
        if self._shown is None or height <= _TEXT_ROWS:
            return Strip.blank(width, base)
        histogram, trust, *_ = self._shown
        rows = height - _TEXT_ROWS
        if y >= rows:
            text = histogram_ends(histogram, trust, width)[y - rows]
            return Strip([Segment(clip(text, width), base)]).adjust_cell_length(width, base)
        picture = self._picture or self._draw(width, rows)
        self._picture = picture
        if y >= picture.rows:
            return Strip.blank(width, base)
        segments = [
            Segment(text, base + Style(color=Color.from_rgb(*foreground)))
            for text, foreground, _ in picture.runs(y)
        ]
        return Strip(segments).adjust_cell_length(width, base)

    def _draw(self, columns: int, rows: int) -> Picture:
        from heicdepth_tui.draw.histogram import histogram_picture

        if self._shown is None:
            raise ValueError("nothing is shown")
        histogram, _, colormap, scale, code = self._shown
        return histogram_picture(
            histogram.counts,
            (columns, rows),
            colormap=colormap,
            scale=scale,
            code=code,
            mode=self._mode,
        )
