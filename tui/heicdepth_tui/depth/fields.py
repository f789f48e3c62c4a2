"""Properties of each depth sample: metres per code, validity, flying, distance to an edge."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from heicdepth_tui.depth.flying import flying_kinds, jumps
from heicdepth_tui.depth.points import CloudOptions
from heicdepth_tui.depth.upsample import cell_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from heicdepth_tui.depth.camera import Camera
    from heicdepth_tui.depth.depthmap import DepthMap
    from heicdepth_tui.heif.picture_facts import Size

__all__ = ["EDGE_REACH", "SampleFields", "edge_distance", "sample_fields", "sampled_at"]

EDGE_REACH = 32
"""Samples; distances to an edge are measured up to it, and farther ones are given as it."""


@dataclass(frozen=True, slots=True, eq=False)
class SampleFields:
    """Properties of the samples of a depth map, each (H, W)."""

    step: NDArray[np.float32]
    """Metres that one code more or less makes at this sample; NaN where invalid."""
    valid: NDArray[np.uint8]
    """1 where the sample has a distance, else 0."""
    flying: NDArray[np.uint8]
    """0, or 1 for a sample alone between two surfaces, 2 for one of a ramp; see ``flying``."""
    edge: NDArray[np.float32]
    """Samples to the nearest edge, 0 .. EDGE_REACH; NaN where invalid. See ``edge_distance``."""


def sample_fields(
    depth_map: DepthMap,
    camera: Camera | None,
    threshold: float = CloudOptions().flying_threshold,
) -> SampleFields:
    """Return the properties of a map's samples; raises NoMetresError where codes mean no distance.

    Flying samples and edges by the same ``threshold`` (relative step in distance) as in a cloud.
    """
    tables, codes = depth_map.tables, depth_map.codes
    focal = math.inf if camera is None else min(camera.fx, camera.fy)
    valid = depth_map.valid()
    edge = edge_distance(codes, tables.disparity, threshold, depth_map.outside)
    edge[~valid] = np.nan
    return SampleFields(
        step=depth_map.depth_resolution(),
        valid=valid.astype(np.uint8),
        flying=flying_kinds(codes, tables.disparity, threshold, focal),
        edge=edge,
    )


def edge_distance(
    codes: NDArray[np.uint8] | NDArray[np.uint16],
    disparity: NDArray[np.float64],
    threshold: float,
    outside: NDArray[np.bool_] | None = None,
) -> NDArray[np.float32]:
    """Return the Euclidean distance of each sample to the nearest one at an edge, (H, W), samples.

    A sample is at an edge (0) where a jump (``flying.jumps``) lies between it and one of its four
    neighbours, or where one of the two is ``outside`` (H, W) of what the camera saw. Distances
    beyond EDGE_REACH, and those of a map without edges, are EDGE_REACH; the border of the map is no
    edge.
    """
    at_edge = np.zeros(codes.shape, dtype=np.bool_)
    down, across = (jumps(codes, disparity, threshold, axis) for axis in (0, 1))
    if outside is not None:
        down |= outside[1:] != outside[:-1]
        across |= outside[:, 1:] != outside[:, :-1]
    at_edge[:-1] |= down
    at_edge[1:] |= down
    at_edge[:, :-1] |= across
    at_edge[:, 1:] |= across
    # Exact and separable: distances along columns, then the smallest sum of squares along rows.
    squares = _line_distance(at_edge).astype(np.uint16) ** 2
    nearest = squares.copy()
    width = codes.shape[1]
    for shift in range(1, min(EDGE_REACH, width)):
        far = squares + np.uint16(shift * shift)
        np.minimum(nearest[:, shift:], far[:, :-shift], out=nearest[:, shift:])
        np.minimum(nearest[:, :-shift], far[:, shift:], out=nearest[:, :-shift])
    np.minimum(nearest, EDGE_REACH * EDGE_REACH, out=nearest)
    return np.sqrt(nearest, dtype=np.float32)


def _line_distance(marked: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Return how far up or down the nearest marked sample is, at most EDGE_REACH."""
    rows = np.arange(len(marked), dtype=np.int32)[:, None]
    far = np.int32(EDGE_REACH)
    above = np.maximum.accumulate(np.where(marked, rows, -far), axis=0)
    below = np.where(marked, rows, rows[-1] + far)
    below = np.minimum.accumulate(below[::-1], axis=0)[::-1]
    return np.minimum(np.minimum(rows - above, below - rows), far)


def sampled_at(field: NDArray[np.generic], full: Size, stride: int = 1) -> NDArray[np.generic]:
    """Return a property (h, w) of depth samples on a finer grid of the same view, flat.

    Each sample of the grid of size ``full``, of which every ``stride``-th row and column is taken,
    has the property of the depth sample in whose cell its centre lies.
    """
    height, width = field.shape
    rows = cell_of(full.height, height)[::stride]
    columns = cell_of(full.width, width)[::stride]
    return field[rows].take(columns, axis=1).reshape(-1)
