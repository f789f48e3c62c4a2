"""A picture of the cloud: its request, the frame drawn, and the sample that a cell of it shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from heicdepth_tui.depth.coverage import Region
    from heicdepth_tui.depth.points import Cloud
    from heicdepth_tui.draw.raster import View
    from heicdepth_tui.draw.rendering import RenderedRows, RenderSpec
    from heicdepth_tui.export.options import ExportOptions
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.heif.picture_facts import Size
    from heicdepth_tui.photo.layers import LayerKind, Pixels
    from heicdepth_tui.ui.model.pose import Pose

__all__ = ["CloudColours", "CloudFrame", "CloudRequest", "CloudSample", "ShownCloud"]


class CloudColours(Enum):
    """What colours the points."""

    PHOTO = "photo"
    DEPTH = "depth"


@dataclass(frozen=True, slots=True, eq=False)
class CloudRequest:
    """A frame to draw.

    ``number`` rises with each request. ``options`` are those of an export: the frame shows the
    points that it would write. ``spec`` has the room in cells and the colour map of depth. With
    ``is_shaded`` the angle of the surface darkens the colours. ``decoded`` holds the photo's own
    layers as far as they are decoded whole; the others are decoded for the frame.
    """

    number: int
    entry: Entry
    options: ExportOptions
    pose: Pose
    spec: RenderSpec
    colours: CloudColours = CloudColours.PHOTO
    is_shaded: bool = False
    background: tuple[int, int, int] = (0, 0, 0)
    decoded: Mapping[LayerKind, Pixels] = field(default_factory=dict)
    picked: tuple[int, int] | None = None
    """(column, row) of the sample whose point is marked."""


@dataclass(frozen=True, slots=True, eq=False)
class ShownCloud:
    """The cloud of a frame, and where its samples lie in photo and depth map.

    The cloud has every ``stride``-th row and column of the map. ``region`` is the part of the
    upright photo, of size ``photo``, that the map covers. ``nearest`` and ``farthest`` are the
    limits of Z in the whole map, m.
    """

    cloud: Cloud
    stride: int
    map_size: Size
    region: Region
    photo: Size
    nearest: float
    farthest: float
    codes: NDArray[np.integer]
    """Of the whole map, (H, W)."""


@dataclass(frozen=True, slots=True)
class CloudSample:
    """The sample of a point: its column and row in the depth map, upright as the photo.

    ``photo`` is the photo's pixel at its centre, ``metres`` its Z, ``point`` the point in the
    frame of the cloud, metres, and ``rgb`` its colour in the photo.
    """

    column: int
    row: int
    code: int
    photo: tuple[int, int]
    metres: float
    point: tuple[float, float, float]
    rgb: tuple[int, int, int]


@dataclass(frozen=True, slots=True, eq=False)
class CloudFrame:
    """A frame: its cells, and of each pixel the point that it shows.

    ``index`` is (H, W) int32, −1 where there is none, and ``depth`` (H, W) float32 the distance
    of that point along the view.
    """

    number: int
    pose: Pose
    view: View
    shown: ShownCloud
    rendered: RenderedRows
    index: NDArray[np.int32]
    depth: NDArray[np.float32]
    picked: int | None = None
    """Number of the point that is marked; None where there is none, or the cloud lacks it."""

    @property
    def picked_sample(self) -> CloudSample | None:
        """The sample of the point that is marked."""
        return None if self.picked is None else self._sample(self.picked)

    @property
    def metres_a_cell(self) -> float:
        """Width of a cell in metres at the distance of the target."""
        pixels = self.view.size[0] / max(1, self.rendered.fit.cols)
        return pixels * self.view.distance / self.view.focal

    def sample_at(self, column: int, row: int) -> CloudSample | None:
        """Return the sample that a cell shows, its nearest one; None where it is empty.

        ``column`` and ``row`` count from the top left of the frame.
        """
        hits = sorted((float(self.depth[pixel]), pixel) for pixel in self._pixels(column, row))
        return self._sample(int(self.index[hits[0][1]])) if hits else None

    def _pixels(self, column: int, row: int) -> Iterator[tuple[int, int]]:
        """Yield the (row, column) of each pixel of a cell that shows a point."""
        fit, (width, height) = self.rendered.fit, self.view.size
        if not (0 <= column < fit.cols and 0 <= row < fit.rows):
            return
        for y in range(row * height // fit.rows, (row + 1) * height // fit.rows):
            for x in range(column * width // fit.cols, (column + 1) * width // fit.cols):
                if self.index[y, x] >= 0:
                    yield y, x

    def _sample(self, number: int) -> CloudSample:
        shown, cloud = self.shown, self.shown.cloud
        region, photo = shown.region, shown.photo
        row, column = (
            shown.stride * place for place in divmod(int(cloud.index[number]), cloud.grid.width)
        )
        x, y, z = cloud.xyz[number].tolist()
        across = region.left + region.width * (column + 0.5) / shown.map_size.width
        down = region.top + region.height * (row + 0.5) / shown.map_size.height
        red, green, blue = cloud.rgb[number].tolist()
        return CloudSample(
            column=column,
            row=row,
            code=int(shown.codes[row, column]),
            photo=(int(across * photo.width), int(down * photo.height)),
            metres=-z,
            point=(x, y, z),
            rgb=(red, green, blue),
        )
