"""The zoom screen as a probe: what the mouse points at, and the probe at that place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from heicdepth_tui.ui.presenters.zoom import window_heading
from heicdepth_tui.ui.screens.hovering import Hovering, open_probe
from heicdepth_tui.ui.screens.view import ViewScreen
from heicdepth_tui.ui.widgets.bindings import bind

if TYPE_CHECKING:
    from heicdepth_tui.photo.layers import Layer
    from heicdepth_tui.ui.model.viewport import Viewport, Window
    from heicdepth_tui.ui.screens.zoom_pane_window import PaneWindow
    from heicdepth_tui.ui.widgets.zoom_pane import ZoomView

__all__ = ["PROBE", "ZoomProbe"]

PROBE = bind("m", "probe", "Probe", "zoom.probe", "Measure from here on", show=True)

_LEAST_ROOM = 44
"""Cells beside the heading of a window below which a reading takes its place."""


class ZoomProbe(ViewScreen):
    """Reads under the mouse; subclasses have panes with windows of layers."""

    hovering: Hovering
    _pointed: ZoomView.Pointed | None = None
    """Where the mouse points; None where that is no picture."""

    @property
    def _panes(self) -> tuple[tuple[PaneWindow, Layer], ...]:
        raise NotImplementedError

    @property
    def _current(self) -> Viewport:
        raise NotImplementedError

    def _window(self, pane: PaneWindow, chosen: Layer) -> Window | None:
        raise NotImplementedError

    def update(self) -> None:
        """Request the windows, and show the headings."""
        raise NotImplementedError

    def draw_again(self) -> None:
        """Request the windows for cells of another shape."""
        self.update()

    def on_unmount(self) -> None:
        """Give up what was requested to read."""
        self.hovering.stop()

    def on_zoom_view_pointed(self, message: ZoomView.Pointed) -> None:
        """Show what is read under the mouse beside the window, or in its place."""
        self.hovering.leave()
        self._pointed, share = None if message.at is None else message, message.share
        for pane, chosen in self._panes:
            if pane.widget.view is not message.view:
                continue
            window, cells = self._window(pane, chosen), pane.widget.size.width - 2
            if window is None:
                continue
            text = window_heading(cells, window)
            # A picture that stands in for the window's own lies elsewhere.
            if share is not None and pane.is_final:
                room = cells - cell_len(text) - 3
                is_beside = room >= _LEAST_ROOM
                reading = self.hovering.read(
                    window.frame, share, window.shown, room if is_beside else cells
                )
                if reading:
                    text = f"{text}   {reading}" if is_beside else reading
            pane.widget.heading.update(text, layout=False)

    def read_pointed(self) -> None:
        """Read the pixel under the mouse once more: its samples have come."""
        if self._pointed is not None:
            self.on_zoom_view_pointed(self._pointed)

    def action_probe(self) -> None:
        """Open the probe at the pixel under the mouse, else at the middle of the window."""
        context, session = self._app_context, self._app_context.session
        middle = self._current
        pixel = self.hovering.pixel or (int(middle.x), int(middle.y))

        def closed(_: None) -> None:
            self.hovering.leave()
            if session.state is not None:
                # A scale may have been set: legends are made of the tables.
                context.table_builder.request(session.state)
            self.update()

        open_probe(self, context, pixel, self.title_bar.show_status, closed)
