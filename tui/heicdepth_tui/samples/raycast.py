"""Rays of a pinhole camera against the parts of a scene: exact metric depth in closed form."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from heicdepth_tui.samples.solids import Box, Pinhole, Scene, Solid, Sphere

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from heicdepth_tui.samples.solids import Vec

    Floats = NDArray[np.floating[Any]]

__all__ = [
    "Hit",
    "background_metres",
    "box_corners",
    "cast",
    "convex_hull",
    "floor_starts",
    "meet",
    "outside",
]

_TINY = 1e-12
_NEAREST = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class Hit:
    """Points where rays of a window meet a solid; arrays (rows, columns), vectors (3, …)."""

    rows: slice
    columns: slice
    metres: Floats
    """Depth Z along the optical axis; inf where the ray misses."""
    near: Floats
    """Depth Z of ``point``: where the ray hits, the same as ``metres``."""
    point: Floats
    """World point met, or of the closest approach."""
    normal: Floats
    """Outward unit normal there."""
    cover: Floats
    """The share of the pixel that the solid covers, 0 .. 1: between only along its outline."""


def cast(scene: Scene, camera: Pinhole) -> NDArray[np.float64]:
    """Return depth Z in metres along the optical axis, (H, W) float64, for every pixel centre."""
    metres: NDArray[np.float64] = np.repeat(
        background_metres(scene, camera)[:, None], camera.width, axis=1
    )
    for solid in scene.solids:
        hit = meet(solid, camera)
        if hit is not None:
            part = metres[hit.rows, hit.columns]
            np.minimum(part, hit.metres, out=part)
    return metres


def background_metres(scene: Scene, camera: Pinhole) -> NDArray[np.float64]:
    """Return Z of floor or wall, whichever is nearer, for each row, (H,) float64.

    The camera neither rolls nor turns, so that both planes have one depth a row.
    """
    rays = camera.rays(slice(0, camera.height), slice(0, 1))[:, :, 0]
    down = np.where(rays[1] < -_TINY, rays[1], -_TINY)
    floor = np.where(rays[1] < -_TINY, scene.floor.height / down, np.inf)
    nearer: NDArray[np.float64] = np.minimum(floor, -scene.wall.distance / rays[2])
    return nearer


def floor_starts(scene: Scene, camera: Pinhole) -> int:
    """Return the first row that shows the floor; the height where the wall hides it all."""
    rays = camera.rays(slice(0, camera.height), slice(0, 1))[:, :, 0]
    on_floor = rays[1] * scene.wall.distance < -scene.floor.height * rays[2]
    return int(np.argmax(on_floor)) if on_floor.any() else camera.height


def meet(solid: Solid, camera: Pinhole, dtype: type[np.floating[Any]] = np.float64) -> Hit | None:
    """Return where a camera's rays meet ``solid``, None where it is outside the picture.

    ``dtype`` is that of the arrays: double for depth, single for colours only.
    Raises ValueError for a solid that reaches the plane of the camera.
    """
    window = _window(solid, camera)
    if window is None:
        return None
    rays = camera.rays(*window, dtype)
    if isinstance(solid, Sphere):
        return _meet_sphere(solid, camera, rays, window)
    return _meet_box(solid, camera, rays, window)


def box_corners(box: Box) -> list[Vec]:
    """Return the eight corners of a box in the world."""
    angle = math.radians(box.turn)
    c, s = math.cos(angle), math.sin(angle)
    (x, y, z), (width, height, depth) = box.centre, box.size
    return [
        (x + c * dx + s * dz, y + dy, z - s * dx + c * dz)
        for dx in (-width / 2, width / 2)
        for dy in (-height / 2, height / 2)
        for dz in (-depth / 2, depth / 2)
    ]


def _corners(solid: Solid) -> list[Vec]:
    """Corners of a box that holds the solid, its faces along the world's axes for a sphere."""
    if isinstance(solid, Box):
        return box_corners(solid)
    side = 2 * solid.radius
    return box_corners(Box(solid.centre, (side, side, side), solid.color))


def _window(solid: Solid, camera: Pinhole) -> tuple[slice, slice] | None:
    """Rows and columns that can show the solid: a hull's picture holds the picture of the solid."""
    corners = _corners(solid)
    if any(camera.to_camera(corner)[2] > -_NEAREST for corner in corners):
        raise ValueError(f"{solid} reaches the plane of the camera")
    across, down = zip(*(camera.project(corner) for corner in corners), strict=True)
    left, right = max(0, math.floor(min(across)) - 1), min(camera.width, math.ceil(max(across)) + 2)
    top, bottom = max(0, math.floor(min(down)) - 1), min(camera.height, math.ceil(max(down)) + 2)
    if left >= right or top >= bottom:
        return None
    return slice(top, bottom), slice(left, right)


def _meet_sphere(sphere: Sphere, camera: Pinhole, rays: Floats, window: tuple[slice, slice]) -> Hit:
    """Nearer root of |t·d − c|² = r²."""
    middle = np.array(sphere.centre, rays.dtype)
    centre = middle[:, None, None]
    squared = np.einsum("kij,kij->ij", rays, rays)
    along = np.einsum("kij,k->ij", rays, middle)
    rest = math.fsum(value * value for value in sphere.centre) - sphere.radius**2
    discriminant = along * along - squared * rest
    near = (along - np.sqrt(np.maximum(discriminant, 0.0))) / squared
    point = near * rays
    normal = (point - centre) / sphere.radius
    normal /= np.sqrt(np.einsum("kij,kij->ij", normal, normal))
    off_axis = np.sqrt(np.maximum(rest + sphere.radius**2 - along * along / squared, 0.0))
    pixel = along / squared / camera.fx
    cover = np.clip(0.5 + (sphere.radius - off_axis) / pixel, 0.0, 1.0)
    return Hit(*window, np.where(discriminant >= 0, near, np.inf), near, point, normal, cover)


def _meet_box(box: Box, camera: Pinhole, rays: Floats, window: tuple[slice, slice]) -> Hit:
    """Slabs: the last plane entered, if it is entered before the first one is left."""
    angle = math.radians(box.turn)
    c, s = math.cos(angle), math.sin(angle)
    turn = np.array([[c, 0.0, -s], [0.0, 1.0, 0.0], [s, 0.0, c]], rays.dtype)
    local = np.einsum("ab,bij->aij", turn, rays)
    local[np.abs(local) < _TINY] = _TINY
    origin = (turn @ -np.array(box.centre, rays.dtype))[:, None, None]
    half = np.array(box.size, rays.dtype)[:, None, None] / 2
    enter = (-half * np.sign(local) - origin) / local
    leave = (half * np.sign(local) - origin) / local
    last = enter.max(axis=0)
    axis = enter.argmax(axis=0)
    normal = np.where(np.arange(3)[:, None, None] == axis, -np.sign(local), rays.dtype.type(0))
    return Hit(
        *window,
        np.where(last <= leave.min(axis=0), last, np.inf),
        last,
        last * rays,
        np.einsum("ba,bij->aij", turn, normal),
        _hull_cover([camera.project(corner) for corner in box_corners(box)], window),
    )


def _hull_cover(corners: list[tuple[float, float]], window: tuple[slice, slice]) -> Floats:
    rows, columns = window
    u = np.arange(columns.start, columns.stop)[None, :]
    v = np.arange(rows.start, rows.stop)[:, None]
    cover: Floats = np.clip(0.5 - outside(convex_hull(corners), u, v), 0.0, 1.0)
    return cover


def convex_hull(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the convex hull of points, counter-clockwise in a frame with y up (monotone chain)."""
    ordered = sorted(set(points))
    halves = []
    for run in (ordered, ordered[::-1]):
        chain: list[tuple[float, float]] = []
        for point in run:
            while len(chain) > 1 and _cross(chain[-2], chain[-1], point) <= _TINY:
                chain.pop()
            chain.append(point)
        halves.append(chain[:-1])
    return halves[0] + halves[1]


def _cross(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def outside(hull: list[tuple[float, float]], x: Floats, y: Floats) -> Floats:
    """Return how far points lie outside a convex hull's edges, negative inside; x and y broadcast.

    Measured to the farthest edge line, so near a corner it is less than the true distance.
    """
    worst: Floats = np.full(np.broadcast(x, y).shape, -np.inf)
    for (x0, y0), (x1, y1) in zip(hull, hull[1:] + hull[:1], strict=True):
        length = math.hypot(x1 - x0, y1 - y0)
        across, up = (y1 - y0) / length, -(x1 - x0) / length
        np.maximum(worst, (x - x0) * across + (y - y0) * up, out=worst)
    return worst
