"""Reads a depth map from a file: PNG, TIFF, EXR, NPY or NPZ, as codes or as metres."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from heicdepth_tui.errors import ExportError, MissingExtraError, extra_hint

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["DepthFile", "read_depth_file", "read_json"]

_MAX_SAMPLES = 16_000_000
_NAMES = ("metres", "depth", "codes")
"""Arrays of an NPZ, in the order in which they are taken."""


@dataclass(frozen=True, slots=True, eq=False)
class DepthFile:
    """An array (H, W): unsigned integers are codes, floats are values."""

    array: NDArray[Any]
    name: str = ""
    """The array's name within an NPZ or the channel's within an EXR."""

    @property
    def holds_codes(self) -> bool:
        """Whether the values are integers: codes, unless a unit is given."""
        return bool(np.issubdtype(self.array.dtype, np.integer))


def read_depth_file(path: Path, *, prefer: str = "") -> DepthFile:
    """Return the depth map of a file; ``prefer`` names the array of an NPZ that is taken first.

    Raises ExportError where the file cannot be read, holds no single 2-D array, or is too large,
    and MissingExtraError for EXR without the package OpenEXR.
    """
    readers = {".npy": _npy, ".npz": _npz, ".exr": _exr}
    reader = readers.get(path.suffix.lower(), _picture)
    try:
        found = reader(path, prefer)
    except ExportError:
        raise
    except (OSError, ValueError, EOFError, SyntaxError, zipfile.BadZipFile) as error:
        raise ExportError(
            f"it cannot be read as a depth map: {error}",
            path=path,
            hint="give a PNG of 8 or 16 bits, a TIFF, EXR, NPY or NPZ",
        ) from error
    array = found.array
    if array.ndim == 3 and array.shape[2] == 1:
        found = DepthFile(array[..., 0], found.name)
    if found.array.ndim != 2 or not found.array.size:
        raise ExportError(f"a depth map is (H, W), not {array.shape}", path=path)
    if found.array.size > _MAX_SAMPLES:
        raise ExportError(f"it has {array.size:,} samples, more than {_MAX_SAMPLES:,}", path=path)
    if found.array.dtype.kind not in "uif":
        raise ExportError(f"its values are {array.dtype}, not numbers", path=path)
    return found


def _npy(path: Path, _: str) -> DepthFile:
    return DepthFile(np.load(path, allow_pickle=False))


def _npz(path: Path, prefer: str) -> DepthFile:
    with np.load(path, allow_pickle=False) as archive:
        for name in dict.fromkeys(filter(None, (prefer, *_NAMES))):
            if name in archive.files and archive[name].ndim == 2:
                return DepthFile(archive[name], name)
        flat = [name for name in archive.files if archive[name].ndim == 2]
        if len(flat) == 1:
            return DepthFile(archive[flat[0]], flat[0])
    if not flat:
        raise ExportError("it holds no array (H, W)", path=path)
    raise ExportError(
        f"it holds several arrays (H, W): {', '.join(sorted(flat))}",
        path=path,
        hint=f"name the depth map {_NAMES[0]} or {_NAMES[-1]}, or save it as NPY",
    )


def _exr(path: Path, _: str) -> DepthFile:
    try:
        import OpenEXR
    except ImportError as error:
        raise MissingExtraError(
            "EXR files need the package OpenEXR",
            path=path,
            hint=extra_hint("exr"),
        ) from error
    with OpenEXR.File(str(path), separate_channels=True) as file:
        channels = file.channels()
        for name in ("Z", "Y", "R", *channels):
            if name in channels:
                return DepthFile(np.array(channels[name].pixels, dtype=np.float32), name)
    raise ExportError("it has no channel", path=path)


def _picture(path: Path, _: str) -> DepthFile:
    from PIL import Image

    with Image.open(path) as picture:
        if picture.mode not in ("L", "I", "I;16", "I;16B", "I;16L", "F", "1"):
            raise ExportError(
                f"its samples are {picture.mode}, not one number each",
                path=path,
                hint="save the depth map as grey of 8 or 16 bits, or as float",
            )
        array = np.asarray(picture)
    if array.dtype == np.int32 and array.min(initial=0) >= 0:
        array = array.astype(np.uint16 if array.max(initial=0) < 1 << 16 else np.uint32)
    return DepthFile(array)


def read_json(path: Path) -> dict[str, Any]:
    """Return the object of a JSON file; raises ExportError where it is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ExportError(f"it cannot be read as JSON: {error}", path=path) from error
    if not isinstance(found, dict):
        raise ExportError("it holds no JSON object", path=path)
    return found
