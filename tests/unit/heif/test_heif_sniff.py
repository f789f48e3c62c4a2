"""Files are recognised by their first bytes."""

from __future__ import annotations

import pytest

from heicdepth_tui.heif.sniff import Kind, sniff
from tests.support import golden


def ftyp(major: bytes, *compatible: bytes, minor: bytes = bytes(4)) -> bytes:
    content = major + minor + b"".join(compatible)
    return (8 + len(content)).to_bytes(4, "big") + b"ftyp" + content


@pytest.mark.parametrize(
    ("first", "kind", "label"),
    [
        (b"", Kind.EMPTY, "empty file"),
        (bytes(64), Kind.ZEROS, "zeros only"),
        (b"\xff\xd8\xff\xe0", Kind.JPEG, "JPEG"),
        (b"\x89PNG\r\n\x1a\n", Kind.PNG, "PNG"),
        (b"GIF89a", Kind.GIF, "GIF"),
        (b"RIFF\1\2\3\4WEBPVP8 ", Kind.WEBP, "WebP"),
        (b"RIFF\1\2\3\4WAVE", Kind.RIFF, "RIFF"),
        (b"MM\0*", Kind.TIFF, "TIFF"),
        (b"BM\1\2", Kind.BMP, "BMP"),
        (b"%PDF-1.4", Kind.PDF, "PDF"),
        (b"PK\3\4", Kind.ZIP, "ZIP"),
        (b"\0\0\0\x0cJXL \r\n", Kind.JPEG_XL, "JPEG XL"),
        (b"version https://git-lfs.github.com/spec/v1\n", Kind.LFS_POINTER, "git-lfs pointer"),
        (b"\0\5\x16\7\0\2", Kind.APPLE_DOUBLE, "macOS sidecar"),
        (b"  <?xml version", Kind.XML, "XML"),
        (b"hello, world", Kind.UNKNOWN, "not HEIF"),
        (b"\0\0\0\x08wide", Kind.VIDEO, "video"),
        (ftyp(b"heic", b"mif1", b"heic"), Kind.HEIF, "HEIF"),
        (ftyp(b"mif1", b"mif1", b"heic"), Kind.HEIF, "HEIF"),
        (ftyp(b"msf1", b"msf1", b"hevc"), Kind.HEIF, "HEIF"),
        (ftyp(b"abcd", b"mif1"), Kind.HEIF, "HEIF"),
        (ftyp(b"avif", b"mif1"), Kind.AVIF, "AVIF"),
        (ftyp(b"mif1", b"avif", b"miaf"), Kind.AVIF, "AVIF"),
        (ftyp(b"mif3", minor=b"avif"), Kind.AVIF, "AVIF"),
        (ftyp(b"mif3", minor=b"heic"), Kind.HEIF, "HEIF"),
        (ftyp(b"isom", b"mp42"), Kind.VIDEO, "video"),
        (ftyp(b"qt  "), Kind.VIDEO, "video"),
        (ftyp(b"isom", b"heic"), Kind.HEIF, "HEIF"),
        (ftyp(b"jp2 "), Kind.JPEG_2000, "JPEG 2000"),
    ],
)
def test_kinds(first: bytes, kind: Kind, label: str) -> None:
    assert sniff(first) is kind
    assert kind.label == label
    assert kind.is_heif == (label in ("HEIF", "AVIF"))


def test_brands_of_the_next_box_do_not_count() -> None:
    assert sniff(ftyp(b"mif1", b"heic") + ftyp(b"avif", b"avif")) is Kind.HEIF


def test_any_prefix_of_a_photo_has_a_kind() -> None:
    first = golden.load("pug.heic")[:64]
    assert {sniff(first[:end]) for end in range(64)} <= {
        Kind.EMPTY,
        Kind.ZEROS,
        Kind.UNKNOWN,
        Kind.HEIF,
    }
    assert sniff(first) is Kind.HEIF
