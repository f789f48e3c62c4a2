"""The photo's colours for exports, and the description of their colour space."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from heicdepth_tui.heif.colour import DISPLAY_P3, SRGB, UNKNOWN

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from heicdepth_tui.heif.picture_facts import Size
    from heicdepth_tui.photo.layers import Pixels

__all__ = ["Coloured", "Colours", "as_rgb"]


@dataclass(frozen=True, slots=True, eq=False)
class Coloured:
    """A picture in colours, uint8 (H, W, 3), and the colour space of its values.

    ``space`` is named as in ``heif.colour``; ``converted_from`` is the photo's own where the values
    were converted, else empty. ``note`` is the decoder's, e.g. that tiles are missing.
    """

    rgb: NDArray[np.uint8]
    space: str = UNKNOWN
    converted_from: str = ""
    note: str = ""

    def in_srgb(self) -> Coloured:
        """Return the picture in sRGB where it is in Display P3, else as it is."""
        from heicdepth_tui.photo.colour import srgb_from

        if self.space != DISPLAY_P3:
            return self
        rgb = srgb_from(self.rgb, self.space)
        return replace(self, rgb=rgb, space=SRGB, converted_from=DISPLAY_P3)

    @property
    def short(self) -> str:
        """The colour space in a few words, for summaries."""
        if self.converted_from:
            return f"colours {self.space}, converted from {self.converted_from}"
        if self.space == UNKNOWN:
            return "colours as decoded, the photo states no colour space"
        return f"colours {self.space} as decoded"

    @property
    def long(self) -> str:
        """The colour space and how the values came to be in it, for comments and metadata."""
        if self.converted_from == DISPLAY_P3:
            how = f"{self.space}, converted from Display P3 by the matrix of the primaries, clipped"
        elif self.converted_from:
            how = (
                f"{self.space}, converted from {self.converted_from} by its ICC profile, relative "
                "colorimetric with black point compensation"
            )
        elif self.space == UNKNOWN:
            how = "as decoded, the photo states no colour space (sRGB is usual)"
        else:
            how = f"{self.space} as decoded, not converted"
        return f"{how}; {self.note}" if self.note else how


class Colours(Protocol):
    """Gives what the depth map shows of the upright photo at exactly a size.

    In sRGB where the photo's colour space is known, or as decoded where ``stored``. The same
    picture is made once. Raises what decoding does.
    """

    def __call__(self, size: Size, stored: bool, /) -> Coloured:
        """Return the photo at ``size``."""
        ...


def as_rgb(pixels: Pixels) -> NDArray[np.uint8]:
    """Return a photo as uint8 (H, W, 3): grey repeated, 10 and 12 bits rounded to 8."""
    import numpy as np

    array: NDArray[Any] = pixels.array
    if array.dtype != np.uint8:
        top = 2**pixels.bits - 1
        array = ((array.astype(np.uint32) * 255 + top // 2) // top).astype(np.uint8)
    if array.ndim == 2:
        array = np.repeat(array[:, :, None], 3, axis=2)
    return np.asarray(array, np.uint8)
