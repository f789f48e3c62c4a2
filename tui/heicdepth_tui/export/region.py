"""Which part of the photo a cropped depth map covers, so that its colours are cut from there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from heicdepth_tui.heif.facts import Crop, ImageItem, Size
from heicdepth_tui.photo.transforms import place

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from heicdepth_tui.photo.transforms import Placement

__all__ = ["WHOLE", "Region", "covered_region"]

_T = TypeVar("_T", bound=np.generic)
_ASPECT_TOLERANCE = 0.02
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a picture, seen upright: left, top, width and height as shares of its sides."""

    left: float = 0.0
    top: float = 0.0
    width: float = 1.0
    height: float = 1.0

    def size_in(self, picture: Size) -> Size:
        """Return the size of this part of a picture, in whole samples, at least 1."""
        return Size(
            max(1, round(picture.width * self.width)), max(1, round(picture.height * self.height))
        )

    def whole(self, part: Size) -> Size:
        """Return the size that the whole picture must have for this part to have ``part``."""
        return Size(round(part.width / self.width), round(part.height / self.height))

    def cut(self, picture: NDArray[_T], part: Size) -> NDArray[_T]:
        """Return the ``part`` of a picture (H, W) or (H, W, C) that has the size ``whole(part)``.

        Exact to the sample wherever the region's edges are samples of that picture.
        """
        height, width = picture.shape[:2]
        left = min(round(width * self.left), width - part.width)
        top = min(round(height * self.top), height - part.height)
        return picture[top : top + part.height, left : left + part.width]

    def describe(self) -> str:
        """Return how much of the picture it is, e.g. ``50 % × 60 %``."""
        return f"{100 * self.width:.3g} % × {100 * self.height:.3g} %"


WHOLE = Region()


def covered_region(photo: ImageItem, depth: ImageItem) -> Region:
    """Return the part of the upright photo that the upright depth map covers.

    The coded frames of both are taken to show the same view, as phones write them; then a crop
    (``clap``) on the depth item covers the same share of the photo's coded frame, and both are
    turned and mirrored alike. WHOLE where the depth item has no crop, or where that cannot be: the
    coded frames differ in shape, the two are turned differently, or the photo's own crop has lost
    some of what the depth map shows.
    """
    if not any(isinstance(transform, Crop) for transform in depth.transforms):
        return WHOLE
    ratio = photo.coded.width * depth.coded.height / (photo.coded.height * depth.coded.width)
    if abs(ratio - 1) > _ASPECT_TOLERANCE:
        return WHOLE
    shown, full_photo = _placements(photo)
    seen, full_depth = _placements(depth)
    if _turned(shown) != _turned(seen):
        return WHOLE
    across = _share(_window(seen, full_depth, 1), _window(shown, full_photo, 1))
    down = _share(_window(seen, full_depth, 0), _window(shown, full_photo, 0))
    if across is None or down is None:
        return WHOLE
    return Region(across[0], down[0], across[1], down[1])


def _placements(item: ImageItem) -> tuple[Placement, Placement]:
    """Return where the upright samples of an item lie, with its crops and without them."""
    turns = [one for one in item.transforms if not isinstance(one, Crop)]
    return place(item.coded, item.transforms), place(item.coded, turns)


def _turned(placement: Placement) -> tuple[int, int, int]:
    return placement.rows.source, placement.rows.step, placement.columns.step


def _window(cropped: Placement, full: Placement, axis: int) -> tuple[float, float]:
    """Return start and length of what is left of rows (axis 0) or columns, as shares of all."""
    one, whole = (cropped.rows, full.rows) if axis == 0 else (cropped.columns, full.columns)
    return (one.start - whole.start) * one.step / whole.count, one.count / whole.count


def _share(part: tuple[float, float], whole: tuple[float, float]) -> tuple[float, float] | None:
    """Return one window as a share of another; None where it reaches outside."""
    start, length = (part[0] - whole[0]) / whole[1], part[1] / whole[1]
    if start < -_ROUNDING or start + length > 1 + _ROUNDING:
        return None
    return max(start, 0.0), min(length, 1.0)
