"""Detects the kind of a file from its first bytes, not from its name."""

from __future__ import annotations

from enum import Enum

__all__ = ["SNIFF_BYTES", "Kind", "sniff"]

SNIFF_BYTES = 64
"""First bytes that ``sniff`` needs; more are ignored, fewer mean a shorter file."""


class Kind(Enum):
    """A kind of file; ``label`` is its text in a row of the list."""

    HEIF = "heif"
    AVIF = "avif"
    JPEG = "jpeg"
    PNG = "png"
    GIF = "gif"
    WEBP = "webp"
    TIFF = "tiff"
    BMP = "bmp"
    PSD = "psd"
    JPEG_XL = "jpeg xl"
    JPEG_2000 = "jpeg 2000"
    PDF = "pdf"
    ZIP = "zip"
    RIFF = "riff"
    VIDEO = "video"
    LFS_POINTER = "git-lfs pointer"
    APPLE_DOUBLE = "appledouble"
    XML = "xml"
    EMPTY = "empty"
    ZEROS = "zeros"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        """A short name for a person, e.g. ``JPEG`` or ``git-lfs pointer``."""
        return _LABELS.get(self, self.value.upper())

    @property
    def is_heif(self) -> bool:
        """True where the header reader accepts it (HEIF, including AVIF)."""
        return self in (Kind.HEIF, Kind.AVIF)


_LABELS = {
    Kind.WEBP: "WebP",
    Kind.VIDEO: "video",
    Kind.LFS_POINTER: "git-lfs pointer",
    Kind.APPLE_DOUBLE: "macOS sidecar",
    Kind.EMPTY: "empty file",
    Kind.ZEROS: "zeros only",
    Kind.UNKNOWN: "not HEIF",
}

_SIGNATURES = (
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"GIF87a", Kind.GIF),
    (b"GIF89a", Kind.GIF),
    (b"II*\x00", Kind.TIFF),
    (b"MM\x00*", Kind.TIFF),
    (b"8BPS", Kind.PSD),
    (b"\xff\x0a", Kind.JPEG_XL),
    (b"\x00\x00\x00\x0cJXL ", Kind.JPEG_XL),
    (b"\x00\x00\x00\x0cjP  ", Kind.JPEG_2000),
    (b"\xff\x4f\xff\x51", Kind.JPEG_2000),
    (b"%PDF-", Kind.PDF),
    (b"PK\x03\x04", Kind.ZIP),
    (b"version https://git-lfs", Kind.LFS_POINTER),
    (b"\x00\x05\x16\x07", Kind.APPLE_DOUBLE),
    (b"BM", Kind.BMP),
)

_PHOTO_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis"})
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_VIDEO_BRANDS = frozenset(
    {b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"qt  ", b"M4V ",
     b"M4A ", b"3gp4", b"3gp5", b"dash", b"MSNV"}
)  # fmt: skip
_VIDEO_BOXES = frozenset({b"moov", b"wide", b"mdat", b"pnot"})


def sniff(first_bytes: bytes) -> Kind:
    """Return what a file is by its first bytes (``SNIFF_BYTES`` suffice).

    An ISO media file whose brand is not a video's counts as HEIF: unknown brands occur in photos,
    and the header reader reports its errors.
    """
    if not first_bytes:
        return Kind.EMPTY
    if first_bytes[4:8] == b"ftyp":
        return _media(first_bytes)
    for signature, kind in _SIGNATURES:
        if first_bytes.startswith(signature):
            return kind
    if first_bytes[:4] == b"RIFF":
        return Kind.WEBP if first_bytes[8:12] == b"WEBP" else Kind.RIFF
    if first_bytes[4:8] in _VIDEO_BOXES:
        return Kind.VIDEO
    if first_bytes.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(
        (b"<?xml", b"<!DOC", b"<html", b"<svg")
    ):
        return Kind.XML
    return Kind.UNKNOWN if first_bytes.strip(b"\x00") else Kind.ZEROS


def _media(first_bytes: bytes) -> Kind:
    size = int.from_bytes(first_bytes[:4], "big")
    major = first_bytes[8:12]
    if major in _PHOTO_BRANDS:
        return Kind.HEIF
    end = min(size, len(first_bytes)) if size >= 16 else len(first_bytes)
    compatible = {first_bytes[at : at + 4] for at in range(16, end - 3, 4)}
    if major in _AVIF_BRANDS:
        return Kind.AVIF
    if major in _VIDEO_BRANDS and not compatible & {b"mif1", b"msf1", b"heic", b"avif"}:
        return Kind.VIDEO
    if major in (b"mif1", b"mif3", b"miaf", b"msf1") and (
        compatible & _AVIF_BRANDS or first_bytes[12:16] in _AVIF_BRANDS
    ):
        return Kind.AVIF if not compatible & {b"heic", b"heix"} else Kind.HEIF
    if major == b"jxl ":
        return Kind.JPEG_XL
    return Kind.JPEG_2000 if major == b"jp2 " else Kind.HEIF
