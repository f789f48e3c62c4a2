"""All layers of a photo, one at a time or laid over it, with lines of equal distance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.widgets import Static

from heicdepth_tui.draw.code_scale import CodeScale
from heicdepth_tui.draw.rendering import RenderedRows
from heicdepth_tui.photo.layers import LayerKind
from heicdepth_tui.text import printable
from heicdepth_tui.ui.model.layer_view import (
    WHOLE_VIEW,
    LayerViewRequest,
    LayerViewResult,
    Window,
)
from heicdepth_tui.ui.screens.depth_colours import DepthColours
from heicdepth_tui.ui.screens.hovering import Hovering
from heicdepth_tui.ui.screens.layers_reading import LayersReading
from heicdepth_tui.ui.screens.view import (
    COPY_PATH,
    QUIT,
    SAVE_PICTURE,
    STOP_EXPORTS,
    export_key,
)
from heicdepth_tui.ui.services.events import LayerViewDrawn, LayerViewFailed
from heicdepth_tui.ui.widgets.bindings import bind
from heicdepth_tui.ui.widgets.key_bar import KeyBar
from heicdepth_tui.ui.widgets.title import ViewTitle
from heicdepth_tui.ui.widgets.view_bar import ViewBar
from heicdepth_tui.ui.widgets.view_caption import ViewCaption
from heicdepth_tui.ui.widgets.zoom_pane import ZoomView

if TYPE_CHECKING:
    from heicdepth_tui.export.options import ExportOptions
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.ui.model.picture_request import PicturePart
    from heicdepth_tui.ui.screens.context import Context

__all__ = ["LayersScreen"]

_BLEND_STEP = 0.1
_KEY_FACTOR, _WHEEL_FACTOR = 2**0.5, 2**0.25
_PAN_SHARE = 1 / 8
"""Part of the window that a pan key moves it by."""
_LABELS = 12

_numbers = count(1)
"""Of the requests of all screens: a view for one that was closed is none for the next."""
_NUMBER_SECONDS = 0.8
"""Digits that follow each other sooner are those of one number."""


class LayersScreen(LayersReading):
    """Shows the views of one photo; begins with its depth map over it. Closes by esc."""

    DEFAULT_CSS = """
    LayersScreen { background: $background; }
    LayersScreen > #layers-picture { height: 1fr; layers: picture labels; }
    LayersScreen ImageView { layer: picture; }
    LayersScreen .layers--label { layer: labels; position: absolute; width: auto; height: 1;
        background: $surface; color: $foreground; display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("escape", "dismiss", "Back", "layers.leave", "To the photos", show=True,
             display="esc"),
        bind("tab", "view(1)", "Layer", "layers.next", "Next layer or view", show=True),
        bind("shift+tab", "view(-1)", "Previous layer", "layers.previous", "Layer before"),
        bind("o", "over", "Over the photo", "layers.over", "Over the photo or alone", show=True),
        bind("right_square_bracket", "blend(1)", "More", "layers.more", "More of it", show=True,
             display="]"),
        bind("left_square_bracket", "blend(-1)", "Less", "layers.less", "Less of it", show=True,
             display="["),
        bind("plus,equals_sign", "zoom(1)", "Nearer", "layers.in", "Nearer", show=True,
             display="+"),
        bind("minus", "zoom(-1)", "Farther", "layers.out", "Farther", show=True, display="−"),
        bind("0", "digit(0)", "Fit", "layers.fit", "The whole view"),
        bind("left", "pan(-1,0)", "Left", "layers.left", "Move the window left"),
        bind("right", "pan(1,0)", "Right", "layers.right", "Move the window right"),
        bind("up", "pan(0,-1)", "Up", "layers.up", "Move the window up"),
        bind("down", "pan(0,1)", "Down", "layers.down", "Move the window down"),
        bind("enter,z", "zoom_screen", "Zoom", "layers.zoom", "The layer tile by tile", show=True),
        bind("l", "contours", "Lines", "layers.lines", "Lines of equal distance", show=True),
        bind("c", "colours", "Colours", "layers.colours", "Next colour map", show=True),
        bind("C", "reverse_colours", "Bright end", "layers.reverse", "Bright near or bright far"),
        bind("R", "colour_range", "Range", "layers.range", "Codes: all, 2–98 %, by hand"),
        bind("b", "blocks", "Blocks", "layers.blocks", "Half or quad blocks"),
        SAVE_PICTURE,
        export_key("layers.export"),
        COPY_PATH,
        STOP_EXPORTS,
        *(
            bind(str(digit), f"digit({digit})", f"Layer {digit}", f"layers.{digit}")
            for digit in range(1, 10)
        ),
        bind("question_mark,f1", "help", "Help", "help", "All keys", show=True, display="?"),
        QUIT,
    ]  # fmt: skip

    def __init__(self, entry: Entry, context: Context, step: Callable[[int], object]) -> None:
        super().__init__()
        self._app_context = context
        self._entry = entry
        self._session = context.session
        self._views = context.layer_views
        self._export_options = context.options.export_options()
        self._number = 0
        self._index: int | None = None
        self._is_over = True
        self._blend = 0.5
        self._has_contours = False
        self._steps = 0
        """Views to go on by once the number of the first one is known."""
        self._count = 0
        """Views of the photo; 0 until the first is drawn."""
        self._typed = 0, 0.0
        """The number typed last, and when."""
        self._step = step
        self._window = WHOLE_VIEW
        self._requested: LayerViewRequest | None = None
        self.hovering = Hovering(context, "layers", self.read_pointed)
        self.shown: LayerViewResult | None = None
        """What is on the screen."""
        self.title_bar = ViewTitle(id="layers-title")
        self.picture = ZoomView()
        self.names = ViewBar(id="layers-names")
        self.caption = ViewCaption(context.session.settings.mode, id="layers-caption")
        self._colours = DepthColours(self, context.session, self._request, self.show_status)
        self._labels = [Static("", classes="layers--label", markup=False) for _ in range(_LABELS)]

    def compose(self) -> ComposeResult:
        """Title, names of the views, picture with labels, caption and keys."""
        yield self.title_bar
        yield self.names
        yield Container(self.picture, *self._labels, id="layers-picture")
        yield self.caption
        yield KeyBar()

    def on_mount(self) -> None:
        """Listen to the service, and name the photo before its first view is drawn."""
        self._views.listener = self._take
        self._title()

    def on_unmount(self) -> None:
        """Let the service free what it holds."""
        self._views.listener = None
        self._views.release()

    def on_resize(self, _: events.Resize) -> None:
        """Draw for the new size."""
        self.call_after_refresh(self._request)

    def draw_again(self) -> None:
        """Draw the view for cells of another shape."""
        self._request()

    def _request(self) -> None:
        columns, rows = self.picture.size
        if not columns or not rows:
            return
        session = self._session
        self._number = next(_numbers)
        colormap = session.settings.colormap(session.colormap)
        spec = session.settings.render_spec((columns, rows), colormap)
        spec = replace(spec, scale=self._code_scale)
        request = LayerViewRequest(
            number=self._number,
            entry=self._entry,
            spec=spec,
            index=self._index,
            blend=self._blend if self._is_over else None,
            has_contours=self._has_contours,
            window=self._window,
        )
        if self.shown is None:
            self.picture.show_placeholder("decoding …")
        self._requested = request
        self._views.request(request, self._scaled_options)

    @property
    def _code_scale(self) -> CodeScale:
        """The codes at the ends of the colour map, as the main screen draws them."""
        state, colour_range = self._session.photos.get(self._entry), self._session.colour_range
        depth = state.own(LayerKind.DEPTH)
        if depth is None:
            return CodeScale(is_far_bright=colour_range.is_far_bright)
        return colour_range.scale_in(state.tables, depth)

    @property
    def _scaled_options(self) -> ExportOptions:
        """Distances that the user has scaled are scaled in every view."""
        scale = self._session.scales.get(self._entry.path)
        return replace(self._export_options, scale=scale)

    def picture_parts(self) -> tuple[PicturePart, ...]:
        """Return the view on show."""
        from heicdepth_tui.ui.model.picture_request import ViewPart

        if self.shown is None or self._requested is None:
            return ()
        heading = self.shown.view.name + (self._over_text if self.shown.is_over else "")
        return (ViewPart(heading, self._requested, self._scaled_options),)

    def _take(self, event: LayerViewDrawn | LayerViewFailed) -> None:
        if event.entry != self._entry:
            return
        if isinstance(event, LayerViewFailed):
            if event.number == self._number:
                self._show_error(event)
            return
        if event.result.number != self._number:
            return
        result = self.shown = event.result
        self._know_index(result.index)
        if isinstance(result.rendered, RenderedRows):
            self.picture.show_picture(result.rendered)
        self._title(result.names, result.index)
        settings = self._session.settings
        colormap = settings.colormap(self._session.colormap)
        self.caption.show(result.caption, result.ramp, colormap)
        self._place_labels(result)
        self.read_pointed()

    def _know_index(self, index: int) -> None:
        steps, self._steps = self._steps, 0
        self._index = index
        if steps:
            self.action_view(steps)

    def _show_error(self, event: LayerViewFailed) -> None:
        self.shown, self.title_bar.reading = None, ""
        self._know_index(event.index)
        self.picture.show_message(event.error.short)
        self._title(event.names, event.index)
        self.caption.show("")
        for label in self._labels:
            label.display = False

    def _title(self, names: tuple[str, ...] = (), index: int = 0) -> None:
        self._count = count = len(names)
        self.names.show(names, index)
        place = f" · {printable(names[index])} ({index + 1}/{count})" if count else ""
        is_over = self.shown is not None and self.shown.is_over
        over = self._over_text if index and is_over else ""
        if self._window != WHOLE_VIEW:
            over += f" · {self._window.zoom:.1f}x"
        self.title_bar.place = f"{printable(self._entry.name)}{place}{over}"

    @property
    def shown_entry(self) -> Entry | None:
        """The photo on show."""
        return self._entry

    @property
    def _over_text(self) -> str:
        return f" · {self._blend:.0%} over the photo" if self._is_over and self._index else ""

    def _place_labels(self, result: LayerViewResult) -> None:
        """Put the labels of the lines on the picture, which is centred in its widget."""
        columns, rows = self.picture.size
        fit = result.rendered.fit
        left, top = (columns - fit.cols) // 2, (rows - fit.rows) // 2
        for index, label in enumerate(self._labels):
            is_used = index < len(result.labels)
            label.display = is_used
            if is_used:
                place = result.labels[index]
                label.update(place.text)
                column = min(left + place.column, columns - len(place.text))
                label.styles.offset = (max(0, column), top + place.row)

    # The window

    def _look(self, window: Window) -> None:
        if window != self._window:
            self._window = window
            self._request()

    def action_zoom(self, steps: int) -> None:
        """Go nearer to the middle, or farther."""
        self._look(self._window.zoomed(_KEY_FACTOR**steps))

    def action_fit(self) -> None:
        """Show the whole view."""
        self._look(WHOLE_VIEW)

    def action_pan(self, across: int, down: int) -> None:
        """Move the window by a part of itself."""
        self._look(self._window.moved(across * _PAN_SHARE, down * _PAN_SHARE))

    @property
    def _cells(self) -> tuple[int, int]:
        """Columns and rows of the picture on show."""
        picture = self.picture.picture
        return self.picture.size if picture is None else (picture.fit.cols, picture.fit.rows)

    def on_zoom_view_dragged(self, message: ZoomView.Dragged) -> None:
        """Move the window against the mouse: the picture follows it."""
        columns, rows = self._cells
        across, down = message.columns / max(1, columns), message.rows / max(1, rows)
        self._look(self._window.moved(-across, -down))

    def on_zoom_view_wheeled(self, message: ZoomView.Wheeled) -> None:
        """Zoom about the pointer."""
        columns, rows = self._cells
        at = message.at[0] / max(1, columns) + 0.5, message.at[1] / max(1, rows) + 0.5
        inside = min(max(at[0], 0.0), 1.0), min(max(at[1], 0.0), 1.0)
        self._look(self._window.zoomed(_WHEEL_FACTOR**message.direction, inside))

    def action_zoom_screen(self) -> None:
        """Open the zoom screen of a stored layer, which decodes only the tiles in view."""
        from heicdepth_tui.ui.screens.zoom import ZoomScreen

        layer = None if self.shown is None else self.shown.view.layer
        state = self._session.state
        if layer is None or state is None or layer not in state.all_layers:
            self.show_status("no layer of the photo: + and the arrows enlarge it")
            return
        title = self._app_context.options.title
        zoom = ZoomScreen(self._app_context, layer, title, self._step)
        self.app.push_screen(zoom, self._follow)

    def _follow(self, _: None) -> None:
        """Show the photo that the zoom screen came to."""
        entry = self._session.entry
        if entry is not None and entry != self._entry:
            self._entry, self._index, self._window = entry, None, WHOLE_VIEW
            self._steps = 0
            self.shown = None
            self._title()
        self._request()

    # Keys

    def action_view(self, step: int) -> None:
        """Show the next view; while the first one is drawn, go on from there."""
        if self._index is None:
            self._steps += step
            return
        self._index += step
        self._request()

    def action_digit(self, digit: int) -> None:
        """Show a view by its number; 0 alone shows all of the view."""
        number, when = self._typed
        now = monotonic()
        longer = 10 * number + digit
        if number and longer <= self._count and now - when < _NUMBER_SECONDS:
            digit = longer
        self._typed = digit, now
        if digit:
            self.action_number(digit)
        else:
            self.action_fit()

    def action_number(self, number: int) -> None:
        """Show a view by its number."""
        if self._count and number > self._count:
            self.show_status(f"no layer {number}: this photo has {self._count}")
            return
        self._index, self._steps = number - 1, 0
        self._request()

    def action_over(self) -> None:
        """Lay the view over the photo, or show it alone."""
        self._is_over = not self._is_over
        self._request()

    def action_blend(self, step: int) -> None:
        """Show more or less of the view over the photo."""
        self._is_over = True
        self._blend = min(1.0, max(0.0, round(self._blend + step * _BLEND_STEP, 2)))
        self._request()

    def action_contours(self) -> None:
        """Show or hide lines of equal distance."""
        self._has_contours = not self._has_contours
        self._request()

    def action_colours(self) -> None:
        """Draw depth in the next colour map, on the main screen as well."""
        self._colours.next_map()

    def use_colormap(self, name: str) -> None:
        """Draw depth in a colour map, on the main screen as well."""
        self._colours.use_map(name)

    def action_reverse_colours(self) -> None:
        """Make far bright instead of near, or near again, on the main screen as well."""
        self._colours.reverse()

    def action_colour_range(self) -> None:
        """Spread the colours of the codes over another range, on the main screen as well."""
        self._colours.next_range()

    def action_blocks(self) -> None:
        """Draw with the other block characters."""
        self._session.settings = self._session.settings.next_blocks()
        self._request()
