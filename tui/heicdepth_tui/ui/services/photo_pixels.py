"""The photo's own pixels around one that is looked at, where the photo on show is shrunk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heicdepth_tui.photo.layers import PRIMARY
from heicdepth_tui.photo.region import SampleRegion
from heicdepth_tui.ui.model.requests import LayerRequest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.ui.services.events import RegionArrived
    from heicdepth_tui.ui.services.photo_loader import PhotoLoader

__all__ = ["PhotoPixels"]

_SLOT = "pixels"
_SIDE = 128
"""Pixels of a side of a block: a crosshair that moves by samples stays in it for a while."""
_BLOCKS = 64
"""Blocks that are kept, 3 MB: those of the newest marks as well."""


class PhotoPixels:
    """Requests blocks of one photo at full size, one at a time, and reads their pixels."""

    slot = _SLOT

    def __init__(self, loader: PhotoLoader, entry: Entry) -> None:
        self._loader = loader
        self._entry = entry
        self._blocks: dict[tuple[int, int], NDArray[np.uint8]] = {}
        """By (left, top), the one that came last at the end."""
        self._is_waiting = self._has_failed = False

    def read(self, pixel: tuple[int, int]) -> tuple[int, int, int] | None:
        """Return the sRGB of a pixel; None while it is not decoded, which is requested then."""
        left, top = pixel[0] // _SIDE * _SIDE, pixel[1] // _SIDE * _SIDE
        block = self._blocks.get((left, top))
        if block is not None:
            red, green, blue = block[pixel[1] - top, pixel[0] - left].tolist()
            return red, green, blue
        if not self._is_waiting and not self._has_failed:
            # While one is waited for, the next is requested after it, when a pixel is read again.
            self._is_waiting = True
            region = SampleRegion(left, top, _SIDE, _SIDE)
            self._loader.request(self._entry, LayerRequest(_SLOT, PRIMARY, None, region=region))
        return None

    def take(self, event: RegionArrived) -> bool:
        """Keep the pixels of an answer for ``slot``; return whether there are any."""
        answer = event.answer
        if not self._loader.accept(event):
            return False
        self._is_waiting = False
        pixels = answer.pixels
        if pixels is None or pixels.region is None:
            # The photo cannot be decoded; what is on show may be its thumbnail.
            self._has_failed = True
            return False
        # Imported here: colours need Pillow.
        from heicdepth_tui.photo.layers import as_rgb8

        while len(self._blocks) >= _BLOCKS:
            del self._blocks[next(iter(self._blocks))]
        self._blocks[pixels.region.left, pixels.region.top] = as_rgb8(pixels)
        return True

    def stop(self) -> None:
        """Give up what was requested."""
        self._loader.cancel(_SLOT)
