"""The reading of the sample under the mouse, in one line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

from heicdepth_tui.photo.layers import Layer, LayerKind
from heicdepth_tui.report.probe import OUTSIDE, length_text
from heicdepth_tui.text import printable

if TYPE_CHECKING:
    from heicdepth_tui.depth.measure import Probe, Sample
    from heicdepth_tui.depth.trust import Trust
    from heicdepth_tui.photo.layers import Pixels

__all__ = [
    "WAITING",
    "LayerReading",
    "colour_line",
    "depth_values",
    "fitting",
    "hover_line",
    "layer_line",
    "stored_value",
]

WAITING = "…"
"""In place of a value that is being decoded."""

_SHARE = re.compile(r"(\bmatte|^alpha)( \d+)?$")
"""Names of images whose codes are shares of the whole."""


class LayerReading(NamedTuple):
    """A sample of a layer that is neither the photo nor its own depth map."""

    name: str
    sample: tuple[int, int]
    """Column and row in the upright layer."""
    pixel: tuple[int, int] | None
    """The photo pixel that it lies on; None where that is not decided, or outside of the photo."""
    reason: str
    """Why it is not decided; empty where it is."""


def hover_line(cells: int, pixel: tuple[int, int], probe: Probe) -> str:
    """Return what is read at a pixel of the photo, as much of it as fits: trust never gives way.

    Empty outside of the photo.
    """
    x, y = pixel
    if not (0 <= x < probe.photo.width and 0 <= y < probe.photo.height):
        return ""
    sample, place = probe.at_pixel(x, y), _pair(pixel)
    if sample is None:
        return fitting(cells, [(place, OUTSIDE), (place,)])
    own = f"depth {_pair((sample.column, sample.row))}"
    values = depth_values(sample, probe.depth_map.trust)
    return fitting(
        cells,
        [(place, own, *values[0]), *((place, *value) for value in values[:2]), *values[-2:]],
    )


def depth_values(sample: Sample, trust: Trust) -> list[tuple[str, ...]]:
    """Return the parts of the value of a depth sample, the longest form first."""
    code, caveat = f"code {sample.code}", printable(trust.short)
    if sample.metres is None:
        return [(f"{code}, {'invalid' if trust.no_metres == '' else 'no metres'}",)]
    metres = f"{trust.about}{length_text(sample.metres)}" + (" flying" if sample.flying else "")
    step = f"step {trust.about}{length_text(sample.step, 'mm')}"
    return [(code, metres, step, caveat), (code, metres, caveat), (metres, caveat)]


def colour_line(cells: int, pixel: tuple[int, int], value: str) -> str:
    """Return what is read at a pixel of a photo without a depth map that can be read."""
    place = _pair(pixel)
    return fitting(cells, [(place, value), (value,)] if value else [(place,)])


def layer_line(cells: int, reading: LayerReading, values: Sequence[tuple[str, ...]]) -> str:
    """Return what is read at a sample of another layer, as much of it as fits.

    ``values`` has the parts of the value, the longest form first. The photo pixel stands first and
    without a name, as everywhere; where it is not decided, the reason stands at the end.
    """
    place = () if reading.pixel is None else (_pair(reading.pixel),)
    own = f"{printable(reading.name)} {_pair(reading.sample)}"
    end = (reading.reason,) if reading.reason else ()
    return fitting(
        cells,
        [
            *((*place, own, *value, *end) for value in values),
            *((*(place or (own,)), *value) for value in values),
            *values,
        ],
    )


def stored_value(layer: Layer, block: Pixels, sample: tuple[int, int]) -> list[tuple[str, ...]]:
    """Return the value of a layer's sample (column, row) as stored, the longest form first.

    ``block`` has the sample in its ``region``, or is the whole layer. Grey samples are codes, with
    the share that they stand for where that is their meaning; colours of photos and thumbnails are
    sRGB as shown, others as stored.
    """
    left, top = (0, 0) if block.region is None else block.region[:2]
    row, column = sample[1] - top, sample[0] - left
    part, most = block.array[row : row + 1, column : column + 1], (1 << block.bits) - 1
    if layer.kind in (LayerKind.PRIMARY, LayerKind.THUMBNAIL):
        # Imported here: colours need Pillow.
        from heicdepth_tui.photo.layers import as_rgb8

        part, most = as_rgb8(block, part), 255
    if part.ndim == 3:
        of = "" if most == 255 else f" of {most}"
        return [(f"RGB {' '.join(str(int(value)) for value in part[0, 0])}{of}",)]
    code = int(part[0, 0])
    short, whole = f"code {code}", f"code {code} of {most}"
    if _SHARE.search(layer.name):
        share = f"{100 * code / most:.1f} %"
        return [(whole, share), (short, share), (short,)]
    return [(whole,), (short,)]


def fitting(cells: int, forms: Sequence[Sequence[str]]) -> str:
    """Return the first form, its parts joined, that fits; the last where none does."""
    texts = [" · ".join(filter(None, parts)) for parts in forms]
    return next((text for text in texts if cell_len(text) <= cells), texts[-1])


def _pair(place: tuple[int, int]) -> str:
    return f"{place[0]}, {place[1]}"
