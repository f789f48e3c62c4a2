"""TIFF: metres as one float32 image, for tools that measure in rasters."""

from __future__ import annotations

import io
from functools import partial
from typing import BinaryIO

from heicdepth_tui.export.source import ExportSource, OutputFile

__all__ = ["output_files", "write_tiff"]

_IMAGE_DESCRIPTION = 270


def output_files(source: ExportSource) -> tuple[OutputFile, ...]:
    """Return the file of ``tiff``; raises NoMetresError where a code's metres are unknown."""
    raster = source.raster
    clauses = [f"metres {source.raster_size}, NaN = invalid", *raster.short, source.trust.long]
    summary = "; ".join([*clauses, *source.notes])
    return (OutputFile(f"{source.raster_suffix}.tiff", partial(write_tiff, source), summary),)


def write_tiff(source: ExportSource, file: BinaryIO) -> None:
    """Write metres along the optical axis as (H, W) float32, NaN where invalid, uncompressed.

    Unit, accuracy, what was assumed and the camera are in ImageDescription.
    """
    from PIL import Image

    lines = (
        "metres along the optical axis, NaN where invalid",
        *source.raster_comments(),
    )
    # Pillow writes to a real file behind Python's back and forgets the cause of a failure.
    buffer = io.BytesIO()
    image = Image.fromarray(source.raster.metres)
    image.save(buffer, "TIFF", tiffinfo={_IMAGE_DESCRIPTION: "; ".join(lines)})
    file.write(buffer.getbuffer())
