"""TIFF: metres as one float32 image, for tools that measure in rasters."""

from __future__ import annotations

import io
from functools import partial
from typing import BinaryIO

from heicdepth_tui.export.subject import Part, Subject

__all__ = ["parts", "write_tiff"]

_IMAGE_DESCRIPTION = 270


def parts(subject: Subject) -> tuple[Part, ...]:
    """Return the one part of ``tiff``; raises NoMetresError where a code's metres are unknown."""
    subject.depth_map.metres()
    told = "; ".join([f"metres {subject.size}, NaN = invalid", subject.trust.long, *subject.notes])
    return (Part(".tiff", partial(write_tiff, subject), told),)


def write_tiff(subject: Subject, file: BinaryIO) -> None:
    """Write metres along the optical axis as (H, W) float32, NaN where invalid, uncompressed.

    Unit, accuracy, what was assumed and the camera are in ImageDescription.
    """
    from PIL import Image

    lines = (
        "metres along the optical axis, NaN where invalid",
        *subject.depth_comments(),
    )
    # Pillow writes to a real file behind Python's back and forgets the cause of a failure.
    buffer = io.BytesIO()
    image = Image.fromarray(subject.depth_map.metres())
    image.save(buffer, "TIFF", tiffinfo={_IMAGE_DESCRIPTION: "; ".join(lines)})
    file.write(buffer.getbuffer())
