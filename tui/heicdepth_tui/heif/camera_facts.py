"""Camera properties of an item (``cmin``, ``cmex``) as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from math import dist

__all__ = ["CameraExtrinsics", "CameraIntrinsics", "ItemCamera", "baseline_mm"]


@dataclass(frozen=True, slots=True)
class CameraIntrinsics:
    """``cmin``: the camera matrix of a picture as shares of its coded sides (before any turn)."""

    focal_x: float
    """In widths of the picture."""
    centre_x: float
    """In widths, from the left edge."""
    centre_y: float
    """In heights, from the top edge."""
    focal_y: float | None = None
    """In heights of the picture; None: pixels are square, the focal length is ``focal_x``."""
    skew: float = 0.0


@dataclass(frozen=True, slots=True)
class CameraExtrinsics:
    """``cmex``: place and orientation of the camera in a right-handed frame of the file's own.

    The camera's z-axis points out of the lens. Values that the property leaves out are zero.
    """

    position_um: tuple[int, int, int] = (0, 0, 0)
    """x, y, z in micrometres."""
    quaternion: tuple[float, float, float, float] | None = None
    """x, y, z, w of unit length; None where the property states no orientation in this form."""
    rotation_degrees: tuple[float, float, float] | None = None
    """Yaw, pitch and roll; None where the property states no orientation in this form."""
    world: int = 0
    """Id of the frame: positions of different frames cannot be compared."""


@dataclass(frozen=True, slots=True)
class ItemCamera:
    """The camera properties of one item; a property that the item lacks is None."""

    item: int
    intrinsics: CameraIntrinsics | None = None
    extrinsics: CameraExtrinsics | None = None
    is_uuid: bool = False
    """True where they are stored in ``uuid`` boxes, as Apple wrote them before the standard."""
    problem: str = ""
    """Errors of the properties, which are None then; empty where there are none."""


def baseline_mm(one: ItemCamera | None, other: ItemCamera | None) -> float | None:
    """Return the distance of two cameras in millimetres; None where the file does not state it."""
    if one is None or other is None or one.extrinsics is None or other.extrinsics is None:
        return None
    if one.extrinsics.world != other.extrinsics.world:
        return None
    return dist(one.extrinsics.position_um, other.extrinsics.position_um) / 1000
