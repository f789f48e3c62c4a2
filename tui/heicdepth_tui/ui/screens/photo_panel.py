"""Shows the selected photo: requests its layers, and shows them in panes and tables."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING

from heicdepth_tui.photo.layers import LayerKind
from heicdepth_tui.text import printable
from heicdepth_tui.ui.model.layout import Shapes, browse_layout, preview_fit, shapes_of
from heicdepth_tui.ui.model.requests import View
from heicdepth_tui.ui.model.settings import PLACEHOLDER_DELAY
from heicdepth_tui.ui.presenters.legend import legend_of
from heicdepth_tui.ui.presenters.panes import (
    PaneView,
    depth_view,
    layer_choices,
    message_view,
    photo_view,
    shown_layer,
)
from heicdepth_tui.ui.presenters.photo_tables import folded, problem_groups
from heicdepth_tui.ui.services.events import HeaderRead, LayerArrived, PictureRendered, TablesBuilt
from heicdepth_tui.ui.terminal.internals import call_in

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.screen import Screen
    from textual.timer import Timer

    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.heif.facts import Header
    from heicdepth_tui.ui.model.layout import Layout
    from heicdepth_tui.ui.model.photo_state import PhotoState
    from heicdepth_tui.ui.model.tables import Tables
    from heicdepth_tui.ui.screens.context import Context
    from heicdepth_tui.ui.widgets.image_panes import ImagePane, ImagePanes
    from heicdepth_tui.ui.widgets.tables import TableView

__all__ = ["STILL_WAITING", "PhotoPanel"]

STILL_WAITING = 2.0
"""Seconds without a header after which the pane says that it still waits."""

_STILL_WAITING_TEXT = (
    "still waiting for the file\nthe disk or network does not answer; other photos work"
)


class PhotoPanel:
    """Panes and tables of the main screen, for the photo that the session has selected.

    Everything shown is computed from the photo's state; layers are requested at once, and shown
    when flow control lets the terminal be written to.
    """

    def __init__(
        self,
        screen: Screen[None],
        context: Context,
        panes: ImagePanes,
        arrays: TableView,
        facts: TableView,
    ) -> None:
        self._screen = screen
        self._context = context
        self._session = context.session
        self._panes = panes
        self._arrays = arrays
        self._facts = facts
        self.tables_shown: Callable[[], object] = lambda: None
        """Called when tables of the selected photo are shown, and when there are none."""
        self._tables_of: Entry | None = None
        self._may_build = "numpy" in sys.modules
        self._layout = browse_layout(80, 24)
        self._fit = preview_fit(80, 24)
        self._computed: tuple[object, tuple[PaneView, PaneView]] | None = None
        self._shown: tuple[PaneView, PaneView] | None = None
        self._blank_timer: Timer | None = None
        self._tables_timer: Timer | None = None
        self._is_late = self._is_rest_requested = False
        self._neighbours: tuple[Entry, ...] = ()
        self._has_choice = False
        self._shapes = Shapes((4, 3), (4, 3))

    @property
    def view(self) -> View:
        """The screen that layers are drawn for."""
        session = self._session
        return View(
            self._layout, self._fit, session.settings, session.colormap, session.colour_range
        )

    @property
    def layout(self) -> Layout:
        """The layout of the screen."""
        return self._layout

    @property
    def has_layers(self) -> bool:
        """Whether there is more than one layer to show in the photo pane."""
        state = self._session.state
        return state is not None and len(layer_choices(state, self._layout.is_single)) > 1

    @property
    def tables(self) -> Tables | None:
        """The tables of the selected photo; None while they are not built."""
        state = self._session.state
        return None if state is None else state.tables

    def resize(self, columns: int, rows: int, bars: int) -> Layout:
        """Show everything for another size of the screen; return its layout."""
        session = self._session
        names = session.library.longest_name
        layout = browse_layout(columns, rows, bars, names, session.arrangement)
        if layout.is_single != self._layout.is_single:
            self._session.layer = None
        self._layout, self._fit = layout, preview_fit(columns, rows)
        self._arrange()
        self.update()
        return layout

    def select(self, entry: Entry | None, neighbours: Sequence[Entry]) -> None:
        """Show another photo, or none; ``neighbours`` are decoded after it, the likelier first."""
        context = self._context
        self._session.select(entry)
        self._neighbours = tuple(neighbours)
        self._is_late = self._is_rest_requested = False
        context.prefetcher.stop()
        context.flow_control.note_key()
        state = self._session.state
        if state is not None and state.is_loading and not state.entry.problem:
            for wanted in self.view.early_requests(self._session.library.summary(state.entry)):
                context.loader.request(state.entry, wanted)
            context.loader.read_header(state.entry)
            call_in(self._screen, STILL_WAITING, partial(self._still_waiting, state.entry))
        self.update()

    def next_layer(self, step: int) -> None:
        """Show another layer in the photo pane."""
        state = self._session.state
        if state is None or state.header is None:
            return
        choices = layer_choices(state, self._layout.is_single)
        at = choices.index(shown_layer(state, self._session.layer, self._layout.is_single))
        self._session.layer = choices[(at + step) % len(choices)]
        self.update()

    def forget(self, entry: Entry) -> None:
        """Have a photo read and decoded again."""
        self._context.loader.forget(entry.path)
        self._session.photos.forget(entry.path)

    # Events of the services

    def handle(self, event: HeaderRead | LayerArrived | PictureRendered | TablesBuilt) -> None:
        """Take an event into the session, and show what it changed of the selected photo."""
        session = self._session
        if isinstance(event, TablesBuilt):
            session.take_tables(event.entry, event.tables)
            if event.entry == session.entry:
                # Ranges by percentile and by hand are computed from tables.
                self.update()
            return
        if isinstance(event, LayerArrived):
            if not self._context.loader.accept(event):
                return
            session.take_answer(event.entry, event.answer)
        elif isinstance(event, HeaderRead):
            session.take_header(event.entry, event.result)
        else:
            session.add_picture(event.entry, event.layer, event.pixels, event.spec, event.rendered)
        if event.entry == session.entry:
            self.update()
        else:
            self._neighbour_changed(event)

    def _neighbour_changed(self, event: HeaderRead | LayerArrived | PictureRendered) -> None:
        self._context.prefetcher.proceed(event.entry)
        if isinstance(event, LayerArrived):
            layer = event.answer.request.layer
            if layer.kind is LayerKind.PRIMARY and event.answer.final:
                self._request_tables(self._session.photos.get(event.entry))

    def begin_tables(self) -> None:
        """Let tables be built from now on: what must come before them is there, or is late."""
        if not self._may_build:
            self._may_build = True
            self._request_tables(self._session.state)

    def _request_tables(self, state: PhotoState | None) -> None:
        if self._may_build and state is not None and state.header is not None:
            self._context.table_builder.request(state)

    def _request_tables_soon(self, state: PhotoState | None) -> None:
        """Request the tables; those without the depth map wait ``PLACEHOLDER_DELAY`` for it.

        While a key is held, they would be built and shown for nothing: 6 ms a key.
        """
        depth = None if state is None else state.own(LayerKind.DEPTH)
        if state is None or depth is None or state.is_settled(depth):
            self._request_tables(state)
        elif self._tables_timer is None:
            self._tables_timer = call_in(self._screen, PLACEHOLDER_DELAY, self._request_late)

    def _request_late(self) -> None:
        self._tables_timer = None
        self._request_tables(self._session.state)

    # What is requested

    def update(self) -> None:
        """Request what the panes need, and show what is there."""
        state, views = self._session.state, self._views()
        if state is not None and state.header is not None:
            self._request_layers(state)
            self._redraw(state, state.header, views)
        self._show_soon(state, views)

    def _request_layers(self, state: PhotoState) -> None:
        view = self.view
        layer = shown_layer(state, self._session.layer, self._layout.is_single)
        for wanted in view.pane_requests(state, layer):
            self._context.loader.request(state.entry, wanted)
        primary = state.own(LayerKind.PRIMARY)
        if primary is not None and state.is_settled(primary) and not self._is_rest_requested:
            self._is_rest_requested = True
            # What is on the screen by now is painted first.
            self._screen.call_later(self._request_rest, state.entry)
            self._screen.call_later(self.begin_tables)

    def _redraw(self, state: PhotoState, header: Header, panes: Sequence[PaneView]) -> None:
        """Have layers drawn that are decoded, but were drawn for another screen."""
        shapes, view = shapes_of(header), self.view
        for pane in panes:
            pixels = state.layer(pane.layer).pixels
            if pane.is_pending and pane.layer is not None and pixels is not None:
                spec = view.render_spec(shapes, pane.layer, state.tables)
                self._context.renderer.request(state.entry, pane.layer, pixels, spec)

    def _request_rest(self, entry: Entry) -> None:
        """Request the other layers once the photo is there, then the neighbours."""
        state = self._session.state
        if state is None or state.entry != entry:
            return
        view = self.view
        for wanted in view.table_requests(state):
            self._context.loader.request(entry, wanted)
        self._context.prefetcher.start(self._neighbours, view)

    # What is shown

    def _views(self) -> tuple[PaneView, PaneView]:
        """Return what both panes should show now, computed once for each state."""
        state, session = self._session.state, self._session
        inputs = state, session.layer, self.view, self._is_late, bool(len(session.library))
        if self._computed is None or self._computed[0] != inputs:
            self._computed = inputs, self._compute_views(state, self.view)
        return self._computed[1]

    def _compute_views(self, state: PhotoState | None, view: View) -> tuple[PaneView, PaneView]:
        if state is None:
            message = "no photo selected" if len(self._session.library) else "no photos here"
            return message_view(None, message), message_view(None, has_legend=True)
        entry = state.entry
        if state.header is not None:
            return (
                photo_view(state, state.header, self._session.layer, view),
                depth_view(state, state.header, view),
            )
        message = _STILL_WAITING_TEXT if self._is_late else ""
        if entry.problem:
            message = f"{printable(entry.name)}\n{printable(entry.problem)}"
        elif state.error is not None:
            message = f"{printable(entry.name)}\n{state.error.short}"
        return message_view(entry, message), message_view(entry, has_legend=True)

    def _show_soon(self, state: PhotoState | None, views: tuple[PaneView, PaneView]) -> None:
        """Show the photo once the terminal has room for it; the newest state wins.

        While pictures are on their way, a held key must not add headings and tables to what the
        line has to carry: the panes are blank until then.
        """
        self._request_tables_soon(state)
        if views == self._shown:
            self._show_tables()
            return
        is_waiting = self._is_waiting(state)
        if is_waiting or not self._context.flow_control.is_free:
            self._blank_soon()
        if not is_waiting:
            self._context.pictures.add("panes", self._show)

    def _is_waiting(self, state: PhotoState | None) -> bool:
        """Whether there is nothing to show yet: the header has not come, and is not late."""
        return (
            state is not None and state.is_loading and not state.entry.problem and not self._is_late
        )

    def _blank_soon(self) -> None:
        """Clear the panes after ``PLACEHOLDER_DELAY`` unless they show the selected photo by then.

        A held key does not put it off: the time runs from the first photo that had to wait.
        """
        if self._blank_timer is None and not self._shows_selected:
            self._blank_timer = call_in(self._screen, PLACEHOLDER_DELAY, self._blank)

    @property
    def _shows_selected(self) -> bool:
        return self._shown is not None and self._shown[0].entry == self._session.entry

    def _blank(self) -> None:
        self._blank_timer = None
        if not self._shows_selected:
            entry = self._session.entry
            self._show_views(message_view(entry), message_view(entry, has_legend=True))
            self._blank_tables()

    def _still_waiting(self, entry: Entry) -> None:
        """Say that the disk or the network has not answered yet."""
        state = self._session.state
        if state is not None and state.entry == entry and state.is_loading:
            self._is_late = True
            self.update()

    def _show(self) -> None:
        """Show the current state."""
        state = self._session.state
        if self._is_waiting(state):
            return
        if self._blank_timer is not None:
            self._blank_timer.stop()
            self._blank_timer = None
        if state is None or state.header is None:
            self._blank_tables()
            if state is not None:
                self._show_problem(state)
        self._arrange()
        self._show_views(*self._views())
        if self.has_layers != self._has_choice:
            self._has_choice = self.has_layers
            self._screen.refresh_bindings()
        self._show_tables()
        if state is not None and self._tables_of != state.entry:
            call_in(self._screen, PLACEHOLDER_DELAY, self._blank_old_tables)

    def _arrange(self) -> None:
        """Put the panes beside or above each other, as shows the photo larger."""
        state, is_single = self._session.state, self._layout.is_single
        header = None if state is None else state.header
        if header is not None:
            self._shapes = shapes_of(header)
        panes = self.view.panes(self._shapes)
        self._panes.lay_out(panes, is_single)

    def _show_views(self, photo: PaneView, depth: PaneView) -> None:
        self._shown = photo, depth
        for pane, view in zip((self._panes.photo, self._panes.depth), self._shown, strict=True):
            pane.show(view)
            self._show_picked_in(pane)
            if view.picture is None and (view.message or not view.is_pending):
                pane.legend.show(None)

    def show_picked(self) -> None:
        """Show or hide the crosshair at the point that was picked in the cloud."""
        for pane in (self._panes.photo, self._panes.depth):
            self._show_picked_in(pane)

    def _show_picked_in(self, pane: ImagePane) -> None:
        state, layer = self._session.state, pane.view.layer
        picked = None if state is None else self._session.picked.get(state.entry)
        is_own = state is not None and pane.view.entry == state.entry
        if picked is None or not is_own or state is None or state.header is None or layer is None:
            pane.image.point_at(None)
            return
        from heicdepth_tui.ui.presenters.picked import share_in

        pane.image.point_at(share_in(state.header, layer, picked.pixel))

    def _blank_tables(self) -> None:
        self._tables_of = None
        for table in (self._arrays, self._facts):
            table.blank()
        self.tables_shown()

    def _show_problem(self, state: PhotoState) -> None:
        """Say in the room of the tables why a file cannot be shown."""
        reason, file = problem_groups(state.entry, state.error)
        if reason:
            self._tables_of = state.entry
            self._arrays.show_facts(reason)
            self._facts.show_facts(file)

    def _blank_old_tables(self) -> None:
        """Clear the tables of the photo before where those of the selected one are late."""
        if self._tables_of != self._session.entry:
            self._blank_tables()
            for pane in (self._panes.photo, self._panes.depth):
                pane.legend.show(None)

    def _show_tables(self) -> None:
        tables = self.tables
        if tables is not None and self._shows_selected:
            self._tables_of = self._session.entry
            settings = self._session.settings
            colours = settings.colormap(self._session.colormap), self._session.colour_range
            for pane in (self._panes.photo, self._panes.depth):
                layer = pane.view.layer
                pane.legend.show(legend_of(tables, layer, *colours))
            self._arrays.show_arrays(tables.rows)
            self._arrays.show_facts(())
            self._facts.show_facts(folded(tables.groups))
            self.tables_shown()
