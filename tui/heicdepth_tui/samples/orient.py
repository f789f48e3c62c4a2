"""Orientations: EXIF's numbers as transforms, and arrays and cameras taken through transforms."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np

from heicdepth_tui.heif.picture_facts import Crop, Mirror, Rotation
from heicdepth_tui.photo.transforms import inverse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from heicdepth_tui.heif.picture_facts import Transform
    from heicdepth_tui.samples.solids import Pinhole

    Array = TypeVar("Array", bound=NDArray[Any])

__all__ = ["TRANSFORMS", "inverse", "turn", "turn_camera"]

TRANSFORMS: dict[int, tuple[Transform, ...]] = {
    1: (),
    2: (Mirror(1),),
    3: (Rotation(2),),
    4: (Mirror(0),),
    5: (Rotation(1), Mirror(0)),
    6: (Rotation(3),),
    7: (Rotation(1), Mirror(1)),
    8: (Rotation(1),),
}
"""EXIF orientation (1 .. 8) to what makes the coded picture upright: irot first, then imir."""


def turn(array: Array, transforms: Sequence[Transform]) -> Array:
    """Return (H, W) or (H, W, 3) after ``transforms``: irot turns counter-clockwise."""
    turned: NDArray[Any] = array
    for transform in transforms:
        match transform:
            case Rotation(quarter_turns):
                turned = np.rot90(turned, quarter_turns)
            case Mirror(axis):
                turned = np.flip(turned, axis)
            case Crop(left, top, width, height):
                turned = turned[top : top + height, left : left + width]
    return cast("Array", np.ascontiguousarray(turned))


def turn_camera(camera: Pinhole, transforms: Sequence[Transform]) -> Pinhole:
    """Return the intrinsics for a picture after ``transforms``; the pitch is carried along."""
    for transform in transforms:
        match transform:
            case Rotation(quarter_turns):
                for _ in range(quarter_turns % 4):
                    camera = _quarter_turn(camera)
            case Mirror(1):
                camera = replace(camera, cx=camera.width - 1 - camera.cx)
            case Mirror():
                camera = replace(camera, cy=camera.height - 1 - camera.cy)
            case Crop(left, top, width, height):
                camera = replace(
                    camera, cx=camera.cx - left, cy=camera.cy - top, width=width, height=height
                )
    return camera


def _quarter_turn(camera: Pinhole) -> Pinhole:
    """Counter-clockwise: pixel (u, v) goes to (v, width − 1 − u)."""
    return replace(
        camera,
        fx=camera.fy,
        fy=camera.fx,
        cx=camera.cy,
        cy=camera.width - 1 - camera.cx,
        width=camera.height,
        height=camera.width,
    )
