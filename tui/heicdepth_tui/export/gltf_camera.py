"""The photo's own camera as glTF has it, so that a viewer looks as the photo did."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from heicdepth_tui.export.source import ascii_line

if TYPE_CHECKING:
    from heicdepth_tui.depth.camera import Camera

__all__ = ["gltf_camera", "nodes_with_camera"]

_NEAREST = 0.01
"""Distance of the near plane, m."""


def gltf_camera(camera: Camera, name: str) -> dict[str, object]:
    """Return the entry of ``cameras`` for a node without transform, glTF 2.0 section 3.10.

    A glTF camera looks along −z with y up, which is the frame of the points. ``yfov`` and
    ``aspectRatio`` are those of the whole frame: 2·atan(height / 2fy), (width/fx) / (height/fy).
    glTF has no principal point, so that its centre is that of the frame; ``extras`` have the real
    one, as K and as the Shift X and Shift Y that make the view of Blender's camera exact: in
    heights of the frame, as its importer sets the vertical sensor fit (seen in Blender 5.0).
    """
    width, height = camera.width, camera.height
    # From the middle of the frame, pixels; cx and cy count from the centre of the first pixel.
    right, down = camera.cx - (width - 1) / 2, camera.cy - (height - 1) / 2
    return {
        "name": ascii_line(name),
        "type": "perspective",
        "perspective": {
            "yfov": 2 * math.atan(height / 2 / camera.fy),
            "aspectRatio": (width / camera.fx) / (height / camera.fy),
            "znear": _NEAREST,
        },
        "extras": {
            "camera": ascii_line(camera.describe()),
            "K": camera.K.tolist(),
            "size": [width, height],
            "principal_point_off_the_middle": [right, down],
            "blender_shift": [-right / height, down / height],
        },
    }


def nodes_with_camera(camera: Camera | None, name: str) -> dict[str, object]:
    """Return ``nodes``, ``scenes`` and ``cameras`` of a file with mesh 0, and with the camera."""
    nodes: list[dict[str, object]] = [{"mesh": 0, "name": name}]
    if camera is None:
        return {"nodes": nodes, "scenes": [{"nodes": [0]}]}
    nodes.append({"camera": 0, "name": f"camera of {name}"})
    return {
        "nodes": nodes,
        "scenes": [{"nodes": [0, 1]}],
        "cameras": [gltf_camera(camera, f"camera of {name}")],
    }
