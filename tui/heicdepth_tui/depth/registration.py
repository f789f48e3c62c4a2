"""Which photo pixel belongs to which depth sample, where the two items are turned or cropped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar

from heicdepth_tui.heif.facts import Crop, ImageItem, Mirror, Rotation, Size, Transform
from heicdepth_tui.photo.transforms import place

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from heicdepth_tui.photo.transforms import Placement

    _T = TypeVar("_T", bound=np.generic)

__all__ = ["WHOLE", "Basis", "Frames", "Region", "Registration", "orientation_words", "register"]

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


class Frames(Enum):
    """Which frames of photo and depth item show the same view, or that the sizes decide it."""

    AUTO = "auto"
    TRANSFORMS = "transforms"
    """The upright frames: each item's own irot and imir bring it upright."""
    CODED = "coded"
    """The coded frames: both were exposed together, the depth item's irot and imir are wrong."""


class Basis(Enum):
    """What decided between the frames."""

    SAME = "same orientation"
    """The two items are turned alike, so that both readings are one."""
    TRANSFORMS = "item transforms"
    """Only the upright frames agree in shape."""
    CODED = "coded frames"
    """Only the coded frames agree in shape."""
    UNDECIDED = "undecided"
    """Shapes do not decide: the default is used, which may be wrong."""
    CHOSEN = "chosen"
    """The user chose."""


@dataclass(frozen=True, slots=True)
class Registration:
    """How the photo's pixels map to depth samples; see ``register``."""

    basis: Basis
    frames: Frames
    """The reading that is used: TRANSFORMS or CODED."""
    turn: tuple[Transform, ...]
    """What to do to the depth map as decoded so that it lies as the upright photo does."""
    region: Region
    """The part of the upright photo that the depth map, so turned, covers."""
    orientations: tuple[str, str] = ("", "")
    """How the photo and the depth item are turned, in words."""

    @property
    def is_sure(self) -> bool:
        """Whether the file decides it."""
        return self.basis is not Basis.UNDECIDED

    @property
    def sentence(self) -> str:
        """What a reader must know of it; empty where both items are turned alike."""
        if self.basis is Basis.SAME:
            return ""
        photo, depth = self.orientations
        used = _USED[self.frames]
        return f"the photo is {photo}, its depth item {depth}: {_WHY[self.basis]}{used}" + (
            f"; choose with --register {' or '.join(_CHOICES)}" if not self.is_sure else ""
        )

    def turned(self, array: NDArray[_T]) -> NDArray[_T]:
        """Return the depth map as decoded, (H, W), in the orientation of the upright photo."""
        return turn_array(array, self.turn)

    def to_json(self) -> dict[str, object]:
        """Return it as JSON values; rotation in degrees counter-clockwise, then the mirroring."""
        quarters = sum(one.quarter_turns for one in self.turn if isinstance(one, Rotation))
        return {
            "basis": self.basis.value,
            "frames": self.frames.value,
            "rotation": quarters * 90,
            "mirror": any(isinstance(one, Mirror) for one in self.turn),
            "region": [self.region.left, self.region.top, self.region.width, self.region.height],
            "sentence": self.sentence,
        }


_CHOICES = (Frames.TRANSFORMS.value, Frames.CODED.value)
_WHY = {
    Basis.TRANSFORMS: "only their upright shapes agree, so ",
    Basis.CODED: "only their coded shapes agree, so ",
    Basis.UNDECIDED: "their shapes do not decide what belongs together; ",
    Basis.CHOSEN: "as chosen, ",
}
_USED = {
    Frames.TRANSFORMS: "their upright frames are taken to show the same view",
    Frames.CODED: (
        "their coded frames are taken to show the same view, and the depth map is turned as the "
        "photo is"
    ),
}


def register(photo: ImageItem, depth: ImageItem, frames: Frames = Frames.AUTO) -> Registration:
    """Return how the photo's pixels map to the samples of its depth item.

    Each item's irot and imir bring its own coded frame upright. Where both are turned alike, the
    upright frames correspond, and so do the coded ones. Where they differ, one of two things
    happened: the depth item's transforms are right and its coded frame lies otherwise than the
    photo's (an editor stored the photo upright), or both coded frames are of one exposure and the
    transforms of one item were not repeated on the other. If only one of the two gives frames of
    the same shape, that one is used. Otherwise it stays undecided, as for half turns, mirrors and
    squares; then the coded frames are used for a depth item without any irot and imir, which is
    what a writer leaves that turns the photo alone, else the transforms that it does carry.
    ``frames`` other than AUTO overrules all of it.

    A crop (``clap``) on the depth item covers the same share of the photo's frame.
    """
    tp, td = _turns(photo), _turns(depth)
    orientations = (orientation_words(tp), orientation_words(td))
    if _element(tp) == _element(td):
        region = covered_region(photo, depth, ())
        return Registration(Basis.SAME, Frames.TRANSFORMS, (), region, orientations)
    basis = Basis.CHOSEN
    if frames is Frames.AUTO:
        basis, frames = _decide(photo, depth)
    turn = _canonical((*_inverse(td), *tp)) if frames is Frames.CODED else ()
    return Registration(basis, frames, turn, covered_region(photo, depth, turn), orientations)


def _decide(photo: ImageItem, depth: ImageItem) -> tuple[Basis, Frames]:
    coded = _same_shape(photo.coded, depth.coded)
    upright = _same_shape(_whole_upright(photo), _whole_upright(depth))
    if coded and not upright:
        return Basis.CODED, Frames.CODED
    if upright and not coded:
        return Basis.TRANSFORMS, Frames.TRANSFORMS
    return Basis.UNDECIDED, Frames.TRANSFORMS if _turns(depth) else Frames.CODED


def covered_region(photo: ImageItem, depth: ImageItem, turn: Sequence[Transform]) -> Region:
    """Return the part of the upright photo that the depth map covers after ``turn``.

    The whole frames, without any crop, are taken to show the same view once both are turned; then
    a crop (``clap``) on the depth item covers the same share of the photo's frame. WHOLE where the
    depth item has no crop, or where that cannot be: the frames differ in shape, or the photo's own
    crop has lost some of what the depth map shows.
    """
    if not any(isinstance(transform, Crop) for transform in depth.transforms):
        return WHOLE
    shown, full_photo = _placements(photo, ())
    seen, full_depth = _placements(depth, turn)
    if not _same_shape(Size(*full_photo.shape[::-1]), Size(*full_depth.shape[::-1])):
        return WHOLE
    across = _share(_window(seen, full_depth, 1), _window(shown, full_photo, 1))
    down = _share(_window(seen, full_depth, 0), _window(shown, full_photo, 0))
    if across is None or down is None:
        return WHOLE
    return Region(across[0], down[0], across[1], down[1])


def turn_array(array: NDArray[_T], turn: Sequence[Transform]) -> NDArray[_T]:
    """Return (H, W) or (H, W, C) after rotations and mirrors, contiguous."""
    import numpy as np

    turned: NDArray[Any] = array
    for transform in turn:
        match transform:
            case Rotation(quarter_turns):
                turned = np.rot90(turned, quarter_turns)
            case Mirror(axis):
                turned = np.flip(turned, axis)
            case Crop():
                raise ValueError("a crop is no turn")
    return np.ascontiguousarray(turned)


def orientation_words(transforms: Sequence[Transform]) -> str:
    """Return how a coded picture is turned to stand upright: ``turned by 90°``, ``not turned``."""
    turns = _canonical([one for one in transforms if not isinstance(one, Crop)])
    words = [
        f"turned by {one.quarter_turns * 90}° counter-clockwise"
        if isinstance(one, Rotation)
        else "mirrored left to right"
        for one in turns
    ]
    return " and ".join(words) or "not turned"


def _turns(item: ImageItem) -> tuple[Transform, ...]:
    return tuple(one for one in item.transforms if not isinstance(one, Crop))


def _inverse(turns: Sequence[Transform]) -> list[Transform]:
    return [
        Rotation(-one.quarter_turns % 4) if isinstance(one, Rotation) else one
        for one in reversed(turns)
    ]


_ELEMENTS: tuple[tuple[Transform, ...], ...] = tuple(
    (*((Rotation(quarters),) if quarters else ()), *((Mirror(1),) if mirrored else ()))
    for quarters in range(4)
    for mirrored in (False, True)
)


def _element(turns: Sequence[Transform]) -> tuple[int, int, int]:
    """Return which of the eight orientations a run of rotations and mirrors comes to."""
    placement = place(Size(1, 1), turns)
    return placement.rows.source, placement.rows.step, placement.columns.step


def _canonical(turns: Sequence[Transform]) -> tuple[Transform, ...]:
    """Return at most one rotation and one mirroring (axis 1) after it that come to the same."""
    wanted = _element(turns)
    return next(one for one in _ELEMENTS if _element(one) == wanted)


def _same_shape(one: Size, other: Size) -> bool:
    ratio = one.width * other.height / (one.height * other.width)
    return abs(ratio - 1) <= _ASPECT_TOLERANCE


def _whole_upright(item: ImageItem) -> Size:
    """Return the size of an item's upright frame without its crops."""
    return Size(*place(item.coded, _turns(item)).shape[::-1])


def _placements(item: ImageItem, turn: Sequence[Transform]) -> tuple[Placement, Placement]:
    """Return where the samples of an item lie, turned further, with and without its crops."""
    whole = place(item.coded, (*_turns(item), *turn))
    return place(item.coded, (*item.transforms, *turn)), whole


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
