"""The way without this program: pillow-heif decodes whole, the blog's flat formula, pypcd4.

``python -m bench.blog PHOTO TARGET`` writes the cloud; the benchmark also calls ``export``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pillow_heif
from PIL import Image
from pypcd4.pypcd4 import PointCloud

__all__ = ["export"]


def export(photo: Path, target: Path) -> None:
    """Write the flat cloud of a photo as binary PCD."""
    heif = pillow_heif.open_heif(photo)
    depth = heif.info["depth_images"][0]
    codes = np.asarray(depth)
    low, high = (depth.info["metadata"][key] for key in ("d_min", "d_max"))
    rows, columns = codes.shape
    colours = np.asarray(heif.to_pillow().resize((columns, rows), Image.Resampling.BOX))
    x, y = np.meshgrid(
        np.linspace(0, 2 * rows / columns, rows), np.linspace(0, 2, columns), indexing="ij"
    )
    z = codes / 255 * (high - low) + low
    points = np.column_stack([x.ravel(), y.ravel(), z.ravel()]).astype(np.float32)
    rgb = PointCloud.encode_rgb(colours.reshape(-1, 3))
    PointCloud.from_xyzrgb_points(np.column_stack([points, rgb])).save(target)


if __name__ == "__main__":
    export(Path(sys.argv[1]), Path(sys.argv[2]))
