"""OBJ: the textured mesh as text, with its material and the photo beside it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from heicdepth_tui.export.digits import blocks, fixed_point, text_lines, whole
from heicdepth_tui.export.glb import unit_normals
from heicdepth_tui.export.mesh import Textured, textured_mesh
from heicdepth_tui.export.source import ExportSource, OutputFile
from heicdepth_tui.files import NamingWriter

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["output_files", "write_material", "write_obj"]

_MATERIAL = "photo"
_POSITION_DECIMALS = 6
"""Micrometres."""
_SHARE_DECIMALS = 6
_NORMAL_DECIMALS = 4


def output_files(source: ExportSource) -> tuple[OutputFile, ...]:
    """Return the files of ``obj``: mesh, material and texture, which name each other."""
    textured = source.once(textured_mesh)
    material = "the material of the mesh: the photo as its colour, unlit"
    return (
        OutputFile(
            ".obj", NamingWriter(partial(write_obj, source, textured)), textured.summary(source)
        ),
        OutputFile(".mtl", NamingWriter(write_material), material),
        OutputFile(
            ".jpg",
            lambda file: file.write(textured.texture.jpeg),
            f"the texture of the mesh, {textured.texture.size}; {textured.texture.photo.short}",
        ),
    )


def write_obj(
    source: ExportSource, textured: Textured, file: BinaryIO, names: Sequence[str]
) -> None:
    """Write vertices in metres, their places in the photo, and triangles, one a line.

    Six decimals: micrometres. Normals where the cloud has them. The comments are those of clouds;
    ``names`` are the names of mesh, material and texture.
    """
    mesh, cloud = textured.mesh, textured.mesh.cloud
    file.writelines(f"# {line}\n".encode("ascii") for line in textured.comments(source))
    file.write(f"mtllib {names[1]}\n".encode())
    _write_table(file, b"v", cloud.xyz, _POSITION_DECIMALS)
    # OBJ counts from the bottom of the picture.
    from_bottom = np.column_stack((mesh.uv[:, 0], 1 - mesh.uv[:, 1]))
    _write_table(file, b"vt", from_bottom, _SHARE_DECIMALS)
    if cloud.normals is not None:
        _write_table(file, b"vn", unit_normals(cloud), _NORMAL_DECIMALS)
    file.write(f"usemtl {_MATERIAL}\n".encode())
    for rows in blocks(len(mesh.faces)):
        columns: list[bytes | NDArray[np.uint8]] = [b"f"]
        for corner in range(3):
            number = whole(mesh.faces[rows, corner] + np.uint32(1))
            columns += [b" ", number, b"/", number]
            if cloud.normals is not None:
                columns += [b"/", number]
        file.write(text_lines(columns))


def _write_table(file: BinaryIO, key: bytes, table: NDArray[np.floating], decimals: int) -> None:
    for rows in blocks(len(table)):
        columns: list[bytes | NDArray[np.uint8]] = [key]
        for column in range(table.shape[1]):
            columns += [b" ", fixed_point(table[rows, column], decimals)]
        file.write(text_lines(columns))


def write_material(file: BinaryIO, names: Sequence[str]) -> None:
    """Write the material: the colour of the texture without any light, which is ``illum 0``.

    No ``map_Ke``: it is no part of the MTL format, and readers that take ``illum`` or light the
    scene would add it to the colour, so that the photo came out twice as bright.
    """
    lines = (f"newmtl {_MATERIAL}", "Kd 1 1 1", "illum 0", f"map_Kd {names[2]}")
    file.write("".join(f"{line}\n" for line in lines).encode())
