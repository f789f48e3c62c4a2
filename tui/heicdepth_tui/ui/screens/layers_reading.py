"""The layers screen as a probe: what the mouse points at, read in the title."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heicdepth_tui.ui.screens.view import ViewScreen

if TYPE_CHECKING:
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.ui.model.layer_view import LayerView, LayerViewResult, ViewPlaces
    from heicdepth_tui.ui.screens.hovering import Hovering
    from heicdepth_tui.ui.widgets.title import ViewTitle
    from heicdepth_tui.ui.widgets.zoom_pane import ZoomView

__all__ = ["LayersReading"]


class LayersReading(ViewScreen):
    """Reads under the mouse; subclasses show a view."""

    title_bar: ViewTitle
    hovering: Hovering
    shown: LayerViewResult | None
    """What is on the screen."""
    _entry: Entry
    _pointed: ZoomView.Pointed | None = None

    def on_unmount(self) -> None:
        """Give up what was requested to read."""
        self.hovering.stop()

    def on_zoom_view_pointed(self, message: ZoomView.Pointed) -> None:
        """Show what is read under the mouse in place of the title."""
        self._pointed = message
        self.read_pointed()

    def read_pointed(self) -> None:
        """Read the sample under the mouse: another picture, or the sample itself, has come."""
        share = None if self._pointed is None else self._pointed.share
        text, shown = "", self.shown
        if share is not None and shown is not None:
            text = self._reading(shown.view, shown.places, share, self.title_bar.room)
        self.title_bar.reading = text

    def _reading(
        self, view: LayerView, places: ViewPlaces, share: tuple[float, float], cells: int
    ) -> str:
        # Imported at its first use, as the geometry that it needs is.
        from heicdepth_tui.ui.model.viewport import frame_of
        from heicdepth_tui.ui.presenters.view_reading import photo_pixel, view_line

        layer, state = view.layer, self._app_context.session.state
        if layer is None:
            return view_line(cells, view.kind, places, share)
        if places.probe is not None:
            pixel = photo_pixel(places.probe, layer, places.place(share))
            return self.hovering.read_probe(places.probe, pixel, cells)
        frame = None
        if state is not None and state.header is not None and state.entry == self._entry:
            frame = frame_of(state.header, layer)
        if frame is None:
            return ""
        return self.hovering.read(frame, places.place(share), frame.whole, cells)
