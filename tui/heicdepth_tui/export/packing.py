"""A cloud packed as two small images and a few numbers, from which a shader rebuilds it."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np

from heicdepth_tui.depth.cloud import Projection
from heicdepth_tui.errors import ExportError
from heicdepth_tui.export.viewpoint import Viewpoint, find_viewpoint

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from heicdepth_tui.depth.cloud import Cloud

__all__ = ["COLOUR_BYTES_A_SAMPLE", "ColourLoss", "Image", "PackedCloud", "pack_cloud"]

COLOUR_BYTES_A_SAMPLE = 1.6
"""Colours are kept without loss up to this many bytes a sample: 442k points fit 1.2 MB."""

_JPEG_QUALITIES = (95, 90, 85, 75, 60, 40)
_TOLERANCE = 2e-5
"""Largest difference, relative to the extent of the cloud's values, that the mappings may leave."""

Line = tuple[float, float]
"""``value = line[0] + line[1] * index``."""


@dataclass(frozen=True, slots=True)
class Image:
    """An encoded image and its media type."""

    type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class ColourLoss:
    """The error of lossily coded point colours, in levels of 255."""

    codec: str
    mean: float
    """Over all points and channels."""
    largest: int

    @property
    def summary(self) -> str:
        """Codec and errors in a clause."""
        return (
            f"colours are coded as {self.codec}, off by {self.mean:.2g} of 255 levels on average "
            f"and by {self.largest} at most"
        )


@dataclass(frozen=True, slots=True)
class PackedCloud:
    """A cloud on its grid of ``width`` x ``height`` samples; u runs right, v down, from 0.

    ``codes`` is an RGB PNG: red the code, or its upper byte with the lower one in green where
    ``wide``; blue is 255 where the sample is a point, 0 where it was dropped. ``colours`` holds
    the points' colours. With code c, ``value = mapping[0] + mapping[1] * c``, inverted where
    ``inverse``; a = columns[0] + columns[1] * u and b = rows[0] + rows[1] * v, a point is
    (a * value, b * value, -value) where ``perspective``, else (a, b, value):
    the flat cloud turned by a quarter, so that rows run down and columns to the right.
    ``spacing`` is the distance of neighbours at value 1 (perspective), or everywhere (flat).
    """

    width: int
    height: int
    points: int
    perspective: bool
    inverse: bool
    wide: bool
    mapping: Line
    columns: Line
    rows: Line
    spacing: float
    viewpoint: Viewpoint
    codes: Image
    colours: Image
    loss: ColourLoss | None = None
    """The error of the points' colours; None where they are exact."""


def pack_cloud(
    cloud: Cloud,
    codes: NDArray[np.uint8] | NDArray[np.uint16] | None,
    rgb: NDArray[np.uint8] | None,
) -> PackedCloud:
    """Pack ``cloud`` (one point at least) so that unpacking gives the same points and colours.

    ``codes`` (H, W) as stored and ``rgb`` (H, W, 3) uint8 are those of the cloud's grid, None where
    its grid is another one. The numbers are fitted to the points and checked against each of them;
    where codes do not explain the points (smoothed or enlarged maps), 16-bit codes, even in 1/Z,
    are made. Colours are exact unless that would take more than COLOUR_BYTES_A_SAMPLE.
    Raises ExportError for points that lie on no grid.
    """
    width, height = cloud.grid
    v, u = np.divmod(cloud.index, width)
    perspective = cloud.projection is Projection.PERSPECTIVE
    xyz = cloud.xyz.astype(np.float64)
    if not perspective:
        # The flat cloud has x down the rows and y along the columns: a quarter turn about z.
        xyz = np.stack([xyz[:, 1], -xyz[:, 0], xyz[:, 2]], axis=1)
    value = -xyz[:, 2] if perspective else xyz[:, 2]
    spread = value if perspective else np.ones_like(value)
    columns = _line(u, xyz[:, 0] / spread, "columns")
    rows = _line(v, xyz[:, 1] / spread, "rows")

    stored = None if codes is None else codes.reshape(-1)[cloud.index].astype(np.uint16)
    plane, mapping, inverse = _depth_plane(stored, value, perspective=perspective)
    wide = bool(plane.max() > 255)
    planes = np.zeros((height, width, 3), np.uint8)
    planes[v, u, 0] = plane >> 8 if wide else plane
    planes[v, u, 1] = plane & 255 if wide else 0
    planes[v, u, 2] = 255
    # Samples without a point keep their colour where they are few: holes make an image larger.
    if rgb is not None and len(cloud) * 2 > width * height:
        colours = rgb.copy()
    else:
        colours = np.zeros((height, width, 3), np.uint8)
    colours[v, u] = cloud.rgb
    image, codec = _colour_image(colours)
    return PackedCloud(
        width=width,
        height=height,
        points=len(cloud),
        perspective=perspective,
        inverse=inverse,
        wide=wide,
        mapping=mapping,
        columns=columns,
        rows=rows,
        spacing=max(abs(columns[1]), abs(rows[1])),
        viewpoint=find_viewpoint(xyz, _edges(u, columns), _edges(v, rows), perspective=perspective),
        codes=_png(planes),
        colours=image,
        loss=_loss(image, codec, cloud.rgb, v, u) if codec else None,
    )


def _depth_plane(
    stored: NDArray[np.uint16] | None, value: NDArray[np.float64], *, perspective: bool
) -> tuple[NDArray[np.uint16], Line, bool]:
    """Return each point's code, the line from code to value, and whether it gives 1/value."""
    for inverse in (True, False) if perspective else (False,):
        target = 1 / value if inverse else value
        if stored is not None and _fits(stored, target, mapping := _ends(stored, target)):
            return stored, mapping, inverse
    target = 1 / value if perspective else value
    low, high = float(target.min()), float(target.max())
    pitch = (high - low) / 65535 or 1.0
    return np.rint((target - low) / pitch).astype(np.uint16), (low, pitch), perspective


def _line(index: NDArray[np.intp], target: NDArray[np.float64], what: str) -> Line:
    line = _ends(index, target)
    if not _fits(index, target, line):
        raise ExportError(f"the points do not lie on the {what} of a grid")
    return line


def _ends(index: NDArray[np.intp] | NDArray[np.uint16], target: NDArray[np.float64]) -> Line:
    """Return the line through the points of lowest and highest index."""
    low, high = int(index.argmin()), int(index.argmax())
    run = int(index[high]) - int(index[low])
    if not run:
        return float(target[low]), 0.0
    slope = float(target[high] - target[low]) / run
    return float(target[low]) - slope * int(index[low]), slope


def _fits(
    index: NDArray[np.intp] | NDArray[np.uint16], target: NDArray[np.float64], line: Line
) -> bool:
    miss = np.abs(line[0] + line[1] * index - target).max()
    # The floor is float32's rounding of two coordinates at both ends of the line.
    floor = float(np.abs(target).max()) / 64
    return bool(miss <= _TOLERANCE * max(float(np.ptp(target)), floor))


def _edges(index: NDArray[np.intp], line: Line) -> Line:
    """Return where the first and the last sample that hold a point begin and end."""
    first, last = int(index.min()) - 0.5, int(index.max()) + 0.5
    return line[0] + line[1] * first, line[0] + line[1] * last


def _png(planes: NDArray[np.uint8]) -> Image:
    from PIL import Image as PillowImage

    buffer = BytesIO()
    # RGB rather than grey: some browsers move grey samples from one gamma to another.
    PillowImage.fromarray(planes).save(buffer, "PNG", optimize=True)
    return Image("image/png", buffer.getvalue())


def _loss(
    image: Image,
    codec: str,
    rgb: NDArray[np.uint8],
    v: NDArray[np.intp],
    u: NDArray[np.intp],
) -> ColourLoss:
    """Return how far the colours of an image at rows v and columns u are from ``rgb`` (N, 3)."""
    from PIL import Image as PillowImage

    decoded = np.asarray(PillowImage.open(BytesIO(image.data)).convert("RGB"))[v, u]
    off = np.abs(decoded.astype(np.int16) - rgb)
    return ColourLoss(codec, float(off.mean()), int(off.max()))


def _colour_image(colours: NDArray[np.uint8]) -> tuple[Image, str]:
    """Return the colours without loss where that fits, else as the best JPEG that does.

    And how they are coded where something is lost, else an empty text.
    """
    from PIL import Image as PillowImage
    from PIL import features

    picture = PillowImage.fromarray(colours)
    samples = colours.shape[0] * colours.shape[1]
    buffer = BytesIO()
    if features.check("webp"):
        image_type = "image/webp"
        picture.save(buffer, "WEBP", lossless=True, exact=True, method=4, quality=75)
    else:
        image_type = "image/png"
        picture.save(buffer, "PNG", optimize=True)
    limit = COLOUR_BYTES_A_SAMPLE * samples
    if buffer.tell() <= max(limit, 65536):
        return Image(image_type, buffer.getvalue()), ""
    for quality in _JPEG_QUALITIES:
        buffer = BytesIO()
        # Not optimised: Pillow then fails on noise, whose bytes outgrow its buffer.
        picture.save(buffer, "JPEG", quality=quality, subsampling=0)
        if buffer.tell() <= limit:
            break
    return Image("image/jpeg", buffer.getvalue()), f"JPEG of quality {quality}"
