"""The tables of a photo: arrays, metadata, and the depth map that legends are made of."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from heicdepth_tui.photo.layers import LayerKind, depth_info

if TYPE_CHECKING:
    from heicdepth_tui.depth.depthmap import DepthMap
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.photo.layers import Layer, Pixels
    from heicdepth_tui.report.tables import ArrayRow, FactGroup
    from heicdepth_tui.ui.model.photo_state import PhotoState

__all__ = ["TableBuilder", "Tables"]

_PHOTOS = 5
"""Photos whose tables are kept: each holds a depth map."""


class Tables(NamedTuple):
    """What the tables say of the layers decoded so far."""

    rows: tuple[ArrayRow, ...]
    groups: tuple[FactGroup, ...]
    depth_maps: Mapping[Layer | None, DepthMap]


class _Built(NamedTuple):
    """Tables, what they were made from, and the depth maps with the samples they were made from."""

    content: tuple[object, ...]
    tables: Tables
    maps: Mapping[Layer | None, tuple[Pixels, DepthMap]]


class TableBuilder:
    """Builds the tables of a photo from its state; keeps those of the photos built last."""

    def __init__(self) -> None:
        self._built: OrderedDict[Entry, _Built] = OrderedDict()

    def known(self, state: PhotoState) -> Tables | None:
        """Return the tables where they are built for this very state, else None."""
        built = self._built.get(state.entry)
        return built.tables if built is not None and built.content == _content(state) else None

    def build(self, state: PhotoState) -> Tables:
        """Return the tables of what is known; takes some milliseconds where they are new."""
        known = self.known(state)
        if known is not None:
            return known
        old = self._built.get(state.entry)
        maps = _build_maps(state, {} if old is None else old.maps)
        depth_maps = {layer: depth_map for layer, (_, depth_map) in maps.items()}
        tables = Tables(_rows(state, depth_maps), _groups(state, depth_maps), depth_maps)
        self._built[state.entry] = _Built(_content(state), tables, maps)
        self._built.move_to_end(state.entry)
        while len(self._built) > _PHOTOS:
            self._built.popitem(last=False)
        return tables

    def forget(self, path: str) -> None:
        """Forget the tables of a photo."""
        for entry in [entry for entry in self._built if entry.path == path]:
            del self._built[entry]


def _content(state: PhotoState) -> tuple[object, ...]:
    """Return what the tables are made from; pictures and parts of a photo change nothing."""
    layers = ((layer, state.pixels(layer), state.layer(layer).error) for layer in state.all_layers)
    return state.header, *layers


_Maps: TypeAlias = "Mapping[Layer | None, tuple[Pixels, DepthMap]]"


def _build_maps(state: PhotoState, old: _Maps) -> _Maps:
    """Return the depth map of each decoded depth layer, the old one where its samples are."""
    maps: dict[Layer | None, tuple[Pixels, DepthMap]] = {}
    for layer in state.all_layers:
        pixels = state.pixels(layer)
        info = None if state.header is None else depth_info(state.header, layer)
        if pixels is None or info is None:
            continue
        if layer in old and old[layer][0] is pixels:
            maps[layer] = old[layer]
        else:
            from heicdepth_tui.depth.depthmap import build_depth_map

            maps[layer] = pixels, build_depth_map(pixels.array, pixels.bits, info)
    return maps


def _rows(state: PhotoState, depth_maps: Mapping[Layer | None, DepthMap]) -> tuple[ArrayRow, ...]:
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


def _groups(
    state: PhotoState, depth_maps: Mapping[Layer | None, DepthMap]
) -> tuple[FactGroup, ...]:
    if state.header is None:
        return ()
    from heicdepth_tui.depth.camera import aligned_camera, stored_camera
    from heicdepth_tui.report.tables import fact_groups

    depth_map = depth_maps.get(state.own(LayerKind.DEPTH))
    camera = aligned_camera(state.header)
    stored = stored_camera(state.header)
    return fact_groups(state.header, depth_map=depth_map, stored=stored, camera=camera)
