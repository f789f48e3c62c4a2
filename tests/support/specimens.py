"""Photos to be mutated: generated ones whole, real ones as what a reader looks at and holes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from heicdepth_tui.errors import HeicDepthError
from heicdepth_tui.heif.depth_facts import Accuracy, RepresentationType
from heicdepth_tui.heif.header import parse_header, read_header
from heicdepth_tui.heif.items import read_items
from heicdepth_tui.heif.picture_facts import Crop, Size
from heicdepth_tui.heif.summary import read_summary
from heicdepth_tui.heif.write.boxes import Layout
from heicdepth_tui.photo.encode import encode_hevc
from heicdepth_tui.samples.write import build_photo
from tests.support.avif import encode_av1
from tests.support.derived import Builder
from tests.support.mini import mini

__all__ = ["Specimen", "counted_reads", "decodable", "generated", "real"]

Piece = bytes | int
"""Bytes, or the length of a run of zeros."""

_KNOBS: dict[str, dict[str, Any]] = {
    "plain": {},
    "everything": {
        "thumbnail": 48,
        "matte_within": 1.4,
        "gain_map": True,
        "gps": True,
        "xmp": b"<x/>",
        "more_depths": 1,
        "second_view": True,
        "custom_rendered": 8,
    },
    "turned": {"orientation": 6, "thumbnail": 48},
    "mirrored": {"orientation": 5, "depth_crop": Crop(8, 4, 60, 50)},
    "grid": {"tile": 64, "orientation": 3, "thumbnail": 48},
    "grid in mdat": {"tile": 64, "grid_in_idat": False, "layout": Layout(extents=3)},
    "inverse Z, 10 bits": {"representation": RepresentationType.UNIFORM_INVERSE_Z, "bits": 10},
    "uniform Z, absolute": {
        "representation": RepresentationType.UNIFORM_Z,
        "accuracy": Accuracy.ABSOLUTE,
        "urn": "urn:mpeg:mpegB:cicp:systems:auxiliary:depth",
    },
    "curve": {"representation": RepresentationType.NONUNIFORM_DISPARITY},
    "meta last, wide ids": {"layout": Layout(meta_last=True), "first_id": 70_000},
    "stripped": {"depth": False, "custom_rendered": 8},
}
_HEADS = 64 * 1024
"""Bytes of a small real file that are kept whole."""
_SMALL = 32_000
"""Bytes of a file that is worth decoding some thousand mutants of."""


@dataclass(frozen=True)
class Specimen:
    """A file as its bytes and holes, in order; the whole of it where it has no hole."""

    name: str
    pieces: tuple[Piece, ...]

    @property
    def size(self) -> int:
        """Bytes of the file, holes included."""
        return sum(piece if isinstance(piece, int) else len(piece) for piece in self.pieces)

    @property
    def texts(self) -> tuple[int, ...]:
        """The indices of the pieces that are bytes."""
        return tuple(n for n, piece in enumerate(self.pieces) if isinstance(piece, bytes))

    def with_piece(self, index: int, data: bytes) -> Specimen:
        """Return a copy with other bytes in place of a piece."""
        return replace(self, pieces=(*self.pieces[:index], data, *self.pieces[index + 1 :]))

    def write(self, descriptor: int) -> None:
        """Make an open file hold it, holes unwritten."""
        os.ftruncate(descriptor, 0)
        at = 0
        for piece in self.pieces:
            if isinstance(piece, bytes):
                os.pwrite(descriptor, piece, at)
                at += len(piece)
            else:
                at += piece
        os.ftruncate(descriptor, at)


def generated(names: Sequence[str] = ()) -> list[Specimen]:
    """Return small generated photos, one for each thing that a photo can hold (default: all)."""
    made = [Specimen(name, (build_photo(**_KNOBS[name]),)) for name in names or _KNOBS]
    return made if names else [*made, _low_overhead(), _av1(), _derived()]


def _av1() -> Specimen:
    """An AVIF photo with depth."""
    y, x = np.mgrid[0:48, 0:64].astype(np.uint8)
    built = Builder()
    photo = built.picture(encode_av1(np.stack([x, y, x + y], axis=2)))
    depth = built.picture(encode_av1(x + y, quality=100), built.depth_property())
    built.refer("auxl", depth, photo)
    return Specimen("AV1", (built.build(photo),))


def _derived() -> Specimen:
    """An overlay with two depth maps, one of them an identity."""
    y, x = np.mgrid[0:64, 0:96].astype(np.uint8)
    built = Builder()
    part = built.picture(encode_hevc(np.stack([x, y, x + y], axis=2), quality=80))
    photo = built.overlay(Size(120, 80), (part, 0, 0), (part, 20, 10))
    codes = built.picture(encode_hevc(x + y, quality=-1))
    for depth in (
        built.picture(encode_hevc(x, quality=-1), built.depth_property()),
        built.identity(codes, Size(96, 64), built.depth_property(4.0)),
    ):
        built.refer("auxl", depth, photo)
    return Specimen("derived", (built.build(photo),))


def _low_overhead() -> Specimen:
    picture = encode_hevc(np.full((48, 64, 3), 128, np.uint8), quality=50)
    tiff = b"MM\0*\0\0\0\x08\0\1\xa4\1\0\3\0\0\0\1\0\x08\0\0\0\0\0\0"
    data = mini(
        size=picture.size,
        orientation=6,
        config=picture.configuration,
        picture=picture.payload,
        alpha=picture.payload,
        icc=b"no profile",
        exif=tiff,
        xmp=b"<x/>",
    )
    return Specimen("low-overhead", (data,))


def real(folder: Path | None = None) -> list[Specimen]:
    """Return what a reader looks at of the photos in ``real/`` and ``odd/`` of HEICDEPTH_PHOTOS.

    Empty where the variable names no folder. Files that are no HEIF at all are left out.
    """
    top = folder or Path(os.environ.get("HEICDEPTH_PHOTOS") or os.devnull)
    paths = sorted(path for kind in ("real", "odd") for path in top.glob(f"{kind}/*"))
    return [specimen for path in paths if (specimen := _sparse(path)) is not None]


def decodable(corpus: list[Specimen]) -> list[Specimen]:
    """Return the small whole files of a corpus whose header can be read."""
    found = []
    for specimen in corpus:
        (data, *more) = specimen.pieces
        if more or not isinstance(data, bytes) or len(data) > _SMALL:
            continue
        try:
            parse_header(data)
        except HeicDepthError:
            continue
        found.append(specimen)
    return found


def _sparse(path: Path) -> Specimen | None:
    if path.stat().st_size <= _HEADS:
        data = path.read_bytes()
        return Specimen(path.name, (data,)) if data[4:8] == b"ftyp" else None
    with counted_reads() as reads:
        try:
            parts = [(0, 32), *_metadata(path)]
            read_header(path)
            read_summary(path)
        except HeicDepthError:
            return None
    # The first read takes 16 KiB whatever the file needs.
    parts += [read for read in reads if read[0]]
    return Specimen(path.name, tuple(_pieces(path.read_bytes(), _merged(parts))))


def _metadata(path: Path) -> Iterator[tuple[int, int]]:
    """Yield offset and length of the meta box and of every item that is no coded picture."""
    with read_items(path) as table:
        container = table.container
        yield container.base + container.start - 12, container.end - container.start + 12
        for item in table.types:
            if not table.is_image(item) or table.type_of(item) == b"grid":
                yield from ((extent.offset, extent.length) for extent in table.extents(item))


def _merged(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return (start, end) of the ranges (start, length), those that touch put together."""
    found: list[tuple[int, int]] = []
    for start, length in sorted(ranges):
        if found and start <= found[-1][1] + 16:
            found[-1] = (found[-1][0], max(found[-1][1], start + length))
        else:
            found.append((start, start + length))
    return found


def _pieces(data: bytes, spans: list[tuple[int, int]]) -> Iterator[Piece]:
    at = 0
    for start, end in spans:
        if start > at:
            yield start - at
        yield data[start:end]
        at = end
    if at < len(data):
        yield len(data) - at


@contextmanager
def counted_reads() -> Iterator[list[tuple[int, int]]]:
    """Collect (offset, bytes got) of every ``os.pread`` inside."""
    reads: list[tuple[int, int]] = []
    pread: Callable[[int, int, int], bytes] = os.pread

    def counted(descriptor: int, length: int, offset: int) -> bytes:
        data = pread(descriptor, length, offset)
        reads.append((offset, len(data)))
        return data

    os.pread = counted
    try:
        yield reads
    finally:
        os.pread = pread
