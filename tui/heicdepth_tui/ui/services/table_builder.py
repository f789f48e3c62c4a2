"""Builds the tables of photos in a thread: array rows, metadata and depth maps."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from heicdepth_tui.photo.layers import LayerKind, depth_info
from heicdepth_tui.ui.model.tables import CodeSpan, Tables
from heicdepth_tui.ui.services.events import Post, TablesBuilt
from heicdepth_tui.ui.services.worker_pool import WorkerPool

if TYPE_CHECKING:
    from heicdepth_tui.depth.depthmap import DepthMap
    from heicdepth_tui.depth.histogram import CodeHistogram
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.photo.layers import Layer, Pixels
    from heicdepth_tui.report.statistics import ArrayStatistics
    from heicdepth_tui.report.tables import ArrayRow, FactGroup
    from heicdepth_tui.ui.model.photo_state import PhotoState

__all__ = ["TableBuilder", "build_tables"]

_PHOTOS = 4
"""Photos whose tables may wait to be built: the selected one and its neighbours."""
_JOBS = 64
"""More than the layers of these photos, each of which may ask for the tables anew."""


class TableBuilder:
    """Builds the newest request first, and of each photo the newest state; posts TablesBuilt."""

    def __init__(self, post: Post) -> None:
        self._pool = WorkerPool("tables", post, threads=1, waiting=_JOBS)
        self._newest: OrderedDict[Entry, PhotoState] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def is_busy(self) -> bool:
        """Whether tables are being built."""
        return self._pool.is_busy

    def request(self, state: PhotoState) -> None:
        """Build the tables of a state, unless it has them or they are being built."""
        content = state.content
        if state.tables is not None and state.tables.is_built_from(content):
            return
        with self._lock:
            self._newest[state.entry] = state
            self._newest.move_to_end(state.entry)
            if len(self._newest) > _PHOTOS:
                self._newest.popitem(last=False)
        # The states that a job holds keep these ids from being used again.
        key = (state.entry, *map(id, content))
        self._pool.submit(key, partial(self._build, state))

    def _build(self, state: PhotoState) -> TablesBuilt | None:
        with self._lock:
            newest = self._newest.get(state.entry)
            if newest is None or not _are_same(newest.content, state.content):
                return None
        tables = build_tables(state)
        with self._lock:
            if self._newest.get(state.entry) is newest:
                del self._newest[state.entry]
        return TablesBuilt(state.entry, tables)


def _are_same(some: tuple[object, ...], others: tuple[object, ...]) -> bool:
    return list(map(id, some)) == list(map(id, others))


def build_tables(state: PhotoState) -> Tables:
    """Return the tables of what is known; depth maps that the state has already are kept."""
    # The legend is drawn in the app's thread and must not wait for these imports.
    import heicdepth_tui.draw.colour_bar  # noqa: F401
    from heicdepth_tui.depth.histogram import code_histogram

    old = {} if state.tables is None else state.tables.depth_maps
    maps = _build_maps(state, old)
    known = {} if state.tables is None else state.tables.histograms
    histograms = {
        layer: known[layer] if old.get(layer) is depth_map else code_histogram(depth_map)
        for layer, depth_map in maps.items()
    }
    spans = {layer: _span(histogram) for layer, histogram in histograms.items()}
    rows, groups = _rows(state, maps), _groups(state, maps)
    return Tables(state.content, rows, groups, maps, spans, histograms, _statistics(state, maps))


def _span(histogram: CodeHistogram) -> CodeSpan:
    low = histogram.code_quantile(0.02)
    high = histogram.code_quantile(0.98)
    return CodeSpan(histogram.low, histogram.high, low, max(low, high))


def _build_maps(state: PhotoState, old: Mapping[Layer, DepthMap]) -> Mapping[Layer, DepthMap]:
    """Return the depth map of each decoded depth layer, the old one where its samples are."""
    from heicdepth_tui.depth.depthmap import build_depth_map
    from heicdepth_tui.depth.scale import scaled

    maps: dict[Layer, DepthMap] = {}
    for layer in state.all_layers:
        pixels = state.pixels(layer)
        info = None if state.header is None else depth_info(state.header, layer)
        if pixels is None or info is None:
            continue
        factor = state.factor if layer == state.own(LayerKind.DEPTH) else None
        known = old.get(layer)
        if (
            known is not None
            and known.codes is pixels.array
            and (known.reason or known.trust.scale == factor)
        ):
            maps[layer] = known
            continue
        depth_map = build_depth_map(pixels.array, pixels.bits, info)
        is_scaled = factor is not None and not depth_map.reason
        maps[layer] = scaled(depth_map, factor) if is_scaled and factor else depth_map
    return maps


def _rows(state: PhotoState, depth_maps: Mapping[Layer, DepthMap]) -> tuple[ArrayRow, ...]:
    from heicdepth_tui.report.tables import ArrayRow, array_rows

    decoded: dict[Layer, Pixels] = {}
    failed: list[ArrayRow] = []
    for layer in state.all_layers:
        pixels, error = state.pixels(layer), state.layer(layer).error
        if pixels is not None:
            decoded[layer] = pixels
        elif error is not None:
            failed.append(ArrayRow(layer.label, "none", "", "", "", error.short))
    maps = {layer: depth_maps[layer] for layer in decoded if layer in depth_maps}
    return array_rows(decoded, maps) + tuple(failed)


def _statistics(
    state: PhotoState, depth_maps: Mapping[Layer, DepthMap]
) -> tuple[ArrayStatistics, ...]:
    from heicdepth_tui.report.statistics import array_statistics

    layers = ((layer, state.pixels(layer)) for layer in state.all_layers)
    decoded = {layer: pixels for layer, pixels in layers if pixels is not None}
    return array_statistics(decoded, depth_maps)


def _groups(state: PhotoState, depth_maps: Mapping[Layer, DepthMap]) -> tuple[FactGroup, ...]:
    if state.header is None:
        return ()
    from heicdepth_tui.depth.camera import aligned_camera, stored_camera
    from heicdepth_tui.report.tables import fact_groups

    depth = state.own(LayerKind.DEPTH)
    depth_map = None if depth is None else depth_maps.get(depth)
    camera = aligned_camera(state.header)
    stored = stored_camera(state.header)
    return fact_groups(state.header, depth_map=depth_map, stored=stored, camera=camera)
