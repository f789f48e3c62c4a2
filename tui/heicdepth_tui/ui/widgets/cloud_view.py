"""The picture of a cloud, turned, moved and zoomed by the mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from textual import events
from textual.content import Content

from heicdepth_tui.draw.frame_cross import AXIS_COLOURS
from heicdepth_tui.draw.modes import ColorMode
from heicdepth_tui.ui.presenters.spin import caption
from heicdepth_tui.ui.widgets.image_view import ImageView

if TYPE_CHECKING:
    from textual.geometry import Offset

    from heicdepth_tui.ui.model.cloud_frame import CloudFrame, CloudSample

__all__ = ["CloudView", "MouseActions", "caption_content"]

_MIDDLE = 2


class MouseActions(Protocol):
    """What the mouse does to a cloud; distances in cells."""

    def drag(self, columns: int, rows: int) -> None:
        """Turn the cloud."""
        ...

    def drag_target(self, columns: int, rows: int) -> None:
        """Move the cloud in the plane of the view."""
        ...

    def wheel(self, steps: int) -> None:
        """Zoom in, out where ``steps`` is negative."""
        ...

    def pick(self, column: int, row: int) -> None:
        """Pick the point that a cell of the picture shows."""
        ...


class CloudView(ImageView):
    """Drag turns, drag with ctrl or the middle button moves, the wheel zooms, a click picks."""

    def __init__(self, *, id: str | None = None, can_focus: bool = False) -> None:
        super().__init__(id=id)
        self.can_focus = can_focus
        self.actions: MouseActions | None = None
        self._last: Offset | None = None
        """Where the pointer was while a button is down."""
        self._is_drag = False
        self._moves_target = False

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Begin a drag, or a click."""
        if self.actions is None:
            return
        event.stop()
        self.capture_mouse()
        self._last, self._is_drag = event.screen_offset, False
        self._moves_target = event.ctrl or event.button == _MIDDLE

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Drag by what the pointer has moved."""
        if self._last is None or self.actions is None:
            return
        event.stop()
        moved = event.screen_offset - self._last
        if not moved:
            return
        self._last, self._is_drag = event.screen_offset, True
        if self._moves_target:
            self.actions.drag_target(moved.x, moved.y)
        else:
            self.actions.drag(moved.x, moved.y)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """End a drag; without one, pick."""
        if self._last is None or self.actions is None:
            return
        event.stop()
        self.release_mouse()
        was_drag, self._last = self._is_drag, None
        if not was_drag:
            self.actions.pick(event.screen_x - self.region.x, event.screen_y - self.region.y)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Zoom in."""
        self._wheel(event, 1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Zoom out."""
        self._wheel(event, -1)

    def _wheel(self, event: events.MouseEvent, steps: int) -> None:
        if self.actions is not None:
            event.stop()
            self.actions.wheel(steps)


def caption_content(
    frame: CloudFrame, sample: CloudSample | None, cells: int, mode: ColorMode
) -> Content:
    """Return the line under a cloud; the names of the axes have the colours of the frame cross."""
    line = caption(frame, sample, cells)
    if line.names_axes and line.left and mode not in (ColorMode.GREY, ColorMode.NONE):
        names: list[str | tuple[str, str]] = []
        for name, (red, green, blue) in zip("xyz", AXIS_COLOURS, strict=True):
            names.extend(((name, f"rgb({red},{green},{blue})"), " "))
        left = Content.assemble(*names[:-1])
    else:
        left = Content(line.left)
    gap = max(1, cells - left.cell_length - Content(line.bar).cell_length)
    return Content.assemble(left, " " * gap, line.bar)
