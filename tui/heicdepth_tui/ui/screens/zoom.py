"""The zoom screen: a window of one layer, or of photo and depth map locked together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from heicdepth_tui.draw.code_scale import WHOLE_RANGE
from heicdepth_tui.draw.rendering import RenderedRows
from heicdepth_tui.photo.layers import DEPTH, PRIMARY, Layer, LayerKind
from heicdepth_tui.photo.schedule import ZOOM
from heicdepth_tui.ui.model.requests import LayerRequest
from heicdepth_tui.ui.model.viewport import (
    LayerFrame,
    Viewport,
    Window,
    fit_pitch,
    frame_of,
    window_of,
)
from heicdepth_tui.ui.presenters.labels import photo_place
from heicdepth_tui.ui.presenters.legend import legend_of
from heicdepth_tui.ui.presenters.zoom import (
    layer_of,
    missing_message,
    window_heading,
    zoom_layers,
)
from heicdepth_tui.ui.screens.depth_colours import DepthColours
from heicdepth_tui.ui.screens.hovering import Hovering
from heicdepth_tui.ui.screens.resting_pixels import PixelScreen, RestingPixels
from heicdepth_tui.ui.screens.view import COPY_PATH, QUIT, SAVE_PICTURE, STOP_EXPORTS, export_key
from heicdepth_tui.ui.screens.zoom_pane_window import DECODING, PaneWindow
from heicdepth_tui.ui.screens.zoom_probe import PROBE, ZoomProbe
from heicdepth_tui.ui.services.events import Event, RegionArrived, WindowMoved
from heicdepth_tui.ui.widgets.bindings import bind
from heicdepth_tui.ui.widgets.key_bar import KeyBar
from heicdepth_tui.ui.widgets.title import TitleBar
from heicdepth_tui.ui.widgets.zoom_pane import ZoomPane, ZoomView

if TYPE_CHECKING:
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.ui.model.moved_window import MovedPicture, MoveRequest
    from heicdepth_tui.ui.model.photo_state import PhotoState
    from heicdepth_tui.ui.model.picture_request import PicturePart
    from heicdepth_tui.ui.screens.context import Context

__all__ = ["ZoomScreen"]

_KEY_FACTOR = 2**0.5
_WHEEL_FACTOR = 2**0.25
_PAN_SHARE = 1 / 8
"""Part of the window that a pan key moves it by."""


class ZoomScreen(PixelScreen, ZoomProbe):
    """Shows a window of the selected photo; ``step`` selects another photo of the list."""

    DEFAULT_CSS = """
    ZoomScreen { layout: vertical; background: $background; }
    ZoomScreen #zoom-panes { width: 1fr; height: 1fr; }
    ZoomScreen #zoom-second { display: none; border-left: solid $rule; }
    ZoomScreen.-locked #zoom-second { display: block; }
    ZoomScreen.-locked #zoom-first { padding: 0 1 2 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("question_mark,f1", "help", "Help", "help", "All keys", show=True, display="?"),
        bind("escape,z,enter", "back", "Back", "zoom.back", "Go back", show=True, display="esc"),
        bind("plus,equals_sign", "zoom(1)", "Nearer", "zoom.in", "Nearer", show=True, display="+"),
        bind("minus", "zoom(-1)", "Farther", "zoom.out", "Farther", show=True, display="−"),
        bind("0", "fit", "Fit", "zoom.fit", "The whole layer", show=True),
        bind("1", "one_to_one", "1:1", "zoom.one", "One sample a cell dot", show=True),
        bind("2", "lock", "Two", "zoom.lock", "Photo and depth map together", show=True),
        PROBE,
        bind("h,left", "pan(-1,0)", "Left", "zoom.left", "Move the window left"),
        bind("j,down", "pan(0,1)", "Down", "zoom.down", "Move the window down"),
        bind("k,up", "pan(0,-1)", "Up", "zoom.up", "Move the window up"),
        bind("l,right", "pan(1,0)", "Right", "zoom.right", "Move the window right"),
        bind("tab", "layer(1)", "Layer", "zoom.layer", "Next layer of the photo", show=True),
        bind("shift+tab", "layer(-1)", "Layer before", "zoom.layer_before", "Layer before"),
        bind("n", "photo(1)", "Next", "zoom.next", "Next photo at the same window", show=True),
        bind("p", "photo(-1)", "Previous", "zoom.previous", "Photo before, same window", show=True),
        bind("c", "colours", "Colours", "zoom.colours", "Next colour map for depth", show=True),
        bind("C", "reverse_colours", "Bright end", "zoom.reverse", "Bright near or bright far"),
        bind("R", "window_range", "Range", "zoom.range", "Colours of the window, or of the file"),
        bind("b", "blocks", "Blocks", "zoom.blocks", "Half blocks, quad blocks, pixels"),
        SAVE_PICTURE,
        COPY_PATH,
        export_key("zoom.export"),
        STOP_EXPORTS,
        QUIT,
    ]

    def __init__(
        self, context: Context, layer: Layer, title: str, step: Callable[[int], object]
    ) -> None:
        super().__init__()
        self._app_context = context
        self._session = context.session
        self._layer = layer
        self._title_text = title
        self._step = step
        self._viewport = Viewport()
        self._photo_size: tuple[int, int] | None = None
        self._entry: Entry | None = None
        mode = context.session.settings.mode
        self.title_bar = TitleBar()
        self.hovering = Hovering(context, "zoom", self.read_pointed)
        self._colours = DepthColours(self, self._session, self.update, self.title_bar.show_status)
        self.first = PaneWindow(ZoomPane(mode, id="zoom-first"), f"{ZOOM}-first")
        self.second = PaneWindow(ZoomPane(mode, id="zoom-second"), f"{ZOOM}-second")
        self.pixels = RestingPixels(self, context)

    def compose(self) -> ComposeResult:
        """Title, one pane or two, keys."""
        yield self.title_bar
        with Horizontal(id="zoom-panes"):
            yield self.first.widget
            yield self.second.widget
        yield KeyBar()

    def on_mount(self) -> None:
        """Follow the photo's events."""
        self._app_context.loader.listener = self.handle

    def on_unmount(self) -> None:
        """Give up what was requested."""
        loader = self._app_context.loader
        loader.listener = None
        for pane in (self.first, self.second):
            loader.cancel(pane.slot)
        self.pixels.stop()

    @property
    def is_locked(self) -> bool:
        """Whether photo and depth map are shown together."""
        return self.has_class("-locked")

    @property
    def is_settled(self) -> bool:
        """Whether the panes show what was requested last."""
        state = self._session.state
        return state is not None and all(
            not pane.is_waiting and pane.shown == state.entry and pane.is_final
            for pane, _ in self._panes
        )

    @property
    def _panes(self) -> tuple[tuple[PaneWindow, Layer], ...]:
        if self.is_locked:
            return (self.first, PRIMARY), (self.second, DEPTH)
        return ((self.first, self._layer),)

    def _frame(self, pane: PaneWindow, chosen: Layer) -> LayerFrame | None:
        """Return the frame of a pane's layer, None where the photo has none or is not read."""
        state = self._session.state
        layer = None if state is None else layer_of(state, chosen)
        if state is None or state.header is None or layer is None or not all(pane.widget.cells):
            return None
        return frame_of(state.header, layer)

    def _window(self, pane: PaneWindow, chosen: Layer) -> Window | None:
        """Return the window of a pane, None where it has no frame."""
        frame, cells = self._frame(pane, chosen), pane.widget.cells
        if frame is None:
            return None
        settings = self._session.settings
        viewport = self._shared.clamped(frame, cells, settings.cell_aspect)
        return window_of(viewport, frame, cells, settings.blocks)

    def update(self) -> None:
        """Request the windows, and show the headings."""
        state = self._session.state
        if state is None:
            return
        self._follow(state)
        self.title_bar.place = photo_place(state.entry, self._title_text)
        moved = [self._update_pane(state, pane, chosen) for pane, chosen in self._panes]
        # Drawn together: two locked windows move at once.
        requests = [one for one in moved if one is not None]
        if requests and self._moves:
            self._app_context.renderer.move(requests)

    @property
    def _moves(self) -> bool:
        """Whether pictures of samples that are there are sent: on a slow line they cost time."""
        return not self._app_context.flow_control.is_slow

    def _follow(self, state: PhotoState) -> None:
        """Keep the same part of the photo in view where another one is selected."""
        if state.entry != self._entry:
            self._entry = state.entry
            for pane in (self.first, self.second):
                pane.forget()
                self._app_context.loader.cancel(pane.slot)
        if state.header is not None:
            size = state.header.primary.displayed_size
            if self._photo_size is not None and self._photo_size != (size.width, size.height):
                self._viewport = self._viewport.scaled(size.width / self._photo_size[0])
            self._photo_size = size.width, size.height

    @property
    def _leading(self) -> tuple[LayerFrame, tuple[int, int], float] | None:
        """The frame of the first pane that has a layer, its cells and their aspect."""
        aspect = self._session.settings.cell_aspect
        found = ((self._frame(pane, chosen), pane.widget.cells) for pane, chosen in self._panes)
        return next(((frame, cells, aspect) for frame, cells in found if frame is not None), None)

    @property
    def _shared(self) -> Viewport:
        """The window, no nearer than every pane can show it: photo and depth show the same."""
        return self._viewport.no_nearer(self._frame(pane, chosen) for pane, chosen in self._panes)

    @property
    def _current(self) -> Viewport:
        """The window, clamped to the layer of the first pane that has one."""
        return self._shared.clamped(*self._leading) if self._leading else self._viewport

    def _update_pane(
        self, state: PhotoState, pane: PaneWindow, chosen: Layer
    ) -> MoveRequest | None:
        """Request the window of a pane; return the request to draw it of what is there."""
        widget, window = pane.widget, self._window(pane, chosen)
        layer = layer_of(state, chosen)
        is_depth = chosen.kind is LayerKind.DEPTH
        widget.set_class(is_depth, "-legend")
        self._show_legend(state, widget, layer)
        widget.view.show_inset(window, self._session.settings.cell_aspect)
        if window is None:
            message = missing_message(state, layer)
            widget.heading.update(chosen.label, layout=False)
            if message:
                pane.shown, pane.is_final = state.entry, True
                widget.view.show_message(message)
            elif pane.shown != state.entry:
                widget.view.show_placeholder("reading …")
            return None
        widget.heading.update(window_heading(widget.size.width - 2, window), layout=False)
        wanted = self._wanted(state, pane, window)
        moved = pane.moved(state.entry, window, wanted)
        self._request(state.entry, pane, window, wanted)
        return moved

    def picture_parts(self) -> tuple[PicturePart, ...]:
        """Return the windows on show."""
        from heicdepth_tui.ui.presenters.picture import window_part

        state = self._session.state
        windows = [self._window(pane, chosen) for pane, chosen in self._panes]
        if state is None:
            return ()
        return tuple(window_part(self._session, state, one) for one in windows if one is not None)

    def _show_legend(self, state: PhotoState, widget: ZoomPane, layer: Layer | None) -> None:
        session = self._session
        colours = session.settings.colormap(session.colormap), session.colour_range
        widget.legend.show(legend_of(state.tables, layer, *colours))

    def _wanted(self, state: PhotoState, pane: PaneWindow, window: Window) -> LayerRequest:
        settings, layer = self._session.settings, window.frame.layer
        is_depth = layer.kind is LayerKind.DEPTH
        spec = settings.render_spec(
            pane.widget.cells, settings.colormap(self._session.colormap) if is_depth else ""
        )
        scale = (
            self._session.colour_range.scale_in(state.tables, layer) if is_depth else WHOLE_RANGE
        )
        return LayerRequest(
            pane.slot,
            layer,
            replace(spec, turn=window.frame.turn, scale=scale),
            partial=True,
            region=window.region,
            level=window.level,
        )

    def _request(
        self, entry: Entry, pane: PaneWindow, window: Window, wanted: LayerRequest
    ) -> None:
        if pane.requested == (entry, wanted):
            return
        if pane.requested is not None and pane.is_waiting:
            # A held key would replace every request before its first answer.
            return
        pane.requested, pane.is_waiting, pane.is_final = (entry, wanted), True, False
        pane.window = window
        if pane.shown != entry:
            aspect = self._session.settings.cell_aspect
            pane.widget.view.show_placeholder(DECODING, window.shown[2:], aspect)
        self._app_context.loader.request(entry, wanted)

    def handle(self, event: Event) -> None:
        """Show an answer; request again where something else of the photo has changed."""
        if isinstance(event, WindowMoved):
            for request, picture in event.drawn:
                for pane in (self.first, self.second):
                    if pane.moved_number == request.number:
                        show = partial(self._show_moved, pane, request, picture)
                        self._app_context.pictures.add(pane.slot, show)
            return
        if not isinstance(event, RegionArrived):
            self.update()
            return
        if not self._app_context.loader.accept(event):
            return
        for pane, chosen in self._panes:
            if pane.slot != event.answer.request.slot:
                continue
            if pane.take(event, self._window(pane, chosen), moves=self._moves):
                show = partial(self._show, pane, event)
                self._app_context.pictures.add(pane.slot, show)
        self.update()

    def _show(self, pane: PaneWindow, event: RegionArrived) -> None:
        if event.entry != self._session.entry or not self.is_mounted:
            return
        answer = event.answer
        pane.shown = event.entry
        is_newest = pane.requested is not None and pane.requested[1].region == answer.request.region
        pane.is_final = answer.final and is_newest
        if answer.error is not None:
            pane.widget.view.show_message(answer.error.short)
        elif isinstance(answer.rendered, RenderedRows):
            pane.widget.view.show_picture(answer.rendered)
        self.pixels.shows(
            pane.slot,
            pane.widget.view,
            self.pixels.region_source(event) if pane.is_final else None,
        )

    def _show_moved(
        self, pane: PaneWindow, request: MoveRequest, picture: MovedPicture | None
    ) -> None:
        if self.is_mounted and pane.show_moved(request, picture):
            self.pixels.shows(pane.slot, pane.widget.view, None)

    def action_zoom(self, direction: int) -> None:
        """Zoom about the middle."""
        self._move(self._current.zoomed(_KEY_FACTOR**direction))

    def action_pan(self, across: int, down: int) -> None:
        """Move the window by a part of its size."""
        columns, rows = self.first.widget.cells
        self._move(
            self._current.moved(
                across * max(1, round(columns * _PAN_SHARE)),
                down * max(1, round(rows * _PAN_SHARE)),
            )
        )

    def action_fit(self) -> None:
        """Show the whole layer."""
        self._move(Viewport())

    def action_one_to_one(self) -> None:
        """Show a sample of the layer in the width of a cell."""
        if self._leading is not None:
            self._move(replace(self._current, pitch=self._leading[0].scale[0]))

    def action_lock(self) -> None:
        """Show photo and depth map beside each other, or one of them again."""
        self.toggle_class("-locked")
        for pane in (self.first, self.second):
            pane.forget()
        self.update()

    def action_layer(self, step: int) -> None:
        """Show another layer in the same window."""
        state = self._session.state
        if state is None or state.header is None:
            return
        if self.is_locked:
            self.remove_class("-locked")
        choices = zoom_layers(state)
        shown = layer_of(state, self._layer)
        at = choices.index(shown) if shown in choices else 0
        self._layer = choices[(at + step) % len(choices)]
        self.first.forget()
        self.update()

    def action_photo(self, step: int) -> None:
        """Show another photo of the list at the same window."""
        self._step(step)
        self.update()

    def action_colours(self) -> None:
        """Draw depth in the next colour map."""
        self._colours.next_map()

    def use_colormap(self, name: str) -> None:
        """Draw depth in a colour map."""
        self._colours.use_map(name)

    def action_reverse_colours(self) -> None:
        """Make the other end of the range bright."""
        self._colours.reverse()

    def action_window_range(self) -> None:
        """Spread the colours over the depth samples in view, or over all codes again."""
        state, pane = self._session.state, self.first
        if state is None:
            return
        layer = layer_of(state, self._layer if self._layer.kind is LayerKind.DEPTH else DEPTH)
        tables = state.tables
        depth_map = None if tables is None or layer is None else tables.depth_maps.get(layer)
        window = None if layer is None else self._window(pane, layer)
        self._colours.use_window(depth_map, None if window is None else window.region)

    def action_blocks(self) -> None:
        """Draw with the other block characters, or in pixels."""
        self.title_bar.show_status(f"pictures in {self.pixels.next_picture(self.update)}")

    def action_back(self) -> None:
        """Go back to the list."""
        self.dismiss(None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Disable all keys while the app ends."""
        return not self._session.is_leaving

    def on_zoom_view_resized(self) -> None:
        """Request the window for another size."""
        self.update()

    def on_zoom_view_dragged(self, message: ZoomView.Dragged) -> None:
        """Move the window against the mouse: the picture follows it."""
        self._move(self._current.moved(-message.columns, -message.rows))

    def on_zoom_view_wheeled(self, message: ZoomView.Wheeled) -> None:
        """Zoom about the pointer."""
        self._move(self._current.zoomed(_WHEEL_FACTOR**message.direction, message.at))

    def _move(self, viewport: Viewport) -> None:
        leading = self._leading
        if leading is None:
            return
        self._viewport = viewport.clamped(*leading)
        if self._viewport.pitch >= fit_pitch(*leading):
            # The whole layer, in a pane of another size as well.
            self._viewport = Viewport()
        self.update()
