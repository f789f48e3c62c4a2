"""Distances of a part of the histogram of codes, and the codes of distances."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from heicdepth_tui.depth.histogram import CodeHistogram
    from heicdepth_tui.ui.model.clip import Clip

__all__ = ["clip_codes", "distances_of", "limits_of"]

_DIGITS = 3


def distances_of(histogram: CodeHistogram, low: int, high: int) -> tuple[float, float] | None:
    """Return the nearest and the farthest distance of the codes ``low`` .. ``high``, m.

    Rounded outwards to three digits, so that both codes lie inside. The codes themselves where
    codes have no distance at all; None where these codes have none.
    """
    import numpy as np

    if histogram.metres is None:
        return float(low), float(high)
    metres = histogram.metres[low : high + 1]
    metres = metres[np.isfinite(metres)]
    if not metres.size:
        return None
    near, far = float(metres.min()), float(metres.max())
    down, up = math.floor(near / _unit(near)), math.ceil(far / _unit(far))
    return float(f"{down * _unit(near):.6g}"), float(f"{up * _unit(far):.6g}")


def _unit(metres: float) -> float:
    """Return the last of three digits."""
    return 10.0 ** (math.floor(math.log10(metres)) - _DIGITS + 1)


def limits_of(histogram: CodeHistogram) -> tuple[float, float] | None:
    """Return the distances of the nearest and the farthest sample, m; None without any."""
    import numpy as np

    if histogram.metres is None:
        return None
    metres = histogram.metres[(histogram.counts > 0) & np.isfinite(histogram.metres)]
    return (float(metres.min()), float(metres.max())) if metres.size else None


def clip_codes(histogram: CodeHistogram, clip: Clip) -> tuple[int | None, int | None]:
    """Return the smallest and the largest code that a clip keeps; None where it cuts none off."""
    import numpy as np

    metres = histogram.metres
    if metres is None or (clip.near is None and clip.far is None):
        return None, None
    near, far = clip.near or 0.0, math.inf if clip.far is None else clip.far
    with np.errstate(invalid="ignore"):
        kept = np.flatnonzero((metres >= near) & (metres <= far))
    if not kept.size:
        return None, None
    # The smallest code is the farthest one.
    low = None if clip.far is None else int(kept[0])
    return low, None if clip.near is None else int(kept[-1])
