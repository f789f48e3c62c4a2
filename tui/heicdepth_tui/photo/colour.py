"""Samples to sRGB: Display P3 by a constant matrix, other spaces by their ICC profile."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from heicdepth_tui.heif.colour import DISPLAY_P3

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "P3_TO_BT709",
    "coded_levels",
    "linear_from_coded",
    "p3_to_bt709",
    "srgb_by_profile",
    "srgb_from",
]

P3_TO_BT709 = (
    (3685649 / 3008840, -676809 / 3008840, 0.0),
    (-5617931 / 133579120, 139197051 / 133579120, 0.0),
    (-1323971 / 67420360, -1514763 / 19262960, 148092003 / 134840720),
)
"""Linear Display P3 to linear BT.709, rows of the matrix.

The exact fractions follow from the chromaticities of the primaries, (0.680, 0.320), (0.265, 0.690),
(0.150, 0.060) of Display P3 (SMPTE EG 432-1) and (0.640, 0.330), (0.300, 0.600), (0.150, 0.060) of
BT.709, and from white D65, (0.3127, 0.3290), for both: the product of the matrices in CSS Color
Module Level 4, section 18. The blue primaries are the same, hence the zeros.
"""

_STEPS = 1 << 14
"""Linear values a unit in the table that codes them: fine enough for the steepest level near black,
5 steps, and small enough for the first cache."""
_BELOW, _ABOVE = (1 << 12), _STEPS + (1 << 12)
"""The table reaches from -0.25 to 1.25: what P3 makes of BT.709 lies between -0.225 and 1.225."""
_BLOCK = 1 << 14
"""Samples converted at once: their planes stay in the cache, a fifth faster than 1 << 16."""


def srgb_from(rgb: NDArray[np.uint8], space: str) -> NDArray[np.uint8]:
    """Return samples (…, 3) of a colour space as sRGB; as they are where it is not Display P3.

    Display P3 has sRGB's transfer function, and what lies outside sRGB is clipped. A level is that
    of the exact formula, or its neighbour in 1 % of random colours; greys stay as they are. Sums
    are elementwise, in float32: the same levels on every processor.
    """
    if space != DISPLAY_P3:
        return rgb
    flat = rgb.reshape(-1, 3)
    converted = np.empty_like(flat)
    # No index lies outside a table: clip only spares the check.
    table, linear = _coded_from_linear(), linear_from_coded()
    for start in range(0, len(flat), _BLOCK):
        block = flat[start : start + _BLOCK]
        red, green, blue = (linear.take(block[:, channel], mode="clip") for channel in range(3))
        for channel, row in enumerate(P3_TO_BT709):
            of_red, of_green, of_blue = (np.float32(_STEPS * factor) for factor in row)
            value = of_red * red
            value += of_green * green
            if of_blue:
                value += of_blue * blue
            value += np.float32(_BELOW + 0.5)
            levels = table.take(value.astype(np.intp), mode="clip")
            converted[start : start + _BLOCK, channel] = levels
    return converted.reshape(rgb.shape)


@cache
def linear_from_coded() -> NDArray[np.float32]:
    """Return the linear value, 0..1, of each of the 256 levels of sRGB and Display P3.

    IEC 61966-2-1, which Display P3 shares. Treat it as read-only.
    """
    coded = np.arange(256) / 255
    linear = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    return linear.astype(np.float32)


def coded_levels(linear: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return the sRGB levels of linear values, of any shape; what lies outside 0..1 is clipped."""
    steps = linear * np.float32(_STEPS)
    steps += np.float32(_BELOW + 0.5)
    return _coded_from_linear().take(steps.astype(np.intp), mode="clip")


@cache
def _coded_from_linear() -> NDArray[np.uint8]:
    """Return the level of each linear value from -0.25 to 1.25 in steps of 1/``_STEPS``."""
    linear = np.clip(np.arange(-_BELOW, _ABOVE + 1) / _STEPS, 0, 1)
    coded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    levels: NDArray[np.uint8] = np.rint(255 * coded).astype(np.uint8)
    return levels


def p3_to_bt709(linear: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return linear Display P3 (N, 3) as linear BT.709 (N, 3), clipped to 0..1.

    Products and sums are elementwise, in float32: the same bits on every processor. Each is
    rounded once, so that a value is off by 5e-7 at most.
    """
    red, green, blue = (np.ascontiguousarray(linear[:, channel]) for channel in range(3))
    converted = np.empty_like(linear)
    for channel, row in enumerate(P3_TO_BT709):
        of_red, of_green, of_blue = (np.float32(factor) for factor in row)
        value = of_red * red + of_green * green
        if of_blue:
            value += of_blue * blue
        np.clip(value, 0, 1, out=converted[:, channel])
    return converted


def srgb_by_profile(rgb: NDArray[np.uint8], profile: bytes) -> NDArray[np.uint8] | None:
    """Return samples (H, W, 3) as sRGB by an ICC profile; None where the profile cannot be used.

    Little CMS, relative colorimetric with black point compensation: white stays white, black
    becomes black, in-gamut colours are kept, what lies outside is clipped. Parses what a stranger
    wrote: for the decoder process only.
    """
    from PIL import Image, ImageCms

    transform = _transform(profile)
    if transform is None:
        return None
    image = Image.fromarray(np.ascontiguousarray(rgb))
    try:
        ImageCms.applyTransform(image, transform, inPlace=True)
    except (ImageCms.PyCMSError, ValueError):
        return None
    return np.asarray(image)


@lru_cache(maxsize=4)
def _transform(profile: bytes) -> Any:
    """Return Pillow's transform from an ICC profile to sRGB, None where there is none."""
    import io

    from PIL import ImageCms

    try:
        return ImageCms.buildTransform(
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            "RGB",
            "RGB",
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (ImageCms.PyCMSError, ImportError, OSError, ValueError, TypeError):
        # ImportError: a Pillow that was built without Little CMS.
        return None
