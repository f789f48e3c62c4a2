"""PCD, the Point Cloud Library's format: binary, compressed, ASCII, flat list or organised grid."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import numpy as np

from heicdepth_tui.export.subject import Part, Subject

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from pypcd4.pypcd4 import PointCloud

    from heicdepth_tui.depth.cloud import Cloud

__all__ = ["ascii_parts", "binary_parts", "compressed_parts", "write_pcd"]

_BLOCK_POINTS = 1 << 16
"""Points packed at once: a block stays in the cache, and the cloud is never held twice."""


def binary_parts(subject: Subject) -> tuple[Part, ...]:
    """Return the one part of ``pcd``."""
    return _parts(subject, "binary", ".pcd")


def compressed_parts(subject: Subject) -> tuple[Part, ...]:
    """Return the one part of ``pcd-compressed``."""
    return _parts(subject, "binary_compressed", "-compressed.pcd", "compressed")


def ascii_parts(subject: Subject) -> tuple[Part, ...]:
    """Return the one part of ``pcd-ascii``."""
    return _parts(subject, "ascii", "-ascii.pcd", "as text")


def _parts(subject: Subject, encoding: str, tail: str, form: str = "") -> tuple[Part, ...]:
    told = [subject.cloud_told()]  # builds the cloud: what cannot be built fails before any file
    if form:
        told.append(form)
    if subject.options.organised:
        told.append(f"organised {subject.cloud.grid}")
    write = partial(write_pcd, subject, encoding=encoding)
    return (Part(tail, write, "; ".join(told), len(subject.cloud)),)


def write_pcd(subject: Subject, file: BinaryIO, *, encoding: str) -> None:
    """Write the subject's cloud as PCD 0.7.

    Fields are x y z in metres (float32), rgb (packed 0x00RRGGBB, as float32 bits in the binary
    encodings and as uint32 in ``ascii``, where a float's decimals would lose the colour), and
    normal_x normal_y normal_z where the cloud has normals. WIDTH and HEIGHT are N and 1, or the
    grid's where ``options.organised`` is set: then x, y, z and normals of what was dropped are NaN
    and its rgb is 0. ``encoding`` is ``binary``, ``binary_compressed`` or ``ascii``.
    """
    from pypcd4.pypcd4 import Encoding

    _write_comments(file, subject.cloud_comments())
    cloud, kind = subject.cloud, Encoding(encoding)
    if kind is Encoding.BINARY and not subject.options.organised:
        _write_in_blocks(file, cloud)
        return
    points = _point_cloud(cloud, slice(None), as_text=kind is Encoding.ASCII)
    if subject.options.organised:
        points = _spread(points, cloud)
    points.save(cast("BinaryIO", _FromHere(file)), encoding=kind)


def _point_cloud(cloud: Cloud, part: slice, *, as_text: bool) -> PointCloud:
    """Return some of the points as pypcd4 holds them."""
    from pypcd4.pypcd4 import PointCloud

    xyz, rgb = cloud.xyz[part], PointCloud.encode_rgb(cloud.rgb[part])
    columns: list[NDArray[Any]] = [xyz[:, 0], xyz[:, 1], xyz[:, 2]]
    columns.append(rgb.view(np.uint32) if as_text else rgb)
    fields = ["x", "y", "z", "rgb"]
    if cloud.normals is not None:
        normals = cloud.normals[part]
        columns += [normals[:, 0], normals[:, 1], normals[:, 2]]
        fields += ["normal_x", "normal_y", "normal_z"]
    # A list of columns takes half the time and memory of one (N, 4) array, measured.
    return PointCloud.from_points(columns, fields, [column.dtype for column in columns])


def _write_in_blocks(file: BinaryIO, cloud: Cloud) -> None:
    from pypcd4.pypcd4 import Encoding

    count = len(cloud)
    for start in range(0, count, _BLOCK_POINTS):
        block = _point_cloud(cloud, slice(start, start + _BLOCK_POINTS), as_text=False)
        if start == 0:
            whole = block.metadata.derive(points=count, width=count)
            file.write(whole.compose_header(Encoding.BINARY).encode("ascii"))
        file.write(block.pc_data.tobytes())


def _spread(points: PointCloud, cloud: Cloud) -> PointCloud:
    """Put every point at its place in the grid; NaN and black where there is none."""
    from pypcd4.pypcd4 import PointCloud

    width, height = cloud.grid
    data = np.zeros(width * height, points.pc_data.dtype)
    for field in points.fields:
        if field != "rgb":
            data[field] = np.nan
    data[cloud.index] = points.pc_data
    metadata = points.metadata.derive(points=width * height, width=width, height=height)
    return PointCloud(metadata, data)


def _write_comments(file: BinaryIO, comments: tuple[str, ...]) -> None:
    lines = ("# .PCD v0.7 - Point Cloud Data file format", *(f"# {line}" for line in comments))
    file.write("".join(f"{line}\n" for line in lines).encode("ascii"))


class _FromHere:
    """A file that begins where it stands: pypcd4 rewinds when a cloud cannot be compressed."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._start = file.tell()
        self.write: Callable[[bytes], int] = file.write

    def seek(self, offset: int) -> int:
        return self._file.seek(self._start + offset) - self._start
