"""The geometry of a picture of a HEIF file: sizes, transforms, tiles, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

__all__ = ["Crop", "Extent", "Grid", "ImageItem", "Mirror", "Rotation", "Size", "Transform"]


class Size(NamedTuple):
    """Width and height in samples."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}×{self.height}"


class Extent(NamedTuple):
    """A run of bytes: ``offset`` from the start of the file and ``length``, both in bytes."""

    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Rotation:
    """``irot``: turn by ``quarter_turns`` (1, 2 or 3) of 90° counter-clockwise."""

    quarter_turns: int


@dataclass(frozen=True, slots=True)
class Mirror:
    """``imir``: axis 0 swaps top and bottom, axis 1 swaps left and right (ISO/IEC 23008-12)."""

    axis: int


@dataclass(frozen=True, slots=True)
class Crop:
    """``clap`` resolved to samples of the frame it applies to; all integers, inside the frame."""

    left: int
    top: int
    width: int
    height: int


Transform = Rotation | Mirror | Crop


@dataclass(frozen=True, slots=True)
class Grid:
    """A ``grid`` item: ``rows`` x ``columns`` tiles, cropped to ``width`` x ``height`` samples."""

    rows: int
    columns: int
    width: int
    height: int
    tiles: tuple[int, ...]
    """Item ids in raster order; ``len(tiles) == rows * columns``."""


@dataclass(frozen=True, slots=True)
class ImageItem:
    """One image of the file, as coded and as seen."""

    id: int
    type: str
    """Item type: ``hvc1``, ``av01``, ``grid``, ``iden``, ``iovl``, ``jpeg``, ``unci`` …"""
    coded: Size
    """Size before any transform (``ispe``); the grid's output size for a grid."""
    displayed_size: Size
    """Size after the item's own transforms: the size a decoder returns."""
    transforms: tuple[Transform, ...]
    """In the order they apply (``ipma`` order)."""
    bits: int | None
    """Bits a channel (``pixi``, else the decoder configuration), None where the file is silent."""
    channels: int | None
    """1 for monochrome, 3 for colour, None where the file is silent."""
    grid: Grid | None
    hidden: bool
    bytes: int
    """Length of the coded payload in bytes; of all tiles together for a grid."""
    undecodable_reason: str = ""
    """Why no decoder of this program reads its type, as a clause that follows "is", e.g. ``coded
    as JPEG (item type jpeg), which this program cannot decode``; empty where one does."""

    def with_bytes(self, count: int) -> ImageItem:
        """Return it with this length of its data, faster than ``dataclasses.replace``."""
        return ImageItem(
            self.id,
            self.type,
            self.coded,
            self.displayed_size,
            self.transforms,
            self.bits,
            self.channels,
            self.grid,
            self.hidden,
            count,
            self.undecodable_reason,
        )
