"""The reading of the sample under the mouse in a view that follows from depth or from both eyes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from heicdepth_tui.depth.fields import EDGE_REACH
from heicdepth_tui.photo.layers import LayerKind
from heicdepth_tui.report.probe import length_text
from heicdepth_tui.text import printable
from heicdepth_tui.ui.model.layer_view import ViewKind
from heicdepth_tui.ui.presenters.hover import fitting

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from heicdepth_tui.depth.measure import Probe, Sample
    from heicdepth_tui.photo.layers import Layer
    from heicdepth_tui.ui.model.layer_view import ViewPlaces, ViewValues

__all__ = ["photo_pixel", "view_line"]

_KINDS = ("valid", "flying", "invalid")
"""Of samples, as ``depth.views.Validity`` numbers them."""


def photo_pixel(probe: Probe, layer: Layer, place: tuple[float, float]) -> tuple[int, int]:
    """Return the photo pixel at a place given as shares of the photo's sides, or its depth map's.

    ``probe`` is of that map.
    """
    (width, height), (x, y) = probe.photo, place
    if layer.kind is LayerKind.PRIMARY:
        return int(x * width), int(y * height)
    columns, rows = probe.depth_map.size
    return probe.pixel_of(min(columns - 1, int(x * columns)), min(rows - 1, int(y * rows)))


def view_line(cells: int, kind: ViewKind, places: ViewPlaces, share: tuple[float, float]) -> str:
    """Return what a view shows at a share of its picture, as much of it as fits.

    The value with its unit never gives way. Empty beside the view, and for stored layers.
    """
    values, (x, y) = places.values, places.place(share)
    if values is None or not (0 <= x < 1 and 0 <= y < 1):
        return ""
    height, width = values.array.shape[:2]
    column, row = int(x * width), int(y * height)
    if kind is ViewKind.DIFFERENCE or places.probe is None:
        text = f"difference {int(values.array[row, column])} of 255"
        return fitting(cells, [(f"{column}, {row} of {width}×{height}", text), (text,)])
    sample = places.probe.at_sample(column, row)
    text = _value(kind, values, values.array[row, column], sample)
    photo, own = f"{sample.photo[0]}, {sample.photo[1]}", f"depth {column}, {row}"
    code = f"code {sample.code}"
    return fitting(cells, [(photo, own, code, text), (photo, code, text), (photo, text), (text,)])


def _value(kind: ViewKind, values: ViewValues, value: NDArray[np.generic], sample: Sample) -> str:
    """Return a sample's value in words, with its unit."""
    if kind is ViewKind.VALIDITY:
        return _validity(int(value), sample)
    if kind is ViewKind.NORMALS:
        x, y, z = (float(one) for one in value)
        return f"normal x {x:+.2f} y {y:+.2f} z {z:+.2f}" if x or y or z else "no normal"
    number = float(value)
    if sample.problem or not math.isfinite(number):
        return "invalid"
    if kind is ViewKind.EDGE:
        return _edge(number)
    about, unit = values.about, values.unit
    if kind is ViewKind.METRES:
        return f"{about}{number:.3f} {unit}"
    if kind is ViewKind.STEP:
        length, _, _ = length_text(number, "mm").rpartition(" ")
        return f"step {about}{length} {unit}"
    return f"disparity {number:.4g} {unit}"


def _validity(kind: int, sample: Sample) -> str:
    if _KINDS[kind] == "invalid" and sample.problem:
        return f"invalid: {printable(sample.problem)}"
    return f"flying, {sample.flying}" if kind == 1 and sample.flying else _KINDS[kind]


def _edge(samples: float) -> str:
    if samples == 0:
        return "on an edge"
    if samples >= EDGE_REACH:
        return f"{EDGE_REACH} samples or more to an edge"
    return f"{samples:.1f} samples to an edge"
