"""The colours of depth: map, bright end and range, changed by keys of list and zoom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from heicdepth_tui.draw.modes import COLORMAP_NAMES, ColorMode
from heicdepth_tui.ui.model.colour_range import ColourRange, RangeKind

if TYPE_CHECKING:
    from textual.widget import Widget

    from heicdepth_tui.depth.depthmap import DepthMap
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.photo.region import SampleRegion
    from heicdepth_tui.ui.model.session import Session

__all__ = ["DepthColours", "SessionActions"]


class SessionActions:
    """Actions of a screen on the session: each calls ``changed`` and states what was done.

    ``widget`` is the screen, or a part of it that has keys of its own.
    """

    def __init__(
        self,
        widget: Widget,
        session: Session,
        changed: Callable[[], object],
        show_status: Callable[[str], object],
    ) -> None:
        self._widget = widget
        self._session = session
        self._changed = changed
        self._show_status = show_status

    def _metres(self, entry: Entry) -> tuple[str, str]:
        """Return what stands before and after distances of a photo."""
        return self._session.about(entry), " m"


class DepthColours(SessionActions):
    """Colour map, its direction and its range."""

    def next_map(self) -> None:
        """Use the next colour map."""
        at = COLORMAP_NAMES.index(self._session.colormap)
        self.use_map(COLORMAP_NAMES[(at + 1) % len(COLORMAP_NAMES)])

    def use_map(self, name: str) -> None:
        """Use a colour map."""
        self._session.colormap = name
        self._changed()
        if self._session.settings.mode in (ColorMode.GREY, ColorMode.NONE):
            self._show_status("no colours here: depth is shown in greys")
        else:
            self._show_status(f"colour map: {name}")

    def reverse(self) -> None:
        """Make the other end of the range bright."""
        known = self._session.colour_range
        self._use(replace(known, is_far_bright=not known.is_far_bright))
        self._show_status("near is bright" if known.is_far_bright else "far is bright")

    def next_range(self) -> None:
        """Use the next kind of range; the last of them opens a prompt."""
        known = self._session.colour_range
        if known.kind is RangeKind.FILE:
            self._use(replace(known, kind=RangeKind.PERCENTILE))
            self._show_status("colours from the 2nd to the 98th percentile of the photo's codes")
        elif known.kind is RangeKind.PERCENTILE:
            self._ask()
        else:
            self._use_file()

    def use_window(self, depth_map: DepthMap | None, region: SampleRegion | None) -> None:
        """Spread the colours over the samples of a window; over all codes where they are."""
        known = self._session.colour_range
        if depth_map is None or region is None:
            self._show_status("no depth map: the colours stay as they were")
            return
        chosen = known.of_window(depth_map, region)
        if chosen is None:
            self._show_status("no sample of the window has a distance")
        elif chosen == known:
            self._use_file()
        else:
            self._use(chosen)
            about, unit = ("", "") if depth_map.reason else (depth_map.trust.about, " m")
            ends = f"{about}{chosen.near:.3g} to {chosen.far:.3g}{unit}"
            self._show_status(f"colours of the window: {ends}")

    def _use_file(self) -> None:
        self._use(replace(self._session.colour_range, kind=RangeKind.FILE))
        self._show_status("colours for all codes that the file can store")

    def _ask(self) -> None:
        # Imported at its first use: a field for text costs as much as the rest of the screen.
        from heicdepth_tui.ui.screens.range_prompt import RangePrompt

        known = self._session.colour_range

        def chosen(ends: tuple[float, float] | None) -> None:
            if ends is None:
                self._use_file()
                return
            near, far = ends
            self._use(replace(known, kind=RangeKind.CHOSEN, near=near, far=far))
            # A range holds for all photos: of this one its numbers are metres, or codes.
            about, unit = self._ends_of_selected()
            self._show_status(f"colours from {about}{near:g} to {far:g}{unit}")

        self._widget.app.push_screen(RangePrompt(known.near, known.far), chosen)

    def _ends_of_selected(self) -> tuple[str, str]:
        """Return what stands before and after the ends of a range of the selected photo."""
        from heicdepth_tui.depth.trust import trust_of

        state = self._session.state
        header = None if state is None else state.header
        if state is None or header is None or header.depth.item is None:
            return "", ""
        return ("", " code") if trust_of(header.depth).no_metres else self._metres(state.entry)

    def _use(self, colour_range: ColourRange) -> None:
        self._session.colour_range = colour_range
        self._changed()
