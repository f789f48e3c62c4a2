"""Maps photo pixels to depth samples where the two items are turned or cropped differently."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar

from heicdepth_tui.depth.coverage import Coverage, Region, coverage_of, same_shape
from heicdepth_tui.heif.picture_facts import Crop, ImageItem, Mirror, Rotation, Size, Transform
from heicdepth_tui.photo.transforms import place

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    _T = TypeVar("_T", bound=np.generic)

__all__ = [
    "Basis",
    "Frames",
    "Registration",
    "orientation_words",
    "register",
    "transform_array",
]


class Frames(Enum):
    """The frames of photo and depth item that show the same view; AUTO compares their shapes."""

    AUTO = "auto"
    TRANSFORMS = "transforms"
    """The upright frames: each item's own irot and imir bring it upright."""
    CODED = "coded"
    """The coded frames: both were exposed together, the depth item's irot and imir are wrong."""


class Basis(Enum):
    """Reason for the choice of the frames."""

    SAME = "same orientation"
    """The two items are turned alike, so that both readings are one."""
    TRANSFORMS = "item transforms"
    """Only the upright frames agree in shape."""
    CODED = "coded frames"
    """Only the coded frames agree in shape."""
    UNDECIDED = "undecided"
    """Shapes do not decide: a default is used, which may be wrong."""
    CHOSEN = "chosen"
    """The user chose."""


@dataclass(frozen=True, slots=True)
class Registration:
    """The mapping from the photo's pixels to depth samples; see ``register``."""

    basis: Basis
    frames: Frames
    """The reading that is used: TRANSFORMS or CODED."""
    turn: tuple[Transform, ...]
    """Rotations and mirrors that bring the decoded depth map into the photo's orientation."""
    coverage: Coverage
    """The parts of photo and turned depth map that show the same view."""
    turn_sentence: str = ""
    """For the user; empty where both items are turned alike."""

    @property
    def is_sure(self) -> bool:
        """True where the file decides it."""
        return self.basis is not Basis.UNDECIDED

    @property
    def sentence(self) -> str:
        """For the user; empty where both items are turned alike and no crop has an effect."""
        return "; ".join(filter(None, (self.turn_sentence, self.coverage.sentence)))

    @property
    def region(self) -> Region:
        """The part of the upright photo that the aligned depth map covers."""
        return self.coverage.region

    @property
    def transforms(self) -> tuple[Transform, ...]:
        """The turn and the crop that align the depth map as decoded with the upright photo."""
        crop = self.coverage.crop
        return self.turn if crop is None else (*self.turn, crop)

    @property
    def short(self) -> str:
        """At most 24 cells for a caption; empty where the sentence is."""
        if self.turn_sentence:
            return _SHORT_TURNS[self.basis]
        if not self.is_sure:
            return "crops differ: undecided"
        return "crops differ" if self.coverage.sentence else ""

    @property
    def display_turn(self) -> tuple[int, bool]:
        """``turn`` as quarter turns counter-clockwise, then a mirroring left to right or none."""
        quarters = sum(one.quarter_turns for one in self.turn if isinstance(one, Rotation))
        return quarters % 4, any(isinstance(one, Mirror) for one in self.turn)

    def aligned(self, array: NDArray[_T]) -> NDArray[_T]:
        """Return the depth map as decoded, (H, W), turned and cropped as the upright photo is."""
        return transform_array(array, self.transforms)

    def to_json(self) -> dict[str, object]:
        """Return it as JSON values; rotation in degrees counter-clockwise, then the mirroring."""
        quarters, is_mirrored = self.display_turn
        region, crop = self.region, self.coverage.crop
        return {
            "basis": self.basis.value,
            "frames": self.frames.value,
            "rotation": quarters * 90,
            "mirror": is_mirrored,
            "region": [region.left, region.top, region.width, region.height],
            "depth_crop": None if crop is None else [crop.left, crop.top, crop.width, crop.height],
            "outside_photo": self.coverage.outside,
            "sentence": self.sentence,
        }


_CHOICES = (Frames.TRANSFORMS.value, Frames.CODED.value)
_SHORT_TURNS = {
    Basis.TRANSFORMS: "depth's own turn fits",
    Basis.CODED: "depth turned as photo",
    Basis.UNDECIDED: "turns differ: undecided",
    Basis.CHOSEN: "turns differ: chosen",
}
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

    Crops (``clap``) of either item are matched by ``coverage_of``. Where that is unsure, so is the
    registration, whatever decided the turn, unless the user chose.
    """
    tp, td = _turns(photo), _turns(depth)
    turn: tuple[Transform, ...] = ()
    turn_sentence = ""
    if tp == td or _element(tp) == _element(td):
        basis, frames = Basis.SAME, Frames.TRANSFORMS
    else:
        basis = Basis.CHOSEN
        if frames is Frames.AUTO:
            basis, frames = _decide(photo, depth)
        if frames is Frames.CODED:
            turn = _canonical((*_inverse(td), *tp))
        turn_sentence = _turn_sentence(tp, td, basis, frames)
    coverage = coverage_of(photo, depth, turn)
    if not coverage.is_sure and basis is not Basis.CHOSEN:
        basis = Basis.UNDECIDED
    return Registration(basis, frames, turn, coverage, turn_sentence)


def _turn_sentence(
    photo: Sequence[Transform], depth: Sequence[Transform], basis: Basis, frames: Frames
) -> str:
    sentence = (
        f"the photo is {orientation_words(photo)}, its depth item {orientation_words(depth)}: "
        f"{_WHY[basis]}{_USED[frames]}"
    )
    if basis is Basis.UNDECIDED:
        return f"{sentence}; choose with export --register {' or '.join(_CHOICES)}"
    return sentence


def _decide(photo: ImageItem, depth: ImageItem) -> tuple[Basis, Frames]:
    coded = same_shape(photo.coded, depth.coded)
    upright = same_shape(_whole_upright(photo), _whole_upright(depth))
    if coded and not upright:
        return Basis.CODED, Frames.CODED
    if upright and not coded:
        return Basis.TRANSFORMS, Frames.TRANSFORMS
    return Basis.UNDECIDED, Frames.TRANSFORMS if _turns(depth) else Frames.CODED


def transform_array(array: NDArray[_T], transforms: Sequence[Transform]) -> NDArray[_T]:
    """Return (H, W) or (H, W, C) after rotations, mirrors and crops in order, contiguous."""
    import numpy as np

    turned: NDArray[Any] = array
    for transform in transforms:
        match transform:
            case Rotation(quarter_turns):
                turned = np.rot90(turned, quarter_turns)
            case Mirror(axis):
                turned = np.flip(turned, axis)
            case Crop(left, top, width, height):
                turned = turned[top : top + height, left : left + width]
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
    if not item.transforms:
        return ()
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
    """Return a key of the orientation, one of eight, that rotations and mirrors result in."""
    placement = place(Size(1, 1), turns)
    return placement.rows.source, placement.rows.step, placement.columns.step


def _canonical(turns: Sequence[Transform]) -> tuple[Transform, ...]:
    """Return at most one rotation and one mirroring (axis 1) after it that come to the same."""
    element = _element(turns)
    return next(one for one in _ELEMENTS if _element(one) == element)


def _whole_upright(item: ImageItem) -> Size:
    """Return the size of an item's upright frame without its crops."""
    return Size(*place(item.coded, _turns(item)).shape[::-1])
