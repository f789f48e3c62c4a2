"""Decodes a grid tile by tile in threads; skips tiles out of view, and can be stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

import numpy as np

from heicdepth_tui.errors import HeicDepthError
from heicdepth_tui.heif.items import CodedItem, ItemTable
from heicdepth_tui.heif.picture_facts import Size, Transform
from heicdepth_tui.photo.code_counts import code_counts
from heicdepth_tui.photo.coded import decode_item, decoded_bits, is_plain
from heicdepth_tui.photo.layers import LayerKind
from heicdepth_tui.photo.pillow_heif_adapter import Decoded
from heicdepth_tui.photo.sample_arrays import Samples, contiguous, extremes
from heicdepth_tui.photo.threads import decoding_threads
from heicdepth_tui.photo.transforms import Placement

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["KeptTiles", "Piece", "Tiling", "decode_tiles", "in_threads", "plan_tiles"]

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Tiling:
    """A grid of equal plain tiles in raster order."""

    size: Size
    """Size of the grid's output, before its transforms."""
    transforms: tuple[Transform, ...]
    columns: int
    tiles: tuple[CodedItem, ...]
    colr: tuple[bytes, ...]
    """The grid's own colour properties; empty where it leaves them to the tiles."""

    @property
    def bits(self) -> int:
        """Bits a channel of the decoded tiles, as the configuration of the first one says."""
        return decoded_bits(self.tiles[0])

    @property
    def tile(self) -> Size:
        """Size of every tile."""
        return self.tiles[0].size

    def box(self, index: int) -> tuple[int, int, int, int]:
        """Return top, left, height and width of a tile inside the grid's output."""
        row, column = divmod(index, self.columns)
        top, left = row * self.tile.height, column * self.tile.width
        return (
            top,
            left,
            min(self.tile.height, self.size.height - top),
            min(self.tile.width, self.size.width - left),
        )

    def place(self, indices: Sequence[int]) -> tuple[int, int, int, int]:
        """Return top, left, height and width of tiles that fill a rectangle, in raster order."""
        top, left, _, _ = self.box(indices[0])
        last_top, last_left, height, width = self.box(indices[-1])
        return top, left, last_top + height - top, last_left + width - left

    def strips(self, placement: Placement) -> list[list[int]]:
        """Return the tiles of ``order`` by the rows that they make upright, in raster order."""
        rows: dict[int, list[int]] = {}
        for index in self.order(placement):
            row, column = divmod(index, self.columns)
            rows.setdefault(row if placement.rows.source == 0 else column, []).append(index)
        return [sorted(row) for row in rows.values()]

    def order(self, placement: Placement) -> list[int]:
        """Return the tiles that are seen at all, upright top to bottom, then left to right."""
        width, height = self.size
        across = {
            column: placement.span(0, left, height, min(self.tile.width, width - left))
            for column, left in enumerate(range(0, width, self.tile.width))
        }
        found = []
        for row, top in enumerate(range(0, height, self.tile.height)):
            down = placement.span(top, 0, min(self.tile.height, height - top), width)
            for column, span in across.items():
                # Each upright axis follows one of the two coded ones.
                upright = placement.rows.source == 0
                rows, columns = (down[0], span[1]) if upright else (span[0], down[1])
                if rows and columns:
                    found.append((rows.start, columns.start, row * self.columns + column))
        return [index for _, _, index in sorted(found)]


def plan_tiles(table: ItemTable, item: CodedItem) -> Tiling | None:
    """Return how a grid is tiled, None where it cannot be decoded tile by tile.

    That is where the item is no grid, or its tiles are not all HEVC or all AV1 pictures of one
    size, or a tile has transforms of its own, or the tiles do not cover the output.
    """
    grid = table.grid(item.id)
    if grid is None:
        return None
    tiles = tuple(table.coded(tile) for tile in grid.tiles)
    first, coding = tiles[0].size, tiles[0].type
    if any(
        not is_plain(tile) or tile.transforms or tile.size != first or tile.type != coding
        for tile in tiles
    ):
        return None
    size = Size(grid.width, grid.height)
    if size != item.size or not (
        first.width * grid.columns >= grid.width and first.height * grid.rows >= grid.height
    ):
        return None
    return Tiling(size, item.transforms, grid.columns, tiles, item.colr)


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A decoded tile where it belongs in the upright picture."""

    rows: slice
    columns: slice
    samples: Samples
    """Thinned by the stride; may be a view of the tile."""
    minimum: int
    maximum: int
    """Of all its samples that are in view, whatever the stride."""
    bits: int = 8
    note: str = ""
    """As in ``Decoded``."""
    counts: NDArray[np.int64] | None = None
    """Number of samples of each code, of the same ones as ``minimum``; None for colour."""


class KeptTiles(Protocol):
    """Tiles decoded before; called in several threads."""

    def piece(self, index: int) -> Piece | None:
        """Return a tile, None where it is not kept."""
        ...

    def add(self, index: int, decoded: Decoded) -> Piece:
        """Keep a tile that was decoded, and return it as a piece."""
        ...


def decode_tiles(
    table: ItemTable,
    tiling: Tiling,
    view: Placement,
    stride: int,
    *,
    kind: LayerKind = LayerKind.PRIMARY,
    kept: KeptTiles | None = None,
) -> Generator[tuple[Sequence[int], Piece | HeicDepthError]]:
    """Yield the tiles that ``view`` shows, in the order of completion: indices and their piece.

    ``view`` places the grid upright, whole or a region of it. Pieces belong to
    ``upright[::stride, ::stride]`` of that view, of a layer of a ``kind``. A piece is a tile, or
    an upright row of them where one thread decodes. A tile that cannot be read or decoded comes as
    its error, and the others go on. Closing the generator leaves the rest undone. With ``kept``,
    which is for the same view and a stride of 1, tiles are taken from there and kept there.
    """

    def work(index: int) -> Piece | HeicDepthError:
        known = None if kept is None else kept.piece(index)
        if known is not None:
            return known
        try:
            what = f"tile {index + 1}"
            decoded = decode_item(table, tiling.tiles[index], what, kind=kind, colr=tiling.colr)
        except HeicDepthError as error:
            # The frames of the traceback would keep the tile's data in memory.
            error.__cause__ = error.__context__ = None
            return error.with_traceback(None)
        if kept is not None:
            return kept.add(index, decoded)
        return _piece(decoded, tiling.box(index), view, stride)

    if kept is not None or decoding_threads() > 1 or tiling.tiles[0].type != "hvc1":
        for index, tile in in_threads(work, tiling.order(view)):
            yield (index,), tile
        return
    for strip in tiling.strips(view):
        decoded = _strip(table, tiling, strip)
        if decoded is not None:
            yield strip, _piece(decoded, tiling.place(strip), view, stride)
        else:
            for index in strip:
                yield (index,), work(index)


def _piece(decoded: Decoded, box: tuple[int, int, int, int], view: Placement, stride: int) -> Piece:
    """Return a decoded tile or row as a piece; ``box`` is where it lies, as ``Tiling.box`` says."""
    top, left, height, width = box
    inside = decoded.samples[:height, :width]
    rows, columns, samples = view.every(stride).piece(inside, top, left)
    seen = samples
    if stride > 1:
        _, _, seen = view.piece(inside, top, left)
        # A view would keep the whole tile in memory.
        samples = contiguous(samples)
    low, high = extremes(seen)
    counts = None
    if seen.ndim == 2:
        counts = np.array(code_counts(seen, decoded.bits), dtype=np.int64)
    return Piece(rows, columns, samples, low, high, decoded.bits, decoded.note, counts)


def _strip(table: ItemTable, tiling: Tiling, indices: Sequence[int]) -> Decoded | None:
    """Return the tiles of a row decoded at once, None where each is to be decoded by itself."""
    # Not imported above: the app's decoder has several threads.
    from heicdepth_tui.photo.strips import decode_strip

    _, _, height, width = tiling.place(indices)
    decoded = decode_strip(
        table,
        [tiling.tiles[index] for index in indices],
        Size(width, height),
        is_column=len(indices) > 1 and indices[1] - indices[0] == tiling.columns,
        colr=tiling.colr,
    )
    return None if decoded is None or decoded.bits != tiling.bits else decoded


class _Threads(Generic[Result]):
    """Threads that work through a list, never more than a few results ahead of who takes them."""

    def __init__(self, work: Callable[[int], Result], order: Sequence[int]) -> None:
        self._work = work
        self._todo = iter(order)
        self._next = threading.Lock()
        self._is_stopped = False
        count = min(decoding_threads(), len(order))
        self._room = threading.Semaphore(2 * count)
        self._results: SimpleQueue[tuple[int, Result | BaseException]] = SimpleQueue()
        self._threads = [
            threading.Thread(target=self._run, name=f"tiles-{number}", daemon=True)
            for number in range(count)
        ]
        for thread in self._threads:
            thread.start()

    def _run(self) -> None:
        while True:
            self._room.acquire()
            with self._next:
                index = None if self._is_stopped else next(self._todo, None)
            if index is None:
                return
            result: Result | BaseException
            try:
                result = self._work(index)
            except BaseException as error:  # noqa: BLE001  raised again in the thread that takes it
                result = error
            self._results.put((index, result))

    def take(self) -> tuple[int, Result]:
        index, result = self._results.get()
        self._room.release()
        if isinstance(result, BaseException) and not isinstance(result, HeicDepthError):
            raise result
        return index, result  # type: ignore[return-value]

    def stop(self) -> None:
        with self._next:
            self._is_stopped = True
        self._room.release(len(self._threads))
        for thread in self._threads:
            thread.join()


def in_threads(
    work: Callable[[int], Result], order: Sequence[int]
) -> Generator[tuple[int, Result]]:
    """Yield (index, ``work(index)``) for every index, in the order in which they are ready.

    An exception of ``work`` is raised here. When the generator is closed, what is under way is
    finished and the rest left undone; no thread stays behind. Where one thread decodes at a time,
    it is the caller's.
    """
    if not order:
        return
    if decoding_threads() == 1:
        for index in order:
            yield index, work(index)
        return
    threads = _Threads(work, order)
    try:
        for _ in order:
            yield threads.take()
    finally:
        threads.stop()
