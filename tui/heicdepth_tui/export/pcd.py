"""PCD, the Point Cloud Library's format: binary, compressed, ASCII, flat list or organised grid."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, NamedTuple, cast

import numpy as np

from heicdepth_tui.export.point_fields import field_comments, grid_fields, with_fields
from heicdepth_tui.export.point_records import blocks_of, put_bytes, put_vectors
from heicdepth_tui.export.source import ExportSource, OutputFile
from heicdepth_tui.heif.picture_facts import Size

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from heicdepth_tui.depth.cloud import Cloud

__all__ = ["ascii_files", "binary_files", "compressed_files", "write_pcd"]

_VIEWPOINT = (0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0)
_NORMAL = ("normal_x", "normal_y", "normal_z")


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
    cloud, grid = source.cloud, grid_fields(source)
    _write_comments(file, (*source.cloud_comments(), *field_comments(source)))
    dtype = _record_type(cloud, grid, is_text=encoding == "ascii")
    if source.options.organised:
        size, parts = cloud.grid, iter((_organised(cloud, grid, dtype),))
    else:
        size, parts = Size(len(cloud), 1), _records(cloud, grid, dtype)
    if encoding == "binary":
        file.write(_header(dtype, size).encode("ascii"))
        file.writelines(records.data for records in parts)
        return
    _write_by_pypcd4(file, np.concatenate(list(parts)), size, encoding)


def _record_type(
    cloud: Cloud, further: Mapping[str, NDArray[Any]], *, is_text: bool
) -> np.dtype[np.void]:
    """Return the packed type of a point; PCD's binary data are little-endian."""
    fields = [("x", "<f4"), ("y", "<f4"), ("z", "<f4"), ("rgb", "<u4" if is_text else "<f4")]
    if cloud.normals is not None:
        fields += [(name, "<f4") for name in _NORMAL]
    fields += [(name, values.dtype.newbyteorder("<").str) for name, values in further.items()]
    return np.dtype(fields)


def _records(
    cloud: Cloud, further: Mapping[str, NDArray[Any]], dtype: np.dtype[np.void]
) -> Iterator[NDArray[np.void]]:
    """Yield the points as records, a block at a time; ``further`` are fields of the whole grid."""
    for part in blocks_of(len(cloud)):
        records = np.zeros(part.stop - part.start, dtype)
        put_vectors(records, "x", cloud.xyz[part])
        # 0x00RRGGBB in little-endian order.
        put_bytes(records, "rgb", cloud.rgb[part, ::-1])
        if cloud.normals is not None:
            put_vectors(records, _NORMAL[0], cloud.normals[part])
        for name, values in further.items():
            records[name] = values[cloud.index[part]]
        yield records


def _organised(
    cloud: Cloud, further: Mapping[str, NDArray[Any]], dtype: np.dtype[np.void]
) -> NDArray[np.void]:
    """Return a record for each sample of the grid, NaN and black where it is no point.

    ``further`` are the fields of every sample of the grid.
    """
    width, height = cloud.grid
    grid = np.zeros(width * height, dtype)
    for name in ("x", "y", "z", *(_NORMAL if cloud.normals is not None else ())):
        grid[name] = np.nan
    for part, records in zip(blocks_of(len(cloud)), _records(cloud, further, dtype), strict=True):
        grid[cloud.index[part]] = records
    for name, values in further.items():
        grid[name] = values
    return grid


class _Field(NamedTuple):
    name: str
    size: int
    """Bytes."""
    type: Literal["F", "I", "U"]


def _fields(dtype: np.dtype[np.void]) -> list[_Field]:
    types = {"f": "F", "i": "I", "u": "U"}
    return [
        _Field(name, dtype[name].itemsize, cast('Literal["F", "I", "U"]', types[dtype[name].kind]))
        for name in dtype.names or ()
    ]


def _header(dtype: np.dtype[np.void], size: Size) -> str:
    """Return the header of a binary file, byte for byte as pypcd4 composes it.

    Importing pypcd4, which imports pydantic, takes a third of all imports of an export.
    """
    fields = _fields(dtype)
    lines: dict[str, Sequence[object]] = {
        "VERSION": ["0.7"],
        "FIELDS": [field.name for field in fields],
        "SIZE": [field.size for field in fields],
        "TYPE": [field.type for field in fields],
        "COUNT": [1] * len(fields),
        "WIDTH": [size.width],
        "HEIGHT": [size.height],
        "VIEWPOINT": _VIEWPOINT,
        "POINTS": [size.width * size.height],
        "DATA": ["binary"],
    }
    return "".join(f"{key} {' '.join(map(str, values))}\n" for key, values in lines.items())


def _write_by_pypcd4(file: BinaryIO, records: NDArray[np.void], size: Size, encoding: str) -> None:
    """Write a compressed file or one of text; what does not compress is written as binary."""
    from pypcd4.pypcd4 import Encoding, MetaData, PointCloud

    fields = _fields(records.dtype)
    metadata = MetaData(
        fields=tuple(field.name for field in fields),
        size=tuple(field.size for field in fields),
        type=tuple(field.type for field in fields),
        count=(1,) * len(fields),
        points=len(records),
        width=size.width,
        height=size.height,
        viewpoint=_VIEWPOINT,
    )
    cloud = PointCloud(metadata, records)
    cloud.save(cast("BinaryIO", _FileFromPosition(file)), encoding=Encoding(encoding))


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
