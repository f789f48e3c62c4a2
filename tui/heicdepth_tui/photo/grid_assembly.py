"""Assembles a grid from its tiles: picture, missing tiles, range and counts of the samples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from heicdepth_tui.errors import DecodeError, HeicDepthError, TruncatedError
from heicdepth_tui.photo.canvas import BandCanvas, Canvas
from heicdepth_tui.photo.decoded_cache import LayerCache, Overview
from heicdepth_tui.photo.layers import LayerKind, Pixels, Request
from heicdepth_tui.photo.region import clip_region
from heicdepth_tui.photo.region_tiles import RegionTiles
from heicdepth_tui.photo.sample_arrays import Samples, contiguous
from heicdepth_tui.photo.shrink import fit_size, fit_stride
from heicdepth_tui.photo.threads import decoding_threads
from heicdepth_tui.photo.tiles import Piece, Tiling
from heicdepth_tui.photo.transforms import place

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["GridAssembly"]


class GridAssembly:
    """One request's picture of a grid.

    ``view`` is the placement of the requested region at its level; its pieces are thinned by
    ``stride``. ``kept`` holds the tiles of regions that a cache can serve. Raises DecodeError where
    the region is outside of the grid.
    """

    def __init__(self, request: Request, tiling: Tiling, cache: LayerCache | None = None) -> None:
        self._request = request
        self._cache = cache
        self._tiling = tiling
        self._bits = tiling.bits
        self._whole = place(tiling.size, tiling.transforms)
        self._region = clip_region(request.region, self._whole.shape)
        step = 1 << request.level
        self.view = self._whole.crop(self._region).every(step)
        self._order = tiling.order(self.view)
        self.stride, self._canvas = self._plan()
        self.kept: RegionTiles | None = None
        is_at_level = request.region is not None and request.fit is None and request.exact is None
        is_aligned = not (self._region.left % step or self._region.top % step)
        if cache is not None and is_at_level and is_aligned:
            self.kept = RegionTiles(cache, tiling, self._whole, self._region, step)
        self._errors: list[HeicDepthError] = []
        self._decoded = 0
        self._minimum, self._maximum = 1 << 16, 0
        self._counts: NDArray[np.int64] | None = None
        self._tile_note = ""

    @property
    def tiles(self) -> int:
        """Number of tiles that the picture needs."""
        return len(self._order)

    def _plan(self) -> tuple[int, Canvas]:
        request, view = self._request, self.view
        shape = view.shape
        if request.exact is not None and request.exact != shape[::-1]:
            if self._bits > 8 or request.level or request.exact[1] >= shape[0]:
                return 1, Canvas(shape, request.exact, bits=self._bits)
            spans = [self.view.span(*self._tiling.box(index)) for index in self._order]
            return 1, BandCanvas(shape, request.exact, spans)
        if request.exact is None and request.fit is not None:
            stride = fit_stride(shape, request.fit)
            size = fit_size(shape, request.fit)
            return stride, Canvas(view.every(stride).shape, size, bits=self._bits)
        return 1, Canvas(shape, None, bits=self._bits)

    def begin(self, overview: Overview | None) -> Pixels | None:
        """Begin with what is known before a tile is decoded; return the picture, None without.

        These are the overview of the layer, then coarser tiles of the cache, then those at hand.
        None as well where the threads decode all that is missing at once: a tile takes no longer
        than rendering a coarse picture.
        """
        kept, is_found = self.kept, False
        if kept is None:
            return None
        missing = [index for index in self._order if kept.piece(index) is None]
        if len(missing) <= decoding_threads():
            return None
        if overview is not None:
            step = 1 << self._request.level
            is_found = overview.bits == self._bits
            if is_found:
                whole = self._whole.shape
                self._canvas.begin(overview.resampled(whole, self._region, step))
        for index in self._order:
            piece = kept.piece(index) or kept.coarse(index)
            if piece is not None and self._canvas.accepts(piece):
                self._canvas.add(piece)
                is_found = True
        return self.so_far() if is_found else None

    def add(self, indices: Sequence[int], tile: Piece | HeicDepthError) -> None:
        """Add decoded tiles, or count those that failed."""
        name = f"tile {indices[0] + 1}"
        if isinstance(tile, Piece) and not self._canvas.accepts(tile):
            tile = DecodeError(f"{name} has other samples than those before it")
        if isinstance(tile, Piece) and tile.bits != self._bits:
            tile = DecodeError(
                f"{name} has {tile.bits} bits a channel, but its header says {self._bits}"
            )
        if isinstance(tile, Piece):
            self._decoded += len(indices)
            self._minimum = min(self._minimum, tile.minimum)
            self._maximum = max(self._maximum, tile.maximum)
            if tile.counts is not None:
                self._counts = tile.counts + (0 if self._counts is None else self._counts)
            self._tile_note = self._tile_note or tile.note
            self._canvas.add(tile)
            return
        for index in indices:
            self._errors.append(tile)
            span = self.view.every(self.stride).span(*self._tiling.box(index))
            self._canvas.skip(*span)

    def so_far(self) -> Pixels | None:
        """Return the picture so far, as a copy; None where there is nothing yet."""
        array = self._canvas.picture(is_draft=True)
        if array is None:
            return None
        return self._pixels(array.copy(), f"{self._decoded} of {len(self._order)} tiles")

    def finish(self) -> Pixels:
        """Return the whole picture; its note states how many tiles are missing.

        Raises the first tile's error where none could be decoded, and for a depth map where any
        is missing: a made-up distance is worse than none.
        """
        array = self._canvas.picture()
        if self._errors and (not self._decoded or self._request.layer.kind is LayerKind.DEPTH):
            raise self._errors[0]
        if array is None or not self._decoded:
            raise DecodeError(f"its {self._request.layer.phrase} has no tiles")
        pixels = self._pixels(contiguous(array), self._note())
        if self._cache is not None and self._request.is_overview:
            self._cache.overview = Overview(pixels.array, self._bits, is_exact=not self._errors)
        return pixels

    def _note(self) -> str:
        if not self._errors:
            return self._tile_note
        is_cut = any(isinstance(error, TruncatedError) for error in self._errors)
        why = "the file is cut short" if is_cut else self._errors[0].what
        missing = f"{len(self._errors)} of {len(self._order)} tiles missing: {why}"
        return f"{self._tile_note}; {missing}" if self._tile_note else missing

    def _pixels(self, array: Samples, note: str) -> Pixels:
        is_decoded = self._decoded > 0
        is_shrunk = self._request.region is None and array.shape != self._whole.shape
        return Pixels(
            array=array,
            shape=self._whole.shape + array.shape[2:],
            dtype=array.dtype.name,
            minimum=self._minimum if is_decoded else int(array.min()),
            maximum=self._maximum if is_decoded else int(array.max()),
            bits=self._bits,
            note=note,
            region=None if self._request.region is None else self._region,
            level=self._request.level,
            counts=tuple(self._counts.tolist()) if is_shrunk and self._counts is not None else None,
        )
