"""A reader of GLB files that checks them against glTF 2.0 as it goes."""

from __future__ import annotations

import io
import json
import struct
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

__all__ = ["Glb", "read_glb"]

_TYPES = {"SCALAR": 1, "VEC2": 2, "VEC3": 3}
_DTYPES = {5126: "<f4", 5125: "<u4"}


@dataclass(frozen=True)
class Glb:
    """The document, the arrays of its first primitive by name, and its pictures."""

    document: dict[str, Any]
    arrays: dict[str, NDArray[Any]]
    images: list[Image.Image] = field(default_factory=list)

    @property
    def triangles(self) -> NDArray[np.uint32]:
        """The indices, three a row."""
        return self.arrays["indices"].reshape(-1, 3)


def read_glb(data: bytes) -> Glb:
    """Read a GLB file of one mesh; AssertionError where it breaks a rule of glTF 2.0."""
    magic, version, length, json_length, json_type = struct.unpack_from("<4sIII4s", data)
    assert (magic, version, length, json_type) == (b"glTF", 2, len(data), b"JSON")
    assert json_length % 4 == 0
    document = json.loads(data[20 : 20 + json_length])
    assert document["asset"]["version"] == "2.0"
    blob_length, blob_type = struct.unpack_from("<I4s", data, 20 + json_length)
    blob = data[28 + json_length :]
    assert (blob_length, blob_type) == (len(blob), b"BIN\0")
    assert document["buffers"] == [{"byteLength": len(blob)}]
    _check_views(document, len(blob))
    primitive = document["meshes"][0]["primitives"][0]
    arrays = {
        name: _array(document, blob, accessor) for name, accessor in primitive["attributes"].items()
    }
    count = len(arrays["POSITION"])
    assert all(len(array) == count for array in arrays.values())
    position = document["accessors"][primitive["attributes"]["POSITION"]]
    np.testing.assert_array_equal(np.float32(position["min"]), arrays["POSITION"].min(axis=0))
    np.testing.assert_array_equal(np.float32(position["max"]), arrays["POSITION"].max(axis=0))
    if "indices" in primitive:
        indices = arrays["indices"] = _array(document, blob, primitive["indices"])[:, 0]
        assert primitive.get("mode", 4) == 4
        assert len(indices) % 3 == 0
        assert indices.max() < count
        view = document["accessors"][primitive["indices"]]["bufferView"]
        assert document["bufferViews"][view]["target"] == 34963
    for reference in ("extensionsRequired", "extensionsUsed"):
        assert set(document.get(reference, ())) <= {"KHR_materials_unlit"}
    return Glb(
        document, arrays, [_image(document, blob, one) for one in document.get("images", ())]
    )


def _check_views(document: dict[str, Any], length: int) -> None:
    end = 0
    for view in document["bufferViews"]:
        assert view["byteOffset"] % 4 == 0
        assert view["byteOffset"] >= end, "views overlap"
        end = view["byteOffset"] + view["byteLength"]
    assert end <= length


def _array(document: dict[str, Any], blob: bytes, index: int) -> NDArray[Any]:
    accessor = document["accessors"][index]
    view = document["bufferViews"][accessor["bufferView"]]
    dtype, columns = np.dtype(_DTYPES[accessor["componentType"]]), _TYPES[accessor["type"]]
    assert view["byteLength"] == accessor["count"] * columns * dtype.itemsize
    values = np.frombuffer(blob, dtype, accessor["count"] * columns, view["byteOffset"])
    assert np.isfinite(values).all()
    return values.reshape(-1, columns)


def _image(document: dict[str, Any], blob: bytes, one: dict[str, Any]) -> Image.Image:
    view = document["bufferViews"][one["bufferView"]]
    data = blob[view["byteOffset"] : view["byteOffset"] + view["byteLength"]]
    image = Image.open(io.BytesIO(data))
    assert one["mimeType"] == f"image/{str(image.format).lower()}"
    image.load()
    return image
