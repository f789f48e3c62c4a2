"""The photo's own pixels around one that is looked at, where the photo on show is shrunk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heicdepth_tui.photo.layers import PRIMARY
from heicdepth_tui.ui.services.layer_samples import LayerSamples

if TYPE_CHECKING:
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.ui.services.photo_loader import PhotoLoader

__all__ = ["PhotoPixels"]


class PhotoPixels(LayerSamples):
    """Reads pixels of one photo at full size."""

    def __init__(self, loader: PhotoLoader, entry: Entry) -> None:
        super().__init__(loader, "pixels")
        self._entry = entry

    def read(self, pixel: tuple[int, int]) -> tuple[int, int, int] | None:
        """Return the sRGB of a pixel; None while it is not decoded, which is requested then."""
        block = self.block(self._entry, PRIMARY, pixel)
        if block is None or block.region is None:
            return None
        # Imported here: colours need Pillow.
        from heicdepth_tui.photo.layers import as_rgb8

        row, column = pixel[1] - block.region.top, pixel[0] - block.region.left
        red, green, blue = as_rgb8(block, block.array[row : row + 1, column : column + 1])[0, 0]
        return int(red), int(green), int(blue)
