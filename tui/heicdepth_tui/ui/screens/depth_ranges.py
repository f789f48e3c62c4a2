"""Ranges of depth chosen on a histogram or typed: of the colours, or the near and far clip."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from heicdepth_tui.ui.model.clip import NO_CLIP, Clip
from heicdepth_tui.ui.model.colour_range import RangeKind
from heicdepth_tui.ui.presenters.histogram import clip_codes, distances_of, limits_of
from heicdepth_tui.ui.screens.depth_colours import SessionActions
from heicdepth_tui.ui.screens.view import ViewScreen
from heicdepth_tui.ui.widgets.histogram_view import ShownHistogram

if TYPE_CHECKING:
    from heicdepth_tui.depth.histogram import CodeHistogram
    from heicdepth_tui.depth.trust import Trust
    from heicdepth_tui.draw.code_scale import CodeScale
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.ui.model.session import Session
    from heicdepth_tui.ui.widgets.histogram_view import HistogramView

__all__ = ["DepthRanges", "RangedScreen"]

_NO_METRES = "no clip: the codes of this photo have no distance"


class DepthRanges(SessionActions):
    """Ranges of depth chosen on a histogram or typed: colours, and what is cut off."""

    def take(self, entry: Entry, chosen: HistogramView.Chosen) -> None:
        """Take in a part of the codes of a photo, or that it was taken back."""
        histogram, codes = chosen.histogram, chosen.codes
        distances = None if codes is None else distances_of(histogram, *codes)
        if codes is not None and distances is None:
            self._show_status("these codes have no distance")
        elif chosen.is_clip:
            self._clip(entry, histogram, distances)
        else:
            self._colour(entry, histogram, distances)

    def ask_clip(self, entry: Entry, histogram: CodeHistogram | None) -> None:
        """Open a prompt for the near and the far clip of a photo."""
        if histogram is None or limits_of(histogram) is None:
            self._show_status(_NO_METRES)
            return
        # Imported at its first use: a field for text costs as much as the rest of the screen.
        from heicdepth_tui.ui.screens.range_prompt import ClipPrompt

        def chosen(ends: tuple[float, float] | None) -> None:
            if ends is not None:
                self._clip(entry, histogram, ends)

        self._widget.app.push_screen(ClipPrompt(self._session.clip(entry)), chosen)

    def _colour(
        self, entry: Entry, histogram: CodeHistogram, ends: tuple[float, float] | None
    ) -> None:
        known = self._session.colour_range
        if ends is None:
            self._session.colour_range = replace(known, kind=RangeKind.FILE)
            text = "colours for all codes that the file can store"
        else:
            near, far = ends
            self._session.colour_range = replace(known, kind=RangeKind.CHOSEN, near=near, far=far)
            about, unit = ("", "") if histogram.metres is None else self._metres(entry)
            text = f"colours from {about}{near:g} to {far:g}{unit}"
        self._changed()
        self._show_status(text)

    def _clip(
        self, entry: Entry, histogram: CodeHistogram, ends: tuple[float, float] | None
    ) -> None:
        limits = limits_of(histogram)
        if limits is None:
            self._show_status(_NO_METRES)
            return
        about = self._session.about(entry)
        clip = NO_CLIP if ends is None else Clip.between(*ends, limits)
        if ends is not None and (ends[0] > limits[1] or ends[1] < limits[0]):
            far = f"to {ends[1]:g} m" if math.isfinite(ends[1]) else "m and beyond"
            shown = f"{about}{ends[0]:g} {far}"
            self._show_status(f"no sample lies in {shown}: the clip stays as it was")
            return
        self._session.clips[entry] = clip
        self._changed()
        self._show_status(
            "no clip: all is exported"
            if clip.is_open
            else f"clip {clip.text(about)}: for cloud and export"
        )


class RangedScreen(ViewScreen):
    """A screen of one photo with a histogram, on which ranges are chosen."""

    _entry: Entry
    _histogram: CodeHistogram | None
    _session: Session
    _ranges: DepthRanges

    def shown_histogram(
        self, trust: Trust, scale: CodeScale, code: int | None
    ) -> ShownHistogram | None:
        """Return the histogram with its marks; ``code`` is the one under the crosshair."""
        histogram, session = self._histogram, self._session
        if histogram is None:
            return None
        colormap = session.settings.colormap(session.colormap)
        clip = session.clip(self._entry)
        codes, text = clip_codes(histogram, clip), clip.text(trust.about)
        return ShownHistogram(histogram, trust, colormap, scale, code, codes, text)

    def on_histogram_view_chosen(self, message: HistogramView.Chosen) -> None:
        """Take in the range of the colours, or the clip, that was chosen by the mouse."""
        self._ranges.take(self._entry, message)

    def action_clip(self) -> None:
        """Ask for the near and the far clip of the photo."""
        self._ranges.ask_clip(self._entry, self._histogram)
