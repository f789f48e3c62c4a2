"""Block characters with two colours fitted to each cell: halves, eighths and quadrants."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from heicdepth_tui.draw.modes import Blocks

__all__ = ["QUAD_GLYPHS", "fit_quads", "glyph_masks"]

_ACROSS, _DOWN = Blocks.QUAD.samples

QUAD_GLYPHS = "▁▂▃▄▅▆▇▎▌▊▘▝▖▗▚"
"""One character of each complementary pair. Odd eighths of the width are left out: at 4 samples
across a cell they equal no mask."""


def glyph_masks() -> NDArray[np.bool_]:
    """Return (len(QUAD_GLYPHS), 8, 4): true for the samples of a cell that each character inks."""
    masks = np.zeros((len(QUAD_GLYPHS), _DOWN, _ACROSS), dtype=np.bool_)
    for eighths in range(1, 8):
        masks[QUAD_GLYPHS.index("▁▂▃▄▅▆▇"[eighths - 1]), _DOWN - eighths :] = True
    for quarters in range(1, 4):
        masks[QUAD_GLYPHS.index("▎▌▊"[quarters - 1]), :, :quarters] = True
    middle, centre = _DOWN // 2, _ACROSS // 2
    masks[QUAD_GLYPHS.index("▘"), :middle, :centre] = True
    masks[QUAD_GLYPHS.index("▝"), :middle, centre:] = True
    masks[QUAD_GLYPHS.index("▖"), middle:, :centre] = True
    masks[QUAD_GLYPHS.index("▗"), middle:, centre:] = True
    masks[QUAD_GLYPHS.index("▚")] = masks[QUAD_GLYPHS.index("▘")] | masks[QUAD_GLYPHS.index("▗")]
    return masks


_SAMPLES = _ACROSS * _DOWN
_MASKS = glyph_masks().reshape(len(QUAD_GLYPHS), -1).astype(np.float32)
_SHARE = _MASKS.mean(axis=1)
# Whole numbers, so that sums are exact in any order, and a tie is one on every processor.
_DIRECTIONS = np.ascontiguousarray((_SAMPLES * (_MASKS - _SHARE[:, None])).T)
_SQUARES = (_DIRECTIONS.astype(np.float64) ** 2).sum(axis=0)
_CODE_POINTS = np.array([ord(glyph) for glyph in QUAD_GLYPHS], dtype=np.uint32)


def fit_quads(
    rgb: NDArray[np.uint8], cols: int, rows: int
) -> tuple[NDArray[np.uint32], NDArray[np.uint8], NDArray[np.uint8]]:
    """Return (chars, ink, ground) with the least squared error of each cell against ``rgb``.

    ``rgb`` is (8 * rows, 4 * cols, 3) uint8; the result (rows, cols) uint32 code points and two
    (rows, cols, 3) uint8 colours. The ink and ground of a mask are the means of their samples;
    the best mask, centred and scaled to length 1, has the largest squared projection of the
    samples, summed over the channels; of equals the first one.
    """
    cells = rgb.reshape(rows, _DOWN, cols, _ACROSS, 3).transpose(0, 2, 4, 1, 3)
    # One small product per row of cells: a large one would run in the threads of the BLAS library,
    # which take longer than the product on a busy machine.
    samples = cells.reshape(rows, cols * 3, _DOWN * _ACROSS).astype(np.float32)
    projection = (samples @ _DIRECTIONS).reshape(rows * cols, 3, -1)
    squared = np.square(projection, dtype=np.float64).sum(axis=1)
    best = (squared / _SQUARES).argmax(axis=1)
    mean = samples.mean(axis=2).reshape(rows * cols, 3)
    contrast = np.take_along_axis(projection, best[:, None, None], axis=2)[:, :, 0]
    contrast *= (_SAMPLES / _SQUARES[best]).astype(np.float32)[:, None]
    ground = mean - contrast * _SHARE[best][:, None]
    ink = ground + contrast
    return (
        _CODE_POINTS[best].reshape(rows, cols),
        np.clip(np.rint(ink), 0, 255).astype(np.uint8).reshape(rows, cols, 3),
        np.clip(np.rint(ground), 0, 255).astype(np.uint8).reshape(rows, cols, 3),
    )
