"""One photo's metadata as a JSON object; ``info.schema.json`` beside it is its schema."""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from heicdepth_tui.depth.camera import (
    Camera,
    CameraOrigin,
    aligned_camera,
    intrinsics_problem,
    stored_camera,
)
from heicdepth_tui.depth.quantization import Decision, decide
from heicdepth_tui.depth.registration import Registration, register
from heicdepth_tui.depth.trust import trust_of
from heicdepth_tui.errors import HeicDepthError, NotHeifError
from heicdepth_tui.export.calibration import (
    calibration_record,
    camera_properties_record,
    lens_record,
    stereo_record,
)
from heicdepth_tui.heif.depth_facts import DepthInfo
from heicdepth_tui.heif.facts import Exif, Header
from heicdepth_tui.heif.picture_facts import ImageItem, Mirror, Rotation
from heicdepth_tui.photo.layers import derived_label, layers_of
from heicdepth_tui.text import printable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from heicdepth_tui.depth.depthmap import DepthMap
    from heicdepth_tui.photo.layers import Layer, Pixels

__all__ = ["SCHEMA_VERSION", "array_records", "info_schema", "json_line", "photo_record"]

SCHEMA_VERSION = 2
"""Raised when a key changes its meaning or goes; new keys alone do not raise it."""

Record = dict[str, Any]


@cache
def info_schema() -> Record:
    """Return the JSON Schema (draft 2020-12) of ``photo_record``; treat it as read-only."""
    text = (files(__package__) / "info.schema.json").read_text(encoding="utf-8")
    schema: Record = json.loads(text)
    return schema


def photo_record(
    path: str | os.PathLike[str],
    header: Header | None,
    error: HeicDepthError | None,
    arrays: Sequence[Record] | None = None,
    *,
    registration: Registration | None = None,
) -> Record:
    """Return a photo's metadata as JSON values, valid by ``info_schema()``.

    ``header`` is None where it could not be read, with the cause in ``error``; with a header,
    ``error`` is that of a later step. ``arrays`` (see ``array_records``) adds that key.
    ``registration`` is the one that was used, None for the one that the file decides. ``path``
    and text from the file are as they are, for programs: ``json_line`` makes them fit to print.
    Sentences (reasons, notes, messages) are for people and have control characters escaped.
    Numbers are finite or null. Position data (GPS) is never part of it. Raises nothing.
    """
    item = None if header is None else header.depth.item
    if header is not None and item is not None and registration is None:
        registration = register(header.primary, item)
    camera = None if header is None else aligned_camera(header, registration)
    decision = None if header is None else decide(header.depth)
    record: Record = {
        "schema": SCHEMA_VERSION,
        "path": os.fspath(path),
        "bytes": _file_size(path) if header is None else header.file_size,
        "format": _format(header, error),
        "primary": None if header is None else _primary(header),
        "depth": None if header is None else _depth(header.depth, decision),
        "other_depths": [] if header is None else [_depth(one) for one in header.depth.others],
        "depth_elsewhere": [] if header is None else _elsewhere(header.depth),
        "camera": None if header is None else _camera(header, camera),
        "depth_camera": None if camera is None else _depth_camera(camera),
        "lens": lens_record(camera),
        "camera_properties": [] if header is None else camera_properties_record(header),
        "stereo": None if header is None else stereo_record(header),
        "trust": None if header is None else _trust(header, decision, camera),
        "registration": None if registration is None else registration.to_json(),
        "layers": [] if header is None else _layers(header),
        "thumbnails": [] if header is None else [_size(item) for item in header.thumbnails],
        "exif": None if header is None else _exif(header.exif),
        "colour_space": None if header is None else header.colour.name,
        "truncated": "" if header is None else printable(header.truncated),
        "error": None if error is None else _error(error),
    }
    if arrays is not None:
        record["arrays"] = list(arrays)
    return record


def json_line(record: Mapping[str, Any]) -> str:
    r"""Return a record as one line of JSON in printable ASCII, whatever names and texts hold.

    A byte of a file name that is no UTF-8 (a lone surrogate of ``os.fsdecode``) is an escape from
    ``\udc80`` to ``\udcff``: ``os.fsencode(json.loads(line)["path"])`` is the name's bytes again.
    """
    # JSON itself leaves DEL as it is; it can only stand inside a string.
    line = _ENCODER.encode(record)
    # str.replace counts before it searches, which takes forty times as long.
    return line.replace("\x7f", "\\u007f") if "\x7f" in line else line


# A record holds no list or object twice, so that no circle needs to be looked for.
_ENCODER = json.JSONEncoder(allow_nan=False, ensure_ascii=True, check_circular=False)


def array_records(
    layers: Mapping[Layer, Pixels], depth_maps: Mapping[Layer, DepthMap]
) -> list[Record]:
    """Return name, item, shape, dtype, min, max and note of each layer, for ``photo_record``.

    ``layers`` are those that were decoded, in the order to list. Right after a layer that has an
    entry in ``depth_maps`` follow its ``disparity`` (1/m) and ``metres``, with the range of their
    valid samples (null where none is), unless the metadata does not say what a code means. The
    note states missing parts (tiles …), of disparity whether its unit is assumed, and of metres
    their trust.
    """
    records: list[Record] = []
    for layer, pixels in layers.items():
        records.append(
            {
                "name": layer.label,
                "item": layer.item_id or None,
                "shape": [int(side) for side in pixels.shape],
                "dtype": pixels.dtype,
                "min": int(pixels.minimum),
                "max": int(pixels.maximum),
                "note": printable(pixels.note),
            }
        )
        depth_map = depth_maps.get(layer)
        if depth_map is not None and not depth_map.reason:
            caveat = "" if depth_map.trust.is_metric else depth_map.trust.short
            notes = "; ".join(filter(None, [pixels.note, caveat]))
            unit = depth_map.trust.disparity_label if depth_map.trust.is_assumed else ""
            disparity_note = "; ".join(filter(None, [pixels.note, unit]))
            records.append(_derived("disparity", layer, depth_map.disparity(), disparity_note))
            records.append(_derived("metres", layer, depth_map.metres(), notes))
    return records


def _derived(name: str, layer: Layer, values: NDArray[np.float32], note: str) -> Record:
    valid = values[values == values]  # NaN marks an invalid sample
    return {
        "name": derived_label(name, layer),
        "item": layer.item_id or None,
        "shape": [int(side) for side in values.shape],
        "dtype": str(values.dtype),
        "min": float(valid.min()) if valid.size else None,
        "max": float(valid.max()) if valid.size else None,
        "note": printable(note),
    }


def _file_size(path: str | os.PathLike[str]) -> int | None:
    try:
        return Path(path).stat().st_size
    except (OSError, ValueError):
        # Missing, unreadable, or no valid name: the error key states it.
        return None


def _format(header: Header | None, error: HeicDepthError | None) -> str | None:
    if header is not None:
        return header.brand
    return error.kind if isinstance(error, NotHeifError) else None


def _primary(header: Header) -> Record:
    """Size as seen, and the turn and mirroring that make the coded picture stand upright.

    irot, imir and their order are reduced to one rotation followed by at most one mirroring.
    """
    item, turns, mirrored = header.primary, 0, False
    for step in item.transforms:
        if isinstance(step, Rotation):
            # A turn after a mirroring is the opposite turn before it.
            turns += -step.quarter_turns if mirrored else step.quarter_turns
        elif isinstance(step, Mirror):
            mirrored = not mirrored
            turns += 0 if step.axis == 1 else 2
    return {
        **_size(item),
        "rotation": turns % 4 * 90,
        "mirror": mirrored,
        **_decoding(header.decodable, header.undecodable_reason),
    }


def _decoding(is_decodable: bool, reason: str) -> Record:
    return {"decodable": is_decodable, "undecodable_reason": printable(reason)}


def _size(item: ImageItem) -> Record:
    return {"width": item.displayed_size.width, "height": item.displayed_size.height}


def _depth(depth: DepthInfo, decision: Decision | None = None) -> Record:
    """Return a depth map; ``decision`` is what ``decide`` returns for it, None to call it here."""
    item, rep, cal = depth.item, depth.representation, depth.calibration
    problems = (depth.reason, depth.representation_problem, depth.calibration_problem)
    return {
        "status": depth.status.value,
        "reason": printable("; ".join(filter(None, problems))),
        "item": None if item is None else item.id,
        **_decoding(depth.decodable, depth.undecodable_reason),
        "width": None if item is None else item.displayed_size.width,
        "height": None if item is None else item.displayed_size.height,
        "bits": None if item is None else item.bits,
        "representation": None if rep is None else rep.type.label,
        "d_min": None if rep is None else _finite(rep.d_min),
        "d_max": None if rep is None else _finite(rep.d_max),
        "z_near": None if rep is None else _finite(rep.z_near),
        "z_far": None if rep is None else _finite(rep.z_far),
        "reference_view": None if rep is None else rep.reference_view,
        "float_min": None if cal is None else _finite(cal.float_min),
        "float_max": None if cal is None else _finite(cal.float_max),
        "metres": _metres(depth, decision),
        "accuracy": None if item is None else depth.accuracy.value,
        "quality": None if cal is None else cal.quality,
        "filtered": None if cal is None else cal.filtered,
        "native_format": None if cal is None else cal.native_format,
        "stored_format": None if cal is None else cal.stored_format,
        "calibration_problems": [
            printable(text)
            for text in (depth.calibration_problem, *(() if cal is None else cal.problems))
            if text
        ],
        "calibration": calibration_record(cal),
    }


def _elsewhere(depth: DepthInfo) -> list[Record]:
    """Return the depth maps of other pictures of the file."""
    return [
        {
            "picture": other.picture,
            "width": None if other.size is None else other.size.width,
            "height": None if other.size is None else other.size.height,
            "is_source": other.is_source,
            "depth": _depth(other.depth),
        }
        for other in depth.elsewhere
    ]


def _metres(depth: DepthInfo, decision: Decision | None) -> Record:
    """Return whether codes map to metres, by the header alone, with the assumptions made."""
    if not depth.decodable:
        return {
            "known": False,
            "reason": printable(depth.reason or depth.undecodable_reason),
            "notes": [],
            "assumed": False,
        }
    if decision is None:
        decision = decide(depth)
    return {
        "known": decision.quantization is not None,
        "reason": printable(decision.reason),
        "notes": [printable(note) for note in decision.notes],
        "assumed": bool(decision.assumed),
    }


def _trust(header: Header, decision: Decision | None, camera: Camera | None) -> Record | None:
    """Return the trust of distances and points, by the header alone."""
    if header.depth.item is None or not header.depth.decodable:
        return None
    record: Record = trust_of(header.depth, decision).with_camera(camera).to_json()
    record["sentence"] = printable(record["sentence"])
    return record


def _camera(header: Header, aligned: Camera | None) -> Record:
    """Return the camera as stored; its note is about ``aligned``, the one made of it."""
    note = _camera_note(header, aligned)
    camera = stored_camera(header)
    if camera is None:
        names = ("fx", "fy", "cx", "cy", "reference_width", "reference_height")
        return {
            "origin": CameraOrigin.NONE.value,
            **dict.fromkeys(names),
            "note": note,
        }
    return {
        "origin": camera.origin.value,
        "fx": _finite(camera.fx),
        "fy": _finite(camera.fy),
        "cx": _finite(camera.cx),
        "cy": _finite(camera.cy),
        "reference_width": _finite(camera.reference_width),
        "reference_height": _finite(camera.reference_height),
        "note": note,
    }


def _camera_note(header: Header, camera: Camera | None) -> str:
    """Return why the file's intrinsics are not used, or the caveat of those that are."""
    depth = header.depth
    if depth.item is None:
        return ""
    if camera is not None:
        return printable(camera.note)
    return "" if depth.calibration is None else printable(intrinsics_problem(depth.calibration))


def _depth_camera(camera: Camera) -> Record:
    return {
        "fx": _finite(camera.fx),
        "fy": _finite(camera.fy),
        "cx": _finite(camera.cx),
        "cy": _finite(camera.cy),
        "width": camera.width,
        "height": camera.height,
    }


def _layers(header: Header) -> list[Record]:
    labels = {layer.item_id: layer.label for layer in layers_of(header)}
    return [
        {
            "name": labels.get(aux.item.id, aux.name),
            "item": aux.item.id,
            "urn": aux.urn,
            **_size(aux.item),
            **_decoding(not aux.undecodable_reason, aux.undecodable_reason),
        }
        for aux in header.auxiliaries
    ]


def _exif(exif: Exif) -> Record:
    return {
        "make": exif.make,
        "model": exif.model,
        "lens": exif.lens,
        "date": exif.date,
        "orientation": exif.orientation,
        "focal_length": _finite(exif.focal_length),
        "focal_length_35mm": _finite(exif.focal_length_35mm),
        "portrait": exif.portrait,
    }


def _error(error: HeicDepthError) -> Record:
    """``kind`` is the error's class in small words: NotHeifError is ``not-heif``."""
    name = type(error).__name__.removesuffix("Error")
    return {
        "kind": re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower(),
        "message": printable(error.what),
        "hint": printable(error.hint),
    }


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
