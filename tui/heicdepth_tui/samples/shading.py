"""Colour for a scene: soft light, shadows that fade with distance, darkening where things meet."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from heicdepth_tui.samples.raycast import (
    Hit,
    background_metres,
    box_corners,
    convex_hull,
    floor_starts,
    meet,
    outside,
)
from heicdepth_tui.samples.solids import Box, Color, Pinhole, Scene, Solid, Sphere

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Singles = NDArray[np.float32]

__all__ = ["shade"]

# Plain floats: a numpy double would make single-precision arrays double.
_SKY = (0.44, 0.50, 0.60)
_BOUNCE = (0.30, 0.26, 0.23)
_SUN = (0.92, 0.86, 0.76)
_COARSE, _FINE_ENOUGH = 4, 160
_LIGHT_SIZE = 0.16
"""Half width of the light's cone: the penumbra's width over the distance to what casts it."""


def shade(scene: Scene, camera: Pinhole) -> NDArray[np.uint8]:
    """Return the sRGB picture of a scene, (H, W, 3) uint8; outlines are smoothed, depth is not."""
    picture, metres = _background(scene, camera)
    for solid in sorted(scene.solids, key=lambda one: one.centre[2]):
        hit = meet(solid, camera, np.float32)
        if hit is not None:
            _paint(picture, metres, hit, _solid_light(solid, hit, scene))
    return _to_srgb(picture)


def _paint(picture: Singles, metres: Singles, hit: Hit, color: Singles) -> None:
    """Lay a solid over what is farther away; half-covered pixels mix with it."""
    where = (slice(None), hit.rows, hit.columns)
    before = metres[hit.rows, hit.columns]
    cover = np.where(hit.near < before, hit.cover, 0.0).astype(np.float32)
    picture[where] += cover * (color - picture[where])
    np.minimum(before, hit.metres, out=before, casting="same_kind")


def _solid_light(solid: Solid, hit: Hit, scene: Scene) -> Singles:
    light = _unit(scene.light)
    point, normal = hit.point, hit.normal
    sun = np.maximum(_dot(normal, light), 0.0)
    open_sky = _floor_occlusion(point, normal, scene)
    for other in scene.solids:
        if other is solid or not isinstance(other, Sphere):
            continue
        if _may_shade(other, solid, light):
            sun *= _sphere_shadow(other, point, light)
        if math.dist(other.centre, solid.centre) < _reach(solid) + 3 * other.radius:
            open_sky *= 1 - _sphere_occlusion(other, point, normal)
    up = 0.5 + 0.5 * normal[1]
    planes = [
        albedo * ((sky * up + bounce * (1 - up)) * open_sky + warm * sun)
        for albedo, sky, bounce, warm in zip(solid.color, _SKY, _BOUNCE, _SUN, strict=True)
    ]
    if solid.gloss > 0:
        shine, rim = _gloss(point, normal, light)
        shine *= solid.gloss * (sun > 0)
        rim *= 0.35 * solid.gloss
        for plane, sky, warm in zip(planes, _SKY, _SUN, strict=True):
            plane += warm * shine + sky * rim
    return np.stack(planes).astype(np.float32, copy=False)


def _gloss(point: Floats, normal: Floats, light: Floats) -> tuple[Floats, Floats]:
    """Highlight around the mirrored light (Blinn, exponent 64) and a faint rim of sky."""
    view = point / -np.sqrt(_dot(point, point))
    half = view + light.astype(point.dtype)[:, None, None]
    half /= np.sqrt(_dot(half, half))
    shine = np.maximum(_dot(normal, half), 0.0)
    for _ in range(6):
        shine *= shine
    rim = 1 - np.maximum(_dot(normal, view), 0.0)
    for _ in range(2):
        rim *= rim
    return shine, rim


def _reach(solid: Solid) -> float:
    """Radius of a ball around the solid."""
    return solid.radius if isinstance(solid, Sphere) else math.hypot(*solid.size) / 2


def _may_shade(sphere: Sphere, solid: Solid, light: Floats) -> bool:
    """Return whether the sphere stands between the light and any part of the solid's ball."""
    way = np.subtract(sphere.centre, solid.centre)
    along = float(way @ light)
    aside = math.sqrt(max(float(way @ way) - along * along, 0.0))
    reach = _reach(solid)
    return along > -reach and aside < sphere.radius + reach + _LIGHT_SIZE * (along + reach)


def _floor_occlusion(point: Floats, normal: Floats, scene: Scene) -> Floats:
    """Less sky for what looks down at the floor from close by."""
    above = np.maximum(point[1] - scene.floor.height, 0.0)
    down = 0.5 - 0.5 * normal[1]
    darkness: Floats = 1 - 0.75 * down * np.exp(-above / 0.22)
    return darkness


def _background(scene: Scene, camera: Pinhole) -> tuple[Singles, Singles]:
    """Linear picture (3, H, W) of floor and wall, and their depth (H, W)."""
    rows = background_metres(scene, camera)
    start = floor_starts(scene, camera)
    picture = np.empty((3, camera.height, camera.width), np.float32)
    parts = (
        (slice(0, start), np.array([0.0, 0.0, 1.0]), _wall_color),
        (slice(start, camera.height), np.array([0.0, 1.0, 0.0]), _floor_color),
    )
    for part, normal, paint in parts:
        if part.start < part.stop:
            light = _plane_light(scene, camera, rows, part, normal)
            picture[:, part] = paint(scene, camera, rows, part) * light
    metres = np.repeat(rows.astype(np.float32)[:, None], camera.width, axis=1)
    return picture, metres


def _plane_light(
    scene: Scene, camera: Pinhole, rows: Floats, part: slice, normal: Floats
) -> Singles:
    """Light on a plane, (3, rows, columns); worked out on a coarse grid, as all of it is soft."""
    v = np.linspace(part.start, part.stop - 1, _coarse(part.stop - part.start))
    u = np.linspace(0, camera.width - 1, _coarse(camera.width))
    point = _points(camera, np.interp(v, np.arange(camera.height), rows), v, u)
    light = _unit(scene.light)
    sun = np.full(point.shape[1:], max(float(light @ normal), 0.0))
    sky = np.ones_like(sun)
    flat = normal[:, None, None]
    for solid in scene.solids:
        if isinstance(solid, Sphere):
            sun *= _sphere_shadow(solid, point, light)
            sky *= 1 - _sphere_occlusion(solid, point, flat)
        else:
            shadow, occlusion = _box_on_plane(solid, point, light, normal)
            sun *= 1 - shadow
            sky *= 1 - occlusion
    coarse = np.stack([s * sky + 1.05 * w * sun for s, w in zip(_SKY, _SUN, strict=True)])
    return _enlarge(coarse.astype(np.float32), part.stop - part.start, camera.width)


def _coarse(samples: int) -> int:
    return max(2, min(samples, _FINE_ENOUGH), samples // _COARSE)


def _points(camera: Pinhole, metres: Floats, v: Floats, u: Floats) -> Floats:
    """World points of rows ``v`` at depth ``metres`` a row, and columns ``u``."""
    angle = math.radians(camera.pitch)
    y = (camera.cy - v) / camera.fy
    point = np.empty((3, len(v), len(u)))
    point[0] = (u - camera.cx) / camera.fx * metres[:, None]
    point[1] = ((math.cos(angle) * y - math.sin(angle)) * metres)[:, None]
    point[2] = ((-math.sin(angle) * y - math.cos(angle)) * metres)[:, None]
    return point


def _wall_color(scene: Scene, camera: Pinhole, rows: Floats, part: slice) -> Singles:
    v = np.arange(part.start, part.stop, dtype=np.float64)
    point = _points(camera, rows[part], v, np.arange(camera.width, dtype=np.float64))
    share = np.clip((point[1, :, 0] - scene.floor.height) / scene.wall.reach, 0.0, 1.0)
    return _mix(scene.wall.colors, (share * share * (3 - 2 * share))[:, None])


def _floor_color(scene: Scene, camera: Pinhole, rows: Floats, part: slice) -> Singles:
    """Checker squares whose edges are as soft as a pixel is wide there."""
    v = np.arange(part.start, part.stop, dtype=np.float64)
    u = np.arange(camera.width, dtype=np.float64)
    metres = rows[part]
    tile = scene.floor.tile
    x = (u - camera.cx) / camera.fx * metres[:, None]
    z = _points(camera, metres, v, u[:1])[2, :, 0]
    deep = np.abs(np.gradient(z)) if len(z) > 1 else np.ones(1)
    side = _square_wave(x / tile, (metres / camera.fx / tile)[:, None])
    forth = _square_wave(z / tile, deep / tile)[:, None]
    far = np.clip(metres / scene.wall.distance, 0.0, 1.0)[:, None] ** 2
    return _mix(scene.floor.colors, 0.5 + 0.5 * side * forth * (1 - 0.6 * far))


def _square_wave(value: Floats, pixel: Floats) -> Floats:
    """±1 with period 2, its steps one ``pixel`` wide, fading out where pixels are too wide."""
    triangle = np.abs(np.mod(value, 2.0) - 1.0) - 0.5
    wave: Floats = np.clip(triangle / np.maximum(pixel, 1e-9), -1.0, 1.0)
    wave *= np.clip(1.5 - pixel, 0.0, 1.0)
    return wave


def _mix(colors: tuple[Color, Color], share: Floats) -> Singles:
    weight = share.astype(np.float32)
    return np.stack(
        [np.float32(a) + np.float32(b - a) * weight for a, b in zip(*colors, strict=True)]
    )


def _sphere_shadow(sphere: Sphere, point: Floats, light: Floats) -> Floats:
    """Share of the light that passes a sphere: its disc's edge blurred by the light's size."""
    to_centre = _vector(sphere.centre, point) - point
    along = _dot(to_centre, light)
    aside = np.sqrt(np.maximum(_dot(to_centre, to_centre) - along * along, 0.0))
    blur = _LIGHT_SIZE * np.maximum(along, 0.0) + 0.02 * sphere.radius
    passed = _smooth((aside - sphere.radius + blur) / (2 * blur))
    return np.where(along > 0, passed, 1.0)


def _sphere_occlusion(sphere: Sphere, point: Floats, normal: Floats) -> Floats:
    """Share of the sky that a sphere hides: its solid angle weighted by the cosine."""
    to_centre = _vector(sphere.centre, point) - point
    squared = np.maximum(_dot(to_centre, to_centre), sphere.radius**2)
    cosine = np.maximum(_dot(to_centre, normal), 0.0) / np.sqrt(squared)
    return 0.9 * cosine * sphere.radius**2 / squared


def _box_on_plane(box: Box, point: Floats, light: Floats, normal: Floats) -> tuple[Floats, Floats]:
    """Shadow and occlusion of a box on a plane: hulls of its cast and of its foot on the plane."""
    level = float(_dot(point[:, :1, :1], normal)[0, 0])
    on_floor = normal[1] > 0.5
    x, y = point[0], point[2] if on_floor else point[1]
    slope = float(light @ normal)
    foot, cast = [], []
    for corner in np.array(box_corners(box)):
        height = float(corner @ normal) - level
        dropped = corner - light * (height / slope) if slope > 0 else corner
        foot.append(_on_plane(corner, on_floor))
        cast.append(_on_plane(dropped, on_floor))
    lift = min(float(np.array(corner) @ normal) for corner in box_corners(box)) - level
    from_foot = np.maximum(outside(convex_hull(foot), x, y), 0.0)
    if slope <= 0:
        shadow = np.zeros_like(x)
    else:
        blur = 0.012 + _LIGHT_SIZE * (from_foot + lift)
        shadow = _smooth((blur - outside(convex_hull(foot + cast), x, y)) / (2 * blur))
    reach = 0.35 * float(np.mean(box.size))
    occlusion = 0.7 * np.exp(-from_foot / reach) * math.exp(-lift / reach)
    return shadow, occlusion


def _on_plane(corner: Floats, on_floor: bool) -> tuple[float, float]:
    return float(corner[0]), float(corner[2] if on_floor else corner[1])


def _vector(value: tuple[float, float, float], like: Floats) -> Floats:
    return np.array(value, like.dtype)[:, None, None]


def _unit(value: tuple[float, float, float]) -> Floats:
    vector = np.array(value, np.float64)
    return vector / math.sqrt(float(vector @ vector))


def _dot(a: Floats, b: Floats) -> Floats:
    """Inner product over the first axis, in the precision of ``a``."""
    x, y, z = b if b.ndim > 1 else [float(value) for value in b]
    result: Floats = a[0] * x
    result += a[1] * y
    result += a[2] * z
    return result


def _smooth(share: Floats) -> Floats:
    share = np.clip(share, 0.0, 1.0)
    return share * share * (3 - 2 * share)


def _enlarge(coarse: Singles, height: int, width: int) -> Singles:
    """Bilinear enlargement of (3, h, w) to (3, height, width), corners on corners."""
    return _stretch(_stretch(coarse, height, 1), width, 2)


def _stretch(planes: Singles, length: int, axis: int) -> Singles:
    place = np.linspace(0, planes.shape[axis] - 1, length)
    low = np.minimum(place.astype(np.intp), planes.shape[axis] - 2)
    share = (
        (place - low).astype(np.float32)[:, None] if axis == 1 else (place - low).astype(np.float32)
    )
    first: Singles = np.take(planes, low, axis)
    step = np.take(planes, low + 1, axis)
    step -= first
    step *= share
    first += step
    return first


def _to_srgb(picture: Singles) -> NDArray[np.uint8]:
    """Linear (3, H, W) to sRGB (H, W, 3) by a table (IEC 61966-2-1), highlights rolled off."""
    levels = np.arange(4096) / 4095 * 1.6
    rolled = np.where(levels < 0.7, levels, 0.7 + 0.3 * np.tanh((levels - 0.7) / 0.5))
    encoded = np.where(rolled <= 0.0031308, 12.92 * rolled, 1.055 * rolled ** (1 / 2.4) - 0.055)
    table = np.round(encoded * 255).astype(np.uint8)
    index = np.clip(picture * np.float32(4095 / 1.6), 0, 4095).astype(np.uint16)
    return np.ascontiguousarray(table[index].transpose(1, 2, 0))
