"""Images of what follows from a depth map: distance, validity, normals and lines of equal depth."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from heicdepth_tui.depth.fields import EDGE_REACH
from heicdepth_tui.depth.flying import flying_kinds
from heicdepth_tui.depth.normals import grid_normals
from heicdepth_tui.depth.points import CloudOptions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from heicdepth_tui.depth.camera import Camera
    from heicdepth_tui.depth.depthmap import DepthMap

__all__ = [
    "FLYING_COLOUR",
    "INVALID_COLOUR",
    "VALID_COLOUR",
    "ContourLine",
    "Validity",
    "contour_lines",
    "contour_metres",
    "edge_codes",
    "normals_image",
    "scaled_codes",
    "surface_normals",
    "validity",
    "validity_image",
]

VALID_COLOUR, FLYING_COLOUR, INVALID_COLOUR = (58, 70, 84), (255, 196, 60), (230, 60, 70)
_GREYS = ((48,) * 3, (152,) * 3, (255,) * 3)
"""The same where there are no colours."""
"""sRGB of the three kinds of samples in ``validity_image``."""

_MAX_LINES = 12
_STEPS = (1, 2, 5)
_REACH = 96
"""Lengths of this part of a side are compared to find edges, both sides of which a map blends."""
_JUMP = 0.12
"""Share of the distance that is an edge over that length; on a floor it is 0.05."""


class ContourLine(NamedTuple):
    """A line of equal distance and its samples, those first that suit a label best."""

    metres: float
    rows: NDArray[np.intp]
    columns: NDArray[np.intp]


class Validity(NamedTuple):
    """Kinds of samples, (H, W) uint8: 0 valid, 1 flying, 2 invalid; and how many of each."""

    kinds: NDArray[np.uint8]
    valid: int
    flying: int
    invalid: int


def scaled_codes(depth_map: DepthMap, values: NDArray[np.float64]) -> NDArray[np.uint16]:
    """Return a value of each code spread over 0 .. 65535 by the map's own range, (H, W).

    ``values`` has one number a code, NaN where invalid (0 in the result). Where all are equal they
    become 65535.
    """
    used = values[np.unique(depth_map.codes)]
    used = used[np.isfinite(used)]
    low, high = (float(used.min()), float(used.max())) if used.size else (0.0, 0.0)
    share = (values - low) / (high - low) if high > low else np.ones_like(values)
    table = np.nan_to_num(np.clip(share, 0, 1), nan=0.0) * 65535
    shares: NDArray[np.uint16] = np.rint(table).astype(np.uint16)
    return shares.take(depth_map.codes, mode="clip")


def edge_codes(samples: NDArray[np.float32]) -> NDArray[np.uint16]:
    """Return distances to an edge (H, W), 0 .. EDGE_REACH samples, as 65535 .. 0."""
    codes: NDArray[np.uint16] = np.rint((1 - samples / EDGE_REACH) * 65535).astype(np.uint16)
    return codes


def validity(depth_map: DepthMap, camera: Camera | None) -> Validity:
    """Return which samples are valid, and which fly by the rule of the cloud (``flying_kinds``).

    Raises NoMetresError where codes have no distance.
    """
    tables = depth_map.tables
    focal = math.inf if camera is None else min(camera.fx, camera.fy)
    threshold = CloudOptions().flying_threshold
    flying = flying_kinds(depth_map.codes, tables.disparity, threshold, focal) > 0
    kinds = np.where(depth_map.valid(), flying.astype(np.uint8), np.uint8(2))
    counts = np.bincount(kinds.reshape(-1), minlength=3)
    return Validity(kinds, int(counts[0]), int(counts[1]), int(counts[2]))


def validity_image(kinds: NDArray[np.uint8], *, is_grey: bool = False) -> NDArray[np.uint8]:
    """Return kinds of samples as colours, (H, W, 3) uint8 sRGB; in greys dark, grey and white."""
    shown = _GREYS if is_grey else (VALID_COLOUR, FLYING_COLOUR, INVALID_COLOUR)
    table = np.array(shown, dtype=np.uint8)
    colours: NDArray[np.uint8] = table[kinds]
    return colours


def surface_normals(depth_map: DepthMap, camera: Camera) -> NDArray[np.float32]:
    """Return unit normals of a depth map's surface, (H, W, 3): x right, y up, z to the viewer.

    0, 0, 0 where a sample has none, see ``grid_normals``. Raises NoMetresError.
    """
    metres = depth_map.metres()
    height, width = metres.shape
    columns = (np.arange(width, dtype=np.float32) - np.float32(camera.cx)) / np.float32(camera.fx)
    rows = (np.float32(camera.cy) - np.arange(height, dtype=np.float32)) / np.float32(camera.fy)
    xyz = np.stack([columns[None] * metres, rows[:, None] * metres, -metres], axis=2)
    return grid_normals(np.nan_to_num(xyz), np.isfinite(metres))


def normals_image(normals: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return surface normals as colours, (H, W, 3) uint8: x, y, z from −1 .. 1 to 0 .. 255.

    Samples without a normal are black.
    """
    colours: NDArray[np.uint8] = np.rint((normals + 1) * 127.5).astype(np.uint8)
    colours[~normals.any(axis=2)] = 0
    return colours


def contour_metres(near: float, far: float) -> tuple[float, ...]:
    """Return round distances (1, 2 or 5 times a power of ten, m) inside near .. far.

    The finest series with at most ``_MAX_LINES`` of them: steps of equal length, or 1-2-5 where
    far is more than ten times near. Empty where the range is empty.
    """
    if not 0 < near < far < math.inf:
        return ()
    if far > 10 * near:
        decades = range(math.floor(math.log10(near)), math.ceil(math.log10(far)) + 1)
        series = [step * 10.0**decade for decade in decades for step in _STEPS]
        return tuple(round(value, 9) for value in series if near < value < far)[:_MAX_LINES]
    decade = math.floor(math.log10(far - near)) - 2
    while True:
        for step in _STEPS:
            length = step * 10.0**decade
            first, last = math.floor(near / length) + 1, math.ceil(far / length) - 1
            if last - first < _MAX_LINES:
                return tuple(round(index * length, 9) for index in range(first, last + 1))
        decade += 1


def contour_lines(
    metres: NDArray[np.float32], levels: tuple[float, ...]
) -> tuple[NDArray[np.bool_], tuple[ContourLine, ...]]:
    """Return the samples on lines of equal distance, and each line with the places of its label.

    ``metres`` (H, W) has NaN where invalid. A sample is on a line where the distance passes a level
    between it and a farther neighbour, so that lines are one sample wide in every direction.
    Levels that no line has are left out. Labels stand on slopes rather than at jumps, where lines
    of several distances meet and only one of them is drawn.
    """
    known = np.isfinite(metres)
    bands = np.searchsorted(np.array(levels), np.nan_to_num(metres, nan=0.0)).astype(np.int16)
    height, width = metres.shape
    lines = np.zeros(metres.shape, dtype=np.bool_)
    for axis in (0, 1):
        ahead, behind = (slice(1, None), slice(None)), (slice(None, -1), slice(None))
        ahead, behind = (ahead[::-1], behind[::-1]) if axis else (ahead, behind)
        both = known[ahead] & known[behind]
        lines[behind] |= both & (bands[ahead] > bands[behind])
        lines[ahead] |= both & (bands[behind] > bands[ahead])
    jumps = _jumps(metres, bands)
    passed = np.where(lines, bands + 1, 0)
    found: list[ContourLine] = []
    for number, level in enumerate(levels, 1):
        rows, columns = np.nonzero(passed == number)
        if not rows.size:
            continue
        # Spread over the height, so that labels of neighbouring lines rarely meet.
        row = height * number // (len(levels) + 1)
        away = (rows - row) ** 2 + (columns - width // 2) ** 2 // 4
        order = np.lexsort((away, jumps[rows, columns]))
        found.append(ContourLine(level, rows[order], columns[order]))
    return lines, tuple(found)


def _jumps(metres: NDArray[np.float32], bands: NDArray[np.int16]) -> NDArray[np.bool_]:
    """Return the samples at edges of objects and beside them, (H, W)."""
    reach = max(1, max(metres.shape) // _REACH)
    known = np.isfinite(metres)
    jumps = np.zeros(metres.shape, dtype=np.bool_)
    for axis in (0, 1):
        ahead, behind = (slice(reach, None), slice(None)), (slice(None, -reach), slice(None))
        ahead, behind = (ahead[::-1], behind[::-1]) if axis else (ahead, behind)
        one, other = metres[ahead], metres[behind]
        with np.errstate(invalid="ignore"):
            steep = np.abs(one - other) > _JUMP * np.minimum(one, other)
        steep |= np.abs(bands[ahead] - bands[behind]) > 1
        steep &= known[ahead] & known[behind]
        jumps[behind] |= steep
        jumps[ahead] |= steep
    for _ in range(2 * reach):
        jumps = _grown(jumps)
    return jumps


def _grown(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return a mask and the neighbours of its samples, (H, W)."""
    grown = mask.copy()
    grown[1:] |= mask[:-1]
    grown[:-1] |= mask[1:]
    grown[:, 1:] |= mask[:, :-1]
    grown[:, :-1] |= mask[:, 1:]
    return grown
