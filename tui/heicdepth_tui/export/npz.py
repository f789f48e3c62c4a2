"""NPZ, numpy's archive: the arrays behind the cloud, with what the file says of them as JSON."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from heicdepth_tui.export.record import photo_record
from heicdepth_tui.export.subject import Part, Subject

__all__ = ["npz_metadata", "parts", "write_npz"]


def parts(subject: Subject) -> tuple[Part, ...]:
    """Return the one part of ``npz``."""
    depth_map = subject.depth_map
    told = [f"codes {subject.size}, {depth_map.bits} bit"]
    told += [] if depth_map.reason else ["metres"]
    told += [subject.trust.long, subject.photo.short, *subject.notes]
    return (Part(".npz", partial(write_npz, subject), "; ".join(told)),)


def write_npz(subject: Subject, file: BinaryIO) -> None:
    """Write the arrays of a photo; ``numpy.load`` reads them without pickle.

    ``codes`` uint8 or uint16 (H, W) as stored, ``rgb`` uint8 (H, W, 3) at the same size, in the
    colour space that ``metadata``, a JSON string, names. Where a code's metres are
    known also ``disparity`` in 1/m and ``metres`` along the optical axis, float32 (H, W), NaN where
    invalid. Where the camera is known also ``K``, float64 (3, 3), row-major, for pixel centres of
    the upright map.
    """
    depth_map = subject.depth_map
    arrays: dict[str, Any] = {"codes": depth_map.codes, "rgb": subject.rgb}
    if not depth_map.reason:
        arrays["disparity"] = depth_map.disparity()
        arrays["metres"] = depth_map.metres()
    if subject.camera is not None:
        arrays["K"] = subject.camera.matrix()
    arrays["metadata"] = np.array(json.dumps(npz_metadata(subject), allow_nan=False))
    # None holds objects, so nothing is pickled. numpy before 2.2 has no allow_pickle here, and
    # would store an array of that name.
    np.savez(file, **arrays)


def npz_metadata(subject: Subject) -> dict[str, object]:
    """Return the photo's record as ``info --json`` gives it, and ``export`` with units and caveats.

    The path is cut down to the name: where a photo lay is nobody's business but the owner's.
    """
    depth_map, trust = subject.depth_map, subject.trust
    record = photo_record(Path(subject.path.name), subject.header, None, None)
    if subject.registration is not None:
        # As the arrays were made, which may be as the user chose.
        record["registration"] = subject.registration.to_json()
    export: dict[str, object] = {
        "comments": [*subject.depth_comments(), subject.colours_told],
        "rgb": f"uint8, {subject.colours_told.partition(': ')[2]}",
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
        "K": None if subject.camera is None else subject.camera.describe(),
    }
    return {**record, "export": export}
