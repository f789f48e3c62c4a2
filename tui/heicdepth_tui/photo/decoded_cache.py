"""Keeps decoded tiles of the zoomed photo, and small overviews of the photos shown last."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from heicdepth_tui.photo.layers import LayerKind, Request
from heicdepth_tui.photo.pillow_heif_adapter import Decoded
from heicdepth_tui.photo.region import SampleRegion
from heicdepth_tui.photo.sample_arrays import Samples
from heicdepth_tui.photo.schedule import PREFETCH
from heicdepth_tui.photo.tiles import Tiling

__all__ = ["DecodedCache", "KeptTile", "LayerCache", "Overview"]

_BYTES = 48_000_000
"""Bytes of tiles: 61 whole ones of 512 x 512; a window at full size takes up to 12."""
_OVERVIEWS = 4
"""Overviews kept: of the selected photo, its neighbours and the one before."""


@dataclass(frozen=True, slots=True, eq=False)
class Overview:
    """A whole layer, upright and shrunk; not ``is_exact`` where it is another picture of the view.

    That is an embedded thumbnail, or a picture in which tiles are missing.
    """

    samples: Samples
    bits: int
    is_exact: bool

    def step(self, shape: tuple[int, int]) -> float:
        """Return the samples of a layer of ``shape`` (height, width) that one of its own spans."""
        height, width = self.samples.shape[:2]
        return float(max(shape[0] / height, shape[1] / width))

    def resampled(self, shape: tuple[int, int], region: SampleRegion, step: int) -> Samples:
        """Return its nearest samples in place of ``layer[top:bottom:step, left:right:step]``.

        ``shape`` is the layer's (height, width).
        """
        height, width = self.samples.shape[:2]
        rows = _nearest(region.top, region.height, step, shape[0], height)
        columns = _nearest(region.left, region.width, step, shape[1], width)
        picked: Samples = self.samples[rows[:, None], columns]
        return picked


def _nearest(first: int, count: int, step: int, whole: int, length: int) -> NDArray[np.intp]:
    """Return the indices among ``length`` samples of every ``step``-th one of ``whole``."""
    centres = 2 * (first + np.arange(0, count, step)) + step
    return np.minimum(centres * length // (2 * whole), length - 1)


@dataclass(frozen=True, slots=True, eq=False)
class KeptTile:
    """A decoded tile as part of the upright layer; ``samples`` belong to ``layer[::stride]``."""

    rows: range
    columns: range
    """Of the layer thinned by the stride."""
    stride: int
    samples: Samples
    bits: int
    note: str

    @property
    def nbytes(self) -> int:
        """Bytes that its samples take."""
        return self.samples.nbytes


@dataclass(frozen=True, slots=True, eq=False)
class _KeptItem:
    """A layer that is not decoded by tiles."""

    decoded: Decoded

    @property
    def nbytes(self) -> int:
        return self.decoded.samples.nbytes


class _File(NamedTuple):
    """A version of a file."""

    path: str
    device: int
    inode: int
    size: int
    modified_ns: int


def _version(path: str) -> _File:
    try:
        status = os.stat(path)  # noqa: PTH116  a path may hold undecodable bytes
    except OSError:
        # It vanished after it was opened.
        return _File(path, 0, 0, 0, 0)
    return _File(path, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


class _LayerKey(NamedTuple):
    file: _File
    kind: LayerKind
    item_id: int


_TileKey: TypeAlias = tuple[_LayerKey, int]


class DecodedCache:
    """Holds tiles of one photo up to ``limit`` bytes, and a few overviews; safe in every thread.

    A file that was written to is another photo.
    """

    def __init__(self, limit: int = _BYTES) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._file: _File | None = None
        self._tiles: OrderedDict[_TileKey, KeptTile | _KeptItem] = OrderedDict()
        self._nbytes = 0
        self._tilings: dict[_LayerKey, Tiling | None] = {}
        self._overviews: OrderedDict[_LayerKey, Overview] = OrderedDict()

    @property
    def nbytes(self) -> int:
        """Bytes that tiles take."""
        return self._nbytes

    def layer(self, request: Request, item_id: int) -> LayerCache:
        """Return the part of the cache for the layer of a request.

        Tiles of the photo before are dropped where the layer of another one is to be shown.
        """
        file = _version(request.path)
        if not request.keep and not request.slot.startswith(PREFETCH):
            self._use(file)
        return LayerCache(self, _LayerKey(file, request.layer.kind, item_id))

    def _use(self, file: _File) -> None:
        with self._lock:
            if file != self._file:
                self._file = file
                self._tiles.clear()
                self._tilings.clear()
                self._nbytes = 0

    def get(self, key: _TileKey) -> KeptTile | _KeptItem | None:
        """Return a tile, and keep it longer than those used before."""
        with self._lock:
            if key in self._tiles:
                self._tiles.move_to_end(key)
            return self._tiles.get(key)

    def put(self, key: _TileKey, entry: KeptTile | _KeptItem) -> None:
        """Keep a tile of the zoomed photo; over the limit those used longest ago are dropped."""
        with self._lock:
            if key[0].file != self._file or entry.nbytes > self._limit:
                return
            old = self._tiles.pop(key, None)
            self._nbytes += entry.nbytes - (0 if old is None else old.nbytes)
            self._tiles[key] = entry
            while self._nbytes > self._limit:
                _, dropped = self._tiles.popitem(last=False)
                self._nbytes -= dropped.nbytes

    def tiling(self, key: _LayerKey) -> Tiling | None:
        """Return how the layer is tiled, None where that is not known."""
        with self._lock:
            return self._tilings.get(key)

    def put_tiling(self, key: _LayerKey, tiling: Tiling) -> None:
        """Keep how a layer of the zoomed photo is tiled."""
        with self._lock:
            if key.file == self._file:
                self._tilings[key] = tiling

    def overview(self, key: _LayerKey) -> Overview | None:
        """Return the overview of a layer."""
        with self._lock:
            return self._overviews.get(key)

    def put_overview(self, key: _LayerKey, overview: Overview) -> None:
        """Keep an overview, unless it would replace an exact one and is not exact itself."""
        with self._lock:
            old = self._overviews.pop(key, None)
            if old is not None and old.is_exact and not overview.is_exact:
                overview = old
            self._overviews[key] = overview
            while len(self._overviews) > _OVERVIEWS:
                self._overviews.popitem(last=False)


class LayerCache:
    """The part of a ``DecodedCache`` that belongs to one layer of one file."""

    def __init__(self, cache: DecodedCache, key: _LayerKey) -> None:
        self._cache = cache
        self._key = key

    @property
    def item_id(self) -> int:
        """The layer's item."""
        return self._key.item_id

    @property
    def tiling(self) -> Tiling | None:
        """How the layer is tiled, None where that is not known."""
        return self._cache.tiling(self._key)

    @tiling.setter
    def tiling(self, tiling: Tiling) -> None:
        self._cache.put_tiling(self._key, tiling)

    @property
    def overview(self) -> Overview | None:
        """The whole layer, shrunk, where it was decoded."""
        return self._cache.overview(self._key)

    @overview.setter
    def overview(self, overview: Overview) -> None:
        self._cache.put_overview(self._key, overview)

    def tile(self, index: int) -> KeptTile | None:
        """Return a tile in whatever stride it was decoded for."""
        found = self._cache.get((self._key, index))
        return found if isinstance(found, KeptTile) else None

    def keep_tile(self, index: int, tile: KeptTile) -> None:
        """Keep a tile in place of the same one in another stride."""
        self._cache.put((self._key, index), tile)

    @property
    def item(self) -> Decoded | None:
        """The layer as coded, where it is not decoded by tiles."""
        found = self._cache.get((self._key, -1))
        return found.decoded if isinstance(found, _KeptItem) else None

    @item.setter
    def item(self, decoded: Decoded) -> None:
        self._cache.put((self._key, -1), _KeptItem(decoded))
