"""The mattes of a photo by name, on the grid of its depth map, and the selection by them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from heicdepth_tui.depth.registration import register
from heicdepth_tui.errors import MissingLayerError
from heicdepth_tui.export.options import MATTE_NAMES, Matte
from heicdepth_tui.photo.layers import Layer, LayerKind, Pixels

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from heicdepth_tui.depth.coverage import Region
    from heicdepth_tui.heif.facts import Auxiliary, Header
    from heicdepth_tui.heif.picture_facts import Size

__all__ = [
    "THRESHOLD",
    "LayerPixels",
    "auxiliary_share",
    "is_matte",
    "mattes_of",
    "selection",
    "selection_line",
]

LayerPixels = Callable[[Layer], Pixels]
"""Decodes a layer at its own size and returns it; raises DecodeError."""

THRESHOLD = 0.5
"""Share of a matte from which on a sample belongs to what the matte shows."""


def is_matte(auxiliary: Auxiliary) -> bool:
    """Return whether an auxiliary image is a matte that points can be selected by."""
    return auxiliary.name.removesuffix(" matte") in MATTE_NAMES


def mattes_of(header: Header) -> dict[Matte, Auxiliary]:
    """Return the mattes of a photo by name, in the order of ``Matte``."""
    found = {one.name: one for one in header.auxiliaries if is_matte(one)}
    return {
        matte: found[f"{matte.value} matte"] for matte in Matte if f"{matte.value} matte" in found
    }


def auxiliary_share(
    header: Header, auxiliary: Auxiliary, layers: LayerPixels, region: Region, size: Size
) -> NDArray[np.float32]:
    """Return an auxiliary image at the samples of an upright grid, (H, W) float32, 0 .. 1.

    The grid has ``size`` samples over ``region`` of the upright photo. Interpolated linearly
    between the image's own samples; 0 where it does not cover the photo. The image is turned and
    cropped as the photo is (``register``). Raises DecodeError from ``layers``.
    """
    pixels = layers(Layer(LayerKind.AUXILIARY, auxiliary.item.id, auxiliary.name))
    registration = register(header.primary, auxiliary.item)
    stored = pixels.array if pixels.array.ndim == 2 else pixels.array.max(axis=2)
    image = registration.aligned(stored).astype(np.float32) / np.float32(2**pixels.bits - 1)
    own = registration.region
    rows = _places(size.height, region.top, region.height, own.top, own.height)
    columns = _places(size.width, region.left, region.width, own.left, own.width)
    return _interpolated(_interpolated(image, rows).T, columns).T


def selection(
    header: Header,
    layers: LayerPixels,
    region: Region,
    size: Size,
    *,
    only: Iterable[Matte],
    without: Iterable[Matte],
) -> NDArray[np.bool_]:
    """Return which samples of an upright grid the mattes select, (H, W).

    Those that any matte of ``only`` shows (all, where it is empty), and none of ``without``. A
    matte shows a sample where its share is THRESHOLD or more. Raises MissingLayerError where
    the photo lacks one of the mattes, DecodeError from ``layers``.
    """
    known = mattes_of(header)
    only, without = tuple(only), tuple(without)
    missing = [one.value for one in (*only, *without) if one not in known]
    if missing:
        own = ", ".join(one.value for one in known) or "none"
        raise MissingLayerError(
            f"the photo has no {missing[0]} matte to select points by",
            hint=f"mattes of this photo: {own}",
        )

    def shown(matte: Matte) -> NDArray[np.bool_]:
        share = auxiliary_share(header, known[matte], layers, region, size)
        return share >= THRESHOLD

    selected = np.full((size.height, size.width), not only, dtype=np.bool_)
    for matte in only:
        selected |= shown(matte)
    for matte in without:
        selected &= ~shown(matte)
    return selected


def selection_line(only: Iterable[Matte], without: Iterable[Matte]) -> str:
    """Return the comment of a file whose points were selected by mattes."""
    parts = []
    if names := " or ".join(one.value for one in only):
        parts.append(f"the {names} matte shows to {THRESHOLD:.0%} or more")
    if names := " or ".join(one.value for one in without):
        parts.append(f"the {names} matte shows to less than {THRESHOLD:.0%}")
    return f"only points that {' and that '.join(parts)}"


def _places(
    count: int, start: float, length: float, own_start: float, own_length: float
) -> NDArray[np.float64]:
    """Return where the centres of ``count`` samples lie on one side of an image, as its shares."""
    centres = start + (np.arange(count) + 0.5) / count * length
    return (centres - own_start) / own_length


def _interpolated(image: NDArray[np.float32], places: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return rows of an image (H, W) at shares of its height, 0 outside of it."""
    at = np.clip(places * len(image) - 0.5, 0, len(image) - 1)
    before = np.floor(at).astype(np.intp)
    after = np.minimum(before + 1, len(image) - 1)
    share = (at - before).astype(np.float32)[:, None]
    rows: NDArray[np.float32] = image[before] * (1 - share) + image[after] * share
    rows[(places < 0) | (places > 1)] = 0
    return rows
