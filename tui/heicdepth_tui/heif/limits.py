"""Limits above which a photo is refused, checked from the header before decoding."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DEFAULT_LIMITS", "Limits"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds for one photo; honest 200-megapixel photos stay below every default."""

    pixels: int = 250_000_000
    """Samples of one image: of ``ispe``, of a grid's output and of its tiles together."""
    depth_pixels: int = 16_000_000
    """Samples of a depth map, which is never shrunk; phones write 0.4 million."""
    items: int = 4_096
    """Items in the file, tiles and metadata included (the 200-megapixel photo has 822)."""
    extents: int = 16_384
    """Extents of all items together."""
    references: int = 65_536
    """Targets of all item references together."""
    properties: int = 8_192
    """Item properties in the file."""
    nesting: int = 8
    """Derived images that may lie on top of each other (grid of grids …)."""
    header_bytes: int = 8 * 1024 * 1024
    """Bytes read from the file for one header: boxes, EXIF and XMP together."""
    metadata_bytes: int = 32 * 1024 * 1024
    """Sum of the extents of all metadata items, which decoders load when they open a file."""
    exif_bytes: int = 1024 * 1024
    """Length of the EXIF item."""
    xmp_bytes: int = 256 * 1024
    """Length of one XMP item; four times as much for those of one photo together."""
    payload_bytes: int = 512 * 1024 * 1024
    """Length of one item's coded payload."""


DEFAULT_LIMITS = Limits()
