"""The flat cloud of the original blog post, with the same operations in the same order."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from heicdepth_tui.errors import NoMetresError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from heicdepth_tui.depth.depthmap import DepthMap

__all__ = ["flat_grid", "flat_quantity"]


def flat_grid(depth_map: DepthMap, stride: int) -> NDArray[np.float32]:
    """Return the flat points (rows, columns, 3) float32 of every ``stride``-th row and column.

    For n rows and m columns: x = linspace(0, 2·n/m, n) down the rows, y = linspace(0, 2, m) along
    the columns, z = (d_max − d_min) · code/N + d_min, N = 2**bits − 1, all in float64, rounded to
    float32 at the end as the PCD writer does. x and y have no unit, z is not depth, see
    ``flat_quantity``: nothing is invalid, nothing is dropped. Raises NoMetresError without d_min
    and d_max.
    """
    d_min, d_max = _range(depth_map)
    rows, columns = depth_map.codes.shape
    x = np.linspace(0, 2 * (rows / columns), rows)[::stride]
    y = np.linspace(0, 2, columns)[::stride]
    z = (d_max - d_min) * (np.arange(depth_map.max_code + 1) / float(depth_map.max_code)) + d_min
    grid = np.empty((len(x), len(y), 3), dtype=np.float32)
    grid[..., 0] = x[:, None]
    grid[..., 1] = y
    grid[..., 2] = z.astype(np.float32).take(depth_map.codes[::stride, ::stride], mode="clip")
    return grid


def flat_quantity(depth_map: DepthMap) -> str:
    """Return the quantity that z of the flat points is, as text.

    Disparity (larger is nearer) only where the mapping of the codes says so, in 1/m only where the
    file states that; of other representations, and of a range that means no distance, the codes
    scaled to d_min .. d_max.
    """
    quantization = depth_map.quantization
    if (
        quantization is not None
        and not quantization.is_depth
        and _range(depth_map) == (quantization.value_at_code_0, quantization.value_at_max_code)
    ):
        unit = "in 1/m" if depth_map.trust.is_unit_known else "without a known unit"
        return f"disparity {unit} (larger is nearer)"
    return "the codes scaled to d_min .. d_max of the file, without a known unit"


def _range(depth_map: DepthMap) -> tuple[float, float]:
    """Return d_min and d_max as the file gives them, even reversed; from the XMP if from there."""
    representation, quantization = depth_map.representation, depth_map.quantization
    if representation is not None:
        low, high = representation.d_min, representation.d_max
        if low is not None and high is not None:
            if math.isfinite(low) and math.isfinite(high) and max(abs(low), abs(high)) < 1e30:
                return low, high
            raise NoMetresError(f"the flat cloud needs d_min and d_max; they are {low}, {high}")
    if quantization is not None and not quantization.is_depth:
        return quantization.value_at_code_0, quantization.value_at_max_code
    raise NoMetresError("the flat cloud needs d_min and d_max, which the file does not give")
