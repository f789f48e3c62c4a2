"""The picture of a cloud, turned, moved and zoomed by the mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from textual import events

from heicdepth_tui.ui.widgets.image_view import ImageView

if TYPE_CHECKING:
    from textual.geometry import Offset

__all__ = ["CloudView", "MouseActions"]

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

    def __init__(self, actions: MouseActions, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._actions = actions
        self._last: Offset | None = None
        """Where the pointer was while a button is down."""
        self._is_drag = False
        self._moves_target = False

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Begin a drag, or a click."""
        event.stop()
        self.capture_mouse()
        self._last, self._is_drag = event.screen_offset, False
        self._moves_target = event.ctrl or event.button == _MIDDLE

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Drag by what the pointer has moved."""
        if self._last is None:
            return
        event.stop()
        moved = event.screen_offset - self._last
        if not moved:
            return
        self._last, self._is_drag = event.screen_offset, True
        if self._moves_target:
            self._actions.drag_target(moved.x, moved.y)
        else:
            self._actions.drag(moved.x, moved.y)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """End a drag; without one, pick."""
        if self._last is None:
            return
        event.stop()
        self.release_mouse()
        was_drag, self._last = self._is_drag, None
        if not was_drag:
            self._actions.pick(event.screen_x - self.region.x, event.screen_y - self.region.y)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Zoom in."""
        event.stop()
        self._actions.wheel(1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Zoom out."""
        event.stop()
        self._actions.wheel(-1)
