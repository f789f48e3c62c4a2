"""What the numbers of a depth file mean: options, a camera file, or another photo say it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from heicdepth_tui.depth.camera import aligned_camera
from heicdepth_tui.depth.intrinsics import Intrinsics
from heicdepth_tui.depth.quantise import quantise, representation_for
from heicdepth_tui.edit.depth_file import DepthFile, read_depth_file, read_json
from heicdepth_tui.edit.depth_item import NewDepth, camera_of
from heicdepth_tui.errors import ExportError, HeicDepthError
from heicdepth_tui.heif.depth_facts import Accuracy, DepthRepresentation, RepresentationType
from heicdepth_tui.heif.header import read_header
from heicdepth_tui.heif.picture_facts import Size

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from heicdepth_tui.edit.depth_item import Samples
    from heicdepth_tui.heif.facts import Header

__all__ = ["REPRESENTATIONS", "Made", "Meaning", "Quantised", "new_depth", "quantised"]

REPRESENTATIONS = {
    "disparity": RepresentationType.UNIFORM_DISPARITY,
    "inverse-z": RepresentationType.UNIFORM_INVERSE_Z,
    "z": RepresentationType.UNIFORM_Z,
}
"""The forms that can be written, by their names in options."""

_BITS = (8, 10, 12)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the user says of a depth map; None where nothing is said."""

    representation: str | None = None
    """A name in ``REPRESENTATIONS``."""
    ends: tuple[float, float] | None = None
    """Value of code 0 and of the largest code: d_min, d_max in 1/m, or z_far, z_near in metres."""
    metres: float | None = None
    """Metres a unit of the file's numbers, which are then distances, not codes."""
    bits: int | None = None
    """Of the codes that are written."""
    max_code: int | None = None
    """The largest code that the file may hold; where it is not stated, see ``_codes_of``."""
    accuracy: Accuracy | None = None
    camera: Path | None = None
    """A JSON file with K, as ``extract`` writes it."""
    source: Path | None = None
    """A photo whose depth map gives what is not said otherwise."""


@dataclass(frozen=True, slots=True)
class Quantised:
    """Distances as codes."""

    codes: NDArray[np.uint8] | NDArray[np.uint16]
    representation: DepthRepresentation
    filled: int
    """Samples without a distance, written as the farthest code."""


def quantised(metres: NDArray[np.floating[Any]], kind: RepresentationType, bits: int) -> Quantised:
    """Return distances (H, W) as codes whose range is just theirs.

    HEIC has no code for "no distance": samples that are not finite or not positive get the farthest
    code. Raises ValueError where no sample is left.
    """
    samples = np.asarray(metres, dtype=np.float64)
    known = np.isfinite(samples) & (samples > 0)
    if not known.any():
        raise ValueError("no sample is finite and positive")
    nearest, farthest = float(samples[known].min()), float(samples[known].max())
    representation = representation_for(kind, nearest, farthest)
    codes = quantise(np.where(known, samples, farthest), representation, bits)
    return Quantised(codes, representation, int(samples.size - np.count_nonzero(known)))


@dataclass(frozen=True, slots=True)
class Made:
    """A depth map as it is written, and what that changes."""

    depth: NewDepth
    filled: int = 0
    """Samples without a distance, written as the farthest code."""
    rounded_from: int = 0
    """The largest code of the file where its codes are spread over others, by half a code of those
    at most; 0 where they are written as they are."""


def new_depth(path: Path, meaning: Meaning) -> Made:
    """Return the depth map in the file ``path``.

    Raises ExportError where its numbers have no meaning or several, do not fit the bits, or the
    camera file cannot be used; what ``read_header`` raises for ``meaning.source``.
    """
    header = None if meaning.source is None else _source(meaning.source)
    record = {} if meaning.camera is None else read_json(meaning.camera)
    has_range = meaning.ends is not None or "representation" in record or header is not None
    is_codes = has_range and meaning.metres is None
    file = read_depth_file(path, prefer="codes" if is_codes else "metres")
    try:
        made = _codes(file, meaning, record, header)
        camera = _camera(record, header, made.depth.size)
    except ValueError as error:
        raise ExportError(str(error), path=path) from error
    accuracy = meaning.accuracy or _accuracy(record, header)
    depth = replace(made.depth, accuracy=accuracy, camera=camera)
    if header is not None and header.depth.item is not None and "K" not in record:
        item = header.depth.item
        depth = replace(depth, calibration=header.depth.calibration, frame=item.transforms)
    return replace(made, depth=depth)


def _source(path: Path) -> Header:
    header = read_header(path)
    if header.depth.item is None:
        raise ExportError("it has no depth map to take values from", path=path)
    return header


def _codes(
    file: DepthFile, meaning: Meaning, record: dict[str, Any], header: Header | None
) -> Made:
    if meaning.metres is not None or not file.holds_codes:
        if meaning.ends is not None:
            raise ValueError("its numbers are distances, whose ends are their own: leave them out")
        if file.name == "codes":
            raise ValueError("it holds codes, not metres")
        kind = REPRESENTATIONS[meaning.representation or "disparity"]
        bits = meaning.bits or 8
        found = quantised(file.array * (meaning.metres or 1.0), kind, bits)
        return Made(NewDepth(found.codes, bits, found.representation), found.filled)
    if int(file.array.min()) < 0:
        raise ValueError("codes are not negative")
    representation, stated = _representation(meaning, record, header)
    top = meaning.max_code or ((1 << stated) - 1 if stated else _largest(file.array, meaning))
    if (highest := int(file.array.max())) > top:
        raise ValueError(
            f"its largest code is {highest}, more than {top}; --max-code states another end, "
            "--metres the length of a unit if its numbers are distances"
        )
    bits = meaning.bits or next((bits for bits in _BITS if top < 1 << bits), _BITS[-1])
    largest = (1 << bits) - 1
    array = file.array if top == largest else np.rint(file.array * (largest / top))
    codes: Samples = array.astype(np.uint8) if bits == 8 else array.astype(np.uint16)
    rounded_from = 0 if top == largest else top
    return Made(NewDepth(codes, bits, representation), rounded_from=rounded_from)


def _largest(array: NDArray[Any], meaning: Meaning) -> int:
    """Return the largest code that an array may hold, where nothing states it.

    That of 8-bit samples, else that of the bits to write. It is not guessed from the codes: frames
    of one camera would get different scales.
    """
    if array.dtype == np.uint8:
        return 255
    if meaning.bits is not None:
        return (1 << meaning.bits) - 1
    raise ValueError(
        "nothing says which code has the value of --d-max: give --max-code, as 65535, 4095 or 1023 "
        "for codes of 16, 12 or 10 bits, or --metres if its numbers are distances"
    )


def _representation(
    meaning: Meaning, record: dict[str, Any], header: Header | None
) -> tuple[DepthRepresentation, int]:
    """Return what the codes mean, by the options, else the camera file, else the other photo.

    With the bits of a code, which the latter two state; 0 where nothing does.
    """
    if meaning.ends is not None:
        chosen = REPRESENTATIONS[meaning.representation or "disparity"]
        return _from_ends(chosen, *meaning.ends), 0
    stated = record.get("representation")
    if isinstance(stated, dict):
        kind = REPRESENTATIONS.get(str(stated.get("type")))
        if kind is None:
            raise ValueError(
                f"no representation is named {stated.get('type')!r} in the camera file"
            )
        ends = _float(stated, "at_code_0"), _float(stated, "at_max_code")
        return _from_ends(kind, *ends), round(_float(record, "bits")) if "bits" in record else 0
    if header is not None and header.depth.representation is not None:
        item = header.depth.item
        return header.depth.representation, (item.bits or 0) if item is not None else 0
    raise ValueError(
        "nothing says what its codes mean: give --d-min and --d-max, --camera with a file of "
        "extract, --from with a photo, or --metres"
    )


def _from_ends(kind: RepresentationType, at_0: float, at_max: float) -> DepthRepresentation:
    if not (math.isfinite(at_0) and math.isfinite(at_max)) or at_0 == at_max:
        raise ValueError("the values of the first and last code must be finite and differ")
    if kind is RepresentationType.UNIFORM_Z:
        if not 0 < at_max < at_0:
            raise ValueError("Z must fall from code 0 (z_far) to the largest code (z_near > 0)")
        return DepthRepresentation(kind, z_near=at_max, z_far=at_0)
    if not 0 <= at_0 < at_max:
        raise ValueError("disparity must rise from code 0 (d_min >= 0) to the largest code (d_max)")
    if kind is RepresentationType.UNIFORM_DISPARITY:
        return DepthRepresentation(kind, d_min=at_0, d_max=at_max, reference_view=0)
    if not at_0:
        raise ValueError("inverse Z of 0 has no z_far")
    return DepthRepresentation(kind, z_near=1 / at_max, z_far=1 / at_0)


def _camera(record: dict[str, Any], header: Header | None, size: Size) -> Intrinsics | None:
    if "K" in record:
        width, height = _float(record, "width"), _float(record, "height")
        if not (width >= 1 and height >= 1):
            raise ValueError("the camera file needs width and height of the picture of its K")
        k = np.asarray(record["K"], dtype=np.float64)
        k = k.reshape(3, 3) if k.size == 9 else k
        known = camera_of(k, Size(round(width), round(height)))
        return _resized(known, size)
    camera = None if header is None else aligned_camera(header)
    if camera is None:
        return None
    return _resized(camera_of(camera.K, camera.size), size)


def _resized(camera: Intrinsics, size: Size) -> Intrinsics:
    sx, sy = size.width / camera.width, size.height / camera.height
    if abs(sx / sy - 1) > 0.02:
        raise ValueError(
            f"the camera is for {camera.width:g}×{camera.height:g}, the depth map is {size}: "
            "their aspects differ"
        )
    return Intrinsics(
        camera.fx * sx, camera.fy * sy, camera.cx * sx, camera.cy * sy, size.width, size.height
    )


def _accuracy(record: dict[str, Any], header: Header | None) -> Accuracy:
    stated = record.get("accuracy")
    if stated is not None:
        try:
            return Accuracy(stated)
        except ValueError as error:
            raise HeicDepthError(f"no accuracy is named {stated!r} in the camera file") from error
    return Accuracy.UNKNOWN if header is None else header.depth.accuracy


def _float(record: dict[str, Any], name: str) -> float:
    value = record.get(name)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    raise ValueError(f"the camera file has no number {name}")
