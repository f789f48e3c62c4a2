"""PNG: the photo at depth size, the codes as stored, and the depth in millimetres."""

from __future__ import annotations

import io
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from heicdepth_tui.export.subject import Part, Subject, ascii_line
from heicdepth_tui.heif.colour import read_profile

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["millimetres", "parts", "write_png"]

_MAX_MILLIMETRES = 65535


def parts(subject: Subject) -> tuple[Part, ...]:
    """Return the parts of ``png``: photo, codes and, where a code's metres are known, depth."""
    depth_map = subject.depth_map
    photo = f"the photo at {subject.size}"
    codes = f"codes as stored, {depth_map.bits} bit"
    if depth_map.reason:
        codes = f"{codes}; no depth in millimetres: {depth_map.reason}"
    codes = "; ".join([codes, *subject.notes])
    write_photo = partial(
        write_png,
        subject,
        subject.rgb,
        f"{photo}; {subject.colours_told}",
        profile=_profile(subject),
    )
    made = [
        Part("-photo.png", write_photo, photo),
        Part("-codes.png", partial(write_png, subject, depth_map.codes, codes), codes),
    ]
    if not depth_map.reason:
        depth, saturated = millimetres(depth_map.metres())
        told = ["depth in millimetres, 0 = invalid"]
        if saturated:
            told.append(f"{saturated:,} farther than 65.535 m are written as 65535")
        text = "; ".join([*told, subject.trust])
        made.append(Part("-depth-mm.png", partial(write_png, subject, depth, text), text))
    return tuple(made)


def millimetres(metres: NDArray[np.float32]) -> tuple[NDArray[np.uint16], int]:
    """Return (H, W) metres as uint16 millimetres, and how many were too far for that.

    Invalid samples (NaN) are 0; valid ones are rounded to 1 .. 65535, farther ones are 65535.
    """
    scaled = np.rint(metres.astype(np.float64) * 1000)
    saturated = int(np.count_nonzero(scaled > _MAX_MILLIMETRES))
    scaled = np.clip(scaled, 1, _MAX_MILLIMETRES)
    return np.nan_to_num(scaled, nan=0).astype(np.uint16), saturated


def _profile(subject: Subject) -> bytes | None:
    if not subject.header.colour.profile_bytes:
        return None
    return read_profile(subject.path, limits=subject.options.limits)


def write_png(
    subject: Subject,
    array: NDArray[Any],
    text: str,
    file: BinaryIO,
    *,
    profile: bytes | None = None,
) -> None:
    """Write (H, W) uint8 or uint16 as grey, (H, W, 3) uint8 as RGB, with ``text`` in a tEXt chunk.

    Values are written as they are, never stretched or converted; ``profile`` is the ICC profile
    that tells viewers what they mean.
    """
    from PIL import Image, PngImagePlugin

    about = PngImagePlugin.PngInfo()
    about.add_text("Description", ascii_line(text))
    about.add_text("Comment", "; ".join(subject.depth_comments()))
    # Pillow writes to a real file behind Python's back and forgets the cause of a failure.
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(array)).save(
        buffer, "PNG", pnginfo=about, icc_profile=profile
    )
    file.write(buffer.getbuffer())
