"""NPZ, numpy's archive: the arrays behind the cloud, with their metadata as JSON."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from heicdepth_tui.depth.fields import EDGE_REACH, sample_fields
from heicdepth_tui.export.record import photo_record
from heicdepth_tui.export.source import ExportSource, OutputFile

__all__ = ["npz_metadata", "output_files", "write_npz"]

_FIELD_UNITS = {
    "step": "float32, metres that one code more or less makes at this sample, NaN where invalid",
    "valid": "uint8, 1 where the sample has a distance",
    "flying": "uint8, 1 for a sample alone between two surfaces, 2 for one of a ramp",
    "edge": f"float32, samples to the nearest edge, at most {EDGE_REACH}, NaN where invalid",
}


def output_files(source: ExportSource) -> tuple[OutputFile, ...]:
    """Return the file of ``npz``."""
    depth_map = source.depth_map
    clauses = [f"codes {source.size}, {depth_map.bits} bit"]
    if not depth_map.reason:
        size = "" if source.raster_size == source.size else f" {source.raster_size}"
        clauses += [f"metres{size}", *source.raster.short]
    clauses += [source.trust.long, source.raster_photo.short, *source.notes]
    suffix = f"{source.raster_suffix}.npz"
    return (OutputFile(suffix, partial(write_npz, source), "; ".join(clauses)),)


def write_npz(source: ExportSource, file: BinaryIO) -> None:
    """Write the arrays of a photo; ``numpy.load`` reads them without pickle.

    ``codes`` uint8 or uint16 (h, w) as stored, ``rgb`` uint8 (H, W, 3) in the colour space that
    ``metadata``, a JSON string, names. Where a code's metres are known also ``disparity`` in 1/m
    and ``metres`` along the optical axis, float32 (H, W), NaN where invalid, and of the samples as
    stored ``step``, ``valid``, ``flying`` and ``edge`` (h, w), see ``SampleFields``. Where the
    camera is known also ``K``, float64 (3, 3), row-major, for pixel centres of the upright grid
    (H, W). That is the map's own, (h, w), unless the options raise it; then ``K_depth`` belongs to
    (h, w).
    """
    depth_map = source.depth_map
    arrays: dict[str, Any] = {"codes": depth_map.codes, "rgb": source.raster_photo.rgb}
    if not depth_map.reason:
        arrays["disparity"] = source.raster.disparity
        arrays["metres"] = source.raster.metres
        threshold = source.options.cloud.flying_threshold
        fields = sample_fields(depth_map, source.camera, threshold)
        arrays |= {name: getattr(fields, name) for name in _FIELD_UNITS}
    if source.camera is not None and source.raster_camera is not None:
        arrays["K"] = source.raster_camera.K
        if source.raster_size != source.size:
            arrays["K_depth"] = source.camera.K
    arrays["metadata"] = np.array(json.dumps(npz_metadata(source), allow_nan=False))
    # None holds objects, so nothing is pickled. numpy before 2.2 has no such parameter, and
    # would store an array named allow_pickle.
    np.savez(file, **arrays)


def npz_metadata(source: ExportSource) -> dict[str, object]:
    """Return the photo's record as ``info --json`` gives it, and ``export`` with units and caveats.

    Stores the file name only, not its folder, for privacy.
    """
    depth_map, trust = source.depth_map, source.trust
    record = photo_record(
        Path(source.path.name), source.header, None, registration=source.registration
    )
    export: dict[str, object] = {
        "comments": [*source.raster_comments(), source.colours_comment],
        "size": [source.raster_size.width, source.raster_size.height],
        "depth_size": [source.size.width, source.size.height],
        "rgb": f"uint8, {source.colours_comment.partition(': ')[2]}",
        "disparity": None if depth_map.reason else f"{trust.disparity_label}; NaN where invalid",
        "metres": (
            None
            if depth_map.reason
            else f"{trust.unit_label}; along the optical axis, NaN where invalid"
        ),
        "fields": None if depth_map.reason else _FIELD_UNITS,
        "no_metres_because": depth_map.reason or None,
        "accuracy": depth_map.accuracy.value,
        "trust": trust.to_json(),
        "camera": trust.camera_label,
        "K": None if source.raster_camera is None else source.raster_camera.describe(),
    }
    return {**record, "export": export}
