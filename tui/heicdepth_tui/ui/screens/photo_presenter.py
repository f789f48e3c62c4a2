"""Shows the selected photo: asks the store for its layers and draws them as they arrive."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from heicdepth_tui.errors import HeicDepthError
from heicdepth_tui.heif.facts import Header
from heicdepth_tui.photo.layers import Answer, Layer, LayerKind, Pixels, depth_facts
from heicdepth_tui.photo.schedule import PREFETCH
from heicdepth_tui.text import printable
from heicdepth_tui.ui.model.layout import shapes_of
from heicdepth_tui.ui.model.photo_state import PhotoState, RecentPhotos
from heicdepth_tui.ui.model.settings import PATIENCE
from heicdepth_tui.ui.presenters.labels import (
    caption,
    depth_heading,
    layer_cycle,
    photo_heading,
    why_no_depth,
)
from heicdepth_tui.ui.screens.ahead import Ahead
from heicdepth_tui.ui.screens.table_updates import TableUpdates
from heicdepth_tui.ui.services.image_cache import answered_source, depth_source, layer_source
from heicdepth_tui.ui.services.messages import HeaderRead, LayerArrived

if TYPE_CHECKING:
    from textual.timer import Timer

    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.ui.screens.browse import BrowseScreen
    from heicdepth_tui.ui.services.image_cache import ImageSource

__all__ = ["PhotoPresenter"]

STILL_WAITING = 2.0
"""Seconds without a header after which the pane says that it still waits."""


class PhotoPresenter:
    """What the panes and tables of the main screen show, for one photo at a time.

    Answers carry what was asked: one for a photo that is no longer selected changes nothing.
    """

    def __init__(self, screen: BrowseScreen) -> None:
        self._screen = screen
        self.inspector: PhotoState | None = None
        self.shown_layer: Layer | None = None
        self._recent = RecentPhotos()
        self._is_begun = self._is_rest_wanted = False
        self._blank_timer: Timer | None = None
        self.numbers = TableUpdates(screen)
        self._ahead = Ahead(screen, self._recent)
        self._had_layers = False

    def next_layer(self, step: int) -> None:
        """Show another layer in the photo pane."""
        inspector = self.inspector
        if inspector is None or inspector.header is None:
            return
        cycle = self._cycle(inspector)
        at = cycle.index(self.shown_layer) if self.shown_layer in cycle else 0
        self.shown_layer = cycle[(at + step) % len(cycle)]
        self._start_photo_pane(inspector, inspector.header)

    @property
    def has_layers(self) -> bool:
        """Whether there is more than one layer to show in the photo pane."""
        return self.inspector is not None and len(self._cycle(self.inspector)) > 1

    def start_over(self) -> None:
        """Choose and ask for layers anew: the screen now has room for other panes."""
        if self.inspector is not None and self.inspector.header is not None:
            self.shown_layer = None
            self._show_layers(self.inspector)

    def select(self, entry: Entry | None) -> None:
        """Show a photo; nothing of the one before stays on the screen."""
        self.shown_layer = None
        self._is_begun = self._is_rest_wanted = False
        self._screen.app.prefetcher.stop()
        self._screen.app.flow_control.note_key()
        if entry is None:
            self.inspector = None
            self._clear("no photo selected" if len(self._screen.app.library) else "no photos here")
            return
        self.inspector = inspector = self._recent.get(entry)
        inspector.forget_errors()
        if entry.problem:
            self._clear(f"{printable(entry.name)}\n{printable(entry.problem)}")
        else:
            found = self._screen.app.store.header(entry)
            if found is None:
                self._ahead.ask(entry)
                self._clear_soon()
                self._screen.set_timer(STILL_WAITING, partial(self._still_waiting, inspector))
            else:
                self._begin(inspector, found)

    def forget(self, path: str) -> None:
        """Know nothing more of a photo."""
        self._recent.forget(path)

    def _begin(self, inspector: PhotoState, found: Header | HeicDepthError) -> None:
        """Show a photo whose header is known, once the terminal has room for it.

        While pictures are on their way, a held key must not add headings, plates and tables to
        what the line has to carry: the panes are blank until then.
        """
        flow_control = self._screen.app.flow_control
        if not flow_control.is_free:
            self._clear_soon()
        flow_control.send("photo", partial(self._take_header, inspector, found))

    def _clear_soon(self) -> None:
        """Clear everything unless the photo's header, and room for it, comes within moments.

        A held key does not put it off: it is reckoned from the first photo that had to wait.
        """
        if self._blank_timer is None:
            self._blank_timer = self._screen.set_timer(PATIENCE, self._clear_late)

    def _clear_late(self) -> None:
        self._blank_timer = None
        if self.inspector is not None and not self._is_begun:
            self._clear("")

    def _still_waiting(self, inspector: PhotoState) -> None:
        """Say that the disk or the network has not answered yet."""
        if inspector is self.inspector and not self._is_begun:
            self._clear(
                "still waiting for the file\nthe disk or network does not answer; other photos work"
            )

    def _end_blank(self) -> None:
        if self._blank_timer is not None:
            self._blank_timer.stop()
            self._blank_timer = None

    def _clear(self, message: str) -> None:
        self._end_blank()
        for pane in (self._screen.pictures.photo, self._screen.pictures.depth):
            pane.heading.update("", layout=False)
            pane.caption.update("", layout=False)
            pane.legend.show(None, self._screen.app.colormap)
            pane.canvas.show_message("")
        self._screen.pictures.photo.canvas.show_message(message)
        for table in (self._screen.arrays, self._screen.facts):
            table.blank()

    def header_read(self, message: HeaderRead) -> None:
        """Take in a header, unless another photo is selected by now."""
        inspector = self.inspector
        self._screen.app.prefetcher.header_read(message.path, message.header)
        if inspector is None or inspector.entry.path != message.path or self._is_begun:
            return
        found = message.header if message.error is None else message.error
        if found is not None:
            self._begin(inspector, found)

    def _take_header(self, inspector: PhotoState, found: Header | HeicDepthError) -> None:
        if inspector is not self.inspector or self._is_begun:
            return
        self._is_begun = True
        self._end_blank()
        if isinstance(found, HeicDepthError):
            inspector.set_error(found)
            self._clear(printable(inspector.entry.name) + "\n" + found.short)
            return
        inspector.set_header(found)
        if self.has_layers != self._had_layers:
            self._had_layers = self.has_layers
            self._screen.refresh_bindings()
        self._screen.pictures.set_shapes(shapes_of(found))
        pane = self._screen.pictures.photo
        panes = self._screen.pictures.panes(shapes_of(found))
        words = caption(panes.photo.columns - 2, found, self._screen.is_single)
        pane.caption.update(words, layout=False)
        self._show_layers(inspector)

    def _show_layers(self, inspector: PhotoState) -> None:
        """Draw what is known of both panes and ask for the rest, depth first."""
        header = inspector.header
        if header is None:
            return
        depth = inspector.layer(LayerKind.DEPTH)
        self._show_depth_pane(inspector, header)
        if depth is not None:
            self._want(inspector, header, depth, "depth")
        self._start_photo_pane(inspector, header)
        self._take_known(inspector)

    def _take_known(self, inspector: PhotoState) -> None:
        """Take in further layers as far as they are known, and the numbers of all."""
        for layer in inspector.rest():
            if layer not in inspector.pixels:
                fit = self._fit_of(layer)
                found = self._screen.app.store.known(inspector.entry, layer, fit)
                if isinstance(found, Pixels):
                    inspector.set_pixels(layer, found)
        if inspector.layer(LayerKind.PRIMARY) in inspector.pixels:
            self._want_rest_soon(inspector)
        if inspector.has_tables:
            self.numbers.show()
        else:
            self.numbers.update()

    def _show_depth_pane(self, inspector: PhotoState, header: Header) -> None:
        pane = self._screen.pictures.depth
        item = header.depth.item
        panes = self._screen.pictures.panes(shapes_of(header))
        pane.heading.update(depth_heading(panes.depth.columns - 2, header), layout=False)
        if item is None:
            pane.legend.show(None, self._screen.app.colormap)
            pane.canvas.show_message(why_no_depth(header))
        elif inspector.layer(LayerKind.DEPTH) not in inspector.pixels:
            pane.legend.show(None, self._screen.app.colormap)
            pane.canvas.promise("decoding …", item.upright)

    def _start_photo_pane(self, inspector: PhotoState, header: Header) -> None:
        if self.shown_layer is None:
            self.shown_layer = self._cycle(inspector)[0]
        layer = self.shown_layer
        self._show_photo_heading(inspector, header, layer)
        pixels = inspector.pixels.get(layer)
        if pixels is not None:
            self._draw_photo_pane(inspector, layer, pixels)
            return
        if layer in inspector.errors:
            self._draw_thumbnail(inspector)
            self._show_layer_error(inspector, layer, inspector.errors[layer])
            return
        if layer.kind is not LayerKind.PRIMARY:
            self._screen.pictures.photo.canvas.promise("decoding …")
            # A pane name of its own: the photo goes on being decoded meanwhile.
            self._want(inspector, header, layer, "layer", fit=self._fit_of(layer))
            return
        self._screen.pictures.photo.canvas.promise("decoding …", header.primary.upright)
        thumbnail = inspector.layer(LayerKind.THUMBNAIL)
        if thumbnail is not None:
            self._want(inspector, header, thumbnail, "thumbnail")
        self._want(inspector, header, layer, "photo", fit=self._ahead.fit, partial=True)

    def _show_photo_heading(self, inspector: PhotoState, header: Header, layer: Layer) -> None:
        pane = self._screen.pictures.photo
        is_depth = layer.kind is LayerKind.DEPTH
        pane.use_legend(is_depth)
        size: object = header.primary.upright
        items = [aux.item for aux in header.auxiliaries]
        facts = depth_facts(header, layer)
        if facts is not None and facts.item is not None:
            items.append(facts.item)
        for item in items:
            if item.id == layer.item_id:
                size = item.upright
        cycle = self._cycle(inspector)
        at, most = cycle.index(layer) + 1, len(cycle)
        blocks = self._screen.app.draw_settings.blocks
        cells = self._screen.pictures.panes(shapes_of(header)).photo.columns - 2
        words = photo_heading(cells, layer.label, size, at, most, blocks)
        pane.heading.update(words, layout=False)

    def _fit_of(self, layer: Layer) -> tuple[int, int] | None:
        """Return how far a layer may be shrunk: the codes of a depth map are needed whole."""
        return None if layer.kind is LayerKind.DEPTH else self._ahead.fit

    def _cycle(self, inspector: PhotoState) -> tuple[Layer, ...]:
        """Return the layers that tab goes through in the photo pane."""
        return layer_cycle(inspector.layers, self._screen.is_single)

    def _want(
        self,
        inspector: PhotoState,
        header: Header,
        layer: Layer,
        pane: str,
        *,
        fit: tuple[int, int] | None = None,
        partial: bool = False,
    ) -> None:
        found = self._screen.app.store.layer(
            inspector.entry,
            layer,
            pane,
            fit=fit,
            partial=partial,
            drawing=self._ahead.drawing_of(header, layer),
        )
        if found is not None:
            self._take_layer(inspector, layer, found)

    def layer_arrived(self, message: LayerArrived) -> None:
        """Take in what the decoder answered, unless another photo is selected by now."""
        answer: Answer = message.answer
        if answer.request.pane.startswith(PREFETCH):
            self._ahead.take(answer)
            return
        inspector = self.inspector
        if inspector is None or inspector.entry.path != answer.request.path:
            return
        layer = inspector.known(answer.request.layer)
        if layer is None:
            if answer.final:
                # The header is still being read: the store has the samples, this keeps the picture.
                answered_source(
                    self._screen.app.rows, inspector.entry, answer.request.layer, answer
                )
            return
        if answer.final:
            found = answer.pixels if answer.error is None else answer.error
            answered_source(self._screen.app.rows, inspector.entry, layer, answer)
            if found is not None:
                self._take_layer(inspector, layer, found)
        elif answer.pixels is not None:
            self._draw_partial(inspector, layer, answer)

    def _draw_partial(self, inspector: PhotoState, layer: Layer, answer: Answer) -> None:
        thumbnail = inspector.layer(LayerKind.THUMBNAIL)
        if layer == self.shown_layer and thumbnail not in inspector.pixels:
            source = answered_source(
                self._screen.app.rows, inspector.entry, layer, answer, "partial"
            )
            if source is not None:
                self._screen.pictures.photo.canvas.show(source)

    def _take_layer(
        self, inspector: PhotoState, layer: Layer, found: Pixels | HeicDepthError
    ) -> None:
        if isinstance(found, HeicDepthError):
            inspector.set_layer_error(layer, found)
            self._show_layer_error(inspector, layer, found)
        else:
            inspector.set_pixels(layer, found)
            self._draw_layer(inspector, layer, found)
        if not inspector.has_tables:
            self.numbers.update()
        if layer.kind is LayerKind.PRIMARY:
            self._want_rest_soon(inspector)

    def _show_layer_error(self, inspector: PhotoState, layer: Layer, error: HeicDepthError) -> None:
        if layer == inspector.layer(LayerKind.DEPTH):
            self._screen.pictures.depth.canvas.show_message("depth map unreadable\n" + error.short)
        if layer != self.shown_layer:
            return
        thumbnail = inspector.layer(LayerKind.THUMBNAIL)
        if layer.kind is LayerKind.PRIMARY and thumbnail in inspector.pixels:
            self._screen.pictures.photo.caption.update(
                "the embedded thumbnail; the photo: " + error.short, layout=False
            )
        else:
            self._screen.pictures.photo.canvas.show_message(error.short)

    def _draw_layer(self, inspector: PhotoState, layer: Layer, pixels: Pixels) -> None:
        if layer == inspector.layer(LayerKind.DEPTH):
            self._draw_depth(inspector, layer, pixels)
        if layer == self.shown_layer:
            self._draw_photo_pane(inspector, layer, pixels)
        elif layer.kind is LayerKind.THUMBNAIL:
            self._draw_thumbnail(inspector)

    def _draw_thumbnail(self, inspector: PhotoState) -> None:
        """Show the embedded thumbnail while the photo itself is not there, or cannot be."""
        thumbnail, shown = inspector.layer(LayerKind.THUMBNAIL), self.shown_layer
        if thumbnail is None or shown is None or shown.kind is not LayerKind.PRIMARY:
            return
        pixels = inspector.pixels.get(thumbnail)
        if pixels is not None and shown not in inspector.pixels:
            source = layer_source(inspector.entry, thumbnail, pixels)
            self._screen.pictures.photo.canvas.show(source)

    def _draw_photo_pane(self, inspector: PhotoState, layer: Layer, pixels: Pixels) -> None:
        canvas = self._screen.pictures.photo.canvas
        if layer.kind is LayerKind.DEPTH:
            canvas.show(self._depth_source(inspector, layer, pixels))
            self.numbers.update()
        else:
            canvas.show(layer_source(inspector.entry, layer, pixels))

    def _draw_depth(self, inspector: PhotoState, layer: Layer, pixels: Pixels) -> None:
        self._screen.pictures.depth.canvas.show(self._depth_source(inspector, layer, pixels))

    def _depth_source(self, inspector: PhotoState, layer: Layer, pixels: Pixels) -> ImageSource:
        app = self._screen.app
        name = app.draw_settings.colormap(app.colormap)
        return depth_source(inspector.entry, layer, pixels, name)

    def _want_rest_soon(self, inspector: PhotoState) -> None:
        if not self._is_rest_wanted:
            self._is_rest_wanted = True
            # What is on the screen by now is painted first.
            self._screen.call_later(self._want_rest, inspector)
            self._screen.call_later(self.numbers.import_soon)

    def _want_rest(self, inspector: PhotoState) -> None:
        """Decode the other layers once the photo is there, then the neighbours."""
        header = inspector.header
        if inspector is not self.inspector or header is None:
            return
        for layer in inspector.rest():
            if layer not in inspector.pixels:
                pane = f"table-{layer.item_id}"
                self._want(inspector, header, layer, pane, fit=self._fit_of(layer))
        self._ahead.aim()

    def redraw_depth(self) -> None:
        """Draw depth again, in the colour map chosen now."""
        inspector = self.inspector
        if inspector is None or inspector.header is None:
            return
        depth = inspector.layer(LayerKind.DEPTH)
        pixels = None if depth is None else inspector.pixels.get(depth)
        if depth is not None and pixels is not None:
            self._draw_layer(inspector, depth, pixels)
        shown = self.shown_layer
        if shown is not None and shown != depth and shown.kind is LayerKind.DEPTH:
            self._start_photo_pane(inspector, inspector.header)
        self.numbers.show_legends(inspector)

    def redraw_all(self) -> None:
        """Draw both pictures again with the settings of now."""
        for pane in (self._screen.pictures.photo, self._screen.pictures.depth):
            pane.canvas.set_settings(self._screen.app.draw_settings)
            pane.canvas.redraw()
        if self.inspector is not None and self.inspector.header is not None:
            self.redraw_depth()
            self._start_photo_pane(self.inspector, self.inspector.header)
