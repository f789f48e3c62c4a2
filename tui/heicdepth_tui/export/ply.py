"""PLY, the format of Blender, MeshLab and CloudCompare: binary coloured points."""

from __future__ import annotations

from functools import partial
from typing import BinaryIO

import numpy as np

from heicdepth_tui.export.point_fields import field_comments, grid_fields, with_fields
from heicdepth_tui.export.point_records import blocks_of, put_bytes, put_vectors
from heicdepth_tui.export.source import ExportSource, OutputFile

__all__ = ["output_files", "write_ply"]

_POSITION = [("x", "<f4"), ("y", "<f4"), ("z", "<f4")]
_NORMAL = [("nx", "<f4"), ("ny", "<f4"), ("nz", "<f4")]
_COLOUR = [("red", "u1"), ("green", "u1"), ("blue", "u1")]


def output_files(source: ExportSource) -> tuple[OutputFile, ...]:
    """Return the file of ``ply``."""
    summary = with_fields(source, source.cloud_summary())
    return (OutputFile(".ply", partial(write_ply, source), summary, len(source.cloud)),)


def write_ply(source: ExportSource, file: BinaryIO) -> None:
    """Write the source's cloud as binary little-endian PLY.

    The ``vertex`` element has x y z in metres (float32), nx ny nz where the cloud has normals, red
    green blue (uchar), then the fields of ``options.fields`` (float or uchar); unit, frame,
    accuracy, camera and colour space are ``comment`` lines, the numbers of dropped samples
    ``obj_info`` lines.
    """
    from plyfile import PlyData, PlyElement

    cloud = source.cloud
    fields = grid_fields(source)
    further = [(name, values.dtype.newbyteorder("<").str) for name, values in fields.items()]
    dtype = [*_POSITION, *(_NORMAL if cloud.normals is not None else []), *_COLOUR, *further]
    # The header needs only how many there are: a block at a time is written after it.
    vertex = np.broadcast_to(np.zeros(1, dtype), len(cloud))
    dropped = cloud.dropped
    lines = [
        f"dropped_invalid {dropped.invalid}",
        f"dropped_clipped {dropped.clipped}",
        f"dropped_flying {dropped.flying}",
        f"dropped_ramps {dropped.ramps}",
    ]
    if source.options.only or source.options.without:
        lines.append(f"dropped_unselected {dropped.unselected}")
    data = PlyData(
        [PlyElement.describe(vertex, "vertex")],
        byte_order="<",
        comments=(*source.cloud_comments(), *field_comments(source)),
        obj_info=lines,
    )
    file.write(f"{data.header}\n".encode("ascii"))
    for part in blocks_of(len(cloud)):
        records = np.empty(part.stop - part.start, dtype)
        put_vectors(records, "x", cloud.xyz[part])
        if cloud.normals is not None:
            put_vectors(records, "nx", cloud.normals[part])
        put_bytes(records, "red", cloud.rgb[part])
        for name, values in fields.items():
            records[name] = values[cloud.index[part]]
        file.write(records.data)
