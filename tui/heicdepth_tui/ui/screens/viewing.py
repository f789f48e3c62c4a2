"""The keys of the main screen that open a view of the selected photo, or help."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from heicdepth_tui.photo.layers import DEPTH, PRIMARY, LayerKind
from heicdepth_tui.text import printable
from heicdepth_tui.ui.screens.borders import BorderedScreen
from heicdepth_tui.ui.screens.hovering import Hovering, open_probe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.binding import BindingType

    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.photo.layers import Layer
    from heicdepth_tui.ui.model.session import Session
    from heicdepth_tui.ui.model.tables import Tables
    from heicdepth_tui.ui.screens.cloud_pane import CloudPane
    from heicdepth_tui.ui.screens.export_panel import ExportPanel
    from heicdepth_tui.ui.screens.histogram_panel import HistogramPanel
    from heicdepth_tui.ui.screens.photo_panel import PhotoPanel
    from heicdepth_tui.ui.widgets.histogram_view import HistogramView
    from heicdepth_tui.ui.widgets.image_panes import ImagePane, ImagePanes
    from heicdepth_tui.ui.widgets.photo_list import PhotoList

__all__ = ["ViewingScreen"]


@runtime_checkable
class _TakesTables(Protocol):
    def take_tables(self, tables: Tables) -> None: ...


class ViewingScreen(BorderedScreen):
    """A screen with a selected photo; imports the screen of a view when it is first opened."""

    _session: Session
    photos: PhotoList
    pictures: ImagePanes
    panel: PhotoPanel
    exports: ExportPanel
    histogram: HistogramPanel
    hovering: Hovering
    _pointed: ImagePane.Pointed | None = None
    """Where the mouse points; None where that is no picture."""
    cloud: CloudPane | None = None
    """The cloud in the place of the depth map, where it is open."""

    def lay_out_again(self) -> None:
        """Lay out for other choices at the same size; for subclasses to override."""

    def action_metadata(self) -> None:
        """Show all metadata on a screen of its own."""
        from heicdepth_tui.ui.screens.metadata import MetadataScreen

        entry, tables = self._session.entry, self.panel.tables
        if entry is None or tables is None:
            self.show_status("nothing is known of this photo yet")
            return
        log, show_tree = self._app_context.export_log, self.action_metadata_tree
        self.app.push_screen(MetadataScreen(printable(entry.name), tables, log, show_tree))

    def tables_shown(self) -> None:
        """Show new tables of the photo in the other places that show what they have."""
        self.histogram.update()
        if self.cloud is not None:
            self.cloud.control.recolour()
        if self.panel.tables is not None:
            for screen in self.app.screen_stack:
                if isinstance(screen, _TakesTables):
                    screen.take_tables(self.panel.tables)

    def action_metadata_tree(self, *, finds: bool = False) -> None:
        """Show boxes, items, EXIF, XMP and calibration as a tree; ``finds`` asks for a text."""
        from heicdepth_tui.ui.screens.metadata_tree import MetadataTreeScreen

        entry = self._session.entry
        if entry is not None:
            self.app.push_screen(MetadataTreeScreen(self._app_context, entry, finds=finds))

    def action_layers(self) -> None:
        """Show layers one at a time or over the photo; colours may be changed there."""
        from heicdepth_tui.ui.screens.layers import LayersScreen

        entry = self._session.entry
        if entry is not None:
            screen = LayersScreen(entry, self._app_context, self._step)
            self.app.push_screen(screen, self._redraw)

    async def action_spin(self) -> None:
        """Show the cloud of the photo in the place of its depth map, then on a screen of its own.

        Where there is room for one picture, at once on a screen of its own.
        """
        entry = self._session.entry
        if entry is None:
            return
        if self.cloud is not None or self.has_class("-tiny"):
            self._enlarge_cloud(entry)
            return
        from heicdepth_tui.ui.screens.cloud_pane import CloudPane

        self.cloud = CloudPane(self._app_context, entry, self.show_status, self.ranges_changed)
        self.pictures.add_class("-cloud")
        await self.pictures.mount(self.cloud)
        self.cloud.view.focus()

    def _enlarge_cloud(self, entry: Entry) -> None:
        from heicdepth_tui.ui.screens.spin import SpinScreen

        pane = self.cloud
        spin = None if pane is None else pane.release()
        if pane is not None and pane.control.entry != entry:
            spin = None
        screen = SpinScreen(self._app_context, entry, self.exports.export, spin)

        def closed(_: None) -> None:
            if pane is not None and pane is self.cloud:
                pane.resume(entry, screen.spin)
            self._redraw()

        self.app.push_screen(screen, closed)

    async def close_cloud(self) -> bool:
        """Show the depth map again; return whether the cloud was there."""
        pane, self.cloud = self.cloud, None
        if pane is None:
            return False
        has_focus = self.focused is pane.view
        self.pictures.remove_class("-cloud")
        await pane.remove()
        if has_focus:
            self.photos.focus()
        return True

    async def on_cloud_pane_closed(self) -> None:
        """Show the depth map again."""
        await self.close_cloud()

    def on_cloud_pane_exported(self) -> None:
        """Export the points that the pane shows."""
        if self.cloud is not None:
            self.exports.export([self.cloud.control.entry], self.cloud.control.options)

    def on_cloud_pane_picked(self) -> None:
        """Mark the sample of the point in photo, depth map and histogram."""
        self.show_picked()

    def show_picked(self) -> None:
        """Mark the sample of the point that was picked in photo, depth map and histogram."""
        self.panel.show_picked()
        self.histogram.update()

    def on_cloud_pane_enlarged(self) -> None:
        """Show the cloud on a screen of its own."""
        if self._session.entry is not None:
            self._enlarge_cloud(self._session.entry)

    # The histogram

    def action_histogram(self) -> None:
        """Show or hide the histogram of the codes."""
        self.histogram.toggle()
        self.lay_out_again()
        self.histogram.update()

    def action_clip(self) -> None:
        """Ask for the near and the far clip of the photo."""
        self.histogram.ask_clip()

    def on_histogram_view_chosen(self, message: HistogramView.Chosen) -> None:
        """Take in the range of the colours, or the clip, that was chosen by the mouse."""
        self.histogram.take(message)

    def ranges_changed(self) -> None:
        """Draw the photo in another range of colours, and its cloud in another clip."""
        self.panel.update()
        self.panel.show_picked()
        self.histogram.update()
        if self.cloud is not None:
            self.cloud.control.adopt_clip()
            self.cloud.control.recolour()

    # Screens of their own

    def action_zoom(self, pane: str = "photo-pane") -> None:
        """Show the layer of a pane on the zoom screen."""
        from heicdepth_tui.ui.screens.zoom import ZoomScreen

        shown = self.pictures.depth if pane == "depth-pane" else self.pictures.photo
        layer = shown.view.layer
        if self.photos.entry is not None:
            if layer is None or layer.kind is LayerKind.THUMBNAIL:
                # A thumbnail stands for the photo until that is decoded.
                layer = DEPTH if shown is self.pictures.depth else PRIMARY
            title = self._app_context.options.title
            zoom = ZoomScreen(self._app_context, layer, title, self._step)
            self.app.push_screen(zoom, self._redraw)

    def _step(self, rows: int) -> None:
        self.photos.move_to(self.photos.cursor + rows)

    def _redraw(self, _: None = None) -> None:
        """Draw all again: colour map, blocks, ranges or clip may have been changed elsewhere."""
        self.hovering.leave()
        self._pointed = None
        for pane in (self.pictures.photo, self.pictures.depth):
            pane.show_reading("")
        self.ranges_changed()

    def action_probe(self) -> None:
        """Read samples and measure, on a screen of its own, from the pixel under the mouse on."""
        pixel = self.hovering.pixel
        open_probe(self, self._app_context, pixel, self.show_status, self._redraw)

    def on_image_pane_pointed(self, message: ImagePane.Pointed) -> None:
        """Show what is read under the mouse in the heading of its pane."""
        from heicdepth_tui.ui.model.viewport import frame_of

        pane, state, layer = message.pane, self._session.state, message.pane.view.layer
        self._pointed = None if message.at is None else message
        if layer is not None and layer.kind is LayerKind.THUMBNAIL:
            layer = self._stood_for(layer)
        frame = None
        if state is not None and state.header is not None and layer is not None:
            frame = frame_of(state.header, layer)
        share = message.share
        if frame is None or share is None or pane.view.entry != self._session.entry:
            self.hovering.leave()
            pane.show_reading("")
            return
        cells = pane.heading.size.width
        pane.show_reading(self.hovering.read(frame, share, frame.whole, cells))

    def _stood_for(self, thumbnail: Layer) -> Layer | None:
        """Return the photo that a thumbnail stands for; None where it has another shape."""
        from heicdepth_tui.ui.model.photo_place import photo_place

        state = self._session.state
        if state is None or state.header is None:
            return None
        return None if photo_place(state.header, thumbnail).frame is None else PRIMARY

    def read_pointed(self) -> None:
        """Read the pixel under the mouse once more: its samples have come."""
        if self._pointed is not None:
            self.on_image_pane_pointed(self._pointed)

    def view_bindings(self) -> dict[str, Sequence[BindingType]]:
        """Return the bindings of each view by its name in the help."""
        from heicdepth_tui.ui.screens.layers import LayersScreen
        from heicdepth_tui.ui.screens.metadata_tree import MetadataTreeScreen
        from heicdepth_tui.ui.screens.probe import ProbeScreen
        from heicdepth_tui.ui.screens.spin import SpinScreen
        from heicdepth_tui.ui.screens.zoom import ZoomScreen

        return {
            "probe": ProbeScreen.BINDINGS,
            "spin": SpinScreen.BINDINGS,
            "zoom": ZoomScreen.BINDINGS,
            "layers": LayersScreen.BINDINGS,
            "metadata": MetadataTreeScreen.BINDINGS,
        }
