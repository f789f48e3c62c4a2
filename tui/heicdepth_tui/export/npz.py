"""NPZ, numpy's archive: the arrays behind the cloud, with their metadata as JSON."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from heicdepth_tui.export.record import photo_record
from heicdepth_tui.export.source import ExportSource, OutputFile

__all__ = ["npz_metadata", "output_files", "write_npz"]


def output_files(source: ExportSource) -> tuple[OutputFile, ...]:
    """Return the file of ``npz``."""
    depth_map = source.depth_map
    clauses = [f"codes {source.size}, {depth_map.bits} bit"]
    clauses += [] if depth_map.reason else ["metres"]
    clauses += [source.trust.long, source.photo.short, *source.notes]
    return (OutputFile(".npz", partial(write_npz, source), "; ".join(clauses)),)


def write_npz(source: ExportSource, file: BinaryIO) -> None:
    """Write the arrays of a photo; ``numpy.load`` reads them without pickle.

    ``codes`` uint8 or uint16 (H, W) as stored, ``rgb`` uint8 (H, W, 3) at the same size, in the
    colour space that ``metadata``, a JSON string, names. Where a code's metres are
    known also ``disparity`` in 1/m and ``metres`` along the optical axis, float32 (H, W), NaN where
    invalid. Where the camera is known also ``K``, float64 (3, 3), row-major, for pixel centres of
    the upright map.
    """
    depth_map = source.depth_map
    arrays: dict[str, Any] = {"codes": depth_map.codes, "rgb": source.rgb}
    if not depth_map.reason:
        arrays["disparity"] = depth_map.disparity()
        arrays["metres"] = depth_map.metres()
    if source.camera is not None:
        arrays["K"] = source.camera.matrix()
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
        "comments": [*source.depth_comments(), source.colours_comment],
        "rgb": f"uint8, {source.colours_comment.partition(': ')[2]}",
        "disparity": None if depth_map.reason else f"{trust.disparity_label}; NaN where invalid",
        "metres": (
            None
            if depth_map.reason
            else f"{trust.unit_label}; along the optical axis, NaN where invalid"
        ),
        "no_metres_because": depth_map.reason or None,
        "accuracy": depth_map.accuracy.value,
        "trust": trust.to_json(),
        "camera": trust.camera_label,
        "K": None if source.camera is None else source.camera.describe(),
    }
    return {**record, "export": export}
