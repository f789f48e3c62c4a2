"""The parts of a scene: spheres, boxes, a floor, a wall, and the pinhole camera before them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Box", "Color", "Floor", "Pinhole", "Scene", "Solid", "Sphere", "Vec", "Wall"]

Vec = tuple[float, float, float]
"""x right, y up, −z forward, metres. World and camera share the axes up to the camera's pitch."""

Color = tuple[float, float, float]
"""Linear red, green, blue, 0 .. 1."""


@dataclass(frozen=True, slots=True)
class Sphere:
    """A sphere in the world."""

    centre: Vec
    radius: float
    color: Color
    gloss: float = 0.35
    """Strength of the highlight, 0 .. 1."""


@dataclass(frozen=True, slots=True)
class Box:
    """A box that stands upright, turned about the vertical axis through its centre."""

    centre: Vec
    size: Vec
    """Width, height and depth in metres."""
    color: Color
    turn: float = 0.0
    """Degrees counter-clockwise seen from above."""
    gloss: float = 0.0


Solid = Sphere | Box


@dataclass(frozen=True, slots=True)
class Floor:
    """The horizontal plane y = ``height``, checkered in two colours."""

    height: float
    colors: tuple[Color, Color]
    tile: float = 0.25
    """Side of a checker square in metres."""


@dataclass(frozen=True, slots=True)
class Wall:
    """The upright plane z = −``distance`` with a vertical gradient of two colours."""

    distance: float
    colors: tuple[Color, Color]
    """At the floor and ``reach`` metres above it."""
    reach: float = 3.0


@dataclass(frozen=True, slots=True)
class Scene:
    """Solids that do not touch one another, a floor, a wall and the direction to the light."""

    solids: tuple[Solid, ...]
    floor: Floor
    wall: Wall
    light: Vec = (-0.55, 0.75, 0.5)
    """Towards the light; any length."""

    @property
    def spheres(self) -> tuple[Sphere, ...]:
        """The spheres among the solids, in order."""
        return tuple(solid for solid in self.solids if isinstance(solid, Sphere))


@dataclass(frozen=True, slots=True)
class Pinhole:
    """A pinhole camera at the world's origin; pixel-centre coordinates, y of the image downwards.

    Pixel (u, v) sees the direction ((u − cx)/fx, −(v − cy)/fy, −1) of the camera frame, so that a
    ray's parameter is the metric depth Z along the optical axis.
    """

    fx: float
    fy: float
    cx: float
    cy: float
    width: int
    height: int
    pitch: float = 0.0
    """Degrees the camera looks down."""

    @classmethod
    def of(cls, width: int, height: int, focal_35mm: float, pitch: float = 0.0) -> Pinhole:
        """Return a camera with a 35 mm equivalent focal length (by the diagonal), centred."""
        focal = focal_35mm / math.hypot(36.0, 24.0) * math.hypot(width, height)
        return cls(focal, focal, (width - 1) / 2, (height - 1) / 2, width, height, pitch)

    def scaled(self, width: int, height: int) -> Pinhole:
        """Return the camera of the same picture in another resolution; corners stay corners."""
        x, y = width / self.width, height / self.height
        return Pinhole(
            self.fx * x,
            self.fy * y,
            (self.cx + 0.5) * x - 0.5,
            (self.cy + 0.5) * y - 0.5,
            width,
            height,
            self.pitch,
        )

    def to_camera(self, point: Vec) -> Vec:
        """Return a point of the world in the camera frame."""
        (c, s), (x, y, z) = self._cos_sin, point
        return (x, c * y - s * z, s * y + c * z)

    def rays(
        self, rows: slice, columns: slice, dtype: type[np.floating[Any]] = np.float64
    ) -> NDArray[np.floating[Any]]:
        """Return world directions of the pixels of a window, (3, rows, columns), see the class."""
        c, s = self._cos_sin
        x = (np.arange(columns.start, columns.stop) - self.cx) / self.fx
        y = (self.cy - np.arange(rows.start, rows.stop)) / self.fy
        directions = np.empty((3, len(y), len(x)), dtype)
        directions[0] = x
        directions[1] = (c * y - s)[:, None]
        directions[2] = (-s * y - c)[:, None]
        return directions

    def project(self, point: Vec) -> tuple[float, float]:
        """Return where a point of the world falls, (u, v); it must lie before the camera."""
        x, y, z = self.to_camera(point)
        return self.cx - self.fx * x / z, self.cy + self.fy * y / z

    @property
    def _cos_sin(self) -> tuple[float, float]:
        angle = math.radians(self.pitch)
        return math.cos(angle), math.sin(angle)
