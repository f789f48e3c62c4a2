"""Point clouds: their options, their points, and the comments that files carry."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from heicdepth_tui.depth.axes import Axes
from heicdepth_tui.depth.trust import distortion_sentence
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.text import printable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from heicdepth_tui.depth.camera import Camera
    from heicdepth_tui.depth.trust import Trust, distortion_sentence

__all__ = [
    "Cloud",
    "CloudOptions",
    "ColorResolution",
    "Dropped",
    "Projection",
    "color_size",
]


class Projection(Enum):
    """Options for turning samples into points."""

    PERSPECTIVE = "perspective"
    FLAT = "flat"


class ColorResolution(Enum):
    """The grid of the cloud: the depth map's, or finer ones guided by the photo."""

    DEPTH = "depth"
    X2 = "2x"
    X4 = "4x"
    PHOTO = "photo"


@dataclass(frozen=True, slots=True)
class CloudOptions:
    """Options of a point cloud. Raises ValueError for values out of range.

    ``stride`` takes every stride-th row and column of the grid. ``max_depth``, ``near`` and ``far``
    are metres along the optical axis and keep near ≤ Z ≤ min(far, max_depth). The flat projection
    uses only ``projection``, ``stride`` and ``normals``: it drops and changes nothing.
    """

    projection: Projection = Projection.PERSPECTIVE
    stride: int = 1
    max_depth: float | None = None
    near: float | None = None
    far: float | None = None
    drop_flying: bool = True
    flying_threshold: float = 0.02
    smooth: bool = False
    color_resolution: ColorResolution = ColorResolution.DEPTH
    normals: bool = False
    rectify: bool = False
    """Correct each sample's ray by the file's lens distortion; see ``rectify``."""

    def __post_init__(self) -> None:
        """Raise ValueError for values out of range."""
        if self.stride < 1:
            raise ValueError(f"stride must be 1 or more, not {self.stride}")
        for name in ("max_depth", "near", "far"):
            value = getattr(self, name)
            if value is not None and not (math.isfinite(value) and value > 0):
                raise ValueError(f"{name} must be a positive number of metres, not {value}")
        if self.near is not None and self.near > self.farthest:
            raise ValueError(f"near ({self.near:g} m) lies beyond far ({self.farthest:g} m)")
        if not (math.isfinite(self.flying_threshold) and self.flying_threshold > 0):
            raise ValueError(f"flying_threshold must be positive, not {self.flying_threshold}")

    @property
    def nearest(self) -> float:
        """Smallest Z that is kept, m; 0 without a limit."""
        return self.near or 0.0

    @property
    def farthest(self) -> float:
        """Largest Z that is kept, m; infinite without a limit."""
        limits = [limit for limit in (self.far, self.max_depth) if limit is not None]
        return min(limits, default=math.inf)


@dataclass(frozen=True, slots=True)
class Dropped:
    """Numbers of samples without a point, each counted once, for the first reason that holds."""

    invalid: int = 0
    clipped: int = 0
    flying: int = 0
    """Single samples that hang between a nearer and a farther neighbour."""
    ramps: int = 0
    """Samples in runs of 2 to 5 that climb from one surface to another."""
    unselected: int = 0
    """Samples that a matte of the photo leaves out."""

    @property
    def total(self) -> int:
        """All of them."""
        return self.invalid + self.clipped + self.flying + self.ramps + self.unselected

    def describe(self) -> str:
        """Return ``612 flying, 40 on ramps, 3 invalid``; ``nothing`` when nothing was dropped."""
        counts = (
            (self.flying, "flying"),
            (self.ramps, "on ramps"),
            (self.clipped, "clipped"),
            (self.unselected, "not selected"),
            (self.invalid, "invalid"),
        )
        return ", ".join(f"{count:,} {name}" for count, name in counts if count) or "nothing"


@dataclass(frozen=True, slots=True, eq=False)
class Cloud:
    """Coloured points in row-major order of their grid.

    Perspective: metres in ``axes``, the camera at the origin. Flat: see
    ``flat_grid``. ``grid`` is the size of the organised grid after ``stride``; ``camera`` belongs
    to the grid before it.
    """

    xyz: NDArray[np.float32]
    """(N, 3)."""
    rgb: NDArray[np.uint8]
    """(N, 3); may share memory with the colours it was built from."""
    normals: NDArray[np.float32] | None
    """(N, 3) unit vectors towards the camera, 0,0,0 where unknown; None unless requested."""
    dropped: Dropped
    projection: Projection
    trust: Trust
    camera: Camera | None
    grid: Size
    index: NDArray[np.intp]
    """(N,) ascending: row · grid.width + column of each point."""
    remarks: tuple[str, ...] = ()
    """Further file comments: how the values were made, what was assumed."""
    flat_quantity: str = ""
    """The quantity z of a flat cloud, see ``flat.flat_quantity``; empty in perspective."""
    axes: Axes = Axes.OPENGL
    """Of points and normals; a flat cloud has axes of its own."""

    def __len__(self) -> int:
        return len(self.xyz)

    def in_axes(self, axes: Axes) -> Cloud:
        """Return the cloud of OPENGL axes in other ones; a flat cloud as it is."""
        if self.projection is Projection.FLAT or axes is self.axes:
            return self
        normals = self.normals
        return replace(
            self,
            xyz=axes.from_opengl(self.xyz),
            normals=None if normals is None else axes.from_opengl(normals),
            axes=axes,
        )

    def selected(self, keep: NDArray[np.bool_], remark: str) -> Cloud:
        """Return the points where ``keep`` holds, the others counted; ``remark`` states the rule.

        ``keep`` is (grid.height · grid.width,), of every sample of the grid.
        """
        kept = keep[self.index]
        unselected = self.dropped.unselected + len(self) - int(kept.sum())
        return replace(
            self,
            xyz=self.xyz[kept],
            rgb=self.rgb[kept],
            normals=None if self.normals is None else self.normals[kept],
            dropped=replace(self.dropped, unselected=unselected),
            index=self.index[kept],
            remarks=(*self.remarks, remark),
        )

    def comments(self) -> tuple[str, ...]:
        """Return printable ASCII lines for a file's header: unit, frame, accuracy, camera."""
        if self.projection is Projection.FLAT:
            lines = [_FLAT_LINE.format(self.flat_quantity), self.trust.sentence]
        else:
            unit = "unit metre" if self.trust.is_unit_known else "metres by an assumed unit"
            lines = [_PERSPECTIVE_LINE.format(unit, self.axes.words), self.trust.sentence]
            if self.camera is not None:
                lines.append(self.camera.describe())
                lines.append(distortion_sentence(self.camera))
        lines.append(f"{len(self)} points of a {self.grid.width}x{self.grid.height} grid")
        lines.append(f"dropped: {self.dropped.describe()}")
        lines.extend(self.remarks)
        return tuple(printable(line).encode("ascii", "backslashreplace").decode() for line in lines)


_FLAT_LINE = "flat projection: x down the rows, y along the columns, no unit; z is {}, not depth"
_PERSPECTIVE_LINE = "perspective projection, {}, frame {}, camera at the origin"


def color_size(depth: Size, photo: Size, resolution: ColorResolution) -> Size:
    """Return the exact size of the photo's colours that ``build_cloud`` takes.

    Never more than the photo has, never less than the depth map has; all sizes upright.
    """
    factor = {ColorResolution.X2: 2, ColorResolution.X4: 4}.get(resolution, 1)
    size = Size(depth.width * factor, depth.height * factor)
    if resolution is ColorResolution.DEPTH:
        return depth
    if (
        resolution is ColorResolution.PHOTO
        or size.width > photo.width
        or size.height > photo.height
    ):
        size = photo
    if size.width < depth.width or size.height < depth.height:
        return depth
    return size
