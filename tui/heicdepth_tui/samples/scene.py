"""Analytic scenes rendered: colour, and exact metric depth from the same pinhole camera."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from heicdepth_tui.samples.raycast import cast
from heicdepth_tui.samples.shading import shade
from heicdepth_tui.samples.solids import Box, Floor, Pinhole, Scene, Sphere, Wall

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Box", "Floor", "Pinhole", "Rendered", "Scene", "Sphere", "Wall", "render"]


@dataclass(frozen=True, slots=True, eq=False)
class Rendered:
    """A scene as a camera sees it."""

    rgb: NDArray[np.uint8]
    """(H, W, 3), sRGB."""
    metres: NDArray[np.float32]
    """(H, W): Z along the optical axis at each pixel's centre, metres."""


def render(scene: Scene, camera: Pinhole) -> Rendered:
    """Return colour and depth of a scene; deterministic, closed forms, no sampling noise.

    Raises ValueError for a solid that reaches the plane of the camera.
    """
    return Rendered(shade(scene, camera), cast(scene, camera).astype(np.float32))
