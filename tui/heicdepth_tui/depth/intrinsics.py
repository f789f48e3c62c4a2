"""Camera matrices of frames: scaled, cropped and turned as the samples of a picture are."""

from __future__ import annotations

from typing import NamedTuple

from heicdepth_tui.heif.picture_facts import Crop, Mirror, Rotation, Size, Transform

__all__ = [
    "ASPECT_TOLERANCE",
    "Intrinsics",
    "aspect",
    "fit",
    "follow",
    "lies_across",
    "problem_of",
    "scaled",
]

ASPECT_TOLERANCE = 0.02


class Intrinsics(NamedTuple):
    """K of a frame: samples from the top-left corner, not from the first sample's centre."""

    fx: float
    fy: float
    cx: float
    cy: float
    width: float
    height: float


def problem_of(k: Intrinsics, skew: float = 0.0) -> str:
    """Return why a camera matrix fits no lens, as a clause; empty where it is usable."""
    fx, fy, cx, cy, width, height = k
    if fx <= 0 or fy <= 0:
        return f"the focal length fx {fx:g} fy {fy:g} is not positive"
    if skew:
        return f"the intrinsics have a skew of {skew:g}"
    # A field of view between 0.6 and 178.9 degrees, a principal point not a frame away.
    if not (0.01 <= fx / width <= 100 and 0.01 <= fy / height <= 100):
        return f"the focal length fx {fx:g} fy {fy:g} fits no lens at {width:g}x{height:g}"
    if not (-width <= cx <= 2 * width and -height <= cy <= 2 * height):
        return f"the principal point ({cx:g}, {cy:g}) lies far outside {width:g}x{height:g}"
    return ""


def lies_across(stored: Intrinsics, coded: Size) -> bool:
    """Return whether the reference frame has the map's aspect only after a quarter turn."""
    ratio = stored.width / stored.height
    map_ratio = coded.width / coded.height
    if abs(ratio / map_ratio - 1) <= ASPECT_TOLERANCE:
        return False
    return abs(ratio * map_ratio - 1) <= ASPECT_TOLERANCE


def aspect(stored: Intrinsics, coded: Size) -> float:
    """Return the aspect of the reference frame divided by that of the map."""
    return stored.width * coded.height / (stored.height * coded.width)


def fit(stored: Intrinsics, coded: Size, photo: Size) -> tuple[Intrinsics, tuple[str, ...]]:
    """Return K in samples of the coded map, and the assumptions made for it, as clauses.

    Frames of one aspect are scaled side by side. Else one frame is a centred crop of the other, at
    one scale: the reference is the crop where it lies within the coded photo, which has the
    map's shape, pixel for pixel; otherwise the map is.
    """
    sx, sy = coded.width / stored.width, coded.height / stored.height
    if abs(aspect(stored, coded) - 1) <= ASPECT_TOLERANCE:
        return scaled(stored, coded.width, coded.height), ()
    is_inside = (
        abs(photo.width * coded.height / (photo.height * coded.width) - 1) <= ASPECT_TOLERANCE
        and stored.width <= photo.width
        and stored.height <= photo.height
    )
    scale = min(sx, sy) if is_inside else max(sx, sy)
    frame = f"reference {stored.width:g}x{stored.height:g}"
    fitted = Intrinsics(
        stored.fx * scale,
        stored.fy * scale,
        (stored.cx - stored.width / 2) * scale + coded.width / 2,
        (stored.cy - stored.height / 2) * scale + coded.height / 2,
        coded.width,
        coded.height,
    )
    if is_inside:
        return fitted, (f"the {frame} is taken as a centred crop of the map",)
    return fitted, (f"the map is taken as a centred crop of the {frame}",)


def follow(k: Intrinsics, transforms: tuple[Transform, ...], size: Size) -> Intrinsics:
    """Return K of the coded frame after the item's transforms, for a map of ``size``."""
    for transform in transforms:
        k = _apply(k, transform)
    return scaled(k, size.width, size.height)


def scaled(k: Intrinsics, width: float, height: float) -> Intrinsics:
    """Return K of the same view sampled with ``width`` x ``height`` samples."""
    sx, sy = width / k.width, height / k.height
    return Intrinsics(k.fx * sx, k.fy * sy, k.cx * sx, k.cy * sy, width, height)


def _apply(k: Intrinsics, transform: Transform) -> Intrinsics:
    match transform:
        case Rotation(quarter_turns):
            for _ in range(quarter_turns % 4):
                k = Intrinsics(k.fy, k.fx, k.cy, k.width - k.cx, k.height, k.width)
            return k
        case Mirror(axis=0):
            return k._replace(cy=k.height - k.cy)
        case Mirror():
            return k._replace(cx=k.width - k.cx)
        case Crop(left, top, width, height):
            return k._replace(cx=k.cx - left, cy=k.cy - top, width=width, height=height)
