"""GLB, binary glTF 2.0: coloured points for browsers, phones and game engines."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from heicdepth_tui.depth.cloud import Cloud, Projection
from heicdepth_tui.export.gltf import Container
from heicdepth_tui.export.gltf_camera import nodes_with_camera
from heicdepth_tui.export.source import ExportSource, OutputFile, ascii_line
from heicdepth_tui.heif.colour import DISPLAY_P3, SRGB, UNKNOWN
from heicdepth_tui.photo.colour import linear_from_coded, p3_to_bt709

__all__ = ["linear_colours", "output_files", "unit_normals", "write_glb"]

_POINTS = 0


def output_files(source: ExportSource) -> tuple[OutputFile, ...]:
    """Return the file of ``glb``."""
    space = DISPLAY_P3 if _is_p3(source) else source.cloud_photo.converted_from
    summary = source.cloud_summary(f"colours linear BT.709{space and f', converted from {space}'}")
    return (OutputFile(".glb", partial(write_glb, source), summary, len(source.opengl_cloud)),)


def linear_colours(rgb: NDArray[np.uint8], *, is_p3: bool = False) -> NDArray[np.float32]:
    """Return sRGB or Display P3 bytes (N, 3) as linear float32 0..1 (N, 3), for COLOR_0.

    The transfer function of IEC 61966-2-1, which both share. glTF 2.0 mandates BT.709 primaries
    and 0 to 1 (section 3.7.2.1): Display P3 is converted, what lies outside is clipped.
    """
    linear = linear_from_coded()[rgb]
    return p3_to_bt709(linear) if is_p3 else linear


def unit_normals(cloud: Cloud) -> NDArray[np.float32]:
    """Return the cloud's normals with the unknown ones, 0,0,0, turned towards the viewer.

    glTF allows unit vectors only. The viewer is at the origin, or above a flat cloud.
    """
    if cloud.normals is None:
        raise ValueError("the cloud has no normals")
    normals = cloud.normals.copy()
    unknown = ~normals.any(axis=1)
    if cloud.projection is Projection.FLAT:
        normals[unknown] = (0, 0, 1)
    else:
        towards = -cloud.xyz[unknown]
        normals[unknown] = towards / np.linalg.norm(towards, axis=1, keepdims=True)
    return normals


def write_glb(source: ExportSource, file: BinaryIO) -> None:
    """Write the source's cloud as one POINTS primitive.

    POSITION in metres with min and max, COLOR_0 linear BT.709, NORMAL where the cloud has normals,
    all float32 VEC3; an unlit material, since the photo's light is in its colours already; a node
    with the photo's camera, see ``gltf_camera``; unit, frame, accuracy and what was done to the
    colours in ``asset.extras``.
    """
    cloud = source.opengl_cloud
    colours = linear_colours(cloud.rgb, is_p3=_is_p3(source))
    container = Container()
    attributes = {
        "POSITION": container.add_array(_floats(cloud.xyz), bounds=True),
        "COLOR_0": container.add_array(_floats(colours)),
    }
    if cloud.normals is not None:
        attributes["NORMAL"] = container.add_array(_floats(unit_normals(cloud)))
    container.write(_document(source, attributes), file)


def _floats(array: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.ascontiguousarray(array, "<f4")


def _document(source: ExportSource, attributes: dict[str, int]) -> dict[str, object]:
    primitive = {"attributes": attributes, "mode": _POINTS, "material": 0}
    name = ascii_line(source.name)
    return {
        "asset": {"extras": _extras(source)},
        "extensionsUsed": ["KHR_materials_unlit"],
        "scene": 0,
        "meshes": [{"name": name, "primitives": [primitive]}],
        "materials": [
            {
                "extensions": {"KHR_materials_unlit": {}},
                "pbrMetallicRoughness": {"metallicFactor": 0, "roughnessFactor": 1},
            }
        ],
        **nodes_with_camera(source.opengl_cloud.camera, name),
    }


def _is_p3(source: ExportSource) -> bool:
    return source.cloud_photo.space == DISPLAY_P3


def _colours_comment(source: ExportSource) -> str:
    photo = source.cloud_photo
    if _is_p3(source):
        return "colours: Display P3 converted to linear BT.709, what lies outside is clipped"
    if photo.converted_from:
        return ascii_line(f"colours: {photo.long}; made linear")
    if photo.space == SRGB:
        return "colours: sRGB made linear"
    is_known = photo.space != UNKNOWN
    stated = f"stated as {photo.space}" if is_known else "the photo states no colour space"
    return ascii_line(f"colours: taken for sRGB and made linear; {stated}")


def _extras(source: ExportSource) -> dict[str, object]:
    perspective, trust = (
        source.opengl_cloud.projection is Projection.PERSPECTIVE,
        source.opengl_cloud.trust,
    )
    return {
        "unit": "m" if perspective and trust.is_unit_known else None,
        "frame": "x right, y up, -z forward" if perspective else None,
        "accuracy": trust.accuracy.value,
        "caveat": trust.sentence,
        "trust": trust.to_json(),
        "dropped": asdict(source.opengl_cloud.dropped),
        "colours": _colours_comment(source).partition(": ")[2],
        "comments": list(source.cloud_comments(_colours_comment(source), source.opengl_cloud)),
    }
