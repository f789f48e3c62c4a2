"""Which layers of a photo are requested, for which pane and drawn how; for the screen as it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from heicdepth_tui.photo.layers import DEPTH, PRIMARY, Layer, LayerKind
from heicdepth_tui.photo.schedule import PREFETCH
from heicdepth_tui.ui.model.colour_range import WHOLE_FILE, ColourRange
from heicdepth_tui.ui.model.layout import (
    Layout,
    Panes,
    Shapes,
    layer_render_spec,
    panes_of,
    shapes,
    shapes_of,
)
from heicdepth_tui.ui.model.photo_state import PhotoState

if TYPE_CHECKING:
    from heicdepth_tui.draw.rendering import RenderSpec
    from heicdepth_tui.heif.facts import HeaderSummary
    from heicdepth_tui.photo.region import SampleRegion
    from heicdepth_tui.ui.model.settings import RenderSettings
    from heicdepth_tui.ui.model.tables import Tables

__all__ = ["LayerRequest", "View"]


@dataclass(frozen=True, slots=True)
class LayerRequest:
    """A layer for a pane: how it is drawn, shrunk to ``fit`` (width, height) where that is set.

    Without ``render`` its samples are requested alone, to read values from.

    ``region`` and ``level`` are those of ``Request``; with them, the picture of this region is
    requested instead of the layer.
    """

    slot: str
    layer: Layer
    render: RenderSpec | None
    fit: tuple[int, int] | None = None
    partial: bool = False
    region: SampleRegion | None = None
    level: int = 0

    @property
    def content(self) -> tuple[object, ...]:
        """What of the layer is requested: rendering it anew needs no request but for a region."""
        layer = self.layer.choice
        if self.region is None:
            return layer, self.fit
        return layer, self.region, self.level, self.render


@dataclass(frozen=True, slots=True)
class View:
    """The screen that layers are drawn for: its layout, the size to decode to, and the colours."""

    layout: Layout
    fit: tuple[int, int]
    settings: RenderSettings
    colormap: str
    colour_range: ColourRange = WHOLE_FILE

    def panes(self, shapes: Shapes) -> Panes:
        """Return where images of these shapes are drawn."""
        layout, cell_aspect = self.layout, self.settings.cell_aspect
        return panes_of(shapes, layout.pictures, layout.is_single, cell_aspect)

    def render_spec(self, shapes: Shapes, layer: Layer, tables: Tables | None = None) -> RenderSpec:
        """Return how a layer is drawn: in which pane, and in which colours.

        ``tables`` have what ranges by percentile and by hand are computed from.
        """
        scale = self.colour_range.scale_in(tables, layer)
        return layer_render_spec(
            self.panes(shapes), layer, self.settings, self.colormap, shapes.turn, scale
        )

    def _fit_of(self, layer: Layer) -> tuple[int, int] | None:
        """Return how far a layer may be shrunk: depth codes are needed whole."""
        return None if layer.kind in (LayerKind.DEPTH, LayerKind.THUMBNAIL) else self.fit

    def _request(
        self,
        slot: str,
        layer: Layer,
        shapes: Shapes,
        tables: Tables | None = None,
        *,
        partial: bool = False,
    ) -> LayerRequest:
        spec = self.render_spec(shapes, layer, tables)
        return LayerRequest(slot, layer, spec, self._fit_of(layer), partial)

    def early_requests(self, summary: HeaderSummary | None) -> Iterator[LayerRequest]:
        """Yield depth map and photo while the header is being read: the list knows their shapes."""
        if summary is None or summary.primary is None:
            return
        known = shapes(summary.primary, summary.depth)
        if summary.depth is not None:
            yield self._request("depth", DEPTH, known)
        if not self.layout.is_single:
            yield self._request("photo", PRIMARY, known, partial=True)

    def pane_requests(self, state: PhotoState, shown: Layer) -> Iterator[LayerRequest]:
        """Yield the layers that the panes show and that are not decoded, depth first."""
        if state.header is None:
            return
        known = shapes_of(state.header)
        depth, thumbnail = state.own(LayerKind.DEPTH), state.own(LayerKind.THUMBNAIL)
        # The photo goes on being decoded while another layer is shown: that has a slot of its own.
        shown_slot = "photo" if shown.kind is LayerKind.PRIMARY else "layer"
        for slot, layer in (("depth", depth), ("thumbnail", thumbnail), (shown_slot, shown)):
            if layer is None or state.is_settled(layer) or (slot == "layer" and shown == depth):
                continue
            if slot == "thumbnail" and shown.kind is not LayerKind.PRIMARY:
                continue
            yield self._request(slot, layer, known, state.tables, partial=slot == "photo")

    def table_requests(self, state: PhotoState) -> Iterator[LayerRequest]:
        """Yield the other layers that are not decoded: the tables show their numbers."""
        if state.header is None:
            return
        known = shapes_of(state.header)
        for layer in state.rest:
            if not state.is_settled(layer):
                yield self._request(f"table-{layer.item_id}", layer, known, state.tables)

    def prefetch_requests(self, state: PhotoState, place: int) -> Iterator[LayerRequest]:
        """Yield all layers of neighbour number ``place`` that are not decoded."""
        if state.header is None:
            return
        known = shapes_of(state.header)
        for number, layer in enumerate(state.all_layers):
            if not state.is_settled(layer):
                yield self._request(f"{PREFETCH}-{place}-{number}", layer, known, state.tables)
