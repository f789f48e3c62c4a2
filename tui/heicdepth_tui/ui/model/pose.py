"""The pose from which a cloud is seen: turned, moved and zoomed about a target."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from heicdepth_tui.draw.raster import Matrix, Vec, View

__all__ = ["MAX_ZOOM", "MIN_ZOOM", "Pose", "Rest", "view_of"]

_Matrix: TypeAlias = "Matrix"
_Vec: TypeAlias = "Vec"

MIN_ZOOM, MAX_ZOOM = 1 / 8, 64.0
_UPRIGHT = 90.0
"""Degrees up to which the view pitches: beyond them, up would be down."""


@dataclass(frozen=True, slots=True)
class Rest:
    """The camera that took the photo: the view at rest.

    ``focal`` and ``centre`` (x, y) are the focal length and the principal point in samples of the
    depth map, of ``size`` (width, height); ``distance`` is that of the target, on the optical axis,
    in metres.
    """

    focal: float
    centre: tuple[float, float]
    size: tuple[int, int]
    distance: float


@dataclass(frozen=True, slots=True)
class Pose:
    """How far the cloud is turned from the view at rest.

    ``yaw`` turns it about the upright axis, its near side to the right; ``pitch`` then about the
    view's horizontal axis, its near side down; both in degrees. ``zoom`` magnifies the picture, the
    camera stays where it is. ``moved`` is how far the target is from its place at rest, in
    the frame of the cloud and in shares of the distance at rest.
    """

    yaw: float = 0.0
    pitch: float = 0.0
    zoom: float = 1.0
    moved: tuple[float, float, float] = (0.0, 0.0, 0.0)
    is_orthographic: bool = False

    def turned(self, yaw: float, pitch: float) -> Pose:
        """Return the pose turned by degrees; the pitch ends where the view is upright."""
        pitch = max(-_UPRIGHT, min(_UPRIGHT, self.pitch + pitch))
        return replace(self, yaw=(self.yaw + yaw + 180) % 360 - 180, pitch=pitch)

    def zoomed(self, factor: float) -> Pose:
        """Return the pose magnified ``factor`` times, between ``MIN_ZOOM`` and ``MAX_ZOOM``."""
        return replace(self, zoom=max(MIN_ZOOM, min(MAX_ZOOM, self.zoom * factor)))

    def panned(self, right: float, up: float) -> Pose:
        """Return the pose with the cloud moved across the view, in shares of the distance."""
        across, upright, _ = self.rotation
        moved = [
            at - right * one - up * other
            for at, one, other in zip(self.moved, across, upright, strict=True)
        ]
        return replace(self, moved=(moved[0], moved[1], moved[2]))

    def at_rest(self) -> Pose:
        """Return the pose of the photo's own view, in the same projection."""
        return Pose(is_orthographic=self.is_orthographic)

    @property
    def is_at_rest(self) -> bool:
        """Whether it shows the photo's own view, whatever the projection."""
        return self == self.at_rest()

    @property
    def rotation(self) -> _Matrix:
        """The view's axes in the frame of the cloud, rows: right, up, towards the viewer."""
        yaw, pitch = math.radians(self.yaw), math.radians(self.pitch)
        cos_y, sin_y, cos_p, sin_p = math.cos(yaw), math.sin(yaw), math.cos(pitch), math.sin(pitch)
        return (
            (cos_y, 0.0, sin_y),
            (sin_p * sin_y, cos_p, -sin_p * cos_y),
            (-cos_p * sin_y, sin_p, cos_p * cos_y),
        )


def view_of(pose: Pose, rest: Rest, size: tuple[int, int], pixel_aspect: float = 1.0) -> View:
    """Return the view of a pose in (width, height) pixels.

    At rest it shows the photo as large as it fits, in the middle. ``pixel_aspect`` is a pixel's
    height over its width.
    """
    from heicdepth_tui.draw.raster import View

    scale = min(size[0] / rest.size[0], size[1] * pixel_aspect / rest.size[1])
    x, y = (
        (centre + 0.5) * step - 0.5 + (room - step * samples) / 2
        for centre, step, room, samples in zip(
            rest.centre, (scale, scale / pixel_aspect), size, rest.size, strict=True
        )
    )
    across, upright, away = (share * rest.distance for share in pose.moved)
    return View(
        rotation=pose.rotation,
        target=(across, upright, away - rest.distance),
        distance=rest.distance,
        focal=rest.focal * scale * pose.zoom,
        centre=(x, y),
        size=size,
        is_orthographic=pose.is_orthographic,
        pixel_aspect=pixel_aspect,
    )
