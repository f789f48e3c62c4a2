"""Display P3 to BT.709 and sRGB: the constant matrix, and the transfer function that both share."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["P3_TO_BT709", "linear_from_coded", "p3_to_bt709"]

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


@cache
def linear_from_coded() -> NDArray[np.float32]:
    """Return the linear value, 0..1, of each of the 256 levels of sRGB and Display P3.

    IEC 61966-2-1, which Display P3 shares. Treat it as read-only.
    """
    coded = np.arange(256) / 255
    linear = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    return linear.astype(np.float32)


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
