"""Steps in Z between neighbouring samples of a depth map, which leave gaps between points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from heicdepth_tui.depth.normals import JUMP

if TYPE_CHECKING:
    from numpy.typing import NDArray

    F32 = NDArray[np.float32]

__all__ = ["MAX_SLOPE", "grid_stretch"]

MAX_SLOPE = 8.0
"""Steps along the line of sight count up to this multiple of the one across it: 83 degrees."""


def grid_stretch(metres: F32, focal: float) -> F32:
    """Return the largest step in Z from each sample to a neighbour on its surface, m, (H, W).

    ``metres`` is (H, W) float32, NaN where invalid; ``focal`` the focal length in samples. A step
    of more than ``JUMP`` (ratio) leads to another surface and does not count, steps of more than
    ``MAX_SLOPE`` times the distance of samples across the line of sight count as that. 0 where a
    sample has no neighbour.
    """
    stretch = np.zeros(metres.shape, dtype=np.float32)
    with np.errstate(invalid="ignore"):
        for before, after in ((np.s_[:-1], np.s_[1:]), (np.s_[:, :-1], np.s_[:, 1:])):
            step = np.abs(metres[after] - metres[before])
            near = np.minimum(metres[before], metres[after])
            step[~(step <= np.float32(JUMP) * near)] = 0
            np.maximum(stretch[before], step, out=stretch[before])
            np.maximum(stretch[after], step, out=stretch[after])
        np.fmin(stretch, metres * np.float32(MAX_SLOPE / focal), out=stretch)
    return stretch
