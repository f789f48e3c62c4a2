"""The histogram of depth codes: dragging on it chooses a range of the colours, or a clip."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from heicdepth_tui.ui.model.clipping import clip
from heicdepth_tui.ui.presenters.histogram import choice_line, histogram_ends, range_text

if TYPE_CHECKING:
    from heicdepth_tui.depth.histogram import CodeHistogram
    from heicdepth_tui.depth.trust import Trust
    from heicdepth_tui.draw.cells import Picture
    from heicdepth_tui.draw.code_scale import CodeScale
    from heicdepth_tui.draw.modes import ColorMode

__all__ = ["HistogramView", "ShownHistogram"]

_TEXT_ROWS = 3
_RIGHT_BUTTON = 3


class ShownHistogram(NamedTuple):
    """A histogram, the colours of its depth map, and what is marked on its axis."""

    histogram: CodeHistogram
    trust: Trust
    colormap: str
    scale: CodeScale
    code: int | None = None
    """The code under the crosshair."""
    clip: tuple[int | None, int | None] = (None, None)
    """The smallest and the largest code that the clip keeps."""
    clip_text: str = ""
    """The distances that the clip keeps; empty where it cuts nothing off."""


class HistogramView(Widget):
    """Bars over an axis that marks unused codes, the probe's code, the colour range and the clip.

    A drag chooses a range of the colours, with ctrl or the right button a clip; a click without a
    drag takes it back.
    """

    DEFAULT_CSS = """
    HistogramView { height: 1fr; background: $background; color: $foreground 80%; }
    """
    ALLOW_SELECT = False

    class Chosen(Message):
        """A part of the codes was chosen."""

        def __init__(
            self, histogram: CodeHistogram, codes: tuple[int, int] | None, *, is_clip: bool
        ) -> None:
            super().__init__()
            self.histogram = histogram
            self.codes = codes
            """The smallest and the largest one; None takes the choice back."""
            self.is_clip = is_clip
            """Whether it is the near and far clip; else the range of the colours."""

    def __init__(self, mode: ColorMode, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._mode = mode
        self._shown: ShownHistogram | None = None
        self._message = ""
        self._picture: Picture | None = None
        self._grabbed: int | None = None
        """The column of the bars where a drag began."""
        self._dragged: tuple[int, int] | None = None
        """The codes that the drag has passed; None before it has moved."""
        self._is_clip = False

    @property
    def shown(self) -> ShownHistogram | None:
        """The histogram on show."""
        return self._shown

    def show(self, shown: ShownHistogram | None, message: str = "") -> None:
        """Show a histogram, or where there is none a message."""
        old = self._shown
        if (shown, message) == (old, self._message):
            return
        self._shown, self._message = shown, message
        if shown is not None and old is not None and old._replace(code=shown.code) == shown:
            # Only the axis shows the code: a step of the crosshair draws no bar.
            self._picture = None
            width, height = self.size
            self.refresh(Region(0, max(0, height - _TEXT_ROWS - 1), width, 1))
        else:
            self._redraw()

    def _redraw(self) -> None:
        self._picture = None
        self.refresh()

    def notify_style_update(self) -> None:
        """Draw on another ground."""
        self._picture = None
        super().notify_style_update()

    def on_resize(self) -> None:
        """Draw for another size."""
        self._picture = None

    # Mouse

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Begin to choose."""
        if self._shown is None:
            return
        event.stop()
        self.capture_mouse()
        self._grabbed, self._dragged = self._column(event), None
        self._is_clip = event.ctrl or event.button == _RIGHT_BUTTON

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Mark the codes from where the drag began."""
        if self._grabbed is None or self._shown is None:
            return
        event.stop()
        column = self._column(event)
        if column != self._grabbed or self._dragged is not None:
            self._dragged = self._codes(self._shown, self._grabbed, column)
            self._redraw()

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Report the codes that were chosen."""
        if self._grabbed is None:
            return
        event.stop()
        self.release_mouse()
        codes, self._grabbed, self._dragged = self._dragged, None, None
        if self._shown is not None:
            histogram = self._shown.histogram
            self.post_message(self.Chosen(histogram, codes, is_clip=self._is_clip))
            self._redraw()

    def _column(self, event: events.MouseEvent) -> int:
        return int(event.screen_x) - self.content_region.x

    def _codes(self, shown: ShownHistogram, one: int, other: int) -> tuple[int, int]:
        from heicdepth_tui.draw.histogram import codes_at

        codes, columns = shown.histogram.counts.size, max(1, self.size.width)
        first, _ = codes_at(min(one, other), codes, columns)
        _, last = codes_at(max(one, other), codes, columns)
        return first, last

    # Drawing

    def render_line(self, y: int) -> Strip:
        """Render a row of bars, the axis, or a line of text."""
        width, height = self.size
        base = self.visual_style.rich_style
        if self._shown is None or height <= _TEXT_ROWS:
            text = self._message if y == height // 2 else ""
            return Strip([Segment(clip(text.center(width), width), base)])
        rows = height - _TEXT_ROWS
        if y >= rows:
            text = self._choice(self._shown, width) if y == height - 1 else ""
            if not text:
                text = histogram_ends(self._shown.histogram, self._shown.trust, width)[y - rows]
            return Strip([Segment(clip(text, width), base)]).adjust_cell_length(width, base)
        picture = self._picture or self._draw(self._shown, width, rows)
        self._picture = picture
        if y >= picture.rows:
            return Strip.blank(width, base)
        segments = [
            Segment(text, base + Style(color=Color.from_rgb(*foreground)))
            for text, foreground, _ in picture.runs(y)
        ]
        return Strip(segments).adjust_cell_length(width, base)

    def _choice(self, shown: ShownHistogram, width: int) -> str:
        """Return what a drag has passed, else the clip; empty without either."""
        histogram = shown.histogram
        if self._dragged is not None:
            text = range_text(histogram, shown.trust, *self._dragged)
            word = "clip" if self._is_clip else "colours"
            return choice_line(histogram, f"{word} {text}", *self._dragged, width)
        if shown.clip_text:
            return choice_line(histogram, f"clip {shown.clip_text}", *shown.clip, width)
        return ""

    def _draw(self, shown: ShownHistogram, columns: int, rows: int) -> Picture:
        from heicdepth_tui.draw.code_scale import CodeScale
        from heicdepth_tui.draw.histogram import histogram_picture

        scale, clipped = shown.scale, shown.clip
        if self._dragged is not None:
            if self._is_clip:
                clipped = self._dragged
            else:
                scale = CodeScale(*self._dragged, is_far_bright=scale.is_far_bright)
        return histogram_picture(
            shown.histogram.counts,
            (columns, rows),
            colormap=shown.colormap,
            scale=scale,
            code=shown.code,
            clip=clipped,
            mode=self._mode,
            ground=self.background_colors[1].rgb,
        )
