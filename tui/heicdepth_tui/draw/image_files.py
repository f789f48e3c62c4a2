"""Encodes images as files for terminals that show pixels."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from heicdepth_tui.draw.modes import ColorMode
from heicdepth_tui.draw.rendering import RenderedImage

__all__ = ["as_jpeg", "as_png"]

_PNG_LEVEL = 1
"""Level of zlib: photos are a twentieth larger than at its default, and encoded in a third."""
_JPEG_QUALITY = 85


def as_png(image: RenderedImage, mode: ColorMode) -> bytes:
    """Return an image as a PNG file; in greys where ``mode`` has no colours."""
    return _encoded(image, mode, "PNG", compress_level=_PNG_LEVEL)


def as_jpeg(image: RenderedImage, mode: ColorMode) -> bytes:
    """Return an image as a JPEG file; in greys where ``mode`` has no colours."""
    return _encoded(image, mode, "JPEG", quality=_JPEG_QUALITY)


def _encoded(image: RenderedImage, mode: ColorMode, file_format: str, **options: int) -> bytes:
    picture = Image.frombytes("RGB", (image.fit.width, image.fit.height), image.rgb)
    if mode in (ColorMode.GREY, ColorMode.NONE):
        picture = picture.convert("L")
    file = BytesIO()
    picture.save(file, file_format, **options)
    return file.getvalue()
