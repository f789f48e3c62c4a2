"""Photos and depth maps for tests of what is written into photos."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pillow_heif
from PIL import Image

from heicdepth_tui.heif.header import read_header
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.samples.recipe import Recipe
from heicdepth_tui.samples.write import build_photo

__all__ = ["H", "W", "codes_at", "depth_of", "photo_at"]

W, H = 64, 48


def photo_at(folder: Path, name: str = "photo.heic", **changes: object) -> Path:
    path = folder / name
    recipe = {"size": Size(4 * W, 4 * H), "depth_size": Size(W, H), "depth": False, **changes}
    path.write_bytes(build_photo(Recipe(), **recipe))
    return path


def codes_at(folder: Path, highest: int = 255) -> tuple[Path, np.ndarray]:
    v, u = np.mgrid[0:H, 0:W]
    codes = ((u * 3 + v) * highest // (3 * W + H)).astype(np.uint8 if highest < 256 else np.uint16)
    path = folder / "codes.png"
    Image.fromarray(codes).save(path)
    return path, codes


def depth_of(path: Path) -> np.ndarray:
    """Return the depth map that pillow-heif reads, unshifted."""
    (image,) = pillow_heif.open_heif(path).info["depth_images"]
    array = np.asarray(image)
    if array.dtype != np.uint16:
        return array
    item = read_header(path).depth.item
    assert item is not None
    assert item.bits is not None
    return array >> (16 - item.bits)
