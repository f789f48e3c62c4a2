"""Known lengths: the factor that makes the metres of a depth map agree with a length measured."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from heicdepth_tui.errors import NoMetresError

if TYPE_CHECKING:
    from heicdepth_tui.depth.depthmap import DepthMap

__all__ = ["MAX_FACTOR", "KnownLength", "parse_known_length", "scale_factor", "scaled"]

MAX_FACTOR = 1000.0
"""Largest factor, and the inverse of the smallest: more is a slip in the unit, not a scale."""


@dataclass(frozen=True, slots=True)
class KnownLength:
    """A length known to the user: between two pixels of the photo, or from the camera to one.

    ``first`` and ``second`` are (x, y) of the upright photo, from its top-left pixel at 0, 0. With
    ``second`` None, ``metres`` is the straight line from the camera to what ``first`` shows.
    """

    metres: float
    first: tuple[int, int]
    second: tuple[int, int] | None = None


def parse_known_length(text: str) -> KnownLength:
    """Return the known length of ``X,Y=METRES`` or ``X,Y:X,Y=METRES``; ValueError for others."""
    places, equals, length = text.partition("=")
    pixels = [tuple(map(_whole, place.split(","))) for place in places.split(":")]
    if not equals or len(pixels) > 2 or any(len(pixel) != 2 for pixel in pixels):
        raise ValueError(f"{text!r} is not X,Y=METRES or X,Y:X,Y=METRES")
    try:
        metres = float(length)
    except ValueError:
        raise ValueError(f"{length!r} is not a number of metres") from None
    if not (math.isfinite(metres) and metres > 0):
        raise ValueError(f"{length!r} is not a positive number of metres")
    first, *more = [(pixel[0], pixel[1]) for pixel in pixels]
    return KnownLength(metres, first, more[0] if more else None)


def _whole(text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a pixel coordinate") from None
    if value < 0:
        raise ValueError(f"{text!r} is left of or above the photo")
    return value


def scale_factor(true: float, measured: float) -> float:
    """Return the factor that makes ``measured`` metres ``true`` metres.

    Raises ValueError where either is no positive number or the factor is out of range.
    """
    for value in (true, measured):
        if not (math.isfinite(value) and value > 0):
            raise ValueError(f"{value:g} m is not a length that a scale can be made of")
    factor = true / measured
    _check(factor)
    return factor


def scaled(depth_map: DepthMap, factor: float) -> DepthMap:
    """Return the map with all distances multiplied by ``factor``, and a trust that says so.

    Disparities are divided by it, so that both keep describing one scene; samples whose disparity
    thereby falls to ``MIN_DISPARITY`` become invalid. A map that was scaled before is scaled
    further. Raises NoMetresError where codes mean no distance, ValueError for a factor out of
    range.
    """
    _check(factor)
    quantization = depth_map.quantization
    if quantization is None:
        raise NoMetresError(depth_map.reason, hint="a scale needs distances")
    by = factor if quantization.is_depth else 1 / factor
    return replace(
        depth_map,
        quantization=replace(
            quantization,
            value_at_code_0=quantization.value_at_code_0 * by,
            value_at_max_code=quantization.value_at_max_code * by,
        ),
        trust=replace(depth_map.trust, scale=(depth_map.trust.scale or 1.0) * factor),
    )


def _check(factor: float) -> None:
    if not (math.isfinite(factor) and 1 / MAX_FACTOR <= factor <= MAX_FACTOR):
        raise ValueError(
            f"a scale of {factor:g} is not between {1 / MAX_FACTOR:g} and {MAX_FACTOR:g}"
        )
