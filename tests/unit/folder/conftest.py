"""Folders of files of every kind, and entries made by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from heicdepth_tui.folder.find import Entry

HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(40)
AVIF = b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1miaf" + bytes(40)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(40)
MOVIE = b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  " + bytes(40)
RAW = b"\x00\x00\x00\x18ftypcrx \x00\x00\x00\x01crx isom" + bytes(40)


@pytest.fixture
def heads() -> dict[str, bytes]:
    """First bytes of files by kind, padded to 64."""
    return {"heic": HEIC, "avif": AVIF, "jpeg": JPEG, "movie": MOVIE, "raw": RAW}


@pytest.fixture
def photos(tmp_path: Path) -> Callable[..., Path]:
    """Write files that begin like HEIC into a folder, by their paths in it."""

    def write(*names: str, data: bytes = HEIC) -> Path:
        for name in names:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return tmp_path

    return write


@pytest.fixture
def entry() -> Callable[..., Entry]:
    """An entry of the folder /p."""

    def make(name: str, size: int = 1, mtime: int = 1, problem: str = "", place="/p/") -> Entry:
        return Entry(place + name, name, size, mtime * 1_000_000_000, problem)

    return make
