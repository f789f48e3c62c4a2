"""PCD, the Point Cloud Library's format: binary, compressed, ASCII, flat list or organised grid."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import numpy as np

from heicdepth_tui.export.point_fields import field_comments, grid_fields, with_fields
from heicdepth_tui.export.source import ExportSource, OutputFile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray
    from pypcd4.pypcd4 import PointCloud

    from heicdepth_tui.depth.cloud import Cloud

__all__ = ["ascii_files", "binary_files", "compressed_files", "write_pcd"]

_BLOCK_POINTS = 1 << 16
"""Points packed at once: a block fits the cache, and no copy of the whole cloud is made."""


def binary_files(source: ExportSource) -> tuple[OutputFile, ...]:
    """Return the file of ``pcd``."""
    return _output_files(source, "binary", ".pcd")


def compressed_files(source: ExportSource) -> tuple[OutputFile, ...]:
    """Return the file of ``pcd-compressed``."""
    return _output_files(source, "binary_compressed", "-compressed.pcd", "compressed")


def ascii_files(source: ExportSource) -> tuple[OutputFile, ...]:
    """Return the file of ``pcd-ascii``."""
    return _output_files(source, "ascii", "-ascii.pcd", "as text")


def _output_files(
    source: ExportSource, encoding: str, suffix: str, form: str = ""
) -> tuple[OutputFile, ...]:
    # Builds the cloud: what cannot be built fails before any file.
    clauses = [with_fields(source, source.cloud_summary())]
    if form:
        clauses.append(form)
    if source.options.organised:
        clauses.append(f"organised {source.cloud.grid}")
    write = partial(write_pcd, source, encoding=encoding)
    return (OutputFile(suffix, write, "; ".join(clauses), len(source.cloud)),)


def write_pcd(source: ExportSource, file: BinaryIO, *, encoding: str) -> None:
    """Write the source's cloud as PCD 0.7.

    Fields are x y z in metres (float32), rgb (packed 0x00RRGGBB, as float32 bits in the binary
    encodings and as uint32 in ``ascii``, where a float's decimals would lose the colour),
    normal_x normal_y normal_z where the cloud has normals, then the fields of ``options.fields``
    (float32 or uint8). WIDTH and HEIGHT are N and 1, or the grid's where ``options.organised`` is
    set: then x, y, z and normals of dropped samples are NaN, their rgb is 0, and the further
    fields are those of every sample. ``encoding`` is ``binary``, ``binary_compressed`` or
    ``ascii``.
    """
    from pypcd4.pypcd4 import Encoding

    _write_comments(file, (*source.cloud_comments(), *field_comments(source)))
    cloud, kind = source.cloud, Encoding(encoding)
    grid = grid_fields(source)
    fields = {name: values[cloud.index] for name, values in grid.items()}
    if kind is Encoding.BINARY and not source.options.organised:
        _write_in_blocks(file, cloud, fields)
        return
    points = _point_cloud(cloud, slice(None), fields, as_text=kind is Encoding.ASCII)
    if source.options.organised:
        points = _spread(points, cloud, grid)
    points.save(cast("BinaryIO", _FileFromPosition(file)), encoding=kind)


def _point_cloud(
    cloud: Cloud, part: slice, further: Mapping[str, NDArray[Any]], *, as_text: bool
) -> PointCloud:
    """Return the points of ``part`` as a pypcd4 PointCloud."""
    from pypcd4.pypcd4 import PointCloud

    xyz, rgb = cloud.xyz[part], PointCloud.encode_rgb(cloud.rgb[part])
    columns: list[NDArray[Any]] = [xyz[:, 0], xyz[:, 1], xyz[:, 2]]
    columns.append(rgb.view(np.uint32) if as_text else rgb)
    fields = ["x", "y", "z", "rgb"]
    if cloud.normals is not None:
        normals = cloud.normals[part]
        columns += [normals[:, 0], normals[:, 1], normals[:, 2]]
        fields += ["normal_x", "normal_y", "normal_z"]
    columns += [values[part] for values in further.values()]
    fields += further
    # A list of columns takes half the time and memory of one (N, 4) array, measured.
    return PointCloud.from_points(columns, fields, [column.dtype for column in columns])


def _write_in_blocks(file: BinaryIO, cloud: Cloud, further: Mapping[str, NDArray[Any]]) -> None:
    from pypcd4.pypcd4 import Encoding

    count = len(cloud)
    for start in range(0, count, _BLOCK_POINTS):
        part = slice(start, start + _BLOCK_POINTS)
        block = _point_cloud(cloud, part, further, as_text=False)
        if start == 0:
            whole = block.metadata.derive(points=count, width=count)
            file.write(whole.compose_header(Encoding.BINARY).encode("ascii"))
        file.write(block.pc_data.tobytes())


def _spread(points: PointCloud, cloud: Cloud, further: Mapping[str, NDArray[Any]]) -> PointCloud:
    """Return an organised cloud: each point at its place in the grid, NaN and black elsewhere.

    ``further`` are the fields of every sample of the grid.
    """
    from pypcd4.pypcd4 import PointCloud

    width, height = cloud.grid
    data = np.zeros(width * height, points.pc_data.dtype)
    for field in points.fields:
        if field != "rgb" and field not in further:
            data[field] = np.nan
    data[cloud.index] = points.pc_data
    for field, values in further.items():
        data[field] = values
    metadata = points.metadata.derive(points=width * height, width=width, height=height)
    return PointCloud(metadata, data)


def _write_comments(file: BinaryIO, comments: tuple[str, ...]) -> None:
    lines = ("# .PCD v0.7 - Point Cloud Data file format", *(f"# {line}" for line in comments))
    file.write("".join(f"{line}\n" for line in lines).encode("ascii"))


class _FileFromPosition:
    """A file whose position 0 is the current one: pypcd4 rewinds where compression fails."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._start = file.tell()
        self.write: Callable[[bytes], int] = file.write

    def seek(self, offset: int) -> int:
        return self._file.seek(self._start + offset) - self._start
