"""Radial lens distortion as Apple's XMP states it, in pixels of its reference size."""

from __future__ import annotations

from math import hypot
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from heicdepth_tui.heif.depth_facts import Calibration

__all__ = ["distortion_curve"]


def distortion_curve(
    calibration: Calibration, count: int = 60
) -> tuple[tuple[float, float], ...] | None:
    """Return (radius, shift) pairs in reference pixels, from the centre to the farthest corner.

    ``shift`` is how far the coefficients move a point outwards at that distance from the distortion
    centre: r / (1 + 0.01 · Σ kᵢ ρ²ⁱ) − r, ρ = r · PixelSize in mm, i = 0 … 7. Apple does not
    document the form; on real cameras the inverse coefficients take it back to within 0.06 pixels.
    None where the calibration lacks one of these values or the result is not finite.
    """
    coefficients, centre = calibration.distortion, calibration.distortion_center
    width, height = calibration.reference_width, calibration.reference_height
    pixel = calibration.pixel_size_mm
    if coefficients is None or centre is None or not (width and height and pixel):
        return None
    x, y = max(centre[0], width - centre[0]), max(centre[1], height - centre[1])
    corner = hypot(x, y)
    curve: list[tuple[float, float]] = []
    for index in range(count):
        radius = corner * index / (count - 1)
        try:
            total = sum(k * (radius * pixel) ** (2 * i) for i, k in enumerate(coefficients))
            curve.append((radius, radius / (1 + 0.01 * total) - radius))
        except (OverflowError, ZeroDivisionError):
            return None
    return tuple(curve)
