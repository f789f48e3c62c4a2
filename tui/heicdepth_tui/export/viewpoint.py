"""The viewpoints of the page: the camera's own, and one turned aside for the first view."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["View", "Viewpoint", "find_viewpoint"]

_HOME_YAW, _HOME_PITCH = -0.22, 0.08
_SAMPLED_POINTS = 20_000
_OUTLIERS_PERCENT = 0.3
_MAX_OVERHANG = 1.5
"""The first view shows at most this many times the frame; points beyond are cut off."""
_FLAT_DISTANCE = 2.4
"""Of the eye from the flat cloud's nearest point, in half lengths of its longer side."""


@dataclass(frozen=True, slots=True)
class View:
    """A view from the viewpoint's distance.

    ``pivot`` in the cloud's frame and unit is in the middle of the picture; ``yaw`` and ``pitch``
    in radians turn the cloud about it, right-handed about y, then about x. ``tangents`` are half
    the width and height of the extent that must fit.
    """

    pivot: tuple[float, float, float]
    yaw: float
    pitch: float
    tangents: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """Two views, the eye's distance from their pivots, and how far the cloud reaches.

    No point is farther than ``radius`` from the front view's pivot.
    """

    front: View
    home: View
    distance: float
    radius: float


def find_viewpoint(
    xyz: NDArray[np.float64],
    left_right: tuple[float, float],
    upper_lower: tuple[float, float],
    *,
    perspective: bool,
) -> Viewpoint:
    """Return the viewpoint for points (N, 3), x right, y up, the eye towards +z, N at least 1.

    ``left_right`` and ``upper_lower`` are the edges of the frame: x/−z and y/−z from the camera at
    the origin where ``perspective``, else x and y. The front view of a perspective cloud has its
    eye at the origin, so that it shows the photo.
    """
    # An odd stride does not fall into step with the columns of the grid.
    some = xyz[:: len(xyz) // _SAMPLED_POINTS | 1]
    middle = sum(left_right) / 2, sum(upper_lower) / 2
    half = (
        max(abs(left_right[1] - left_right[0]) / 2, 1e-6),
        max(abs(upper_lower[1] - upper_lower[0]) / 2, 1e-6),
    )
    if perspective:
        z = -_central_depth(some, middle, half)
        front_pivot = (-middle[0] * z, -middle[1] * z, z)
        distance = math.hypot(*front_pivot)
        # Turned so that the line from the origin to the pivot is the one of sight.
        yaw = math.atan2(front_pivot[0], -z)
        pitch = math.atan2(-front_pivot[1], math.hypot(front_pivot[0], z))
        tangents = half
    else:
        z = float(np.median(some[:, 2]))
        front_pivot = (*middle, z)
        nearest = _FLAT_DISTANCE * max(half)
        distance = nearest + float(xyz[:, 2].max()) - z
        yaw = pitch = 0.0
        # Between what fits at the nearest point and what fits at the middle one.
        between = math.sqrt(nearest * distance)
        tangents = half[0] / between, half[1] / between
    corner = np.maximum(np.abs(xyz.min(0) - front_pivot), np.abs(xyz.max(0) - front_pivot))
    front = View(front_pivot, yaw, pitch, tangents)
    radius = max(float(np.linalg.norm(corner)), 1e-6)
    return Viewpoint(front, _turned_home(some, front, distance), distance, radius)


def _central_depth(
    xyz: NDArray[np.float64], middle: tuple[float, float], half: tuple[float, float]
) -> float:
    """Return the median depth in the middle of the picture, the centre of rotation."""
    off_x = np.abs(xyz[:, 0] + middle[0] * xyz[:, 2])
    off_y = np.abs(xyz[:, 1] + middle[1] * xyz[:, 2])
    central = (off_x < -half[0] / 2 * xyz[:, 2]) & (off_y < -half[1] / 2 * xyz[:, 2])
    return float(np.median(-xyz[central if central.any() else slice(None), 2]))


def _turned_home(xyz: NDArray[np.float64], front: View, distance: float) -> View:
    """Return the front view turned aside, moved and widened until the cloud fits again."""
    yaw, pitch = front.yaw + _HOME_YAW, front.pitch + _HOME_PITCH
    turn = _rotation(yaw, pitch)
    pivot = np.asarray(front.pivot)
    tangents = wide, tall = front.tangents
    # Moving the pivot shifts near and far points differently: three rounds settle it.
    for _ in range(3):
        seen = (xyz - pivot) @ turn.T
        depth = distance - seen[:, 2]
        before = depth > 0.05 * distance
        if not before.any():
            break
        plane = seen[before, :2] / depth[before, None]
        low, high = np.percentile(plane, [_OUTLIERS_PERCENT, 100 - _OUTLIERS_PERCENT], axis=0)
        pivot = pivot + turn.T @ np.array([*((low + high) / 2 * distance), 0.0])
        spread = (high - low) / 2
        tangents = _within(float(spread[0]), wide), _within(float(spread[1]), tall)
    x, y, z = (float(coordinate) for coordinate in pivot)
    return View((x, y, z), yaw, pitch, tangents)


def _within(spread: float, own: float) -> float:
    return min(max(spread, own), own * _MAX_OVERHANG)


def _rotation(yaw: float, pitch: float) -> NDArray[np.float64]:
    c, s = math.cos(yaw), math.sin(yaw)
    about_y = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
    c, s = math.cos(pitch), math.sin(pitch)
    about_x = np.array([[1, 0, 0], [0, c, -s], [0, s, c]])
    turn: NDArray[np.float64] = about_x @ about_y
    return turn
