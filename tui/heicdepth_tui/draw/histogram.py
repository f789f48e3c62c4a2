"""The histogram of depth codes in cells: bars in the colours of the map over an axis of codes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from heicdepth_tui.draw.cells import Picture, Rgb
from heicdepth_tui.draw.code_scale import WHOLE_RANGE, CodeScale
from heicdepth_tui.draw.colormaps import DEFAULT_COLORMAP, colorize
from heicdepth_tui.draw.modes import ColorMode
from heicdepth_tui.draw.palette import grey_of, snap

__all__ = ["codes_at", "column_of", "histogram_picture"]

_EIGHTHS = np.array([ord(char) for char in " ▁▂▃▄▅▆▇█"], dtype=np.uint32)
_ALL, _SOME, _NONE = ord("━"), ord("╍"), ord(" ")
_AXIS, _MIDDLE = 150, 128
_CLIPPED, _LEAST = 90, 32
"""Levels of luma between the ground and bars beyond the clip, and at least between it and others.

The far end of most maps is black, the near end nearly white.
"""


def column_of(code: int, codes: int, columns: int) -> int:
    """Return the column in which a code of 0 .. ``codes`` − 1 stands."""
    return min(columns - 1, code * columns // codes)


def codes_at(column: int, codes: int, columns: int) -> tuple[int, int]:
    """Return the first and the last code of a column; the nearest code where it has none."""
    column = min(columns - 1, max(0, column))
    first = -(-column * codes // columns)
    last = -(-(column + 1) * codes // columns) - 1
    return min(first, codes - 1), min(max(first, last), codes - 1)


def histogram_picture(
    counts: NDArray[np.int64],
    size: tuple[int, int],
    *,
    colormap: str = DEFAULT_COLORMAP,
    scale: CodeScale = WHOLE_RANGE,
    code: int | None = None,
    clip: tuple[int | None, int | None] = (None, None),
    mode: ColorMode = ColorMode.TRUECOLOR,
    ground: Rgb = (0, 0, 0),
) -> Picture:
    """Return a histogram of (columns, rows) cells, code 0 at the left; the last row is the axis.

    ``counts`` has one entry a code. The height of a bar is the square root of its mean count a
    code, the highest fills its room, and a code in use has a bar of at least one eighth of a cell.
    The axis is whole (━) over codes that are all in use, broken (╍) where some are not, and empty
    where none is; ``[`` and ``]`` mark the ends of a ``scale`` that are set, ``(`` and ``)``
    the smallest and the largest code that a ``clip`` keeps, ``▲`` the ``code``; bars beyond the
    clip are grey. On a light ``ground`` what is white on a dark one is black.
    Its characters are not those of pictures: read it by ``Picture.runs``.
    """
    columns, rows = max(1, size[0]), max(2, size[1])
    codes = counts.size
    column = np.arange(codes) * columns // codes
    total = np.bincount(column, weights=counts, minlength=columns)
    width = np.bincount(column, minlength=columns)
    used = np.bincount(column, weights=counts > 0, minlength=columns)
    height = np.sqrt(total / np.maximum(width, 1))
    eighths = np.rint(height / max(1e-9, float(height.max())) * 8 * (rows - 1)).astype(np.int64)
    eighths = np.where(total > 0, np.maximum(eighths, 1), 0)
    above = np.arange(rows - 2, -1, -1)[:, None] * 8
    chars = np.empty((rows, columns), dtype=np.uint32)
    chars[:-1] = _EIGHTHS[np.clip(eighths - above, 0, 8)]
    chars[-1] = np.where(used == 0, _NONE, np.where(used < width, _SOME, _ALL))
    middle = np.minimum(codes - 1, (np.arange(columns) * 2 + 1) * codes // (2 * columns))
    colours = colorize(middle.astype(np.uint16)[None], codes - 1, colormap, mode, scale)
    base = int(grey_of(np.array(ground, dtype=np.uint8)))
    away, strong = (1, 255) if base < _MIDDLE else (-1, 0)
    ink = np.repeat(_apart(colours, base, away), rows, axis=0)
    low, high = clip
    is_clipped = np.zeros(columns, dtype=np.bool_)
    is_clipped |= middle < (0 if low is None else low)
    is_clipped |= middle > (codes if high is None else high)
    ink[:, is_clipped] = base + away * _CLIPPED
    ink[-1] = _AXIS
    marks = [(scale.low, "["), (scale.high, "]"), (low, "("), (high, ")"), (code, "▲")]
    for value, char in marks:
        if value is not None:
            at = column_of(min(value, codes - 1), codes, columns)
            chars[-1, at] = ord(char)
            ink[-1, at] = strong
    if mode is ColorMode.GREY:
        ink = np.repeat(grey_of(ink)[:, :, None], 3, axis=2)
    under = np.broadcast_to(np.array(ground, dtype=np.uint8), ink.shape)
    return Picture(chars, snap(ink, mode), snap(np.ascontiguousarray(under), mode), mode)


def _apart(colours: NDArray[np.uint8], base: int, away: int) -> NDArray[np.uint8]:
    """Return colours whose luma is at least ``_LEAST`` from that of the ground, lighter or darker.

    ``away`` is 1 for lighter; each channel is changed by as much.
    """
    short = _LEAST - away * (grey_of(colours).astype(np.int16) - base)
    changed = colours + away * np.maximum(short, 0)[..., None]
    return np.asarray(np.clip(changed, 0, 255), dtype=np.uint8)
