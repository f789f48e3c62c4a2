"""The depth representation information SEI inside ``auxC``.

Coding: ITU-T H.265 Annex G (depth_representation_info, payload type 177) and section 7.3.5 for the
message around it. The bytes are an item property, not a bitstream: Apple and libheif write no
emulation prevention; where another writer did, it is removed.
"""

from __future__ import annotations

import math
import re
from contextlib import suppress

from heicdepth_tui.errors import LimitError, MalformedError
from heicdepth_tui.heif.depth_facts import DepthRepresentation, RepresentationType

__all__ = [
    "EXPONENT_BIAS",
    "MAX_EXPONENT",
    "PAYLOAD_TYPE",
    "PREFIX_SEI",
    "parse_depth_representation",
]

PREFIX_SEI, _SUFFIX_SEI = 39, 40
"""NAL unit types (H.265 table 7-1)."""
PAYLOAD_TYPE = 177
EXPONENT_BIAS = 31
MAX_EXPONENT = 126
"""Of a depth_rep_info_element; 127 is unspecified."""

_ESCAPE = re.compile(rb"\x00\x00\x03(?=[\x00-\x03]|\Z)", re.DOTALL)
_TRAILING = (b"", b"\x80")
_MAX_MODEL = 4_096
_LAST_TYPE = max(RepresentationType)
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
        found = _in_nal_unit(subtype[at : at + length])
        if found is not None:
            return found
        at += length
    raise MalformedError("the depth item has no depth representation")


def _in_nal_unit(nal: bytes) -> DepthRepresentation | None:
    """Return the depth representation of a SEI NAL unit, None where it holds another payload."""
    if len(nal) < 2 or nal[0] >> 1 not in (PREFIX_SEI, _SUFFIX_SEI):
        return None
    rest = nal[2:]
    while len(rest) >= 2:
        kind, rest = _extended(rest)
        size, rest = _extended(rest)
        if size > len(rest):
            raise MalformedError("the depth representation is cut off in its SEI message")
        if kind == PAYLOAD_TYPE:
            return _in_payload(rest, size)
        rest = rest[size:]
    return None


def _in_payload(rest: bytes, size: int) -> DepthRepresentation:
    """Return the representation in a payload of ``size`` bytes, which some writers escape.

    They put 03 behind two zero bytes where a byte of at most 3 follows (H.265 section 7.3.1.1),
    so that the payload is longer than announced by one byte for each. ``rest`` starts with the
    payload; only the trailing bits of the NAL unit (80) may follow it. Where neither reading shows
    that bytes were added, none are removed.
    """
    payload = rest[:size]
    if rest[size:] in _TRAILING:
        bits = _Bits(payload)
        with suppress(MalformedError):
            found = _representation(bits)
            if bits.is_aligned:
                return found
    parts = _ESCAPE.split(rest)
    removed = len(parts) - 1
    escaped = b"\0\0".join(parts)
    if removed and escaped[size:] in _TRAILING:
        payload = escaped[:size]
    return _representation(_Bits(payload))


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
        """True where nothing is left, or a one and zeros that fill the last byte."""
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
        head = self.take(13)
        sign, exponent, length = head >> 12, head >> 5 & 0x7F, (head & 0x1F) + 1
        mantissa = self.take(length)
        if exponent > MAX_EXPONENT:
            return None
        if exponent:
            value = math.ldexp((1 << length) + mantissa, exponent - EXPONENT_BIAS - length)
        else:
            value = math.ldexp(mantissa, -(EXPONENT_BIAS - 1 + length))
        return -value if sign else value


def _representation(bits: _Bits) -> DepthRepresentation:
    flags = bits.take(4)
    has_near, has_far, has_min, has_max = flags & 8, flags & 4, flags & 2, flags & 1
    number = bits.take_ue()
    if number > _LAST_TYPE:
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
            raise MalformedError(f"the depth representation announces {count:,} values")
        model = tuple(bits.take_ue() for _ in range(count))
    return DepthRepresentation(kind, d_min, d_max, z_near, z_far, view, model)
