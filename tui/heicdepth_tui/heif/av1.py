"""The sequence header of an AV1 picture: its true size, bit depth, channels and range of values."""

from __future__ import annotations

from dataclasses import dataclass

from heicdepth_tui.errors import MalformedError
from heicdepth_tui.heif.picture_facts import Size

__all__ = ["Av1Sequence", "full_range_colour", "read_sequence"]

_SEQUENCE_HEADER = 1
_MAX_UNITS = 16
"""Units that are looked at: AV1-ISOBMFF puts the sequence header first or second."""
_SRGB_PRIMARIES, _SRGB_TRANSFER = 1, 13
_IDENTITY, _UNSPECIFIED = 0, 2
"""Values of matrix_coefficients (ISO/IEC 23091-2)."""


@dataclass(frozen=True, slots=True)
class Av1Sequence:
    """The fields of a sequence header (AV1 specification, section 5.5) that are used."""

    size: Size
    """max_frame_width and max_frame_height, in samples."""
    bits: int
    """Bits a channel: 8, 10 or 12."""
    is_monochrome: bool
    is_full_range: bool
    """False: luma lies between 16 and 235 (times 2**(bits − 8))."""
    matrix: int
    """matrix_coefficients (ISO/IEC 23091-2); 2 where the stream is silent."""


def read_sequence(payload: bytes) -> Av1Sequence:
    """Return the sequence header of an ``av01`` item's data.

    Raises MalformedError where there is none among the first units, or where it is cut off.
    """
    try:
        return _sequence(_Bits(_sequence_header(payload)))
    except IndexError:
        raise MalformedError("its AV1 data are cut off") from None


def full_range_colour(colr: tuple[bytes, ...], sequence: Av1Sequence) -> bytes:
    """Return the body of a ``colr`` box by which a decoder leaves luma as it is stored.

    ``colr`` are the bodies of the picture's own boxes: an ``nclx`` one takes precedence
    over the sequence header, as in the standard.
    """
    matrix = sequence.matrix
    for body in colr:
        if body[:4] == b"nclx" and len(body) >= 10:
            matrix = int.from_bytes(body[8:10], "big")
    if sequence.is_monochrome:
        matrix = _UNSPECIFIED
    numbers = (_SRGB_PRIMARIES, _SRGB_TRANSFER, matrix)
    return b"nclx" + b"".join(value.to_bytes(2, "big") for value in numbers) + b"\x80"


def _sequence_header(payload: bytes) -> bytes:
    """Return the content of the first sequence header OBU (section 5.3)."""
    at = 0
    for _ in range(_MAX_UNITS):
        head = payload[at]
        at += 2 if head & 4 else 1
        length = len(payload) - at
        if head & 2:
            length, at = _leb128(payload, at)
        if head >> 3 & 15 == _SEQUENCE_HEADER:
            return payload[at : at + length]
        at += length
    raise MalformedError("its AV1 data have no sequence header")


def _leb128(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for step in range(8):
        byte = data[at + step]
        value |= (byte & 127) << 7 * step
        if not byte & 128:
            return value, at + step + 1
    raise MalformedError("its AV1 data have a length of more than 8 bytes")


class _Bits:
    """Reads big-endian bits; raises IndexError past the end."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data[:256], "big")
        self._left = 8 * len(data[:256])

    def take(self, count: int = 1) -> int:
        if count > self._left:
            raise IndexError
        self._left -= count
        return self._value >> self._left & ((1 << count) - 1)

    def skip_uvlc(self) -> None:
        zeros = 0
        while not self.take():
            zeros += 1
        self.take(zeros)


def _sequence(bits: _Bits) -> Av1Sequence:
    profile = bits.take(3)
    bits.take()  # still_picture
    is_reduced = bool(bits.take())
    if is_reduced:
        bits.take(5)
    else:
        _skip_operating_points(bits)
    wide, high = bits.take(4) + 1, bits.take(4) + 1
    size = Size(bits.take(wide) + 1, bits.take(high) + 1)
    if not is_reduced and bits.take():  # frame_id_numbers_present_flag
        bits.take(7)
    bits.take(3)
    if not is_reduced:
        _skip_tools(bits)
    bits.take(3)
    return _colours(bits, profile, size)


def _skip_operating_points(bits: _Bits) -> None:
    delay = 0
    has_model = False
    if bits.take():  # timing_info_present_flag
        bits.take(64)
        if bits.take():
            bits.skip_uvlc()
        has_model = bool(bits.take())
        if has_model:
            delay = bits.take(5) + 1
            bits.take(42)
    has_display_delay = bits.take()
    for _ in range(bits.take(5) + 1):
        bits.take(12)
        if bits.take(5) > 7:
            bits.take()
        if has_model and bits.take():
            bits.take(2 * delay + 1)
        if has_display_delay and bits.take():
            bits.take(4)


def _skip_tools(bits: _Bits) -> None:
    bits.take(4)
    has_order_hint = bits.take()
    if has_order_hint:
        bits.take(2)
    # seq_choose_screen_content_tools stands for "decided by each frame", which is not "never".
    is_screen_content = True if bits.take() else bool(bits.take())
    if is_screen_content and not bits.take():
        bits.take()
    if has_order_hint:
        bits.take(3)


def _colours(bits: _Bits, profile: int, size: Size) -> Av1Sequence:
    depth = 10 if bits.take() else 8
    if profile == 2 and depth == 10 and bits.take():
        depth = 12
    is_monochrome = profile != 1 and bool(bits.take())
    primaries, transfer, matrix = 2, 2, _UNSPECIFIED
    if bits.take():  # color_description_present_flag
        primaries, transfer, matrix = bits.take(8), bits.take(8), bits.take(8)
    is_srgb = (primaries, transfer, matrix) == (_SRGB_PRIMARIES, _SRGB_TRANSFER, _IDENTITY)
    is_full = True if is_srgb and not is_monochrome else bool(bits.take())
    return Av1Sequence(size, depth, is_monochrome, is_full, matrix)
