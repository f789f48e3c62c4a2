"""Raise a depth map to the photo's resolution with its edges kept, guided by the photo."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from heicdepth_tui.heif.picture_facts import Size

    F32 = NDArray[np.float32]

__all__ = ["EDGE", "box_mean", "cell_of", "raise_disparity", "raised_lines"]

EDGE = 0.04
"""Disparities of neighbours further apart than this ratio belong to different surfaces."""

_COLOR_SIGMA = 16.0
"""Levels of 0..255: how alike a coarse sample's colour must be to count (RMS over r, g, b)."""

_COLOR_FLOOR = 1e-4
"""Weight of a sample of quite another colour, so that nearness decides where no colour fits."""

_STRIP_SAMPLES = 1 << 18
"""Samples of the fine grid handled at once: bounds the temporary memory to some 25 MB."""


class _Taps(NamedTuple):
    """The places of the samples of one fine line on the coarse line."""

    cell: NDArray[np.intp]
    """(n,) index of the coarse sample whose cell each fine sample lies in."""
    weights: F32
    """(3, n) quadratic B-spline weights of that sample's predecessor, itself and its successor."""


class _Coarse(NamedTuple):
    """The coarse map with a border of one repeated sample all around."""

    disparity: F32
    """(h + 2, w + 2), 0 where ``usable`` is False."""
    usable: NDArray[np.bool_]
    hole: NDArray[np.bool_]
    """(h, w): invalid, so NaN in the result."""
    guide: F32
    """(h + 2, w + 2, 3) mean colour of the photo over each coarse sample."""
    smooth: NDArray[np.bool_]
    """(h, w): all of the 3x3 neighbourhood is usable and one surface."""


def raise_disparity(
    disparity: F32,
    rgb: NDArray[np.uint8],
    *,
    unreliable: NDArray[np.bool_] | None = None,
    edge: float = EDGE,
) -> F32:
    """Return disparity (H, W) float32, 1/m, on the grid of the photo ``rgb`` (H, W, 3) uint8.

    ``disparity`` is (h, w) float32, positive, NaN where it is invalid; h ≤ H and w ≤ W, both grids
    cover the same view. ``unreliable`` (h, w) bool marks samples that straddle an edge (flying):
    their values are not used, and the photo decides which neighbour's surface they take.

    Where the 3x3 coarse neighbourhood of a sample is one surface (nothing invalid or unreliable,
    largest ≤ (1 + ``edge``) · smallest) the result is its quadratic B-spline, which reproduces
    planes. Elsewhere it is a weighted mode of the neighbours: their weights are joint bilateral, by
    nearness and by the photo's colour; the neighbour whose group, all neighbours within ``edge`` of
    it, weighs most is chosen, and the result is the weighted mean of that group. So no value leaves
    the range of its 3x3 coarse neighbourhood, and none lies between two surfaces. The result is NaN
    where the coarse sample is NaN, or unreliable without a usable neighbour. Raises ValueError for
    grids that do not fit.
    """
    height, width = rgb.shape[:2]
    coarse_height, coarse_width = disparity.shape
    if height < coarse_height or width < coarse_width or rgb.shape[2:] != (3,):
        raise ValueError(f"a map of {disparity.shape} cannot be raised to a photo of {rgb.shape}")
    if unreliable is None:
        unreliable = np.zeros(disparity.shape, dtype=np.bool_)
    coarse = _prepare(disparity, unreliable, rgb, edge)
    rows, columns = _taps(height, coarse_height), _taps(width, coarse_width)
    result = np.empty((height, width), dtype=np.float32)
    strip = max(1, _STRIP_SAMPLES // width)
    for start in range(0, height, strip):
        stop = min(start + strip, height)
        part = _Taps(rows.cell[start:stop], rows.weights[:, start:stop])
        out = result[start:stop]
        _interpolate(coarse.disparity, part, columns, out)
        _replace_across_edges(coarse, part, columns, rgb[start:stop], edge, out)
    return result


def raised_lines(depth: Size, full: Size, *, drop_flying: bool) -> list[str]:
    """Return the comments of a file whose depth was raised from ``depth`` to ``full``."""
    sizes = f"from {depth.width}x{depth.height} to {full.width}x{full.height}"
    lines = [f"depth raised {sizes}, guided by the photo, edges kept"]
    if drop_flying:
        lines.append("flying samples were given to the neighbour's surface the photo fits best")
    return lines


def box_mean(rgb: NDArray[np.uint8], height: int, width: int) -> F32:
    """Return (height, width, 3) float32: the mean colour over each cell of a coarser grid.

    Cells are cut at whole samples of ``rgb`` (H, W, 3) uint8; needs height ≤ H and width ≤ W.
    """
    row_starts = np.arange(height) * rgb.shape[0] // height
    column_starts = np.arange(width) * rgb.shape[1] // width
    mean = np.empty((height, width, 3), dtype=np.float32)
    row_counts = np.diff(row_starts, append=rgb.shape[0])
    column_counts = np.diff(column_starts, append=rgb.shape[1])
    strip = max(1, _STRIP_SAMPLES * height // (rgb.shape[0] * rgb.shape[1]))
    for start in range(0, height, strip):
        stop = min(start + strip, height)
        first = row_starts[start]
        last = row_starts[stop - 1] + row_counts[stop - 1]
        lines = np.add.reduceat(
            rgb[first:last], row_starts[start:stop] - first, axis=0, dtype=np.uint32
        )
        mean[start:stop] = np.add.reduceat(lines, column_starts, axis=1)
        mean[start:stop] /= (row_counts[start:stop, None] * column_counts)[..., None]
    return mean


def cell_of(fine: int, coarse: int) -> NDArray[np.intp]:
    """Return (fine,) the coarse sample in whose cell each sample of a finer line has its centre."""
    return (2 * np.arange(fine) + 1) * coarse // (2 * fine)


def _taps(fine: int, coarse: int) -> _Taps:
    cell = cell_of(fine, coarse)
    offset = (np.arange(fine) + 0.5) * coarse / fine - 0.5 - cell
    weights = np.stack([(0.5 - offset) ** 2 / 2, 0.75 - offset**2, (0.5 + offset) ** 2 / 2])
    return _Taps(cell, weights.astype(np.float32))


def _prepare(
    disparity: F32, unreliable: NDArray[np.bool_], rgb: NDArray[np.uint8], edge: float
) -> _Coarse:
    height, width = disparity.shape
    known = np.isfinite(disparity)
    sources = known & ~unreliable
    usable = np.pad(sources, 1, mode="edge")
    filled = np.pad(np.where(sources, disparity, np.float32(0)), 1, mode="edge")
    guide = np.pad(box_mean(rgb, height, width), ((1, 1), (1, 1), (0, 0)), mode="edge")
    low, high = filled[1:-1, 1:-1].copy(), filled[1:-1, 1:-1].copy()
    whole = usable[1:-1, 1:-1].copy()
    for dy in range(3):
        for dx in range(3):
            window = np.s_[dy : dy + height, dx : dx + width]
            np.minimum(low, filled[window], out=low)
            np.maximum(high, filled[window], out=high)
            whole &= usable[window]
    whole &= high <= low * np.float32(1 + edge)
    return _Coarse(filled, usable, ~known, guide, whole)


def _interpolate(filled: F32, rows: _Taps, columns: _Taps, out: F32) -> None:
    """Write the separable quadratic B-spline of the padded coarse map into ``out``."""
    lines = filled[rows.cell] * rows.weights[0][:, None]
    lines += filled[rows.cell + 1] * rows.weights[1][:, None]
    lines += filled[rows.cell + 2] * rows.weights[2][:, None]
    np.multiply(lines.take(columns.cell, axis=1), columns.weights[0], out=out)
    for tap in (1, 2):
        part = lines.take(columns.cell + tap, axis=1)
        part *= columns.weights[tap]
        out += part


def _replace_across_edges(
    coarse: _Coarse, rows: _Taps, columns: _Taps, rgb: NDArray[np.uint8], edge: float, out: F32
) -> None:
    """Replace samples interpolated across an edge or a hole by the weighted mode."""
    rough = ~coarse.smooth[rows.cell].take(columns.cell, axis=1)
    y, x = np.nonzero(rough)
    if not y.size:
        return
    row, column = rows.cell[y], columns.cell[x]
    disparity = np.empty((9, y.size), dtype=np.float32)
    weight = np.empty((9, y.size), dtype=np.float32)
    color = rgb[y, x].astype(np.float32)
    for tap in range(9):
        dy, dx = divmod(tap, 3)
        at = (row + dy, column + dx)
        disparity[tap] = coarse.disparity[at]
        contrast = coarse.guide[at]
        contrast -= color
        alike = np.einsum("ij,ij->i", contrast, contrast)
        alike *= np.float32(-1 / (2 * 3 * _COLOR_SIGMA**2))
        np.exp(alike, out=alike)
        alike += np.float32(_COLOR_FLOOR)
        alike *= rows.weights[dy, y]
        alike *= columns.weights[dx, x]
        alike *= coarse.usable[at]
        weight[tap] = alike
    value = _weighted_mode(disparity, weight, edge)
    value[coarse.hole[row, column]] = np.nan
    out[y, x] = value


def _weighted_mode(disparity: F32, weight: F32, edge: float) -> F32:
    """Return (n,) the weighted mean of the heaviest group of the (9, n) candidates.

    NaN where no candidate has any weight.
    """
    best = np.zeros(disparity.shape[1], dtype=np.float32)
    value = np.full(disparity.shape[1], np.nan, dtype=np.float32)
    for candidate in range(len(disparity)):
        reach = disparity[candidate] * np.float32(edge)
        group = weight * (np.abs(disparity - disparity[candidate]) <= reach)
        support = group.sum(axis=0)
        # A hole has neither weight nor a disparity of its own to gather others around.
        support *= weight[candidate] > 0
        better = support > best
        group *= disparity
        mean = group.sum(axis=0)
        np.divide(mean, support, out=mean, where=support > 0)
        np.copyto(best, support, where=better)
        np.copyto(value, mean, where=better)
    return value
