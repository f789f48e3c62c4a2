"""Maps the crops (clap) of photo and depth item to the parts of both that show one view."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from heicdepth_tui.heif.picture_facts import Crop, ImageItem, Size, Transform
from heicdepth_tui.photo.transforms import place

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from heicdepth_tui.photo.transforms import Placement

    _T = TypeVar("_T", bound=np.generic)

__all__ = ["ASPECT_TOLERANCE", "WHOLE", "Coverage", "Region", "coverage_of", "same_shape"]

ASPECT_TOLERANCE = 0.02
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a picture, seen upright: left, top, width and height as shares of its sides."""

    left: float = 0.0
    top: float = 0.0
    width: float = 1.0
    height: float = 1.0

    @classmethod
    def of_samples(cls, rows: slice, columns: slice, shape: Sequence[int]) -> Region:
        """Return the part that rows and columns are of an array of ``shape`` (H, W, …)."""
        height, width = shape[:2]
        return cls(
            columns.start / width,
            rows.start / height,
            (columns.stop - columns.start) / width,
            (rows.stop - rows.start) / height,
        )

    def part(self, inner: Region) -> Region:
        """Return a part of this part, as a part of the whole."""
        return Region(
            self.left + self.width * inner.left,
            self.top + self.height * inner.top,
            self.width * inner.width,
            self.height * inner.height,
        )

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


@dataclass(frozen=True, slots=True)
class Coverage:
    """The part that photo and depth map both show; see ``coverage_of``."""

    region: Region = WHOLE
    """Of the upright photo."""
    crop: Crop | None = None
    """Of the turned depth map, in samples; None where the photo shows all of it."""
    outside: int = 0
    """Number of depth samples that lie outside ``crop``."""
    is_sure: bool = True
    """False where the shapes contradict every reading of the crops."""
    sentence: str = ""
    """For the user; empty where no crop has an effect on the depth map."""


_ALL = Coverage()


def coverage_of(photo: ImageItem, depth: ImageItem, turn: Sequence[Transform]) -> Coverage:
    """Return the part that the upright photo and the depth map, after ``turn``, both show.

    Where the frames before any crop agree in shape, they show the same view: then each crop
    (``clap``, ISO/IEC 14496-12 12.1.4) selects a window of that view, and the common part is the
    overlap of the windows: the depth samples whose centre lies inside the photo's crop. Colours
    are at most half a depth sample off where an edge of that crop falls between samples. Where
    instead the cropped pictures agree in shape, or agree better than rounding explains (crops that
    remove the encoder's padding), the depth map covers the cropped photo. Otherwise the result is
    unsure, and the depth map is taken to cover the cropped photo.
    """
    if not any(isinstance(one, Crop) for one in (*photo.transforms, *depth.transforms)):
        return _ALL
    shown, full_photo = _placements(photo, ())
    seen, full_depth = _placements(depth, turn)
    full_error = _shape_error(_size(full_photo), _size(full_depth))
    cropped_error = _shape_error(_size(shown), _size(seen))
    # Rounding the sides to whole samples changes the ratio by this much at most.
    rounding = 1 / seen.rows.count + 1 / seen.columns.count
    is_cropped_alike = cropped_error <= _LOG_TOLERANCE
    if full_error <= _LOG_TOLERANCE and not (
        is_cropped_alike and full_error > cropped_error + rounding
    ):
        return _overlap(shown, full_photo, seen, full_depth)
    if is_cropped_alike:
        return Coverage(sentence=_CROPPED_ALIKE)
    return Coverage(is_sure=False, sentence=f"{_UNLIKE}; {_UNDECIDED}")


_LOG_TOLERANCE = math.log1p(ASPECT_TOLERANCE)
_CROPPED_ALIKE = (
    "the shapes of photo and depth map agree best after cropping (clap), so the depth map is taken "
    "to cover the whole cropped photo"
)
_UNLIKE = "photo and depth map differ in shape both with and without their crops (clap)"
_APART = "by their crops (clap) photo and depth map have no part in common"
_UNDECIDED = (
    "which part of the photo the depth map covers is undecided, it is taken to cover all of it"
)


def _overlap(
    shown: Placement, full_photo: Placement, seen: Placement, full_depth: Placement
) -> Coverage:
    """Return the common part of a cropped photo and a cropped depth map of one view."""
    across = _common(_window(shown, full_photo, 1), _window(seen, full_depth, 1), seen, 1)
    down = _common(_window(shown, full_photo, 0), _window(seen, full_depth, 0), seen, 0)
    if across is None or down is None:
        return Coverage(is_sure=False, sentence=f"{_APART}; {_UNDECIDED}")
    region = Region(across.start, down.start, across.length, down.length)
    total, kept = seen.rows.count * seen.columns.count, across.count * down.count
    if kept == total:
        return Coverage(region)
    return Coverage(
        region,
        Crop(across.first, down.first, across.count, down.count),
        total - kept,
        sentence=(
            f"the photo is cropped (clap): {total - kept:,} of {total:,} depth samples lie outside "
            "the photo's crop and are left out"
        ),
    )


@dataclass(frozen=True, slots=True)
class _Common:
    """The common part along one axis."""

    first: int
    """First depth sample."""
    count: int
    """Number of depth samples."""
    start: float
    """As a share of the photo's side."""
    length: float


def _common(
    photo: tuple[float, float], depth: tuple[float, float], seen: Placement, axis: int
) -> _Common | None:
    """Return the overlap of two windows of one frame in whole depth samples; None without any."""
    count = seen.shape[axis]
    pitch = depth[1] / count
    low, high = (photo[0] - depth[0]) / pitch, (photo[0] + photo[1] - depth[0]) / pitch
    # The first and the last sample whose centre lies inside the photo.
    first, stop = math.ceil(low - 0.5 - _ROUNDING), math.floor(high + 0.5 + _ROUNDING)
    # An edge of the photo less than half a sample outside the map counts as the map's edge.
    start = 0.0 if first >= 0 else (depth[0] - photo[0]) / photo[1]
    end = 1.0 if stop <= count else (depth[0] + depth[1] - photo[0]) / photo[1]
    first, stop = max(0, first), min(count, stop)
    return _Common(first, stop - first, start, end - start) if first < stop else None


def same_shape(one: Size, other: Size) -> bool:
    """Return whether two frames have one aspect, to 2 %."""
    return abs(one.width * other.height / (one.height * other.width) - 1) <= ASPECT_TOLERANCE


def _shape_error(one: Size, other: Size) -> float:
    return abs(math.log(one.width * other.height / (one.height * other.width)))


def _size(placement: Placement) -> Size:
    return Size(*placement.shape[::-1])


def _placements(item: ImageItem, turn: Sequence[Transform]) -> tuple[Placement, Placement]:
    """Return where the samples of an item lie, turned further, with and without its crops."""
    turns = [one for one in item.transforms if not isinstance(one, Crop)]
    return place(item.coded, (*item.transforms, *turn)), place(item.coded, (*turns, *turn))


def _window(cropped: Placement, full: Placement, axis: int) -> tuple[float, float]:
    """Return start and length of what is left of rows (axis 0) or columns, as shares of all."""
    one, whole = (cropped.rows, full.rows) if axis == 0 else (cropped.columns, full.columns)
    return (one.start - whole.start) * one.step / whole.count, one.count / whole.count
