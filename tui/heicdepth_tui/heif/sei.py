"""The depth representation information SEI inside ``auxC``: bytes to values and back.

Coding: ITU-T H.265 Annex G (depth_representation_info, payload type 177) and section 7.3.5 for the
message around it. The bytes are an item property, not a bitstream: like Apple and libheif, the
builder writes no emulation prevention; the parser removes it where a writer put it.
"""

from __future__ import annotations

import math
import re

from heicdepth_tui.errors import LimitError, MalformedError
from heicdepth_tui.heif.facts import DepthRepresentation, RepresentationType

__all__ = ["build_depth_representation", "parse_depth_representation"]

_NAL_PREFIX_SEI, _NAL_SUFFIX_SEI = 39, 40
_DEPTH_REPRESENTATION = 177
_ESCAPE = re.compile(rb"\x00\x00\x03(?=[\x00-\x03]|\Z)", re.DOTALL)
_TRAILING = (b"", b"\x80")
_BIAS = 31
_TOP_EXPONENT = 126
_MAX_MANTISSA = 32
_USUAL_MANTISSA = 16
_MAX_MODEL = 4_096
_MAX_BYTES = 4_096
"""Of the subtype; phones write 21, and going through a megabyte of messages would take seconds."""


def parse_depth_representation(subtype: bytes) -> DepthRepresentation:
    """Return the depth representation in the subtype bytes of a depth item's ``auxC``.

    Values are as stored, unchecked; one whose exponent is 127 (unspecified by the standard) is
    None. Raises MalformedError when the bytes are empty, cut off, or of an unknown type, LimitError
    when there are more than 4,096 of them.
    """
    if len(subtype) > _MAX_BYTES:
        raise LimitError(
            f"the depth representation has {len(subtype):,} bytes; the limit is {_MAX_BYTES:,}"
        )
    if len(subtype) < 4:
        raise MalformedError("the depth item has no depth representation")
    total = int.from_bytes(subtype[:4], "big")
    if total > len(subtype) - 4:
        raise MalformedError(
            f"the depth representation is cut off: {total:,} bytes announced, "
            f"{len(subtype) - 4:,} there"
        )
    at, end = 4, 4 + total
    while at + 4 <= end:
        length = int.from_bytes(subtype[at : at + 4], "big")
        at += 4
        if length > end - at:
            raise MalformedError("the depth representation is cut off in its NAL unit")
        payload = _sei_payload(subtype[at : at + length])
        if payload is not None:
            return _representation(_Bits(payload))
        at += length
    raise MalformedError("the depth item has no depth representation")


def _sei_payload(nal: bytes) -> bytes | None:
    """Return the depth representation payload of a SEI NAL unit, None where it holds another."""
    if len(nal) < 2 or nal[0] >> 1 not in (_NAL_PREFIX_SEI, _NAL_SUFFIX_SEI):
        return None
    rest = nal[2:]
    while len(rest) >= 2:
        kind, rest = _extended(rest)
        size, rest = _extended(rest)
        if size > len(rest):
            raise MalformedError("the depth representation is cut off in its SEI message")
        if kind == _DEPTH_REPRESENTATION:
            return _unescaped(rest, size)
        rest = rest[size:]
    return None


def _unescaped(rest: bytes, size: int) -> bytes:
    """Return a payload of ``size`` bytes, which some writers escape as in a bitstream.

    They put 03 behind two zero bytes where a byte of at most 3 follows (H.265 section 7.3.1.1),
    so that the payload is longer than announced by one byte for each. ``rest`` starts with the
    payload; only the trailing bits of the NAL unit (80) may follow it. Where neither reading says
    that bytes were added, none are taken out.
    """
    plain = rest[:size]
    if rest[size:] in _TRAILING and _ends_well(plain):
        return plain
    parts = _ESCAPE.split(rest)
    removed = len(parts) - 1
    escaped = b"\0\0".join(parts)
    if removed and escaped[size:] in _TRAILING:
        return escaped[:size]
    return plain


def _ends_well(payload: bytes) -> bool:
    """Whether the payload is read to its end: only the alignment bits 1 0 0 … are left."""
    bits = _Bits(payload)
    try:
        _representation(bits)
    except MalformedError:
        return False
    return bits.is_aligned


def _extended(data: bytes) -> tuple[int, bytes]:
    """Read a SEI type or size: bytes of 255 add up, the first other byte ends it."""
    run = len(data) - len(data.lstrip(b"\xff"))
    if run == len(data):
        raise MalformedError("the depth representation is cut off in its SEI message")
    return 255 * run + data[run], data[run + 1 :]


class _Bits:
    """Reads bits from the front; raises MalformedError past the end."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._left = 8 * len(data)

    def take(self, count: int) -> int:
        if count > self._left:
            raise MalformedError("the depth representation ends in the middle of a value")
        self._left -= count
        return (self._value >> self._left) & ((1 << count) - 1)

    @property
    def is_aligned(self) -> bool:
        """Whether nothing is left, or a one and zeros that fill the last byte."""
        rest = self._value & ((1 << self._left) - 1)
        return self._left < 8 and (not self._left or rest == 1 << (self._left - 1))

    def take_ue(self) -> int:
        """Read an unsigned Exp-Golomb number (H.265 section 9.2) of at most 32 bits."""
        zeros = 0
        while not self.take(1):
            zeros += 1
            if zeros > 32:
                raise MalformedError("the depth representation holds a number of over 32 bits")
        return (1 << zeros) - 1 + self.take(zeros)

    def take_element(self) -> float | None:
        sign, exponent = self.take(1), self.take(7)
        length = self.take(5) + 1
        mantissa = self.take(length)
        if exponent > _TOP_EXPONENT:
            return None
        if exponent:
            value = math.ldexp((1 << length) + mantissa, exponent - _BIAS - length)
        else:
            value = math.ldexp(mantissa, -(_BIAS - 1 + length))
        return -value if sign else value


def _representation(bits: _Bits) -> DepthRepresentation:
    has_near, has_far, has_min, has_max = (bits.take(1) for _ in range(4))
    number = bits.take_ue()
    if number > max(RepresentationType):
        raise MalformedError(f"the depth representation is of unknown type {number}")
    kind = RepresentationType(number)
    view = bits.take_ue() if has_min or has_max else None
    z_near = bits.take_element() if has_near else None
    z_far = bits.take_element() if has_far else None
    d_min = bits.take_element() if has_min else None
    d_max = bits.take_element() if has_max else None
    model: tuple[int, ...] = ()
    if kind is RepresentationType.NONUNIFORM_DISPARITY:
        count = bits.take_ue() + 1
        if count > _MAX_MODEL:
            raise MalformedError(f"the depth representation says that {count:,} values follow")
        model = tuple(bits.take_ue() for _ in range(count))
    return DepthRepresentation(kind, d_min, d_max, z_near, z_far, view, model)


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
    nal = bytes([_NAL_PREFIX_SEI << 1, 1, _DEPTH_REPRESENTATION]) + size + payload
    return (len(nal) + 4).to_bytes(4, "big") + len(nal).to_bytes(4, "big") + nal


def _ue(value: int) -> str:
    bits = f"{value + 1:b}"
    return "0" * (len(bits) - 1) + bits


def _element(value: float) -> str:
    if not math.isfinite(value) or abs(value) >= math.ldexp(1.0, _TOP_EXPONENT - _BIAS + 1):
        raise ValueError(f"{value} cannot be coded as a depth representation value")
    sign = "1" if math.copysign(1.0, value) < 0 else "0"
    magnitude = abs(value)
    exponent = math.frexp(magnitude)[1] - 1 + _BIAS if magnitude else 0
    if exponent > 0:
        fraction = math.ldexp(magnitude, _BIAS - exponent) - 1.0
    else:
        exponent, fraction = 0, math.ldexp(magnitude, _BIAS - 1)
    length = _USUAL_MANTISSA
    if math.ldexp(fraction, length) % 1:
        length = _MAX_MANTISSA
    mantissa = round(math.ldexp(fraction, length))
    if mantissa >> length:  # rounded up to the next power of two
        if exponent == _TOP_EXPONENT:
            mantissa -= 1
        else:
            exponent, mantissa = exponent + 1, 0
    return f"{sign}{exponent:07b}{length - 1:05b}{mantissa:0{length}b}"
