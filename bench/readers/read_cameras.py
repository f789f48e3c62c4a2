"""Read camera files and an RGBD folder with one library; run by ``bench.compat``, alone.

Usage: read_cameras.py open3d-folder FOLDER OUTPUT.npz  (k, size, points float64 (N, 3))
       read_cameras.py open3d-intrinsic FILE OUTPUT.npz  (k, size)
       read_cameras.py pycolmap FOLDER OUTPUT.npz  (k, size, pose (3, 4), name)
       read_cameras.py blender FILE OUTPUT.npz  (k, size, pose (3, 4), from pixel centres)
       read_cameras.py nerfstudio FOLDER OUTPUT.npz  (k, size, points float64 (H, W, 3))
       read_cameras.py LIBRARY --version
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np


def open3d_intrinsic(path: str) -> dict[str, Any]:
    """Return K and size as Open3D reads them."""
    import open3d

    read = open3d.io.read_pinhole_camera_intrinsic(path)
    return {"k": read.intrinsic_matrix, "size": (read.width, read.height)}


def open3d_folder(path: str) -> dict[str, Any]:
    """Return what Open3D makes of the folder's pictures with its default scale of 1000."""
    import open3d

    folder = Path(path)
    image = open3d.geometry.RGBDImage.create_from_color_and_depth(
        open3d.io.read_image(str(folder / "color" / "000000.png")),
        open3d.io.read_image(str(folder / "depth" / "000000.png")),
        depth_trunc=1e9,
        convert_rgb_to_intensity=False,
    )
    camera = open3d.io.read_pinhole_camera_intrinsic(str(folder / "intrinsic.json"))
    cloud = open3d.geometry.PointCloud.create_from_rgbd_image(image, camera)
    return open3d_intrinsic(str(folder / "intrinsic.json")) | {"points": np.asarray(cloud.points)}


def colmap_model(path: str) -> dict[str, Any]:
    """Return K, size, pose and the picture's name of a model of one image."""
    import pycolmap

    model = pycolmap.Reconstruction(path)
    (camera,) = model.cameras.values()
    (image,) = model.images.values()
    return {
        "k": camera.calibration_matrix(),
        "size": (camera.width, camera.height),
        "pose": image.cam_from_world().matrix(),
        "name": image.name,
    }


def blender_camera(path: str) -> dict[str, Any]:
    """Return K by where Blender's camera shows points of known pixels, with the shift applied."""
    import bpy
    from bpy_extras.object_utils import world_to_camera_view
    from mathutils import Vector

    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.import_scene.gltf(filepath=path)
    (camera,) = [one for one in bpy.data.objects if one.type == "CAMERA"]
    about = camera.data
    width, height = about["size"]
    about.shift_x, about.shift_y = about["blender_shift"]
    scene = bpy.context.scene
    scene.camera = camera
    scene.render.resolution_x, scene.render.resolution_y = int(width), int(height)
    bpy.context.view_layer.update()

    def pixel(x: float, y: float) -> Any:
        # One unit before the camera, in its own axes: x right, y up, -z forward.
        seen = world_to_camera_view(scene, camera, camera.matrix_world @ Vector((x, y, -1)))
        return np.array([seen.x * width - 0.5, (1 - seen.y) * height - 0.5])

    middle = pixel(0, 0)
    step = pixel(1, -1) - middle
    # glTF's y up is Blender's z up: the importer turns everything about x.
    upright = np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]])
    pose = upright.T @ np.array(camera.matrix_world)[:3]
    k = [[step[0], 0, middle[0]], [0, step[1], middle[1]], [0, 0, 1]]
    return {"k": k, "size": (width, height), "pose": pose}


def nerfstudio_folder(path: str) -> dict[str, Any]:
    """Return K, size and the points of nerfstudio's own rays at the depth that it reads."""
    from nerfstudio.data.dataparsers.nerfstudio_dataparser import NerfstudioDataParserConfig
    from nerfstudio.data.utils.data_utils import get_depth_image_from_path

    config = NerfstudioDataParserConfig(
        data=Path(path), auto_scale_poses=False, orientation_method="none", center_method="none"
    )
    # Every split holds the one frame.
    *_, parsed = [config.setup().get_dataparser_outputs(one) for one in ("val", "test", "train")]
    (depth_file,) = parsed.metadata["depth_filenames"]
    height, width = int(parsed.cameras.height[0]), int(parsed.cameras.width[0])
    scale = parsed.metadata["depth_unit_scale_factor"]
    depth = get_depth_image_from_path(depth_file, height, width, scale)
    rays = parsed.cameras.generate_rays(camera_indices=0)
    points = rays.directions * rays.metadata["directions_norm"] * depth
    k = parsed.cameras.get_intrinsics_matrices()[0].numpy()
    return {"k": k, "size": (width, height), "points": points.numpy()}


READERS: dict[str, Callable[[str], dict[str, Any]]] = {
    "open3d-folder": open3d_folder,
    "open3d-intrinsic": open3d_intrinsic,
    "pycolmap": colmap_model,
    "blender": blender_camera,
    "nerfstudio": nerfstudio_folder,
}


def version(library: str) -> str:
    """Return the version of a library."""
    if library == "blender":
        import bpy

        return str(bpy.app.version_string)
    if library == "nerfstudio":
        return metadata.version(library)
    return str(importlib.import_module(library).__version__)


if __name__ == "__main__":
    if sys.argv[2] == "--version":
        print(version(sys.argv[1]))
    else:
        np.savez(sys.argv[3], **READERS[sys.argv[1]](sys.argv[2]))
