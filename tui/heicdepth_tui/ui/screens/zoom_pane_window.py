"""The window of a pane of the zoom screen: its request, its picture, and what stands in for it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from heicdepth_tui.ui.model.moved_window import MoveRequest, WindowSamples

if TYPE_CHECKING:
    from heicdepth_tui.draw.rendering import RenderSpec
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.ui.model.moved_window import MovedPicture
    from heicdepth_tui.ui.model.requests import LayerRequest
    from heicdepth_tui.ui.model.viewport import Window
    from heicdepth_tui.ui.services.events import RegionArrived
    from heicdepth_tui.ui.widgets.zoom_pane import ZoomPane

__all__ = ["DECODING", "PaneWindow"]

DECODING = "decoding …"

_numbers = count(1)


@dataclass(slots=True, eq=False)
class PaneWindow:
    """A pane, and what is on its way to it."""

    widget: ZoomPane
    slot: str
    requested: tuple[Entry, LayerRequest] | None = None
    """The newest request; the picture on show may be older."""
    window: Window | None = None
    """The window that it is of."""
    is_waiting: bool = False
    """Whether that request has no answer yet: a newer one is sent after the first answer."""
    shown: Entry | None = None
    """The photo on show."""
    is_final: bool = False
    """Whether the picture on show is the one requested last, not a coarse one."""
    samples: WindowSamples | None = None
    """The newest samples, maybe coarse: a window that has none yet is drawn of them."""
    sharper: WindowSamples | None = None
    """The newest samples that are not coarse."""
    moved_to: tuple[Window, RenderSpec, WindowSamples] | None = None
    """The newest window that was requested to be drawn of samples that are there."""
    moved_number: int = 0
    """The number of that request; 0 once a picture of the window's own is there."""

    def forget(self) -> None:
        """Request the next window whatever it is."""
        self.requested, self.is_waiting, self.moved_to, self.moved_number = None, False, None, 0

    def moved(self, entry: Entry, window: Window, wanted: LayerRequest) -> MoveRequest | None:
        """Return the request to draw a window of the samples that are there, where it is due.

        Call it before ``wanted``, the window's own picture, is requested.
        """
        samples, sharper, spec = self.samples, self.sharper, wanted.render
        if samples is None or spec is None or not samples.is_of(entry, window):
            return None
        if self.requested == (entry, wanted) and (self.is_final or not self.moved_number):
            return None
        if self.moved_to == (window, spec, samples):
            return None
        self.moved_to, self.moved_number = (window, spec, samples), next(_numbers)
        if sharper is not None and not sharper.is_of(entry, window):
            sharper = None
        return MoveRequest(self.moved_number, self.slot, window, spec, samples, sharper)

    def take(self, event: RegionArrived, current: Window | None, *, moves: bool) -> bool:
        """Keep the samples of an answer; return whether its picture is shown as it is.

        It is not where the window has moved on to ``current``, or sharper samples cover a part of
        it: then ``moved`` returns the request to draw it. Without ``moves`` it is always.
        """
        answer, window, sharper = event.answer, self.window, self.sharper
        self.is_waiting = False
        if current is None:
            # No room for it at present: requested again once there is.
            self.requested = None
        if answer.error is not None or answer.pixels is None or window is None:
            return True
        self.samples = WindowSamples(event.entry, window, answer.pixels)
        if answer.final:
            self.sharper = self.samples
        is_sharp = sharper is not None and sharper.covers_part(event.entry, window)
        is_shown = not moves or (current == window and (answer.final or not is_sharp))
        self.moved_number = 0 if is_shown else next(_numbers)
        return is_shown

    def show_moved(self, request: MoveRequest, picture: MovedPicture | None) -> bool:
        """Show what was drawn of samples that are there; return whether it is still due."""
        if self.moved_number != request.number or request.spec.cells != self.widget.cells:
            return False
        if picture is None:
            shape, cell_aspect = request.window.shown[2:], request.spec.cell_aspect
            self.widget.view.show_placeholder(DECODING, shape, cell_aspect)
        else:
            self.widget.view.show_picture(picture.rendered, picture.place)
        return True
