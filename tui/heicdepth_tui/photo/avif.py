"""Adapter to Pillow's AVIF plugin: AVIF bytes to samples, every failure a DecodeError."""

from __future__ import annotations

import io

import numpy as np

from heicdepth_tui.errors import UnsupportedError
from heicdepth_tui.photo.pillow_heif_adapter import Decoded, translated
from heicdepth_tui.photo.threads import thread_limit

__all__ = ["decode_av1"]

_COLOURS = 3


def decode_av1(data: bytes, what: str, *, is_monochrome: bool) -> Decoded:
    """Return the picture of an AVIF file that holds a single image, as ``wrap.wrap_av1`` writes it.

    (H, W) for monochrome, (H, W, 3) for colour, always uint8: the plugin converts deeper pictures
    to 8 bits, and limited to full range. Raises DecodeError, UnsupportedError.
    """
    # Imported with the first AV1 picture: most photos have none.
    from PIL import AvifImagePlugin

    if not AvifImagePlugin.SUPPORTED:
        raise UnsupportedError(
            f"{what} is coded as AV1, which the installed Pillow cannot decode",
            hint="install a Pillow that is built with AVIF",
        )
    if (limit := thread_limit()) > 0:
        AvifImagePlugin.DEFAULT_MAX_THREADS = limit
    # Not Image.open: it refuses photos of more than 179 megapixels, and hides the cause.
    with translated(what), AvifImagePlugin.AvifImageFile(io.BytesIO(data)) as image:
        samples = np.asarray(image)
    if samples.ndim == _COLOURS:
        # Before Pillow 13, or libavif 1.3, monochrome comes as three equal channels.
        samples = samples[:, :, 0] if is_monochrome else samples[:, :, :_COLOURS]
    return Decoded(samples, 8)
