"""Read a textured mesh with one library; run by ``bench.compat``, alone.

Usage: read_meshes.py trimesh|open3d|blender FILE OUTPUT.npz
       read_meshes.py LIBRARY --version

The output has ``corners`` (M, 3, 3), the points of each triangle in their order, in the axes of the
file; ``places`` (M, 3, 2), u and v of each from the top left of the texture; ``texture``, its size.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from typing import Any

import numpy as np


def _from_top(uv: Any) -> Any:
    """Turn v from the bottom, which the libraries count by, into v from the top."""
    return np.asarray(uv, np.float64) * [1, -1] + [0, 1]


def trimesh_mesh(path: str) -> dict[str, Any]:
    """Return the mesh as trimesh reads it."""
    import trimesh

    loaded = trimesh.load(path, process=False)
    mesh = next(iter(loaded.geometry.values())) if hasattr(loaded, "geometry") else loaded
    material = mesh.visual.material
    image = getattr(material, "baseColorTexture", None) or material.image
    return {
        "corners": np.asarray(mesh.vertices)[mesh.faces],
        "places": _from_top(mesh.visual.uv)[mesh.faces],
        "texture": image.size,
    }


def open3d_mesh(path: str) -> dict[str, Any]:
    """Return the mesh as Open3D reads it."""
    import open3d

    mesh = open3d.io.read_triangle_mesh(path)
    (texture,) = [np.asarray(one) for one in mesh.textures if not one.is_empty()]
    return {
        "corners": np.asarray(mesh.vertices)[np.asarray(mesh.triangles)],
        "places": _from_top(mesh.triangle_uvs).reshape(-1, 3, 2),
        "texture": texture.shape[1::-1],
    }


def blender_mesh(path: str) -> dict[str, Any]:
    """Return the mesh as Blender imports it, turned back from its z up to y up."""
    import bpy

    bpy.ops.wm.read_factory_settings(use_empty=True)
    if path.endswith(".glb"):
        bpy.ops.import_scene.gltf(filepath=path)
    else:
        bpy.ops.wm.obj_import(filepath=path)
    (thing,) = [one for one in bpy.data.objects if one.type == "MESH"]
    mesh = thing.data
    points = np.empty(3 * len(mesh.vertices), np.float32)
    mesh.vertices.foreach_get("co", points)
    corners = np.empty(len(mesh.loops), np.int32)
    mesh.loops.foreach_get("vertex_index", corners)
    uv = np.empty(2 * len(mesh.loops), np.float32)
    mesh.uv_layers.active.data.foreach_get("uv", uv)
    world = np.array(thing.matrix_world)
    upright = np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]])
    placed = (points.reshape(-1, 3).astype(np.float64) @ world[:3, :3].T + world[:3, 3]) @ upright
    (image,) = [one for one in bpy.data.images if one.type == "IMAGE"]
    return {
        "corners": placed[corners].reshape(-1, 3, 3),
        "places": _from_top(uv.reshape(-1, 3, 2)),
        "texture": tuple(image.size),
    }


READERS: dict[str, Callable[[str], dict[str, Any]]] = {
    "trimesh": trimesh_mesh,
    "open3d": open3d_mesh,
    "blender": blender_mesh,
}


def version(library: str) -> str:
    """Return the version of a library."""
    if library == "blender":
        import bpy

        return str(bpy.app.version_string)
    return str(importlib.import_module(library).__version__)


if __name__ == "__main__":
    if sys.argv[2] == "--version":
        print(version(sys.argv[1]))
    else:
        np.savez(sys.argv[3], **READERS[sys.argv[1]](sys.argv[2]))
