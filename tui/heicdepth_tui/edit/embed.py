"""Writes a depth map into a photo: a HEIC keeps every other item, other photos are coded anew."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from heicdepth_tui.edit.depth_item import NewDepth, aspect_hint, aspect_problem, depth_picture
from heicdepth_tui.errors import ExportError, FileAccessError, NotHeifError, WriteError
from heicdepth_tui.files import write_new_set
from heicdepth_tui.heif.depth_info import depth_items
from heicdepth_tui.heif.items import read_items
from heicdepth_tui.heif.limits import DEFAULT_LIMITS, Limits
from heicdepth_tui.heif.picture_facts import Crop, Size
from heicdepth_tui.heif.write.mux import PhotoSpec, auxiliary_items, mux
from heicdepth_tui.heif.write.remux import dependents, free_id, remux
from heicdepth_tui.photo.encode import SRGB_COLR, encode_grid, encode_hevc

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from heicdepth_tui.heif.items import ItemTable
    from heicdepth_tui.heif.write.mux import CodedPicture, TiledPicture

__all__ = ["Embedded", "check_name", "coded_photo", "embed", "write_photo"]

_TILE = 512
_SUFFIXES = frozenset({".heic", ".heif", ".hif", ".avif"})


@dataclass(frozen=True, slots=True)
class Embedded:
    """A photo that was written with a depth map."""

    path: Path
    kept: int
    """Items of the photo that were copied as they are; 0 where the photo was coded anew."""
    removed: int
    """Items of the depth map before."""


def embed(
    photo: Path,
    depth: NewDepth,
    out: Path,
    *,
    replace: bool = False,
    quality: int = 90,
    limits: Limits = DEFAULT_LIMITS,
) -> Embedded:
    """Write ``photo`` with ``depth`` as the new file ``out``.

    A HEIC or AVIF keeps its coded picture, EXIF, profile and all other items byte for byte. Any
    other photo that Pillow opens is turned upright and coded as HEVC of ``quality`` (0 to 100) with
    its EXIF and colour profile.

    Raises ExportError where the photo has a depth map and ``replace`` is not set, where the aspects
    differ, or the photo is cropped by its file; WriteError where ``out`` exists, cannot be written
    or is named as another kind of file; FileAccessError, HeaderError and DecodeError for the photo.
    """
    check_name(out)
    try:
        table = read_items(photo, limits=limits)
    except NotHeifError:
        return _embed_in_new(photo, depth, out, quality)
    with table:
        data, kept, removed = _with_depth(table, photo, depth, replace=replace)
    return Embedded(write_photo(out, data), kept, removed)


def _with_depth(
    table: ItemTable, photo: Path, depth: NewDepth, *, replace: bool
) -> tuple[bytes, int, int]:
    size = table.displayed_size(table.primary_id)
    problem = aspect_problem(depth.size, size)
    if problem:
        raise ExportError(problem, path=photo, hint=aspect_hint(depth.size, size))
    transforms = table.coded(table.primary_id).transforms
    if any(isinstance(transform, Crop) for transform in transforms):
        raise ExportError(
            "its file crops the photo, which a depth map would have to be coded for",
            path=photo,
            hint="save the cropped photo as a new one first",
        )
    own, orphans = depth_items(table)
    old = [*own, *orphans]
    if old and not replace:
        raise ExportError(
            "it has a depth map", path=photo, hint="give --replace to write another in its place"
        )
    drop = dependents(table, old) if old else frozenset()
    first = free_id(table)
    items, references = auxiliary_items(depth_picture(depth, transforms), first, table.primary_id)
    data = remux(table, drop=drop, add=items, references=references)
    return data, len(table.types) - len(drop), len(drop)


def _embed_in_new(photo: Path, depth: NewDepth, out: Path, quality: int) -> Embedded:
    rgb, exif, profile = _opened(photo)
    size = Size(rgb.shape[1], rgb.shape[0])
    problem = aspect_problem(depth.size, size)
    if problem:
        raise ExportError(problem, path=photo, hint=aspect_hint(depth.size, size))
    spec = PhotoSpec(
        coded_photo(rgb, quality),
        colr=(SRGB_COLR, *([b"prof" + profile] if profile else [])),
        auxiliaries=(depth_picture(depth, ()),),
        exif=exif,
    )
    return Embedded(write_photo(out, mux(spec)), 0, 0)


def _opened(photo: Path) -> tuple[NDArray[np.uint8], bytes | None, bytes | None]:
    """Return a photo's upright colours, its EXIF as a TIFF block, and its ICC profile for RGB."""
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(photo) as opened:
                upright = ImageOps.exif_transpose(opened)
                profile = upright.info.get("icc_profile")
                rgb = np.asarray(upright.convert("RGB"))
                tags = upright.getexif()
                # Without a tag Pillow makes an EXIF block that has no directory.
                exif = tags.tobytes() if tags else None
    # Pillow's readers raise all of these for files that are no photo, or too large a one.
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombWarning) as error:
        raise FileAccessError(
            f"it cannot be opened as a photo: {error}",
            path=photo,
            hint="give a HEIC, JPEG, PNG, TIFF or WebP photo",
        ) from error
    block = exif.removeprefix(b"Exif\0\0") if exif else None
    is_rgb = isinstance(profile, bytes) and profile[16:20] == b"RGB "
    return rgb, block, profile if is_rgb else None


def coded_photo(rgb: NDArray[np.uint8], quality: int) -> CodedPicture | TiledPicture:
    """Return a photo, (H, W, 3) uint8, as one picture or, where it is large, as a grid of tiles."""
    if max(rgb.shape[:2]) <= _TILE:
        return encode_hevc(rgb, quality=quality)
    return encode_grid(rgb, tile=_TILE, quality=quality)


def check_name(out: Path) -> None:
    """Raise WriteError where the name is that of another kind of file."""
    if out.suffix.lower() not in _SUFFIXES:
        raise WriteError(
            "the new file is a HEIC", path=out, hint=f"name it {out.with_suffix('.heic').name}"
        )


def write_photo(out: Path, data: bytes) -> Path:
    """Write the bytes of a photo as the new file ``out``; raises WriteError where it exists."""
    suffix = out.suffix

    def fill(file: Any) -> None:
        file.write(data)

    return write_new_set(
        out.parent, out.name.removesuffix(suffix), [(suffix, fill)], numbered=False
    )[0]
