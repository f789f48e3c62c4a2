"""Surface normals from an organised grid of points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    F32 = NDArray[np.float32]

__all__ = ["JUMP", "grid_normals"]

JUMP = 0.04
"""Neighbours whose depths differ by more than this ratio are not on the same surface."""

_STRIP_SAMPLES = 1 << 17


def grid_normals(
    xyz: F32, usable: NDArray[np.bool_] | None, *, jump: float = JUMP, parallel: bool = False
) -> F32:
    """Return unit normals (H, W, 3) float32 of points (H, W, 3) float32, metres, y up, −z forward.

    The normal is the cross product of the central differences along rows and columns; one-sided at
    borders, beside samples that are not ``usable`` (H, W) bool, and where the z of the neighbour
    differs by more than ``jump`` (ratio). It points to the camera at the origin, or with
    ``parallel`` (flat projection) to the side z grows to. 0, 0, 0 where a sample has no usable
    neighbour in one of the two directions or is not usable itself: the surface is unknown.
    """
    height, width = xyz.shape[:2]
    normals = np.empty((height, width, 3), dtype=np.float32)
    strip = max(1, _STRIP_SAMPLES // width)
    for start in range(0, height, strip):
        stop = min(start + strip, height)
        first, last = max(start - 1, 0), min(stop + 1, height)
        part = xyz[first:last]
        mask = None if usable is None else usable[first:last]
        inner = slice(start - first, start - first + stop - start)
        along_v, known_v = _differences(part, mask, jump, 0)
        along_u, known_u = _differences(part[inner], None if mask is None else mask[inner], jump, 1)
        known_u &= known_v[inner]
        normals[start:stop] = _unit_normals(
            along_u, along_v[inner], part[inner], known_u, parallel=parallel
        )
    return normals


def _differences(
    xyz: F32, usable: NDArray[np.bool_] | None, jump: float, axis: int
) -> tuple[F32, NDArray[np.bool_]]:
    """Return the difference across each sample along an axis, and where there is one.

    The sum of the forward and the backward difference, each left out where it is no step on one
    surface: only its direction matters.
    """
    steps = np.diff(xyz, axis=axis)
    z = np.abs(xyz[..., 2])
    before: tuple[slice, ...] = np.s_[:-1, :] if axis == 0 else np.s_[:, :-1]
    after: tuple[slice, ...] = np.s_[1:, :] if axis == 0 else np.s_[:, 1:]
    with np.errstate(invalid="ignore"):
        good = np.abs(steps[..., 2]) <= np.float32(jump) * np.minimum(z[before], z[after])
    if usable is not None:
        good &= usable[before]
        good &= usable[after]
    steps[~good] = 0
    total = np.zeros_like(xyz)
    known = np.zeros(xyz.shape[:2], dtype=np.bool_)
    total[before] = steps
    total[after] += steps
    known[before] = good
    known[after] |= good
    return total, known


def _unit_normals(
    along_u: F32, along_v: F32, xyz: F32, known: NDArray[np.bool_], *, parallel: bool
) -> F32:
    normals = np.empty_like(along_u)
    for axis in range(3):
        one, two = (axis + 1) % 3, (axis + 2) % 3
        np.multiply(along_v[..., one], along_u[..., two], out=normals[..., axis])
        normals[..., axis] -= along_v[..., two] * along_u[..., one]
    if parallel:
        away = normals[..., 2] < 0
    else:
        with np.errstate(invalid="ignore"):
            away = np.einsum("ijk,ijk->ij", normals, xyz) > 0
    length = np.sqrt(np.einsum("ijk,ijk->ij", normals, normals, dtype=np.float64))
    known &= length > 0
    length[~known] = 1
    np.negative(length, out=length, where=away)
    np.divide(normals, length[..., None], out=normals, casting="same_kind")
    normals[~known] = 0
    return normals
