"""Writes the depth representation information SEI as the subtype bytes of ``auxC``."""

from __future__ import annotations

import math

from heicdepth_tui.heif.depth_facts import DepthRepresentation, RepresentationType
from heicdepth_tui.heif.sei import EXPONENT_BIAS, MAX_EXPONENT, PAYLOAD_TYPE, PREFIX_SEI

__all__ = ["build_depth_representation"]

_MAX_MANTISSA = 32
_USUAL_MANTISSA = 16


def build_depth_representation(representation: DepthRepresentation) -> bytes:
    """Return the subtype bytes that ``parse_depth_representation`` reads back.

    Values keep up to 32 bits of mantissa (every float32 is exact); 16 where those suffice, as
    Apple writes them. A missing ``reference_view`` is written as 0 where d_min or d_max needs
    one. Raises ValueError for values that the coding has no bits for: NaN, infinite, or 2**96 and
    above; and for a type 3 without its model.
    """
    r = representation
    ends = (r.z_near, r.z_far, r.d_min, r.d_max)
    text = "".join("0" if value is None else "1" for value in ends) + _ue(r.type)
    if r.d_min is not None or r.d_max is not None:
        text += _ue(r.reference_view or 0)
    text += "".join(_element(value) for value in ends if value is not None)
    if r.type is RepresentationType.NONUNIFORM_DISPARITY:
        if not r.nonuniform:
            raise ValueError("a nonuniform representation needs its model")
        text += _ue(len(r.nonuniform) - 1) + "".join(_ue(value) for value in r.nonuniform)
    if len(text) % 8:
        text += "1"
    text += "0" * (-len(text) % 8)
    payload = int(text, 2).to_bytes(len(text) // 8, "big")
    size = b"\xff" * (len(payload) // 255) + bytes([len(payload) % 255])
    nal = bytes([PREFIX_SEI << 1, 1, PAYLOAD_TYPE]) + size + payload
    return (len(nal) + 4).to_bytes(4, "big") + len(nal).to_bytes(4, "big") + nal


def _ue(value: int) -> str:
    bits = f"{value + 1:b}"
    return "0" * (len(bits) - 1) + bits


def _element(value: float) -> str:
    if not math.isfinite(value) or abs(value) >= math.ldexp(1.0, MAX_EXPONENT - EXPONENT_BIAS + 1):
        raise ValueError(f"{value} cannot be coded as a depth representation value")
    sign = "1" if math.copysign(1.0, value) < 0 else "0"
    magnitude = abs(value)
    exponent = math.frexp(magnitude)[1] - 1 + EXPONENT_BIAS if magnitude else 0
    if exponent > 0:
        fraction = math.ldexp(magnitude, EXPONENT_BIAS - exponent) - 1.0
    else:
        exponent, fraction = 0, math.ldexp(magnitude, EXPONENT_BIAS - 1)
    length = _USUAL_MANTISSA
    if math.ldexp(fraction, length) % 1:
        length = _MAX_MANTISSA
    mantissa = round(math.ldexp(fraction, length))
    if mantissa >> length:  # rounded up to the next power of two
        if exponent == MAX_EXPONENT:
            mantissa -= 1
        else:
            exponent, mantissa = exponent + 1, 0
    return f"{sign}{exponent:07b}{length - 1:05b}{mantissa:0{length}b}"
