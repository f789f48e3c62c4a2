"""Colour maps in the colours of a terminal palette, still ordered by lightness."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from heicdepth_tui.draw.modes import ColorMode
from heicdepth_tui.draw.palette import ANSI16_COLORS, XTERM_COLORS, snap
from heicdepth_tui.draw.tables import COLORMAPS, ORDERED_COLORMAPS

__all__ = ["lab_of", "palette_ramp"]

_FIRST_FIXED = 16
"""The first of xterm's colours that no theme changes."""
_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
_LAB_WEIGHTS = np.array([3.0, 1.0, 1.0])
"""Weights of L*, a* and b*: a larger weight of L* gives more steps, but hues that alternate."""
_WHITE = np.array([0.95047, 1.0, 1.08883])


def lab_of(rgb: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return CIELAB (D65) of (..., 3) sRGB: IEC 61966-2-1 for linear light, CIE 15 for L*a*b*."""
    value = rgb / 255.0
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    ratio = linear @ _TO_XYZ.T / _WHITE
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio * (29 / 6) ** 2 / 3 + 4 / 29)
    x, y, z = f[..., 0], f[..., 1], f[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


@lru_cache(maxsize=32)
def palette_ramp(name: str, mode: ColorMode) -> NDArray[np.uint8]:
    """Return the colour map ``name`` for ``mode``: (256, 3) uint8, read-only.

    For PALETTE and ANSI16 a map that is ordered by lightness stays ordered: of all sequences of
    palette colours that never get darker, the one with the least sum of squared CIELAB distances
    from the true map, with lightness weighted more than hue. The nearest colour of each entry alone
    would put greys, blues and purples of the far end out of order.
    Other maps and modes take the nearest colours; TRUECOLOR is the map itself. KeyError for an
    unknown ``name``.
    """
    table = COLORMAPS[name]
    if name in ORDERED_COLORMAPS and mode in (ColorMode.PALETTE, ColorMode.ANSI16):
        colors = ANSI16_COLORS if mode is ColorMode.ANSI16 else XTERM_COLORS[_FIRST_FIXED:]
        ramp = _never_darker(table, colors)
    else:
        ramp = snap(table, mode)
    ramp.flags.writeable = False
    return ramp


def _never_darker(table: NDArray[np.uint8], colors: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Assign a colour to every code by dynamic programming over the colours in order of L*."""
    lab = lab_of(colors)
    order = np.argsort(lab[:, 0], kind="stable")
    differences = (lab_of(table)[:, None] - lab[order]) * _LAB_WEIGHTS
    costs = (differences * differences).sum(axis=2)
    total = costs[0]
    cheapest_before = []
    for cost in costs[1:]:
        # For every last colour: the lightest colour up to it with the least cost.
        least = np.minimum.accumulate(total)
        fresh = np.where(total == least, np.arange(total.size), 0)
        cheapest_before.append(np.maximum.accumulate(fresh))
        total = least + cost
    at = int(total.argmin())
    path = [at]
    for before in reversed(cheapest_before):
        at = int(before[at])
        path.append(at)
    return np.array(colors[order[path[::-1]]])
