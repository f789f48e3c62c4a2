"""Reads the pixel under the mouse: a probe without a screen of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heicdepth_tui.photo.layers import LayerKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.screen import Screen

    from heicdepth_tui.depth.depthmap import DepthMap
    from heicdepth_tui.depth.measure import Probe
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.photo.region import SampleRegion
    from heicdepth_tui.ui.model.session import Session
    from heicdepth_tui.ui.model.viewport import LayerFrame
    from heicdepth_tui.ui.screens.context import Context

__all__ = ["Hovering", "open_probe"]


class Hovering:
    """The probe of the selected photo, and the pixel of it that the mouse points at."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._probe: tuple[DepthMap, Probe] | None = None
        self._at: tuple[Entry, tuple[int, int]] | None = None

    @property
    def pixel(self) -> tuple[int, int] | None:
        """The pixel of the selected photo that the mouse points at; None where it does not."""
        return None if self._at is None or self._at[0] != self._session.entry else self._at[1]

    def leave(self) -> None:
        """Forget the pixel: the mouse points at none."""
        self._at = None

    def read(
        self, frame: LayerFrame, share: tuple[float, float], region: SampleRegion, cells: int
    ) -> str:
        """Return the reading at a share of a region of a layer, as shown, in ``cells``.

        Empty where the photo has no depth map that was read, and over layers other than the photo
        and this map: they may be turned or cropped otherwise.
        """
        probe, entry, layer = self._current(), self._session.entry, frame.layer
        is_registered = layer.is_chosen and layer.kind in (LayerKind.PRIMARY, LayerKind.DEPTH)
        if probe is None or entry is None or not is_registered:
            self._at = None
            return ""
        from heicdepth_tui.ui.presenters.hover import hover_line

        pixel = frame.pixel_at(share, region)
        text = hover_line(cells, pixel, probe)
        self._at = (entry, pixel) if text else None
        return text

    def _current(self) -> Probe | None:
        """Return the probe of the photo as the tables have its depth map, scale included."""
        state = self._session.state
        depth = None if state is None else state.own(LayerKind.DEPTH)
        if state is None or state.header is None or state.tables is None or depth is None:
            return None
        depth_map = state.tables.depth_maps.get(depth)
        if depth_map is None:
            return None
        if self._probe is None or self._probe[0] is not depth_map:
            # Imported at its first use: the list is shown without it.
            from heicdepth_tui.depth.measure import aligned_probe

            self._probe = depth_map, aligned_probe(state.header, depth_map)
        return self._probe[1]


def open_probe(
    screen: Screen[None],
    context: Context,
    pixel: tuple[int, int] | None,
    show_status: Callable[[str], object],
    closed: Callable[[None], None],
) -> None:
    """Open the probe at a pixel, None for the middle; say why where there is nothing to measure."""
    state = context.session.state
    depth = None if state is None else state.own(LayerKind.DEPTH)
    if state is None or state.is_loading or (depth and not state.is_settled(depth)):
        show_status("the depth map is still being read")
    elif state.pixels(depth) is None:
        error = state.layer(depth).error
        show_status("no depth map to measure in" if error is None else error.short)
    else:
        # Imported at its first use: the list is shown without it.
        from heicdepth_tui.ui.screens.probe import ProbeScreen

        screen.app.push_screen(ProbeScreen(context, pixel), closed)
