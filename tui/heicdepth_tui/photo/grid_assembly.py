"""Assembles a grid from its tiles: picture, missing tiles, smallest and largest sample."""

from __future__ import annotations

from heicdepth_tui.errors import DecodeError, HeicDepthError, TruncatedError
from heicdepth_tui.photo.canvas import BandCanvas, Canvas
from heicdepth_tui.photo.layers import LayerKind, Pixels, Request
from heicdepth_tui.photo.region import clip_region
from heicdepth_tui.photo.shrink import Samples, contiguous, fit_size, fit_stride
from heicdepth_tui.photo.tiles import Piece, Tiling
from heicdepth_tui.photo.transforms import place

__all__ = ["GridAssembly"]


class GridAssembly:
    """One request's picture of a grid.

    ``view`` is the placement of the requested region at full size; its pieces are thinned by
    ``stride``. Raises DecodeError where the region is outside of the grid.
    """

    def __init__(self, request: Request, tiling: Tiling) -> None:
        self._request = request
        self._tiling = tiling
        self._bits = tiling.bits
        self._whole = place(tiling.size, tiling.transforms)
        self._region = clip_region(request.region, self._whole.shape)
        self.view = self._whole.crop(self._region)
        self._order = tiling.order(self.view)
        self.stride, self._canvas = self._plan()
        self._errors: list[HeicDepthError] = []
        self._pieces = 0
        self._minimum, self._maximum = 1 << 16, 0
        self._shape: tuple[int, ...] = ()
        self._dtype = ""
        self._tile_note = ""

    def _plan(self) -> tuple[int, Canvas]:
        request, step = self._request, 1 << self._request.level
        view = self.view.every(step)
        shape = view.shape
        if request.exact is not None and request.exact != shape[::-1]:
            if self._bits > 8 or step > 1:
                return step, Canvas(shape, request.exact, bits=self._bits)
            spans = [self.view.span(*self._tiling.box(index)) for index in self._order]
            return 1, BandCanvas(shape, request.exact, spans)
        if request.exact is None and request.fit is not None:
            stride = fit_stride(shape, request.fit)
            size = fit_size(shape, request.fit)
            return step * stride, Canvas(view.every(stride).shape, size, bits=self._bits)
        return step, Canvas(shape, None, bits=self._bits)

    def add(self, index: int, tile: Piece | HeicDepthError) -> None:
        """Add a decoded tile, or count one that failed."""
        if isinstance(tile, Piece) and not self._canvas.accepts(tile):
            tile = DecodeError(f"tile {index + 1} has other samples than those before it")
        if isinstance(tile, Piece) and tile.bits != self._bits:
            tile = DecodeError(
                f"tile {index + 1} has {tile.bits} bits a channel, but its header says {self._bits}"
            )
        if isinstance(tile, Piece):
            self._pieces += 1
            self._minimum = min(self._minimum, tile.minimum)
            self._maximum = max(self._maximum, tile.maximum)
            self._shape = self._whole.shape + tile.samples.shape[2:]
            self._dtype = tile.samples.dtype.name
            self._tile_note = self._tile_note or tile.note
            self._canvas.add(tile)
        else:
            self._errors.append(tile)
            self._canvas.skip(*self.view.span(*self._tiling.box(index)))

    def so_far(self) -> Pixels | None:
        """Return the picture so far, as a copy; None before the first tile."""
        array = self._canvas.picture(is_draft=True)
        if array is None:
            return None
        return self._pixels(array.copy(), f"{self._pieces} of {len(self._order)} tiles")

    def finish(self) -> Pixels:
        """Return the whole picture; its note states how many tiles are missing.

        Raises the first tile's error where none could be decoded, and for a depth map where any
        is missing: a made-up distance is worse than none.
        """
        array = self._canvas.picture()
        if self._errors and (array is None or self._request.layer.kind is LayerKind.DEPTH):
            raise self._errors[0]
        if array is None:
            raise DecodeError(f"its {self._request.layer.phrase} has no tiles")
        return self._pixels(contiguous(array), self._note())

    def _note(self) -> str:
        if not self._errors:
            return self._tile_note
        is_cut = any(isinstance(error, TruncatedError) for error in self._errors)
        why = "the file is cut short" if is_cut else self._errors[0].what
        missing = f"{len(self._errors)} of {len(self._order)} tiles missing: {why}"
        return f"{self._tile_note}; {missing}" if self._tile_note else missing

    def _pixels(self, array: Samples, note: str) -> Pixels:
        return Pixels(
            array=array,
            shape=self._shape,
            dtype=self._dtype,
            minimum=self._minimum,
            maximum=self._maximum,
            bits=self._bits,
            note=note,
            region=None if self._request.region is None else self._region,
            level=self._request.level,
        )
