"""Read a point cloud with one library and save what it saw; run by ``bench.compat``, alone.

Usage: read_points.py LIBRARY INPUT OUTPUT.npz  (points float64 (N, 3), colours (N, 3))
       read_points.py open3d-rgbd INPUT.npz OUTPUT.npz  (depth, rgb, k -> points, colours)
       read_points.py LIBRARY --version
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

Points = tuple[Any, Any]


def open3d_points(path: str) -> Points:
    """Return points and colours 0..1 as Open3D's legacy reader gives them."""
    import open3d

    cloud = open3d.io.read_point_cloud(path)
    return np.asarray(cloud.points), np.asarray(cloud.colors)


def open3d_rgbd(path: str) -> Points:
    """Return the cloud that Open3D makes of depth (H, W) metres, rgb (H, W, 3) and K itself."""
    import open3d

    given = np.load(path)
    depth, rgb, k = given["depth"], given["rgb"], given["k"]
    image = open3d.geometry.RGBDImage.create_from_color_and_depth(
        open3d.geometry.Image(np.ascontiguousarray(rgb)),
        open3d.geometry.Image(np.ascontiguousarray(depth)),
        depth_scale=1.0,
        depth_trunc=1e9,
        convert_rgb_to_intensity=False,
    )
    height, width = depth.shape
    camera = open3d.camera.PinholeCameraIntrinsic(width, height, k[0, 0], k[1, 1], k[0, 2], k[1, 2])
    cloud = open3d.geometry.PointCloud.create_from_rgbd_image(image, camera)
    return np.asarray(cloud.points), np.asarray(cloud.colors)


def trimesh_points(path: str) -> Points:
    """Return points and colours as trimesh gives them."""
    import trimesh

    loaded = trimesh.load(path)
    if isinstance(loaded, trimesh.Scene):
        loaded = next(iter(loaded.geometry.values()))
    return np.asarray(loaded.vertices), np.asarray(loaded.visual.vertex_colors)[:, :3]


def pyvista_points(path: str) -> Points:
    """Return points and colours as VTK's readers give them."""
    import pyvista

    loaded = pyvista.read(path)
    while isinstance(loaded, pyvista.MultiBlock):
        loaded = loaded[0]
    arrays = loaded.point_data
    name = next(name for name in ("RGB", "RGBA", "COLOR_0") if name in arrays)
    return np.asarray(loaded.points), np.asarray(arrays[name])[:, :3]


READERS: dict[str, Callable[[str], Points]] = {
    "open3d": open3d_points,
    "open3d-rgbd": open3d_rgbd,
    "trimesh": trimesh_points,
    "pyvista": pyvista_points,
}


def main() -> None:
    """Do what the usage says."""
    library, source, *target = sys.argv[1:]
    if source == "--version":
        print(importlib.import_module(library).__version__)
        return
    points, colours = READERS[library](source)
    np.savez(target[0], points=points, colours=colours)


if __name__ == "__main__":
    main()
