"""The colour space of a photo: from its ICC profile, from nclx, of its tiles, or unknown."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from heicdepth_tui.heif.colour import profile_name, read_profile
from heicdepth_tui.heif.facts import ColourSpace
from heicdepth_tui.heif.header import parse_header
from heicdepth_tui.heif.write.mux import CodedPicture, PhotoSpec, mux
from heicdepth_tui.photo.encode import encode_hevc


def icc(tag: bytes, *, space: bytes = b"RGB ", tags: int = 1) -> bytes:
    body = struct.pack(">I4sII", tags, b"desc", 144, len(tag)) + tag
    size = 128 + len(body)
    return struct.pack(">I12s4s16s4s88s", size, b"", space, b"", b"acsp", b"") + body


def old_text(text: str) -> bytes:
    """Return a textDescriptionType of ICC version 2, as iPhones up to iOS 14 wrote it."""
    return b"desc\0\0\0\0" + struct.pack(">I", len(text) + 1) + text.encode() + bytes(79)


def new_text(text: str) -> bytes:
    """Return a multiLocalizedUnicodeType with one record, as later ones do."""
    coded = text.encode("utf-16-be")
    return b"mluc\0\0\0\0" + struct.pack(">II4sII", 1, 12, b"enUS", len(coded), 28) + coded


def nclx(primaries: int, transfer: int) -> bytes:
    return b"nclx" + struct.pack(">HHHB", primaries, transfer, 6, 0x80)


@pytest.fixture(scope="module")
def picture() -> CodedPicture:
    return encode_hevc(np.zeros((64, 64, 3), np.uint8), quality=50)


def colour_of(picture: CodedPicture, *colr: bytes) -> ColourSpace:
    return parse_header(mux(PhotoSpec(primary=picture, colr=colr))).colour


@pytest.mark.parametrize("text", [old_text, new_text])
@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Display P3", "Display P3"),
        ("DCI-P3 D65 Gamut with sRGB Transfer", "Display P3"),
        ("sRGB IEC61966-2.1", "sRGB"),
        ("GIMP built-in sRGB", "sRGB"),
        ("Adobe RGB (1998)", "Adobe RGB (1998)"),
        ("two\nlines", "two lines"),
        ("x" * 500, "x" * 80),
    ],
)
def test_profiles_are_named_by_their_description(text: object, written: str, name: str) -> None:
    assert callable(text)
    assert profile_name(icc(text(written))) == name


@pytest.mark.parametrize(
    "profile",
    [
        b"",
        bytes(131),
        icc(b""),
        icc(b"text\0\0\0\0Display P3"),
        icc(b"mluc\0\0\0\0" + struct.pack(">II4sII", 1, 12, b"enUS", 20, 2**32 - 1)),
        icc(b"mluc\0\0\0\0" + bytes(4)),
        icc(new_text("Display P3"))[:150],
        struct.pack(">128sI", b"", 2**32 - 1) + bytes(12 * 200) + icc(old_text("sRGB")),
    ],
)
def test_a_profile_that_makes_no_sense_has_no_name(profile: bytes) -> None:
    assert profile_name(profile) == ""


def test_the_header_says_it(picture: CodedPicture) -> None:
    profile = icc(new_text("Display P3"))
    assert colour_of(picture, b"prof" + profile) == ColourSpace("Display P3", len(profile))
    assert colour_of(picture, nclx(1, 13), b"prof" + profile).name == "Display P3"
    assert colour_of(picture) == ColourSpace("unknown", 0)
    assert colour_of(picture, b"prof") == ColourSpace("unknown", 0)


@pytest.mark.parametrize(
    ("primaries", "transfer", "name"),
    [
        (1, 13, "sRGB"),
        (12, 13, "Display P3"),
        (1, 1, "BT.709"),
        (9, 16, "BT.2020 PQ"),
        (9, 18, "BT.2020 HLG"),
        (2, 2, "unknown"),
        (77, 99, "primaries 77 transfer 99"),
    ],
)
def test_code_points(picture: CodedPicture, primaries: int, transfer: int, name: str) -> None:
    assert colour_of(picture, nclx(primaries, transfer)) == ColourSpace(name, 0)


def test_profiles_not_for_rgb_or_cut_short_are_not_handed_on(
    picture: CodedPicture, tmp_path: Path
) -> None:
    whole, path = icc(new_text("Display P3")), tmp_path / "a.heic"
    for profile, expected in (
        (whole, whole),
        (icc(new_text("Dot Gain 20%"), space=b"GRAY"), None),
        (whole[:-1], None),
        (whole.replace(b"acsp", b"none"), None),
    ):
        path.write_bytes(mux(PhotoSpec(primary=picture, colr=(b"prof" + profile,))))
        assert read_profile(path) == expected
    path.write_bytes(mux(PhotoSpec(primary=picture, colr=(nclx(1, 13),))))
    assert read_profile(path) is None
