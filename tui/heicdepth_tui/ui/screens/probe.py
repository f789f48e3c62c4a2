"""The probe: a crosshair on photo and depth map, its figures, and lengths between marks."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Sparkline, Static
from textual.worker import Worker, WorkerState

from heicdepth_tui.draw.code_scale import WHOLE_RANGE
from heicdepth_tui.draw.modes import COLORMAP_NAMES
from heicdepth_tui.errors import HeicDepthError
from heicdepth_tui.photo.layers import LayerKind
from heicdepth_tui.text import printable
from heicdepth_tui.ui.model.marks import NO_MARKS, Mark
from heicdepth_tui.ui.model.probe_window import place_in, share_in
from heicdepth_tui.ui.presenters import probe as texts
from heicdepth_tui.ui.screens.depth_colours import DepthColours
from heicdepth_tui.ui.screens.depth_ranges import DepthRanges, RangedScreen
from heicdepth_tui.ui.screens.probe_length import ProbeLength
from heicdepth_tui.ui.screens.probe_zoom import WINDOW_SLOT, ProbeZoom
from heicdepth_tui.ui.screens.rectifying import RECTIFY, RectifyAction
from heicdepth_tui.ui.screens.view import QUIT, SAVE_PICTURE, STOP_EXPORTS, export_key
from heicdepth_tui.ui.services.events import RegionArrived
from heicdepth_tui.ui.services.photo_pixels import PhotoPixels
from heicdepth_tui.ui.services.probe_layers import WHOLE, ProbeLayers, draw_layers
from heicdepth_tui.ui.widgets.bindings import bind
from heicdepth_tui.ui.widgets.cross_view import CrossView
from heicdepth_tui.ui.widgets.histogram_view import HistogramView
from heicdepth_tui.ui.widgets.key_bar import KeyBar
from heicdepth_tui.ui.widgets.probe_figures import ReadingView, labelled_content
from heicdepth_tui.ui.widgets.title import ViewTitle

if TYPE_CHECKING:
    from collections.abc import Callable

    from heicdepth_tui.depth.histogram import CodeHistogram
    from heicdepth_tui.depth.measure import Probe, Sample
    from heicdepth_tui.draw.code_scale import CodeScale
    from heicdepth_tui.photo.layers import Pixels
    from heicdepth_tui.ui.model.marks import PhotoMarks
    from heicdepth_tui.ui.model.picture_request import PicturePart
    from heicdepth_tui.ui.presenters.probe import Measured, Reading
    from heicdepth_tui.ui.screens.context import Context
    from heicdepth_tui.ui.services.events import Event

__all__ = ["ProbeScreen"]

_WIDE = 116
"""Columns from which the histogram has room of its own."""

_LISTED_COLOURS = 16
"""The newest marks whose colours are read at full size before they are copied or written."""

_LEFT, _RIGHT = 1, 3
"""Buttons of the mouse."""

_NO_MARKS_HINT = "space or a click sets a mark\ntwo marks measure a length"


class ProbeScreen(ProbeZoom, ProbeLength, RectifyAction, RangedScreen):
    """Reads samples under the crosshair of the selected photo; closes by esc or m."""

    DEFAULT_CSS = """
    ProbeScreen { background: $background; }
    ProbeScreen > #probe-pictures { height: 1fr; }
    ProbeScreen > #probe-figures { height: 12; border-top: solid $rule; }
    ProbeScreen #probe-reading { width: 46; height: 1fr; padding: 0 1; }
    ProbeScreen #probe-marks { width: 1fr; padding: 0 1; border-left: solid $rule; }
    ProbeScreen #probe-measured, ProbeScreen #probe-list { height: auto; text-wrap: nowrap;
        text-overflow: ellipsis; }
    ProbeScreen #probe-marks > Sparkline { height: 2; }
    ProbeScreen #probe-scroll { height: 1fr; scrollbar-size: 1 1; }
    ProbeScreen #probe-histogram { width: 1fr; padding: 0 1; border-left: solid $rule; }
    ProbeScreen > Input { height: 1; border: none; padding: 0 1; display: none; }
    ProbeScreen.-asking > Input { display: block; }
    ProbeScreen.-no-marks #probe-marks { display: none; }
    ProbeScreen.-no-histogram #probe-histogram { display: none; }
    """
    AUTO_FOCUS: ClassVar[str | None] = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("escape,m", "leave", "Back", "probe.leave", "To the photos", show=True, display="esc"),
        bind("question_mark,f1", "help", "Help", "help", "All keys", show=True, display="?"),
        bind("left,h", "move(-1,0)", "Left", "probe.left", "One sample to the left"),
        bind("right,l", "move(1,0)", "Right", "probe.right", "One sample to the right"),
        bind("up,k", "move(0,-1)", "Up", "probe.up", "One sample up"),
        bind("down,j", "move(0,1)", "Down", "probe.down", "One sample down"),
        bind("shift+left", "move(-10,0)", "Far left", "probe.left.ten", "Ten samples"),
        bind("shift+right", "move(10,0)", "Far right", "probe.right.ten", "Ten samples"),
        bind("shift+up", "move(0,-10)", "Far up", "probe.up.ten", "Ten samples"),
        bind("shift+down", "move(0,10)", "Far down", "probe.down.ten", "Ten samples"),
        bind("plus,equals_sign", "zoom(1)", "Nearer", "probe.in", "Nearer", show=True, display="+"),
        bind("minus", "zoom(-1)", "Farther", "probe.out", "Farther"),
        bind("0", "fit", "Fit", "probe.fit", "All of photo and depth map"),
        bind("space,enter", "mark", "Mark", "probe.mark", "Set a mark", show=True),
        bind("pageup", "scroll_marks(-1)", "Marks up", "probe.list.up", "Scroll the list of marks"),
        bind("pagedown", "scroll_marks(1)", "Marks down", "probe.list.down", "Scroll the marks"),
        bind("backspace,u", "unmark", "Unmark", "probe.unmark", "Remove the last mark", show=True),
        bind("s", "ask_length", "Length", "probe.length", "Type a known length", show=True),
        bind("S", "file_scale", "File's scale", "probe.unscale", "Undo the scale"),
        bind("H", "histogram", "Histogram", "probe.histogram", "Show or hide it", show=True),
        bind("d", "clip", "Clip", "probe.clip", "Near and far clip, for cloud and exports"),
        bind("c", "colours", "Colours", "probe.colours", "Next colour map for depth"),
        bind("C", "reverse_colours", "Bright end", "probe.reverse", "Bright near or bright far"),
        bind("R", "colour_range", "Range", "probe.range", "All codes, 2–98 %, by hand"),
        bind("y", "copy", "Copy", "probe.copy", "Copy all figures as text", show=True),
        bind("Y", "copy_json", "JSON", "probe.copy.json", "Copy all as JSON", show=True),
        bind("w", "write", "CSV", "probe.csv", "Write the marks as CSV", show=True),
        RECTIFY,
        SAVE_PICTURE,
        export_key("probe.export"),
        STOP_EXPORTS,
        QUIT,
    ]  # fmt: skip

    def __init__(self, context: Context, pixel: tuple[int, int] | None = None) -> None:
        super().__init__()
        self._app_context = context
        self._session = context.session
        state = context.session.state
        if state is None or state.header is None:
            raise ValueError("a photo with a header must be selected")
        self._entry, self._header = state.entry, state.header
        self.photo_view = CrossView(id="probe-photo")
        self.depth_view = CrossView(id="probe-depth")
        self.histogram_view = HistogramView(context.session.settings.mode, id="probe-histogram")
        self.reading_view = ReadingView(id="probe-reading")
        self.measured_view = Static("", id="probe-measured", markup=False)
        self.marks_view = Static("", id="probe-list", markup=False)
        self._list = VerticalScroll(self.marks_view, id="probe-scroll", can_focus=False)
        self._pixels = PhotoPixels(context.loader, self._entry)
        self._window = WHOLE
        self._part: Pixels | None = None
        """The photo's own pixels in the newest window for which they have come."""
        self.title_bar = ViewTitle(id="probe-title")
        self._profile = Sparkline()
        self._drawn: ProbeLayers | None = None
        self._probe: Probe | None = None
        self._histogram: CodeHistogram | None = None
        width, height = self._header.primary.displayed_size
        picked = context.session.picked.get(self._entry)
        middle = (width // 2, height // 2) if picked is None else picked.pixel
        x, y = pixel or middle
        self._pixel = min(width - 1, max(0, x)), min(height - 1, max(0, y))
        self._listed: str | None = None
        self._below: Callable[[Event], object] | None = None
        """Gets the events of the screen below, which may be one of a photo as well."""
        self._is_histogram_chosen = self._awaits_photo = False
        self._ranges = DepthRanges(self, self._session, self._draw, self._tell)
        self._colours = DepthColours(self, self._session, self._draw, self._tell)

    def compose(self) -> ComposeResult:
        """Title, both pictures, the figures, and keys."""
        yield self.title_bar
        with Horizontal(id="probe-pictures"):
            yield self.photo_view
            yield self.depth_view
        with Horizontal(id="probe-figures"):
            yield self.reading_view
            with Vertical(id="probe-marks"):
                yield self.measured_view
                yield self._profile
                yield self._list
            yield self.histogram_view
        yield Input(compact=True)
        yield KeyBar()

    def on_mount(self) -> None:
        """Draw a photo that is still being decoded once it is there."""
        loader = self._app_context.loader
        self._below, loader.listener = loader.listener, self._take_event

    def on_unmount(self) -> None:
        """Wait for nothing more."""
        self._app_context.loader.listener = self._below
        self._pixels.stop()
        self._app_context.loader.cancel(WINDOW_SLOT)

    @property
    def _is_photo_settled(self) -> bool:
        state = self._session.photos.get(self._entry)
        layer = state.own(LayerKind.PRIMARY)
        return layer is None or state.is_settled(layer)

    def _take_event(self, event: Event) -> None:
        if isinstance(event, RegionArrived) and event.answer.request.slot == self._pixels.slot:
            if self._pixels.take(event):
                self._show()
            return
        if isinstance(event, RegionArrived) and event.answer.request.slot == WINDOW_SLOT:
            if self._app_context.loader.accept(event) and event.answer.pixels is not None:
                self._part = event.answer.pixels
                self._draw()
            return
        if self._below is not None:
            self._below(event)
        if self._awaits_photo and self._is_photo_settled:
            self._draw()

    def on_resize(self) -> None:
        """Draw for another size."""
        self.set_class(self.size.width < _WIDE, "-narrow")
        if not self._is_histogram_chosen:
            self.set_class(self.size.width < _WIDE, "-no-histogram")
        self.call_after_refresh(self._draw)

    # Drawing

    @property
    def marks(self) -> PhotoMarks:
        """Marks and scale of the photo."""
        return self._session.marks.get(self._entry, NO_MARKS)

    def _keep(self, marks: PhotoMarks) -> None:
        self._session.keep_marks(self._entry, marks)
        self._scale()
        self._show()

    def _draw(self) -> None:
        """Draw both pictures in a thread; the newest size wins."""
        state, settings = self._session.photos.get(self._entry), self._session.settings
        depth = state.pixels(state.own(LayerKind.DEPTH))
        if depth is None:
            self.depth_view.show_message("no depth map is decoded")
            return
        photo = state.pixels(state.own(LayerKind.PRIMARY))
        self._awaits_photo = photo is None and not self._is_photo_settled
        if photo is None:
            self.photo_view.show_message("decoding …" if self._awaits_photo else "no photo to show")
        photo_room, depth_room = self.photo_view.size, self.depth_view.size
        specs = (
            settings.render_spec((photo_room.width, photo_room.height)),
            replace(
                settings.depth_spec((depth_room.width, depth_room.height), self._session.colormap),
                scale=self._code_scale,
            ),
        )
        self.run_worker(
            partial(draw_layers, self._header, photo, depth, specs, self._window, self._part),
            thread=True,
            group="draw",
            exclusive=True,
        )

    @property
    def _code_scale(self) -> CodeScale:
        """The codes at the ends of the colour map, as the user chose them for depth maps."""
        state = self._session.photos.get(self._entry)
        layer, colours = state.own(LayerKind.DEPTH), self._session.colour_range
        return WHOLE_RANGE if layer is None else colours.scale_in(state.tables, layer)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Show what was drawn."""
        result = event.worker.result
        if event.state is WorkerState.SUCCESS and isinstance(result, ProbeLayers):
            self._drawn = result
            self.depth_view.show_picture(result.depth)
            if result.photo is not None:
                self.photo_view.show_picture(result.photo)
            self._scale()
            self._show()
        elif isinstance(result, HeicDepthError):
            self._tell(result.short, "warning")
        elif isinstance(result, Path):
            self._tell_path(str(result.absolute()))

    def _scale(self) -> None:
        """Take the scale of the user into the probe."""
        if self._drawn is not None:
            self._probe = self.marks.applied(self._drawn.probe)
            self._histogram = self._drawn.histogram.of(self._probe.depth_map)

    def _show(self) -> None:
        """Show everything that depends on crosshair, marks and scale."""
        probe = self._probe
        if probe is None or self._histogram is None:
            return
        marks = self.marks.marks
        reading, trust = self._reading(probe), probe.depth_map.trust.with_camera(probe.camera)
        for mark in reversed(marks[-_LISTED_COLOURS:]):
            self._own_colour(mark.pixel)
        self.reading_view.show(reading.lines(trust))
        self._show_measured(self._measured(probe, reading.sample))
        photo, depth = self._window.cut(probe) if self._drawn is None else self._drawn.cut
        self.photo_view.point_at(
            share_in(self._pixel, photo), texts.mark_digits([mark.pixel for mark in marks], photo)
        )
        sample = reading.sample
        self.depth_view.point_at(
            None if sample is None else share_in((sample.column, sample.row), depth),
            texts.mark_digits([mark.sample for mark in marks], depth),
        )
        code = None if sample is None else sample.code
        self.histogram_view.show(self.shown_histogram(trust, self._code_scale, code))
        name = printable(self._entry.name)
        self.title_bar.place = texts.title(name, probe, self._window.zoom)

    def _show_measured(self, measured: Measured) -> None:
        """Show marks and measurement; lays out the screen only where they need other room."""
        before, text = (
            str(self.measured_view.content),
            labelled_content(measured.lines, self._list.size.width),
        )
        self.measured_view.display = bool(measured.lines)
        if text.plain != before:
            is_higher = text.plain.count("\n") != before.count("\n")
            self.measured_view.update(text, layout=is_higher)
        self._profile.data = measured.profile
        self._profile.display = len(measured.profile) > 1
        listed = "\n".join(measured.listed)
        if listed != self._listed:
            self._listed = listed
            self.marks_view.update(listed or Content.styled(_NO_MARKS_HINT, "$dim"))
            self._list.scroll_end(animate=False)

    def action_scroll_marks(self, pages: int) -> None:
        """Scroll the list of marks, where it is longer than its room."""
        rows = pages * max(1, self._list.size.height - 1)
        self._list.scroll_relative(y=rows, animate=False)

    def _reading(self, probe: Probe, mark: Mark | None = None) -> Reading:
        pixel = self._pixel if mark is None else mark.pixel
        rgb = None if self._drawn is None else self._drawn.rgb
        size = self._header.primary.displayed_size
        return texts.reading_of(probe, pixel, rgb, size, self._own_colour(pixel))

    def _own_colour(self, pixel: tuple[int, int]) -> tuple[int, int, int] | None:
        """Return the colour of a pixel where the photo on show is shrunk; None until it is read."""
        rgb = None if self._drawn is None else self._drawn.rgb
        if rgb is None or rgb.shape[1::-1] == tuple(self._header.primary.displayed_size):
            return None
        return self._pixels.read(pixel)

    def _measured(self, probe: Probe, cursor: Sample | None) -> Measured:
        return texts.measured_of(probe, self.marks.marks, cursor)

    def picture_parts(self) -> tuple[PicturePart, ...]:
        """Return photo and depth map with the crosshair, the marks and what they measure."""
        from heicdepth_tui.ui.presenters.picture import probe_parts

        probe, state = self._probe, self._session.photos.get(self._entry)
        if probe is None:
            return ()
        reading = self._reading(probe)
        trust = probe.depth_map.trust.with_camera(probe.camera)
        measured = self._measured(probe, reading.sample)
        figures = [f"{label} {value}" for label, value in reading.lines(trust)]
        notes = (*measured.listed, *(f"{label} {value}" for label, value in measured.lines))
        cut, marks = self._window.cut(probe), self.marks.marks
        return probe_parts(
            self._session, state, probe, cut, self._pixel, marks, figures=figures, notes=notes
        )

    # Moving

    def action_move(self, across: int, down: int) -> None:
        """Move the crosshair by samples of the depth map."""
        probe = self._probe
        if probe is None:
            return
        width, height = probe.depth_map.size
        place = probe.sample_of(*self._pixel) or (width // 2, height // 2)
        column = min(width - 1, max(0, place[0] + across))
        row = min(height - 1, max(0, place[1] + down))
        self._move_to(probe.pixel_of(column, row))

    def _move_to(self, pixel: tuple[int, int]) -> None:
        if pixel != self._pixel:
            self._pixel = pixel
            self._show()
            place = None if self._probe is None else self._probe.sample_of(*pixel)
            if self._probe is not None and place is not None:
                self._look(self._window.following(self._probe, place))

    def on_cross_view_pointed(self, message: CrossView.Pointed) -> None:
        """Move the crosshair to the mouse; a click sets a mark, the right button removes one."""
        probe, drawn = self._probe, self._drawn
        if probe is None or drawn is None:
            return
        if message.view is self.depth_view:
            self._move_to(probe.pixel_of(*place_in(message.share, drawn.cut.depth)))
        else:
            self._move_to(place_in(message.share, drawn.cut.photo))
        if message.button == _LEFT:
            self.action_mark()
        elif message.button == _RIGHT:
            self.action_unmark()

    # Marks and scale

    def action_mark(self) -> None:
        """Set a mark under the crosshair."""
        place = None if self._probe is None else self._probe.sample_of(*self._pixel)
        if place is None:
            self._tell("the depth map does not cover this pixel", "warning")
        else:
            self._keep(self.marks.with_mark(Mark(self._pixel, place)))

    def action_unmark(self) -> None:
        """Remove the last mark."""
        self._keep(self.marks.without_last())

    def action_histogram(self) -> None:
        """Show or hide the histogram; where it has no room of its own, in place of the marks."""
        self._is_histogram_chosen = True
        self.toggle_class("-no-histogram")
        is_shown = not self.has_class("-no-histogram")
        self.set_class(is_shown and self.has_class("-narrow"), "-no-marks")

    def action_colours(self) -> None:
        """Draw depth in the next colour map."""
        at = COLORMAP_NAMES.index(self._session.colormap)
        self.use_colormap(COLORMAP_NAMES[(at + 1) % len(COLORMAP_NAMES)])

    def action_reverse_colours(self) -> None:
        """Make far bright instead of near, or near again."""
        self._colours.reverse()

    def action_colour_range(self) -> None:
        """Spread the colour map over another range of depth."""
        self._colours.next_range()

    def use_colormap(self, name: str) -> None:
        """Draw depth and histogram in a colour map."""
        self._session.colormap = name
        self._draw()

    def action_leave(self) -> None:
        """Close the field for a length, else the screen."""
        if self.has_class("-asking"):
            self._close_field()
        else:
            self.dismiss()
