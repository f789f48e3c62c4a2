"""AV1 pictures for photos that tests make: encoded by Pillow, then taken out of its AVIF files."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import PIL
import pytest
from PIL import Image

from heicdepth_tui.heif.items import read_items
from heicdepth_tui.heif.limits import DEFAULT_LIMITS
from heicdepth_tui.heif.source import Source
from heicdepth_tui.heif.write.mux import CodedPicture

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["encode_av1", "needs_monochrome", "save_avif"]

_VERSION = tuple(int(part) for part in PIL.__version__.split(".")[:2])

needs_monochrome = pytest.mark.skipif(
    _VERSION < (12, 3), reason="Pillow encodes grey as monochrome AV1 since 12.3"
)


def save_avif(array: NDArray[np.uint8], **options: Any) -> bytes:
    """Return an AVIF file of (H, W) or (H, W, 3) uint8 as Pillow writes it.

    ``quality=100`` is lossless for (H, W) in full range.
    """
    file = io.BytesIO()
    Image.fromarray(array).save(file, "AVIF", **{"speed": 10, "max_threads": 1, **options})
    return file.getvalue()


def encode_av1(array: NDArray[np.uint8], **options: Any) -> CodedPicture:
    """Return an array as one coded AV1 picture for ``mux``; ``options`` are Pillow's."""
    with read_items(Source("", DEFAULT_LIMITS, data=save_avif(array, **options))) as table:
        item = table.coded(table.primary_id)
        assert item.av1c is not None
        assert item.pixi is not None
        payload = table.payload(item.id)
    return CodedPicture(item.av1c, payload, item.size, item.pixi, coding="av01")
