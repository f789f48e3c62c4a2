"""The textured mesh of a photo: made for GLB and OBJ, and written as GLB."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import BinaryIO

import numpy as np

from heicdepth_tui.depth.camera import Camera
from heicdepth_tui.depth.cloud import Cloud
from heicdepth_tui.depth.jumps import jump_rule
from heicdepth_tui.depth.mesh import Mesh, build_mesh
from heicdepth_tui.depth.points import ColorResolution, Projection
from heicdepth_tui.errors import ExportError, NoCameraError
from heicdepth_tui.export.colouring import Coloured
from heicdepth_tui.export.glb import unit_normals
from heicdepth_tui.export.gltf import ELEMENT_ARRAY_BUFFER, Container
from heicdepth_tui.export.gltf_camera import nodes_with_camera
from heicdepth_tui.export.source import ExportSource, OutputFile, ascii_line
from heicdepth_tui.heif.picture_facts import Size

__all__ = ["Texture", "Textured", "glb_files", "texture_size", "textured_mesh", "write_glb_mesh"]

_LONGEST_SIDE = 2048
"""Texture of a cloud at the depth map's resolution: phones and browsers take it without delay."""
_LONGEST_SIDE_FINE = 8192
"""Texture of a finer cloud: graphics cards of the last ten years take it."""
_NEARLY = 0.9
_QUALITY = 90
_LINEAR, _LINEAR_MIPMAP_LINEAR, _CLAMP_TO_EDGE = 9729, 9987, 33071


@dataclass(frozen=True, slots=True, eq=False)
class Texture:
    """The photo as a JPEG file."""

    jpeg: bytes
    photo: Coloured

    @property
    def size(self) -> Size:
        """Size in pixels."""
        height, width = self.photo.rgb.shape[:2]
        return Size(width, height)


@dataclass(frozen=True, slots=True, eq=False)
class Textured:
    """A mesh and the picture that its ``uv`` refer to."""

    mesh: Mesh
    texture: Texture
    camera: Camera

    @property
    def counts(self) -> tuple[str, ...]:
        """Clauses: vertices, triangles, cuts and points without a triangle."""
        mesh = self.mesh
        clauses = [
            f"{len(mesh.cloud):,} vertices, {len(mesh.faces):,} triangles",
            f"cut at {mesh.cut:,} jumps of the surface",
        ]
        if mesh.alone:
            clauses.append(f"left out {mesh.alone:,} points without a neighbour")
        return (
            *clauses,
            f"dropped {mesh.cloud.dropped.describe()}",
            f"texture {self.texture.size}",
        )

    def summary(self, source: ExportSource) -> str:
        """Return the summary of a file: counts, accuracy, colours and notes."""
        trust = self.mesh.cloud.trust.long
        notes = (self.camera.rectified_note, *source.notes)
        return "; ".join([*self.counts, trust, self.texture.photo.short, *filter(None, notes)])

    def comments(self, source: ExportSource) -> tuple[str, ...]:
        """Return the comments of a file: unit, frame, accuracy, camera, cuts, colours; ASCII."""
        threshold = source.options.cloud.flying_threshold
        lines = (
            *self.mesh.cloud.comments(),
            *self.counts,
            (
                "cut between neighbours whose distances differ by more than "
                f"{100 * threshold:g} % and whose step is more than twice the steps beside it, or "
                "steeper than 87 degrees to the picture"
            ),
            "texture: the part of the upright photo that the depth map covers",
            f"colours: {self.texture.photo.long}",
        )
        return (*(ascii_line(line) for line in lines), *source.comments())


def textured_mesh(source: ExportSource) -> Textured:
    """Return the mesh of the source's cloud and its texture, in sRGB where the space is known.

    Raises NoMetresError and NoCameraError as a cloud does, ExportError for the flat projection and
    where no triangle is left.
    """
    options = source.options.cloud
    if options.projection is Projection.FLAT:
        raise ExportError(
            "a mesh needs distances, which the flat projection does not have",
            path=source.path,
            hint="use the perspective projection",
        )
    if source.camera is None:
        raise NoCameraError("neither the file nor EXIF gives a camera", hint="a mesh needs one")
    if _decodes_more(source):
        made = _texture(source)
        mesh, camera = _untextured(source, source.camera)
        return Textured(mesh, made, camera)
    # The photo is decoded and coded while the mesh is made.
    with ThreadPoolExecutor(1, "texture") as pool:
        texture = pool.submit(_texture, source)
        mesh, camera = _untextured(source, source.camera)
        return Textured(mesh, texture.result(), camera)


def _decodes_more(source: ExportSource) -> bool:
    """Return whether the mesh needs pictures besides its texture: one is decoded at a time."""
    options = source.options
    is_finer = options.cloud.color_resolution is not ColorResolution.DEPTH
    return is_finer or bool(options.only or options.without)


def _texture(source: ExportSource) -> Texture:
    from PIL import Image

    photo = source.colours(texture_size(source), False)
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(photo.rgb)).save(buffer, "JPEG", quality=_QUALITY)
    return Texture(buffer.getvalue(), photo)


def _untextured(source: ExportSource, camera: Camera) -> tuple[Mesh, Camera]:
    """Return the mesh and the camera of its grid; ``camera`` is that of the depth map."""
    options = source.options.cloud
    cloud = _surface(source)
    camera = cloud.camera or camera
    rule = jump_rule(
        source.depth_map, camera, threshold=options.flying_threshold, stride=options.stride
    )
    mesh = build_mesh(cloud, rule, stride=options.stride)
    if not len(mesh.faces):
        raise ExportError(
            f"no triangle is left between the {len(cloud):,} points: dropped "
            f"{cloud.dropped.describe()}",
            path=source.path,
            hint=source.more_points or "export the points themselves, as PLY",
        )
    return mesh, camera


def texture_size(source: ExportSource) -> Size:
    """Return the size of the texture: the photo's, or what its longest side allows.

    A half, a quarter or an eighth of the photo is averaged soonest, and is taken where it is nearly
    as large.
    """
    photo = source.region.size_in(source.header.primary.displayed_size)
    is_coarse = source.options.cloud.color_resolution is ColorResolution.DEPTH
    longest = _LONGEST_SIDE if is_coarse else _LONGEST_SIDE_FINE
    shrink = min(1.0, longest / max(photo))
    parts = [part for part in (1 / 2, 1 / 4, 1 / 8) if _NEARLY * shrink <= part <= shrink]
    shrink = parts[0] if parts else shrink
    return Size(max(1, round(photo.width * shrink)), max(1, round(photo.height * shrink)))


def _surface(source: ExportSource) -> Cloud:
    """Return the cloud that the mesh joins; its colours are those of the texture."""
    if source.options.cloud.color_resolution is not ColorResolution.DEPTH:
        return source.opengl_cloud
    # Nothing shows the colours of vertices: the photo need not be decoded at the map's size.
    blank = np.broadcast_to(np.uint8(0), (source.size.height, source.size.width, 3))
    return replace(source, colours=lambda *_: Coloured(blank)).opengl_cloud


def glb_files(source: ExportSource) -> tuple[OutputFile, ...]:
    """Return the file of ``glb-mesh``."""
    textured = source.once(textured_mesh)
    return (
        OutputFile(
            "-mesh.glb", partial(write_glb_mesh, source, textured), textured.summary(source)
        ),
    )


def write_glb_mesh(source: ExportSource, textured: Textured, file: BinaryIO) -> None:
    """Write the mesh as one TRIANGLES primitive with the photo as its texture.

    POSITION in metres with min and max, TEXCOORD_0, NORMAL where the cloud has normals, all
    float32; indices uint32; the texture as JPEG in the same buffer; an unlit material seen from
    both sides, since the photo's light is in its colours already; a node with the photo's camera,
    see ``gltf_camera``; unit, frame, accuracy and cuts in ``asset.extras``.
    """
    mesh, cloud = textured.mesh, textured.mesh.cloud
    binary = Container()
    attributes = {
        "POSITION": binary.add_array(np.ascontiguousarray(cloud.xyz, "<f4"), bounds=True),
        "TEXCOORD_0": binary.add_array(np.ascontiguousarray(mesh.uv, "<f4")),
    }
    if cloud.normals is not None:
        attributes["NORMAL"] = binary.add_array(np.ascontiguousarray(unit_normals(cloud), "<f4"))
    indices = np.ascontiguousarray(mesh.faces, "<u4").reshape(-1)
    primitive = {
        "attributes": attributes,
        "indices": binary.add_array(indices, ELEMENT_ARRAY_BUFFER),
        "material": 0,
    }
    jpeg = textured.texture.jpeg
    image = {"bufferView": binary.add_view(jpeg, len(jpeg)), "mimeType": "image/jpeg"}
    name = ascii_line(source.name)
    binary.write(
        {
            "asset": {"extras": _extras(source, textured)},
            "extensionsUsed": ["KHR_materials_unlit"],
            "scene": 0,
            **nodes_with_camera(textured.camera, name),
            "meshes": [{"name": name, "primitives": [primitive]}],
            "materials": [
                {
                    "doubleSided": True,
                    "extensions": {"KHR_materials_unlit": {}},
                    "pbrMetallicRoughness": {
                        "baseColorTexture": {"index": 0},
                        "metallicFactor": 0,
                        "roughnessFactor": 1,
                    },
                }
            ],
            "textures": [{"source": 0, "sampler": 0}],
            "images": [image],
            "samplers": [
                {
                    "magFilter": _LINEAR,
                    "minFilter": _LINEAR_MIPMAP_LINEAR,
                    "wrapS": _CLAMP_TO_EDGE,
                    "wrapT": _CLAMP_TO_EDGE,
                }
            ],
        },
        file,
    )


def _extras(source: ExportSource, textured: Textured) -> dict[str, object]:
    cloud = textured.mesh.cloud
    return {
        "unit": "m" if cloud.trust.is_unit_known else None,
        "frame": "x right, y up, -z forward",
        "accuracy": cloud.trust.accuracy.value,
        "caveat": cloud.trust.sentence,
        "trust": cloud.trust.to_json(),
        "dropped": asdict(cloud.dropped),
        "cut": textured.mesh.cut,
        "comments": list(textured.comments(source)),
    }
