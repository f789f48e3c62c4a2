"""A pane of the zoom screen: heading, the window of a layer, a map of where it is, and a legend."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.geometry import Offset, Region
from textual.message import Message
from textual.strip import Strip
from textual.widgets import Static

from heicdepth_tui.ui.presenters.zoom import inset_rows
from heicdepth_tui.ui.terminal.internals import EncodedStrip
from heicdepth_tui.ui.widgets.image_view import ImageView
from heicdepth_tui.ui.widgets.legend import Legend

if TYPE_CHECKING:
    from heicdepth_tui.draw.dots import Dots
    from heicdepth_tui.draw.modes import ColorMode
    from heicdepth_tui.ui.model.viewport import Window

__all__ = ["ZoomInset", "ZoomPane", "ZoomView"]

_INSET = (16, 6)
"""Columns and rows that the map takes at most; a third of the view in small ones."""
_GLYPHS = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


class ZoomInset:
    """The layer as a rectangle, and the window as a brighter one in it."""

    def __init__(self) -> None:
        self._rows: tuple[tuple[bool, ...], ...] = ()
        self._lines: tuple[str, ...] = ()

    @property
    def dots(self) -> tuple[tuple[bool, ...], ...]:
        """Rows of dots, two a cell's height: True within the window; none where it is hidden."""
        return self._rows

    @property
    def lines(self) -> tuple[str, ...]:
        """Two rows of dots each, as half blocks."""
        return self._lines

    def show(self, window: Window | None, room: tuple[int, int], cell_aspect: float) -> bool:
        """Show where a window is, nothing where it shows all; return whether that is a change."""
        rows: tuple[tuple[bool, ...], ...] = ()
        if window is not None and not window.is_whole:
            cells = min(_INSET[0], room[0] // 3), min(_INSET[1], room[1] // 3)
            if min(cells) > 0:
                rows = inset_rows(window, cells, cell_aspect)
        if rows == self._rows:
            return False
        self._rows = rows
        self._lines = tuple(
            "".join(_GLYPHS[pair] for pair in zip(upper, lower, strict=True))
            for upper, lower in zip_longest(
                rows[::2], rows[1::2], fillvalue=(False,) * len(rows[0]) if rows else ()
            )
        )
        return True


class ZoomView(ImageView):
    """The picture, with the map in its corner; posts what the mouse does over it.

    The map is no widget of its own: what lies in front of a picture has Textual compose its rows,
    10 ms a picture.
    """

    DEFAULT_CSS = "ZoomView > .zoom-view--inset { background: $panel; color: $accent; }"
    COMPONENT_CLASSES: ClassVar[set[str]] = {"zoom-view--inset"}

    class Resized(Message):
        """It has another size."""

    class Dragged(Message):
        """The picture was dragged by columns and rows of cells."""

        def __init__(self, columns: int, rows: int) -> None:
            super().__init__()
            self.columns = columns
            self.rows = rows

    class Pointed(Message):
        """The mouse points at a cell (column, row) of the view, or no more."""

        def __init__(self, view: ZoomView, at: tuple[int, int] | None) -> None:
            super().__init__()
            self.view = view
            self.at = at

        @property
        def share(self) -> tuple[float, float] | None:
            """The place as shares of the sides of the picture on show; None beside it."""
            return None if self.at is None else self.view.share_at(*self.at)

    class Wheeled(Message):
        """The wheel was turned up (1) or down (−1) over a point, in cells from the middle."""

        def __init__(self, direction: int, at: tuple[float, float]) -> None:
            super().__init__()
            self.direction = direction
            self.at = at

    def __init__(self) -> None:
        super().__init__()
        self.inset = ZoomInset()
        self._grabbed: Offset | None = None

    def show_inset(self, window: Window | None, cell_aspect: float) -> None:
        """Show where a window is."""
        if self.inset.show(window, (self.size.width, self.size.height), cell_aspect):
            self.refresh()

    @property
    def dots(self) -> Dots | None:
        """The map, for an image that lies over the cells."""
        from heicdepth_tui.draw.dots import Dots

        rows = self.inset.dots
        if not rows:
            return None
        style = self.get_component_styles("zoom-view--inset")
        colours = style.background.rgb, style.color.rgb
        return Dots(rows, self.size.width - len(rows[0]), 0, colours)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the rows of the picture, with those of the map at their ends."""
        lines = self.inset.lines
        width = self.size.width
        if not lines or crop.y >= len(lines):
            return super().render_lines(crop)
        strips = super().render_lines(Region(0, crop.y, width, crop.height))
        for at, line in enumerate(lines[crop.y : crop.bottom]):
            strips[at] = self._with_map(strips[at], line)
        if crop.column_span == (0, width):
            return strips
        return [strip.crop(crop.x, crop.right) for strip in strips]

    def _with_map(self, strip: Strip, line: str) -> Strip:
        style = self.get_component_rich_style("zoom-view--inset")
        end = Strip([Segment(line, style)])
        for line_filter in self.get_line_filters():
            end = end.apply_filter(line_filter, self.background_colors[1])
        begin = strip.crop(0, self.size.width - end.cell_length)
        text = "".join(part.render(self.app.console) for part in (begin, end))
        return EncodedStrip(text, self.size.width, lambda: [*begin, *end])

    def on_resize(self) -> None:
        """Report the new size."""
        self.post_message(self.Resized())

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Grab the picture."""
        self._grabbed = event.screen_offset
        self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Move the picture with the mouse."""
        if self._grabbed is None:
            self.post_message(self.Pointed(self, (event.x, event.y)))
            return
        moved = event.screen_offset - self._grabbed
        if moved != (0, 0):
            self._grabbed = event.screen_offset
            self.post_message(self.Dragged(moved.x, moved.y))

    def on_leave(self) -> None:
        """Report that the mouse points at the picture no more."""
        self.post_message(self.Pointed(self, None))

    def on_mouse_up(self) -> None:
        """Let the picture go."""
        self._grabbed = None
        self.release_mouse()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Zoom in."""
        self._wheel(event, 1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Zoom out."""
        self._wheel(event, -1)

    def _wheel(self, event: events.MouseEvent, direction: int) -> None:
        event.stop()
        width, height = self.size
        at = event.screen_offset - self.region.offset
        middle = at.x + 0.5 - width / 2, at.y + 0.5 - height / 2
        self.post_message(self.Wheeled(direction, middle))


class ZoomPane(Vertical):
    """One layer: its heading, its window and, for a depth map, the legend."""

    DEFAULT_CSS = """
    ZoomPane { width: 1fr; height: 1fr; }
    ZoomPane > .zoom--heading { height: 1; width: 1fr; padding: 0 1; color: $foreground 60%;
        text-overflow: ellipsis; text-wrap: nowrap; }
    ZoomPane > Legend { display: none; }
    ZoomPane.-legend > Legend { display: block; }
    """

    def __init__(self, mode: ColorMode, *, id: str) -> None:
        super().__init__(id=id)
        self.heading = Static("", classes="zoom--heading", markup=False)
        self.view = ZoomView()
        self.legend = Legend(mode)

    def compose(self) -> ComposeResult:
        """Stack heading, picture and legend."""
        yield self.heading
        yield self.view
        yield self.legend

    @property
    def cells(self) -> tuple[int, int]:
        """The room for the picture in (columns, rows)."""
        return self.view.size.width, self.view.size.height
