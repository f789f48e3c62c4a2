"""Item properties (ISO/IEC 23008-12 section 6.5) as values: size, bits, turns, crop, aux type."""

from __future__ import annotations

from struct import Struct

from heicdepth_tui.errors import LimitError, MalformedError
from heicdepth_tui.heif.picture_facts import Crop, Mirror, Rotation, Size, Transform

__all__ = [
    "apply_transform",
    "aux_type",
    "clean_aperture",
    "configured_bits",
    "displayed_size",
    "image_size",
    "mirror",
    "pixel_bits",
    "rotation",
]

_MAX_URN = 256
_ISPE = Struct(">4xII").unpack_from
_CLAP = Struct(">IIIIiIiI").unpack_from


def image_size(content: bytes) -> Size:
    """Return width and height from the content of an ``ispe`` box."""
    if len(content) < 12:
        raise MalformedError("its size (ispe) is cut off")
    size = Size(*_ISPE(content))
    if not (size.width and size.height):
        raise MalformedError(f"its size (ispe) states {size}")
    return size


def pixel_bits(content: bytes) -> tuple[int, ...] | None:
    """Return the bits of each channel from the content of a ``pixi`` box, None if it is cut off.

    No picture needs it: the decoder configuration states the bits as well.
    """
    if len(content) < 5 or len(content) < 5 + content[4]:
        return None
    return tuple(content[5 : 5 + content[4]])


def configured_bits(kind: bytes, content: bytes) -> tuple[int, int] | None:
    """Return bits a channel and channels from the content of an ``hvcC`` or ``av1C`` box.

    HEVC: ISO/IEC 14496-15 section 8.3.3 (chroma_format_idc 0 is monochrome). AV1: AV1-ISOBMFF
    section 2.3. None for another box or one that is cut off.
    """
    if kind == b"hvcC" and len(content) > 17:
        return (content[17] & 7) + 8, 3 if content[16] & 3 else 1
    if kind == b"av1C" and len(content) > 2:
        flags = content[2]
        bits = (12 if flags & 0x20 else 10) if flags & 0x40 else 8
        return bits, 1 if flags & 0x10 else 3
    return None


def rotation(content: bytes) -> Rotation | None:
    """Return the turn from the content of an ``irot`` box, None where it does not turn."""
    if not content:
        raise MalformedError("its rotation (irot) is cut off")
    turns = content[0] & 3
    return Rotation(turns) if turns else None


def mirror(content: bytes) -> Mirror:
    """Return the axis from the content of an ``imir`` box."""
    if not content:
        raise MalformedError("its mirror axis (imir) is cut off")
    return Mirror(content[0] & 1)


def clean_aperture(content: bytes, frame: Size) -> Crop:
    """Return the crop that a ``clap`` box cuts out of a frame, in whole samples.

    The box gives width, height and the offsets of the crop's centre as fractions (ISO/IEC
    14496-12 section 12.1.4). Edges are rounded as libheif 1.23 was measured to round them, the
    left one down, all others to the nearest, and clamped to the frame. Raises MalformedError for
    a denominator of zero, and for a crop that is empty or lies outside the frame.
    """
    if len(content) < 32:
        raise MalformedError("its crop (clap) is cut off")
    width_n, width_d, height_n, height_d, x_n, x_d, y_n, y_d = _CLAP(content)
    if not (width_d and height_d and x_d and y_d):
        raise MalformedError("its crop (clap) has a denominator of zero")
    left, right = _edges(frame.width, (width_n, width_d), (x_n, x_d), down=True)
    top, bottom = _edges(frame.height, (height_n, height_d), (y_n, y_d), down=False)
    if left > right or top > bottom:
        raise MalformedError(
            f"its crop (clap) of {width_n}/{width_d} × {height_n}/{height_d} lies outside "
            f"the picture of {frame}"
        )
    return Crop(left, top, right - left + 1, bottom - top + 1)


_Fraction = tuple[int, int]


def _edges(length: int, size: _Fraction, shift: _Fraction, *, down: bool) -> tuple[int, int]:
    """Return the first sample inside, shift + (length − size)/2, and the last, size − 1 further."""
    # Fractions stay unreduced, because rounding towards zero makes −4/2 and −2/1 differ.
    above, below = _sum(_sum(shift, (length - 1, 2)), (size[1] - size[0], 2 * size[1]))
    first = _divide(above if down else above + below // 2, below)
    last = _divide((first - 1) * size[1] + size[0] + size[1] // 2, size[1])
    return max(first, 0), min(last, length - 1)


def _sum(a: _Fraction, b: _Fraction) -> _Fraction:
    if a[1] == b[1]:
        return a[0] + b[0], a[1]
    return a[0] * b[1] + b[0] * a[1], a[1] * b[1]


def _divide(above: int, below: int) -> int:
    quotient = abs(above) // below
    return quotient if above >= 0 else -quotient


def aux_type(content: bytes) -> tuple[str, bytes]:
    """Return the urn and the subtype bytes from the content of an ``auxC`` box.

    Raises LimitError for a urn of more than 256 bytes: it is a layer's name where none is known.
    """
    urn, end, subtype = content[4:].partition(b"\0")
    if not end:
        raise MalformedError("its auxiliary type (auxC) is cut off")
    if len(urn) > _MAX_URN:
        raise LimitError(
            f"its auxiliary type (auxC) has {len(urn):,} bytes; the limit is {_MAX_URN}"
        )
    return urn.decode("utf-8", "replace"), subtype


def apply_transform(size: Size, transform: Transform) -> Size:
    """Return the size of a picture after one transform."""
    if isinstance(transform, Rotation):
        return Size(size.height, size.width) if transform.quarter_turns & 1 else size
    if isinstance(transform, Crop):
        return Size(transform.width, transform.height)
    return size


def displayed_size(size: Size, transforms: tuple[Transform, ...]) -> Size:
    """Return the size of a picture after all its transforms: the size a decoder returns."""
    for transform in transforms:
        size = apply_transform(size, transform)
    return size
