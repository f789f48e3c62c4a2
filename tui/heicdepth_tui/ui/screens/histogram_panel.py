"""The histogram of the main screen, in the place of a table or beside both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from heicdepth_tui.photo.layers import LayerKind
from heicdepth_tui.ui.presenters.histogram import clip_codes
from heicdepth_tui.ui.screens.depth_ranges import DepthRanges
from heicdepth_tui.ui.widgets.histogram_view import HistogramView, ShownHistogram

if TYPE_CHECKING:
    from textual.screen import Screen

    from heicdepth_tui.depth.histogram import CodeHistogram
    from heicdepth_tui.photo.layers import Layer
    from heicdepth_tui.ui.model.layout import Layout
    from heicdepth_tui.ui.model.photo_state import PhotoState
    from heicdepth_tui.ui.model.session import Session

__all__ = ["ROOM", "HistogramPanel"]

ROOM = 220
"""Columns of the screen from which it stands beside both tables unless it is hidden; with fewer
it stands in the place of the metadata, which would wrap all of its values."""


class HistogramPanel:
    """Shows the codes of the selected photo's depth map; ``changed`` draws the photo anew."""

    def __init__(
        self,
        screen: Screen[None],
        session: Session,
        changed: Callable[[], object],
        show_status: Callable[[str], object],
    ) -> None:
        self._screen = screen
        self._session = session
        self._show_status = show_status
        self._ranges = DepthRanges(screen, session, changed, show_status)
        self._columns = 0
        self.view = HistogramView(session.settings.mode, id="histogram")

    @property
    def is_shown(self) -> bool:
        """Whether it has a place on the screen."""
        return self._screen.has_class("-histogram")

    def lay_out(self, layout: Layout, columns: int) -> None:
        """Give it a place, or none, on a screen of so wide."""
        self._columns = columns
        chosen = self._session.arrangement.shows_histogram
        self._screen.set_class(columns >= ROOM, "-roomy")
        is_shown = columns >= ROOM if chosen is None else chosen
        self._screen.set_class(is_shown and layout.tables.rows > 0, "-histogram")

    def toggle(self) -> None:
        """Show or hide it; the tables are shown again with it."""
        shows = not self.is_shown
        arrangement = replace(self._session.arrangement, shows_histogram=shows)
        if shows:
            arrangement = replace(arrangement, shows_tables=True)
        self._session.arrangement = arrangement

    def update(self) -> None:
        """Show the histogram of the selected photo, nothing before its tables are built."""
        if self.is_shown:
            shown, state = self._shown(), self._session.state
            is_known = state is not None and state.tables is not None
            has_none = is_known and state is not None and state.own(LayerKind.DEPTH) is None
            self.view.show(shown, "no depth map, no histogram" if has_none else "")

    @property
    def _histogram(self) -> CodeHistogram | None:
        state = self._session.state
        layer = None if state is None else state.own(LayerKind.DEPTH)
        if state is None or state.tables is None or layer is None:
            return None
        return state.tables.histograms.get(layer)

    def _shown(self) -> ShownHistogram | None:
        session, histogram = self._session, self._histogram
        state, entry = session.state, session.entry
        layer = None if state is None else state.own(LayerKind.DEPTH)
        if histogram is None or state is None or layer is None or entry is None:
            return None
        if state.tables is None:
            return None
        trust, clip = state.tables.depth_maps[layer].trust, session.clip(entry)
        return ShownHistogram(
            histogram,
            trust,
            session.settings.colormap(session.colormap),
            session.colour_range.scale_in(state.tables, layer),
            self._picked_code(state, layer),
            clip=clip_codes(histogram, clip),
            clip_text=clip.text(trust.about),
        )

    def _picked_code(self, state: PhotoState, layer: Layer) -> int | None:
        """Return the code of the point that was picked in the cloud."""
        picked = self._session.picked.get(state.entry)
        if picked is None or state.header is None or state.tables is None:
            return None
        from heicdepth_tui.ui.presenters.picked import code_at

        return code_at(state.header, layer, state.tables.depth_maps[layer], picked.pixel)

    def take(self, chosen: HistogramView.Chosen) -> None:
        """Take in a part of the codes that was chosen."""
        if self._session.entry is not None and chosen.histogram is self._histogram:
            self._ranges.take(self._session.entry, chosen)

    def ask_clip(self) -> None:
        """Open a prompt for the near and the far clip."""
        if self._session.entry is not None:
            self._ranges.ask_clip(self._session.entry, self._histogram)
