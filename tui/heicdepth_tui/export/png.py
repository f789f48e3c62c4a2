"""PNG: the photo at depth size, the codes as stored, and the depth in 16 bits."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from heicdepth_tui.export.colouring import Coloured
from heicdepth_tui.export.options import DepthUnit
from heicdepth_tui.export.source import ExportSource, OutputFile, ascii_line
from heicdepth_tui.heif.colour import DISPLAY_P3, SRGB, read_profile

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from heicdepth_tui.files import Writer

__all__ = [
    "colour_chunks",
    "colour_writer",
    "depth_suffix",
    "merged_codes",
    "output_files",
    "photo_suffix",
    "scaled_depth",
    "write_png",
]

_MAX_STEPS = 65535


def output_files(source: ExportSource) -> tuple[OutputFile, ...]:
    """Return the files of ``png``: photo, codes and, where a code's metres are known, depth."""
    depth_map = source.depth_map
    photo = f"the photo at {source.raster_size}"
    is_moved = source.camera is not None and source.camera.is_resampled
    codes = f"codes {'of the nearest samples' if is_moved else 'as stored'}, {depth_map.bits} bit"
    if depth_map.reason:
        codes = f"{codes}; no depth in millimetres: {depth_map.reason}"
    codes = "; ".join([codes, *source.notes])
    write_codes = partial(write_png, depth_map.codes, codes, comments=source.depth_comments())
    made = [
        OutputFile(
            photo_suffix(source), colour_writer(source), f"{photo}; {source.raster_photo.short}"
        ),
        OutputFile("-codes.png", write_codes, codes),
    ]
    if not depth_map.reason:
        made.append(_depth_file(source))
    return tuple(made)


def colour_writer(source: ExportSource) -> Writer:
    """Return the writer of the photo at the size of the depth raster, with its colour space."""
    return partial(
        write_png,
        source.raster_photo.rgb,
        f"the photo at {source.raster_size}; {source.colours_comment}",
        comments=source.raster_comments(),
        profile=_profile(source),
        chunks=colour_chunks(source.raster_photo),
    )


def photo_suffix(source: ExportSource) -> str:
    """Return the end of the name of the photo's picture."""
    return f"-photo{source.raster_suffix}.png"


def depth_suffix(source: ExportSource, unit: DepthUnit) -> str:
    """Return the end of the name of the depth picture."""
    return f"-depth-{unit.value}{source.raster_suffix}.png"


def _depth_file(source: ExportSource) -> OutputFile:
    raster, unit = source.raster, source.options.png_unit
    depth, too_far = scaled_depth(raster.metres, unit)
    clauses = [f"depth in {unit.label}, 0 = no data"]
    if source.raster_suffix:
        clauses.append(str(source.raster_size))
    clauses += raster.short
    if too_far:
        farthest = f"{_MAX_STEPS / unit.per_metre:g} m"
        clauses.append(f"{too_far:,} samples farther than {farthest} are written as 0")
    # Smoothed or raised distances are no longer those of the codes.
    merged = 0 if raster.remarks else merged_codes(source.depth_map.codes, depth)
    if merged:
        finer = unit is DepthUnit.MILLIMETRE
        remedy = "; --png-unit 0.1mm keeps more of them apart" if finer else ""
        clauses.append(f"{merged:,} codes share a value with another{remedy}")
    text = "; ".join([*clauses, source.trust.long, *source.notes])
    write = partial(write_png, depth, text, comments=source.raster_comments())
    return OutputFile(depth_suffix(source, unit), write, text)


def scaled_depth(metres: NDArray[np.float32], unit: DepthUnit) -> tuple[NDArray[np.uint16], int]:
    """Return (H, W) metres as uint16 steps of ``unit``, and how many were too far for that.

    Invalid samples (NaN) and those beyond 65535 steps are 0, no data; the others are rounded to
    1 .. 65535.
    """
    scaled = np.rint(metres.astype(np.float64) * unit.per_metre)
    too_far = scaled > _MAX_STEPS
    kept = np.clip(scaled, 1, _MAX_STEPS)
    kept[too_far | np.isnan(scaled)] = 0
    return kept.astype(np.uint16), int(np.count_nonzero(too_far))


def merged_codes(codes: NDArray[np.uint8] | NDArray[np.uint16], values: NDArray[np.uint16]) -> int:
    """Return how many codes of a map can no longer be distinguished in ``values``.

    Both (H, W). Of n codes with one value, n − 1 count; 0, no data, is no value.
    """
    value_of = np.zeros(1 << 16, np.uint16)
    value_of[codes] = values
    kept = value_of[value_of > 0]
    return int(kept.size - np.unique(kept).size)


def _profile(source: ExportSource) -> bytes | None:
    """Return the photo's own ICC profile where it describes the values of ``rgb``."""
    if source.raster_photo.converted_from or not source.header.colour.profile_bytes:
        return None
    return read_profile(source.path, limits=source.options.limits)


def colour_chunks(photo: Coloured) -> dict[bytes, bytes]:
    """Return the chunks that state the colour space of a picture without an ICC profile.

    sRGB with relative colorimetric intent and its gAMA (PNG third edition, 11.3.2.5 and .2), cICP
    for Display P3 (11.3.2.6: primaries, transfer, matrix, full range, by ISO/IEC 23091-2).
    """
    if photo.space == SRGB:
        return {b"sRGB": b"\1", b"gAMA": (45455).to_bytes(4, "big")}
    return {b"cICP": bytes((12, 13, 0, 1))} if photo.space == DISPLAY_P3 else {}


def write_png(
    array: NDArray[Any],
    text: str,
    file: BinaryIO,
    *,
    comments: Sequence[str],
    profile: bytes | None = None,
    chunks: Mapping[bytes, bytes] = MappingProxyType({}),
) -> None:
    """Write (H, W) uint8 or uint16 as grey, (H, W, 3) uint8 as RGB, with tEXt chunks.

    ``text`` is the Description, ``comments`` the Comment.
    Values are written as they are, never stretched or converted; ``profile`` is the ICC profile
    of the values; ``chunks`` state their colour space where it is None.
    """
    from PIL import Image, PngImagePlugin

    about = PngImagePlugin.PngInfo()
    about.add_text("Description", ascii_line(text))
    about.add_text("Comment", "; ".join(comments))
    for name, data in () if profile else chunks.items():
        about.add(name, data)
    # Pillow writes to a real file behind Python's back and forgets the cause of a failure.
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(array)).save(
        buffer, "PNG", pnginfo=about, icc_profile=profile
    )
    file.write(buffer.getbuffer())
