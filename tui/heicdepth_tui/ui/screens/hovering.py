"""Reads the sample under the mouse: a probe without a screen of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heicdepth_tui.photo.layers import LayerKind
from heicdepth_tui.ui.services.layer_samples import LayerSamples

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.screen import Screen

    from heicdepth_tui.depth.depthmap import DepthMap
    from heicdepth_tui.depth.measure import Probe
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.photo.layers import Layer
    from heicdepth_tui.photo.region import SampleRegion
    from heicdepth_tui.ui.model.photo_state import PhotoState
    from heicdepth_tui.ui.model.viewport import LayerFrame
    from heicdepth_tui.ui.screens.context import Context

__all__ = ["Hovering", "open_probe"]

_SLOT = "hover"


# The texts and the geometry are imported at their first use: the list is shown without them.


class Hovering:
    """The probe of the selected photo, and the pixel of it that the mouse points at.

    ``slot`` names the requests for samples where the picture on show is shrunk; ``changed`` is
    called when they have come: then the reading is another one.
    """

    def __init__(self, context: Context, slot: str, changed: Callable[[], object]) -> None:
        self._session = context.session
        self._samples = LayerSamples(context.loader, f"{_SLOT}-{slot}")
        self._samples.follow(changed)
        self._probe: tuple[DepthMap, Probe] | None = None
        self._at: tuple[Entry, tuple[int, int]] | None = None

    @property
    def pixel(self) -> tuple[int, int] | None:
        """The pixel of the selected photo that the mouse points at; None where it does not."""
        return None if self._at is None or self._at[0] != self._session.entry else self._at[1]

    def leave(self) -> None:
        """Forget the pixel: the mouse points at none."""
        self._at = None

    def stop(self) -> None:
        """Give up what was requested, for good."""
        self._samples.stop()

    def read(
        self, frame: LayerFrame, share: tuple[float, float], region: SampleRegion, cells: int
    ) -> str:
        """Return the reading at a share of a region of a layer, as shown, in ``cells``.

        Of the photo and its own depth map, the sample of that map; of a photo without one, its
        colour. Of other layers the sample as stored, and the photo pixel where ``photo_place``
        decides it. Empty where nothing of it is read yet.
        """
        state, layer = self._session.state, frame.layer
        self._at = None
        if state is None or state.header is None:
            return ""
        place = frame.sample_at(share, region)
        if layer.is_chosen and layer.kind in (LayerKind.PRIMARY, LayerKind.DEPTH):
            return self._read_photo(state, frame.pixel_of(place), cells)
        return self._read_layer(state, frame, place, cells)

    def read_probe(self, probe: Probe, pixel: tuple[int, int], cells: int) -> str:
        """Return the reading at a pixel of the photo by a probe of it."""
        from heicdepth_tui.ui.presenters.hover import hover_line

        entry = self._session.entry
        text = hover_line(cells, pixel, probe)
        self._at = (entry, pixel) if text and entry is not None else None
        return text

    def _read_photo(self, state: PhotoState, pixel: tuple[int, int], cells: int) -> str:
        from heicdepth_tui.ui.presenters.hover import colour_line

        probe = self._current(state)
        if probe is not None:
            return self.read_probe(probe, pixel, cells)
        depth, photo = state.own(LayerKind.DEPTH), state.own(LayerKind.PRIMARY)
        has_depth = depth is not None and state.layer(depth).error is None
        if has_depth or photo is None or state.header is None:
            return ""
        width, height = state.header.primary.displayed_size
        if not (0 <= pixel[0] < width and 0 <= pixel[1] < height):
            return ""
        self._at = state.entry, pixel
        values = self._stored(state, photo, pixel)
        return colour_line(cells, pixel, values[0][0] if values else "")

    def _read_layer(
        self, state: PhotoState, frame: LayerFrame, place: tuple[float, float], cells: int
    ) -> str:
        from heicdepth_tui.ui.model.photo_place import photo_place
        from heicdepth_tui.ui.presenters.hover import LayerReading, layer_line

        layer, (width, height) = frame.layer, frame.size
        sample = int(place[0]), int(place[1])
        is_inside = 0 <= sample[0] < width and 0 <= sample[1] < height
        if state.header is None or not is_inside:
            return ""
        where = photo_place(state.header, layer)
        pixel = where.pixel((place[0] / width, place[1] / height))
        self._at = None if pixel is None else (state.entry, pixel)
        reading = LayerReading(layer.label, sample, pixel, where.reason)
        values = self._values(state, layer, sample)
        return layer_line(cells, reading, values) if values else ""

    def _values(
        self, state: PhotoState, layer: Layer, sample: tuple[int, int]
    ) -> list[tuple[str, ...]]:
        """Return the parts of a sample's value, the longest form first; none before it is read."""
        if layer.kind is not LayerKind.DEPTH:
            return self._stored(state, layer, sample)
        depth_map = None if state.tables is None else state.tables.depth_maps.get(layer)
        if depth_map is None:
            return []
        from heicdepth_tui.depth.measure import own_probe
        from heicdepth_tui.ui.presenters.hover import depth_values

        probe = self._probe_of(depth_map, lambda: own_probe(depth_map))
        return depth_values(probe.at_sample(*sample), depth_map.trust)

    def _stored(
        self, state: PhotoState, layer: Layer, sample: tuple[int, int]
    ) -> list[tuple[str, ...]]:
        from heicdepth_tui.ui.presenters.hover import WAITING, stored_value

        pixels = state.pixels(layer)
        if pixels is None or pixels.array.shape[:2] != pixels.shape[:2]:
            pixels = self._samples.block(state.entry, layer, sample)
        if pixels is not None:
            return stored_value(layer, pixels, sample)
        return [] if self._samples.is_failed(state.entry, layer) else [(WAITING,)]

    def _current(self, state: PhotoState) -> Probe | None:
        """Return the probe of the photo as the tables have its depth map, scale included."""
        depth, header = state.own(LayerKind.DEPTH), state.header
        if header is None or state.tables is None or depth is None:
            return None
        depth_map = state.tables.depth_maps.get(depth)
        if depth_map is None:
            return None

        def aligned() -> Probe:
            from heicdepth_tui.depth.measure import aligned_probe

            return aligned_probe(header, depth_map)

        return self._probe_of(depth_map, aligned)

    def _probe_of(self, depth_map: DepthMap, make: Callable[[], Probe]) -> Probe:
        if self._probe is None or self._probe[0] is not depth_map:
            self._probe = depth_map, make()
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
