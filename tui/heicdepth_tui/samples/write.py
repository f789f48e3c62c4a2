"""The demo photos: what each holds, and writing them into a folder without touching other files."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from heicdepth_tui.files import write_new
from heicdepth_tui.heif.depth_facts import Accuracy, RepresentationType
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.heif.write.xmp import build_description
from heicdepth_tui.samples import gallery
from heicdepth_tui.samples.build import make_photo
from heicdepth_tui.samples.recipe import Photo, Recipe
from heicdepth_tui.samples.solids import Pinhole

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from heicdepth_tui.samples.solids import Scene

__all__ = ["RECIPES", "SAMPLES", "build_photo", "write_samples"]

_WORKERS = 2


def _camera(size: Size, focal_35mm: float, pitch: float) -> Pinhole:
    """Return a camera whose axis misses the middle by as much as that of real phones."""
    camera = Pinhole.of(*size, focal_35mm, pitch)
    return replace(camera, cx=camera.cx - 0.006 * size.width, cy=camera.cy + 0.002 * size.height)


def _recipe(scene: Scene, size: Size, focal_35mm: float, pitch: float, day: int) -> Recipe:
    return Recipe(
        scene=scene,
        camera=_camera(size, focal_35mm, pitch),
        size=size,
        depth_size=Size(768, 576) if size.width > size.height else Size(576, 768),
        orientation=1 if size.width > size.height else 6,
        tile=512,
        quality=65,
        reference_width=4032.0,
        custom_rendered=8,
        date=f"2024-05-{day:02d} 10:{2 * day:02d}:00",
        xmp=build_description([("xmp:CreatorTool", "heicdepth-tui sample")]),
    )


# Grids whose last tiles are cropped, as those of phones are.
_WIDE, _TALL = Size(1536, 1152), Size(1152, 1536)

RECIPES: Mapping[str, Recipe] = {
    # Rear dual camera, landscape: the plain case.
    "IMG_0412.HEIC": _recipe(gallery.MARBLES, _WIDE, 26.0, 6.0, 11),
    # Held upright: irot 3, EXIF orientation 6.
    "IMG_0415.HEIC": _recipe(gallery.TOWER, _TALL, 28.0, 4.0, 12),
    # Front camera: absolute distances, the smaller map.
    "IMG_0418.HEIC": replace(
        _recipe(gallery.BEAR, _TALL, 30.0, 6.0, 13),
        depth_size=Size(480, 640),
        accuracy=Accuracy.ABSOLUTE,
        native_format="fdis",
    ),
    # 10-bit codes even in 1/Z, held upside down.
    "IMG_0421.HEIC": replace(
        _recipe(gallery.PILLARS, _WIDE, 26.0, 5.0, 14),
        representation=RepresentationType.UNIFORM_INVERSE_Z,
        bits=10,
        orientation=3,
    ),
    # Everything that rides along.
    "IMG_0423.HEIC": replace(
        _recipe(gallery.ROBOT, _WIDE, 26.0, 1.0, 15),
        matte_within=1.4,
        gain_map=True,
        thumbnail=320,
    ),
    # An ordinary photo.
    "IMG_0424.HEIC": replace(
        _recipe(gallery.RAINBOW, _WIDE, 33.0, 8.0, 16),
        depth=False,
        custom_rendered=None,
        thumbnail=320,
    ),
    # A portrait whose depth was removed when it was shared.
    "IMG_0427.HEIC": replace(_recipe(gallery.SNOWMAN, _TALL, 30.0, 4.0, 17), depth=False),
}
"""What each demo photo holds, by its file name, in the order of the list."""

SAMPLES: Mapping[str, Callable[[], Photo]] = {
    name: partial(make_photo, recipe) for name, recipe in RECIPES.items()
}
"""Builders of the demo photos, by file name, in the same order."""


def build_photo(recipe: Recipe | None = None, **changes: Any) -> bytes:
    """Return the bytes of a generated photo: ``Recipe(**changes)``, or ``recipe`` with ``changes``.

    See ``Recipe`` for all fields. ``make_photo`` returns the ground truth as well.
    """
    return make_photo(replace(recipe or Recipe(), **changes)).data


def write_samples(
    folder: Path, names: Sequence[str] = tuple(SAMPLES), *, trust: bool = False
) -> list[Path]:
    """Write the demo photos into ``folder`` (made where it is missing) and return their paths.

    A file that is there already with the same bytes is left and its path returned; one with other
    bytes is never replaced: the sample then gets a number. ``trust`` takes a file by its name
    alone, without making the photo: for a folder with no other writer. Raises WriteError.
    """
    missing = [name for name in names if not (trust and (folder / name).is_file())]
    with ThreadPoolExecutor(_WORKERS) as pool:
        made = pool.map(lambda name: SAMPLES[name]().data, missing)
        photos = dict(zip(missing, made, strict=True))
    return [
        _place(folder, name, photos[name]) if name in photos else folder / name for name in names
    ]


def _place(folder: Path, name: str, data: bytes) -> Path:
    return _same(folder, name, data) or write_new(folder, name, partial(_fill, data))


def _fill(data: bytes, file: BinaryIO) -> None:
    file.write(data)


def _same(folder: Path, name: str, data: bytes) -> Path | None:
    """Return the file among ``name``, ``stem-1.suffix`` … that holds ``data``, up to a gap."""
    path, number = folder / name, 0
    try:
        while os.path.lexists(path):
            if path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data:
                return path
            number += 1
            path = folder / f"{Path(name).stem}-{number}{Path(name).suffix}"
    except OSError:
        # What cannot be read is not known to be the sample; the writer reports a bad folder.
        return None
    return None
