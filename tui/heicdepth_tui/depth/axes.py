"""The axes of the points of a perspective cloud: as OpenGL or as OpenCV has them."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Axes"]


class Axes(Enum):
    """Right-handed axes with the camera at the origin; its value names it in options."""

    OPENGL = "opengl"
    """x right, y up, −z forward: glTF, Blender's cameras, nerfstudio; upright in most viewers."""
    OPENCV = "opencv"
    """x right, y down, z forward: OpenCV, COLMAP, ROS's optical frames, Open3D's RGBD clouds."""

    @property
    def words(self) -> str:
        """The directions in ASCII, for file comments."""
        return {
            Axes.OPENGL: "x right, y up, -z forward",
            Axes.OPENCV: "x right, y down, z forward",
        }[self]

    def from_opengl(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return vectors (N, 3) of ``OPENGL`` in these axes: y and z change their sign."""
        if self is Axes.OPENGL:
            return vectors
        import numpy as np

        return vectors * np.array([1, -1, -1], np.float32)
