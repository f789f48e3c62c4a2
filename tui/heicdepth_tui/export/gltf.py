"""The container of binary glTF 2.0: one buffer with its views and accessors, and the file."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Any, BinaryIO

from heicdepth_tui._version import __version__
from heicdepth_tui.errors import ExportError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ARRAY_BUFFER", "ELEMENT_ARRAY_BUFFER", "Container"]

ARRAY_BUFFER, ELEMENT_ARRAY_BUFFER = 34962, 34963
"""The targets of vertex attributes and of indices, glTF 2.0 section 5.11.5."""

_MAGIC = 0x46546C67  # "glTF", glTF 2.0 section 4.4.2
_JSON_CHUNK = 0x4E4F534A
_BIN_CHUNK = 0x004E4942
_COMPONENT_TYPES = {"<f4": 5126, "<u4": 5125}
_TYPES = {1: "SCALAR", 2: "VEC2", 3: "VEC3"}
_LARGEST = 2**32 - 1


class Container:
    """The buffer of a GLB file while it is put together."""

    def __init__(self) -> None:
        self._chunks: list[bytes | memoryview] = []
        self._views: list[dict[str, object]] = []
        self._accessors: list[dict[str, object]] = []
        self._length = 0

    def add_view(self, data: bytes | memoryview, length: int, target: int | None = None) -> int:
        """Add ``length`` bytes and return the index of their buffer view, at a multiple of 4."""
        view: dict[str, object] = {"buffer": 0, "byteOffset": self._length, "byteLength": length}
        if target is not None:
            view["target"] = target
        self._views.append(view)
        self._chunks += [data, b"\0" * (-length % 4)]
        self._length += length + -length % 4
        return len(self._views) - 1

    def add_array(
        self, array: NDArray[Any], target: int = ARRAY_BUFFER, *, bounds: bool = False
    ) -> int:
        """Add a C-contiguous array (N, C) or (N,) float32 or uint32; return its accessor's index.

        ``bounds`` writes min and max of each column.
        """
        kind = array.dtype.newbyteorder("<").str
        accessor: dict[str, object] = {
            "bufferView": self.add_view(array.data, array.nbytes, target),
            "componentType": _COMPONENT_TYPES[kind],
            "count": len(array),
            "type": _TYPES[1 if array.ndim == 1 else array.shape[1]],
        }
        if bounds:
            # JSON numbers hold a float32 exactly, and a validator compares them so.
            accessor["min"] = array.min(axis=0).tolist()
            accessor["max"] = array.max(axis=0).tolist()
        self._accessors.append(accessor)
        return len(self._accessors) - 1

    def write(self, document: dict[str, Any], file: BinaryIO) -> None:
        """Write ``document`` with this buffer, its views and accessors as a GLB file.

        ``asset`` is completed with version and generator. Raises ExportError where the file would
        be larger than its 32-bit lengths allow.
        """
        asset = {"version": "2.0", "generator": f"heicdepth-tui {__version__}"}
        whole = document | {
            "asset": asset | document.get("asset", {}),
            "accessors": self._accessors,
            "bufferViews": self._views,
            "buffers": [{"byteLength": self._length}],
        }
        text = json.dumps(whole, allow_nan=False).encode()
        text += b" " * (-len(text) % 4)
        size = 12 + 8 + len(text) + 8 + self._length
        if size > _LARGEST:
            raise ExportError(
                f"GLB cannot hold {size / 1e9:.1f} GB, its limit is 4.3 GB",
                hint="take fewer rows and columns with --step, or a lower --color-resolution",
            )
        file.write(struct.pack("<III", _MAGIC, 2, size))
        file.write(struct.pack("<II", len(text), _JSON_CHUNK) + text)
        file.write(struct.pack("<II", self._length, _BIN_CHUNK))
        file.writelines(self._chunks)
