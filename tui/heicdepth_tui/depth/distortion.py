"""Radial lens distortion as Apple's XMP states it: the lens of a map, and its curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import hypot, isfinite
from typing import TYPE_CHECKING

from heicdepth_tui.depth.intrinsics import Intrinsics

if TYPE_CHECKING:
    from heicdepth_tui.heif.depth_facts import Calibration
    from heicdepth_tui.heif.picture_facts import Size

__all__ = [
    "MAX_RESIDUAL_PX",
    "Lens",
    "distortion_curve",
    "lens_frame",
    "lens_of",
    "lens_problem",
    "radius_after",
]

MAX_RESIDUAL_PX = 0.5
"""Coefficients that do not take a point back to within this many reference pixels are not used."""

_STEPS = 24
"""Radii at which shift and residual are measured; the curves are polynomials of degree 15."""


@dataclass(frozen=True, slots=True)
class Lens:
    """The radial distortion of a map of samples, with the figures of the whole reference frame.

    A sample at (dx, dy) from the centre lies r = |(dx · mm_x, dy · mm_y)| millimetres from it on
    the sensor. (dx, dy) / (1 + 0.01 · Σ kᵢ r²ⁱ), i = 0 … 7, is the rectified place of a stored
    sample with the coefficients ``rectifying``, and the stored place of a rectified one with
    ``distorting``. Apple documents neither form nor direction of the coefficients: by this form
    the two lists undo each other on real cameras; the direction is that which Apple's header gives
    for the look-up tables of the same names (AVCameraCalibrationData.h), and the one that makes
    a long edge of a real photo straighter (see docs/accuracy.md).
    """

    rectifying: tuple[float, ...]
    """InverseLensDistortionCoefficients."""
    distorting: tuple[float, ...]
    """LensDistortionCoefficients."""
    cx: float
    """Centre of the distortion in samples, the centre of the top-left sample at (0, 0)."""
    cy: float
    mm_x: float
    """Width of a sample on the sensor, mm."""
    mm_y: float
    shift_px: float
    """Largest shift in the reference frame, reference pixels."""
    residual_px: float
    """Largest distance by which one list fails to undo the other, reference pixels."""
    reference_width: float
    """Reference pixels across the coded frame, to which the two figures above refer."""

    def resized(self, before: Size, after: Size) -> Lens:
        """Return the lens of the same view with ``after`` instead of ``before`` samples."""
        sx, sy = after.width / before.width, after.height / before.height
        return replace(
            self,
            cx=(self.cx + 0.5) * sx - 0.5,
            cy=(self.cy + 0.5) * sy - 0.5,
            mm_x=self.mm_x / sx,
            mm_y=self.mm_y / sy,
        )

    def rectified(self, column: float, row: float) -> tuple[float, float]:
        """Return the rectified place of a stored sample, both in samples of the map."""
        across, down = column - self.cx, row - self.cy
        radius = hypot(across * self.mm_x, down * self.mm_y)
        factor = radius_after(1.0, self.rectifying, radius)
        return self.cx + across * factor, self.cy + down * factor

    @property
    def figures(self) -> str:
        """Shift and residual as a clause: ``up to 37.6 px of a 4032 px wide frame``."""
        return f"up to {self.shift_px:.3g} px of a frame {self.reference_width:g} px wide"


def radius_after(radius: float, coefficients: Sequence[float], pixel_mm: float) -> float:
    """Return where coefficients move a point at ``radius`` pixels from the centre, in pixels.

    Raises ZeroDivisionError or OverflowError where the coefficients make no sense at that radius.
    """
    squared, total = (radius * pixel_mm) ** 2, 0.0
    if len(coefficients) == 8:
        # The usual number, in half the time of the loop and with the same roundings.
        a, b, c, d, e, f, g, h = coefficients
        total = total * squared + h
        total = ((total * squared + g) * squared + f) * squared + e
        total = (((total * squared + d) * squared + c) * squared + b) * squared + a
    else:
        for coefficient in reversed(coefficients):
            total = total * squared + coefficient
    return radius / (1 + 0.01 * total)


def lens_problem(calibration: Calibration) -> str:
    """Return why a file's samples cannot be rectified, as a clause; empty where they can."""
    if calibration.distortion is None or calibration.inverse_distortion is None:
        return "the file states no lens distortion"
    if calibration.distortion_center is None:
        return "the file does not state the centre of its lens distortion"
    if not calibration.pixel_size_mm or calibration.pixel_size_mm <= 0:
        return "the file does not state the pixel size that its lens distortion refers to"
    figures = _figures(calibration)
    if figures is None:
        return "the coefficients of the lens distortion have no finite result within the picture"
    if figures[1] > MAX_RESIDUAL_PX:
        return (
            "the two lists of distortion coefficients do not undo each other: "
            f"{figures[1]:.3g} px are left where {MAX_RESIDUAL_PX:g} are allowed"
        )
    return ""


def lens_frame(calibration: Calibration) -> Intrinsics:
    """Return the frame of the distortion: its centre, and reference pixels a millimetre as fx, fy.

    It is scaled, cropped and turned as a camera matrix is. ``lens_problem`` must be empty.
    """
    centre, pixel = calibration.distortion_center, calibration.pixel_size_mm
    width, height = calibration.reference_width, calibration.reference_height
    if centre is None or not pixel or not width or not height:
        raise ValueError("lens_problem() must be empty")
    return Intrinsics(1 / pixel, 1 / pixel, *centre, width, height)


def lens_of(calibration: Calibration, frame: Intrinsics) -> Lens:
    """Return the lens of a map whose frame was made of ``lens_frame``."""
    figures = _figures(calibration)
    rectifying, distorting = calibration.inverse_distortion, calibration.distortion
    width = calibration.reference_width
    if figures is None or rectifying is None or distorting is None or not width:
        raise ValueError("lens_problem() must be empty")
    return Lens(
        rectifying=rectifying,
        distorting=distorting,
        cx=frame.cx - 0.5,
        cy=frame.cy - 0.5,
        mm_x=1 / frame.fx,
        mm_y=1 / frame.fy,
        shift_px=figures[0],
        residual_px=figures[1],
        reference_width=width,
    )


def _corner(calibration: Calibration) -> float | None:
    """Return the distance of the farthest corner from the centre, in reference pixels."""
    centre = calibration.distortion_center
    width, height = calibration.reference_width, calibration.reference_height
    if centre is None or not (width and height):
        return None
    return hypot(max(centre[0], width - centre[0]), max(centre[1], height - centre[1]))


def _figures(calibration: Calibration) -> tuple[float, float] | None:
    """Return the largest shift and residual in the frame, reference pixels; None if not finite."""
    corner, pixel = _corner(calibration), calibration.pixel_size_mm
    rectifying, distorting = calibration.inverse_distortion, calibration.distortion
    if rectifying is None or distorting is None or corner is None or not pixel:
        return None
    return _measured(rectifying, distorting, pixel, corner)


@lru_cache(maxsize=64)
def _measured(
    rectifying: tuple[float, ...], distorting: tuple[float, ...], pixel_mm: float, corner: float
) -> tuple[float, float] | None:
    shift = residual = 0.0
    for step in range(_STEPS + 1):
        radius = corner * step / _STEPS
        try:
            pinhole = radius_after(radius, rectifying, pixel_mm)
            stored = radius_after(radius, distorting, pixel_mm)
            there = radius_after(pinhole, distorting, pixel_mm)
            back = radius_after(stored, rectifying, pixel_mm)
        except (OverflowError, ZeroDivisionError):
            return None
        shift = max(shift, abs(pinhole - radius))
        residual = max(residual, abs(there - radius), abs(back - radius))
    return (shift, residual) if isfinite(shift) and isfinite(residual) else None


def distortion_curve(
    calibration: Calibration, count: int = 60
) -> tuple[tuple[float, float], ...] | None:
    """Return (radius, shift) pairs in reference pixels, from the centre to the farthest corner.

    ``shift`` is how far the lens moves a point outwards at that distance from the distortion
    centre, by LensDistortionCoefficients and the form that ``Lens`` describes. None where the
    calibration lacks one of the values or the result is not finite.
    """
    corner, pixel = _corner(calibration), calibration.pixel_size_mm
    coefficients = calibration.distortion
    if coefficients is None or corner is None or not pixel:
        return None
    curve: list[tuple[float, float]] = []
    for index in range(count):
        radius = corner * index / (count - 1)
        try:
            curve.append((radius, radius_after(radius, coefficients, pixel) - radius))
        except (OverflowError, ZeroDivisionError):
            return None
    return tuple(curve)
