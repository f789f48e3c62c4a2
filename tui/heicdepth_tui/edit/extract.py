"""Takes the depth map out of a photo: its codes as stored, and a JSON file of what they mean."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from heicdepth_tui.export.source import OutputFile
from heicdepth_tui.heif.depth_facts import RepresentationType

if TYPE_CHECKING:
    from heicdepth_tui.export.source import ExportSource

__all__ = ["camera_record", "output_files"]

_NAMES = {
    RepresentationType.UNIFORM_DISPARITY: "disparity",
    RepresentationType.UNIFORM_INVERSE_Z: "inverse-z",
    RepresentationType.UNIFORM_Z: "z",
}


def output_files(source: ExportSource, *, as_npy: bool = False) -> tuple[OutputFile, OutputFile]:
    """Return the codes, ``-depth.png`` or ``-depth.npy``, and ``-depth.json``.

    Codes are upright and unshifted, 0 .. 2**bits − 1: PNG of 8 bits, or of 16 bits for more.
    """
    codes = source.depth_map.codes
    suffix = "-depth.npy" if as_npy else "-depth.png"
    summary = f"codes {source.size}, {source.depth_map.bits} bit"

    def write_codes(file: BinaryIO) -> None:
        if as_npy:
            np.save(file, codes, allow_pickle=False)
            return
        from PIL import Image

        Image.fromarray(np.ascontiguousarray(codes)).save(file, "PNG")

    def write_record(file: BinaryIO) -> None:
        text = json.dumps(camera_record(source), indent=2, allow_nan=False)
        file.write(f"{text}\n".encode())

    return (
        OutputFile(suffix, write_codes, summary),
        OutputFile("-depth.json", write_record, f"camera and code range; {source.trust.long}"),
    )


def camera_record(source: ExportSource) -> dict[str, Any]:
    """Return K for the pixel centres of the upright map, the meaning of its codes, and accuracy."""
    depth_map = source.depth_map
    record: dict[str, Any] = {
        "width": source.size.width,
        "height": source.size.height,
        "bits": depth_map.bits,
        "accuracy": depth_map.accuracy.value,
        "trust": source.trust.sentence,
    }
    if source.camera is not None:
        record["K"] = source.camera.K.tolist()
        record["camera"] = source.camera.origin.value
    mapping, stated = depth_map.quantization, depth_map.representation
    if mapping is not None and stated is not None and stated.type in _NAMES:
        record["representation"] = {
            "type": _NAMES[stated.type],
            "at_code_0": mapping.value_at_code_0,
            "at_max_code": mapping.value_at_max_code,
            "unit": "m" if mapping.is_depth else "1/m",
        }
    if stated is not None:
        stored = {name: value for name, value in asdict(stated).items() if value is not None}
        record["stored"] = {**stored, "type": stated.type.label}
    return record
