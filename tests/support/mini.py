"""Writes files with a low-overhead header (mini box), field by field."""

from __future__ import annotations

from struct import pack

__all__ = ["mini", "number"]


def number(value: int, bits: int) -> str:
    """Return a number as ``bits`` binary digits."""
    return f"{value:0{bits}b}"


def mini(
    *,
    size: tuple[int, int] = (300, 200),
    orientation: int = 1,
    chroma: int = 1,
    bits: int = 8,
    brand: bytes = b"heic",
    config: bytes = b"config",
    picture: bytes = b"picture",
    alpha: bytes = b"",
    icc: bytes = b"",
    exif: bytes = b"",
    xmp: bytes = b"",
    compressed: bool = False,
    codes: tuple[int, int, int] | None = None,
    types: bytes = b"",
    hdr: str = "",
    gain_map: bytes = b"",
    version: int = 0,
    more: int = 0,
) -> bytes:
    """A file with a mini box, its fields in the order of ISO/IEC 23008-12:2025 clause O."""
    text = number(version, 2) + number(bool(types), 1) + "0" + "1"
    text += number(bool(alpha), 1) + number(codes is not None, 1) + number(bool(hdr), 1)
    text += "".join(number(bool(part), 1) for part in (icc, exif, xmp))
    text += number(chroma, 2) + number(orientation - 1, 3)
    wide = 15 if max(size) > 128 else 7
    text += number(wide == 15, 1) + number(size[0] - 1, wide) + number(size[1] - 1, wide)
    text += "0" * {0: 0, 1: 2, 2: 1, 3: 0}[chroma]
    text += "0" if bits == 8 else "1" + number(bits - 9, 3)
    text += "1" if alpha else ""
    text += "".join(number(code, 8) for code in codes or ())
    text += "".join(number(byte, 8) for byte in types)
    text += hdr
    metadata = bool(icc or exif or xmp or gain_map)
    text += ("1" if metadata else "") + "1" + "1"
    text += number(len(icc) - 1, 20) if icc else ""
    if gain_map:
        text += number(0, 20) + number(len(gain_map), 28) + number(0, 12)
    text += number(len(config), 12) + number(len(picture) - 1 + more, 28)
    text += number(len(alpha), 28) + number(0, 12) if alpha else ""
    text += number(compressed, 1) if exif or xmp else ""
    text += number(len(exif) - 1, 20) if exif else ""
    text += number(len(xmp) - 1, 20) if xmp else ""
    text += "0" * (-len(text) % 8)
    content = int(text, 2).to_bytes(len(text) // 8, "big")
    content += config + icc + alpha + gain_map + picture + exif + xmp
    ftyp = pack(">I4s4s4s", 16, b"ftyp", b"mif3", brand)
    return ftyp + pack(">I4s", 8 + len(content), b"mini") + content
