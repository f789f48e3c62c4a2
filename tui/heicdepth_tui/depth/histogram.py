"""The histogram of a depth map's codes, with their quantiles and mean in codes and in metres."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from heicdepth_tui.depth.depthmap import DepthMap

__all__ = ["CodeHistogram", "code_histogram"]


@dataclass(frozen=True, slots=True, eq=False)
class CodeHistogram:
    """How often each code stands in a depth map. ``counts`` has one entry a code, read-only."""

    counts: NDArray[np.int64]
    """(2**bits,)."""
    metres: NDArray[np.float64] | None
    """Z of each code, NaN where invalid; None where codes mean no distance."""

    def of(self, depth_map: DepthMap) -> CodeHistogram:
        """Return the histogram of the same codes with the distances of another mapping."""
        return CodeHistogram(self.counts, None if depth_map.reason else depth_map.tables.metres)

    @property
    def low(self) -> int:
        """The smallest code in use."""
        return int(np.flatnonzero(self.counts)[0])

    @property
    def high(self) -> int:
        """The largest code in use."""
        return int(np.flatnonzero(self.counts)[-1])

    @property
    def total(self) -> int:
        """Number of samples."""
        return int(self.counts.sum())

    @property
    def unused(self) -> int:
        """Number of codes between ``low`` and ``high`` that no sample has."""
        return int(np.count_nonzero(self.counts[self.low : self.high + 1] == 0))

    @property
    def mean_code(self) -> float:
        """Mean of the codes of all samples."""
        return float(np.arange(self.counts.size) @ self.counts / self.total)

    def code_quantile(self, share: float) -> int:
        """Return the smallest code that at least ``share`` (0 .. 1) of the samples do not exceed.

        Larger codes are nearer: the nearest 2 % lie at or above the quantile of 0.98.
        """
        below = np.cumsum(self.counts)
        at_least = max(1, int(np.ceil(share * self.total - 1e-9)))
        return int(np.searchsorted(below, at_least))

    @property
    def mean_metres(self) -> float | None:
        """Mean distance of the valid samples; None without any."""
        if self.metres is None:
            return None
        valid = np.isfinite(self.metres) & (self.counts > 0)
        counts = self.counts[valid]
        return float(self.metres[valid] @ counts / counts.sum()) if counts.size else None

    def metres_quantile(self, share: float) -> float | None:
        """Return the distance that ``share`` of the valid samples do not exceed; None without any.

        Always the distance of a code in use.
        """
        if self.metres is None:
            return None
        codes = np.flatnonzero(np.isfinite(self.metres) & (self.counts > 0))
        if not codes.size:
            return None
        codes = codes[np.argsort(self.metres[codes], kind="stable")]
        below = np.cumsum(self.counts[codes])
        at_least = max(1, int(np.ceil(share * int(below[-1]) - 1e-9)))
        return float(self.metres[codes[np.searchsorted(below, at_least)]])


def code_histogram(depth_map: DepthMap) -> CodeHistogram:
    """Return the histogram of all samples of a depth map."""
    counts = np.bincount(depth_map.codes.reshape(-1), minlength=depth_map.max_code + 1)
    counts.flags.writeable = False
    metres = None if depth_map.reason else depth_map.tables.metres
    return CodeHistogram(counts.astype(np.int64, copy=False), metres)
