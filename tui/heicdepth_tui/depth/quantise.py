"""Metres to codes, for each way in which a depth map can say what its codes mean."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from heicdepth_tui.heif.depth_facts import DepthRepresentation, RepresentationType

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["quantise", "representation_for"]

_FINE = 512
"""Limits are whole 512ths, which the SEI's floating-point form holds exactly."""
_CURVE = (0, 12, 40, 90, 160)


def representation_for(
    kind: RepresentationType, nearest: float, farthest: float
) -> DepthRepresentation:
    """Return a representation whose code range holds ``nearest`` to ``farthest`` metres.

    Disparity limits are in 1/m, Z limits in metres; both are rounded outwards to whole 512ths.
    Raises ValueError where the far limit would reach zero disparity or the near limit zero metres.
    """
    disparity = kind in (
        RepresentationType.UNIFORM_DISPARITY,
        RepresentationType.NONUNIFORM_DISPARITY,
    )
    low, high = (1 / farthest, 1 / nearest) if disparity else (nearest, farthest)
    low, high = math.floor(low * _FINE) / _FINE, math.ceil(high * _FINE) / _FINE
    if low <= 0:
        raise ValueError(f"{nearest} m to {farthest} m leaves no room above zero")
    if high == low:
        high += 1 / _FINE
    if not disparity:
        return DepthRepresentation(kind, z_near=low, z_far=high)
    curve = _CURVE if kind is RepresentationType.NONUNIFORM_DISPARITY else ()
    return DepthRepresentation(kind, d_min=low, d_max=high, reference_view=0, nonuniform=curve)


def quantise(
    metres: NDArray[np.float64], representation: DepthRepresentation, bits: int
) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """Return codes 0 .. 2**bits − 1 of ``metres``, (H, W), rounded to the nearest, ends clipped.

    ISO/IEC 23008-12 and H.265 Annex G: type 0 even in 1/Z between z_far and z_near, type 1 even in
    disparity 1/Z between d_min and d_max, type 2 even in Z from z_far (code 0) to z_near, which
    is an assumption; type 3 is coded as type 1. uint8 for 8 bits, else uint16.
    Raises ValueError where the limits of the type are missing.
    """
    match representation:
        case DepthRepresentation(
            type=RepresentationType.UNIFORM_INVERSE_Z, z_near=float(near), z_far=float(far)
        ):
            share = (1 / metres - 1 / far) / (1 / near - 1 / far)
        case DepthRepresentation(
            type=RepresentationType.UNIFORM_Z, z_near=float(near), z_far=float(far)
        ):
            share = (far - metres) / (far - near)
        case DepthRepresentation(d_min=float(low), d_max=float(high)):
            share = (1 / metres - low) / (high - low)
        case _:
            raise ValueError(f"{representation} does not limit its codes")
    top = 2**bits - 1
    codes = np.round(np.clip(share, 0.0, 1.0) * top)
    if bits == 8:
        return np.asarray(codes, np.uint8)
    return np.asarray(codes, np.uint16)
