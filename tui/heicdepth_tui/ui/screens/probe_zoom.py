"""The window of the probe: both pictures enlarged about the crosshair or the mouse."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from heicdepth_tui.photo.layers import PRIMARY
from heicdepth_tui.ui.model.probe_window import place_in
from heicdepth_tui.ui.model.requests import LayerRequest
from heicdepth_tui.ui.screens.view import ViewScreen
from heicdepth_tui.ui.services.probe_layers import WHOLE

if TYPE_CHECKING:
    from heicdepth_tui.depth.measure import Probe
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.ui.model.probe_window import ProbeWindow
    from heicdepth_tui.ui.services.probe_layers import ProbeLayers
    from heicdepth_tui.ui.widgets.cross_view import CrossView

__all__ = ["WINDOW_SLOT", "ProbeZoom"]

WINDOW_SLOT = "probe-window"
"""Slot of the request for the photo's own pixels in the window."""

_KEY_FACTOR, _WHEEL_FACTOR = 2**0.5, 2**0.25
_SAMPLES_A_CELL = 2
"""Pixels of the photo across a cell that are averaged, where it has them."""


class ProbeZoom(ViewScreen):
    """Moves the window; subclasses draw it."""

    photo_view: CrossView
    _entry: Entry
    _pixel: tuple[int, int]
    _probe: Probe | None
    _drawn: ProbeLayers | None
    _window: ProbeWindow

    def _draw(self) -> None:
        """Draw both pictures."""
        raise NotImplementedError

    def draw_again(self) -> None:
        """Draw both pictures for cells of another shape."""
        self._draw()

    def _look(self, window: ProbeWindow) -> None:
        """Show another window: of the photo as it is decoded first, then of its own pixels."""
        if window == self._window or self._probe is None:
            return
        self._window = window
        region, room = window.cut(self._probe).photo, self.photo_view.size
        if window == WHOLE:
            self._app_context.loader.cancel(WINDOW_SLOT)
        elif room.width:
            level = max(0, int(math.log2(max(1.0, region.width / (_SAMPLES_A_CELL * room.width)))))
            wanted = LayerRequest(WINDOW_SLOT, PRIMARY, None, region=region, level=level)
            self._app_context.loader.request(self._entry, wanted)
        self._draw()

    def action_zoom(self, steps: int) -> None:
        """Go nearer to the crosshair, or farther."""
        probe = self._probe
        if probe is not None:
            place = probe.sample_of(*self._pixel)
            at = tuple(side / 2 for side in probe.depth_map.size) if place is None else (
                place[0] + 0.5, place[1] + 0.5
            )  # fmt: skip
            self._look(self._window.zoomed(probe, _KEY_FACTOR**steps, (at[0], at[1])))

    def action_fit(self) -> None:
        """Show all of photo and depth map."""
        self._look(WHOLE)

    def on_cross_view_wheeled(self, message: CrossView.Wheeled) -> None:
        """Zoom about the mouse."""
        probe, drawn = self._probe, self._drawn
        if probe is None or drawn is None:
            return
        cut = drawn.cut.depth
        if message.view is self.photo_view:
            place = probe.sample_of(*place_in(message.share, drawn.cut.photo))
            if place is None:
                return
            at = place[0] + 0.5, place[1] + 0.5
        else:
            across, down = message.share
            at = cut.left + across * cut.width, cut.top + down * cut.height
        self._look(self._window.zoomed(probe, _WHEEL_FACTOR**message.direction, at))
