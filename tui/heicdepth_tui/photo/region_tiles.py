"""Cuts the tiles of a region from those that the cache has, and enlarges coarser ones."""

from __future__ import annotations

import numpy as np

from heicdepth_tui.photo.decoded_cache import KeptTile, LayerCache
from heicdepth_tui.photo.pillow_heif_adapter import Decoded
from heicdepth_tui.photo.region import SampleRegion
from heicdepth_tui.photo.sample_arrays import Samples, contiguous
from heicdepth_tui.photo.tiles import Piece, Tiling
from heicdepth_tui.photo.transforms import Placement

__all__ = ["RegionTiles"]


class RegionTiles:
    """Kept tiles as pieces of ``layer[top:bottom:step, left:right:step]``; safe in every thread.

    ``whole`` places the layer upright. The region begins at multiples of ``step``: otherwise tiles
    decoded for one region would lack the samples of the next.
    """

    def __init__(
        self,
        layer: LayerCache,
        tiling: Tiling,
        whole: Placement,
        region: SampleRegion,
        step: int,
    ) -> None:
        self._layer = layer
        self._tiling = tiling
        self._whole = whole.every(step)
        self._step = step
        self._rows = range(region.top // step, -(-(region.top + region.height) // step))
        self._columns = range(region.left // step, -(-(region.left + region.width) // step))

    def piece(self, index: int) -> Piece | None:
        """Return a tile from the cache, None where it has none of this step or a finer one."""
        tile = self._layer.tile(index)
        if tile is None or self._step % tile.stride:
            return None
        return self._cut(tile)

    def coarse(self, index: int) -> Piece | None:
        """Return a tile that was kept for a larger step, each sample repeated."""
        tile = self._layer.tile(index)
        if tile is None or tile.stride <= self._step or tile.stride % self._step:
            return None
        factor = tile.stride // self._step
        samples = np.repeat(np.repeat(tile.samples, factor, axis=0), factor, axis=1)
        rows = range(tile.rows.start * factor, tile.rows.stop * factor)
        columns = range(tile.columns.start * factor, tile.columns.stop * factor)
        return self._cut(KeptTile(rows, columns, self._step, samples, tile.bits, tile.note))

    def add(self, index: int, decoded: Decoded) -> Piece:
        """Keep a tile that was decoded, thinned by the step, and return it as a piece."""
        top, left, height, width = self._tiling.box(index)
        inside = decoded.samples[:height, :width]
        rows, columns, samples = self._whole.piece(inside, top, left)
        tile = KeptTile(
            range(rows.start, rows.stop),
            range(columns.start, columns.stop),
            self._step,
            # A view would keep the whole tile in memory.
            contiguous(samples) if samples.base is not inside else samples.copy(),
            decoded.bits,
            decoded.note,
        )
        self._layer.keep_tile(index, tile)
        return self._cut(tile)

    def _cut(self, tile: KeptTile) -> Piece:
        stride = self._step // tile.stride
        rows, picked_rows = _overlap(tile.rows, self._rows, stride)
        columns, picked_columns = _overlap(tile.columns, self._columns, stride)
        samples: Samples = tile.samples[picked_rows, picked_columns]
        low, high = (int(samples.min()), int(samples.max())) if samples.size else (1 << 16, 0)
        return Piece(rows, columns, samples, low, high, tile.bits, tile.note)


def _overlap(tile: range, region: range, stride: int) -> tuple[slice, slice]:
    """Return where a tile lies in a region, and which of the tile's indices lie there.

    ``region`` counts every ``stride``-th index of those that ``tile`` counts.
    """
    first = max(region.start, -(-tile.start // stride))
    last = max(first, min(region.stop, -(-tile.stop // stride)))
    picked = slice(first * stride - tile.start, last * stride - tile.start, stride)
    return slice(first - region.start, last - region.start), picked
