"""Mean and quantiles of the arrays of depth maps and of other layers of one channel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from heicdepth_tui.photo.layers import derived_label
from heicdepth_tui.text import printable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from heicdepth_tui.depth.depthmap import DepthMap
    from heicdepth_tui.photo.layers import Layer, Pixels

__all__ = ["STATISTICS_COLUMNS", "ArrayStatistics", "array_statistics"]

_SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
STATISTICS_COLUMNS = ("mean", "5 %", "25 %", "median", "75 %", "95 %")


@dataclass(frozen=True, slots=True)
class ArrayStatistics:
    """Mean and quantiles of an array; every text is printable.

    ``name`` is that of the array's row in the array table. ``values`` are in the order of
    STATISTICS_COLUMNS, empty where no sample is valid.
    """

    name: str
    values: tuple[str, ...]
    unit: str = ""


def array_statistics(
    layers: Mapping[Layer, Pixels], depth_maps: Mapping[Layer, DepthMap]
) -> tuple[ArrayStatistics, ...]:
    """Return the statistics of each array of one channel; a quantile is a value that occurs.

    Invalid samples are left out. Computed from the counts of codes, which takes 2 ms for a depth
    map of 768 x 576; of a layer that is shrunk, from those of the whole one.
    """
    import numpy as np

    found: list[ArrayStatistics] = []
    for layer, pixels in layers.items():
        if pixels.array.ndim != 2:
            continue
        if pixels.counts is None:
            counts = np.bincount(pixels.array.ravel(), minlength=2**pixels.bits)
        else:
            counts = np.array(pixels.counts, dtype=np.intp)
        codes = np.arange(len(counts), dtype=np.float64)
        found.append(ArrayStatistics(printable(layer.label), _values(codes, counts)))
        if layer in depth_maps:
            found.extend(_derived(layer, depth_maps[layer], counts))
    return tuple(found)


def _derived(
    layer: Layer, depth_map: DepthMap, counts: NDArray[np.intp]
) -> Iterator[ArrayStatistics]:
    if depth_map.reason:
        return
    tables, trust = depth_map.tables, depth_map.trust
    valid = tables.valid
    for name, values, unit in (
        ("disparity", tables.disparity, trust.disparity_label),
        ("metres", tables.metres, trust.unit_label),
    ):
        about = f" {trust.about}".rstrip() if name == "metres" else ""
        label = printable(derived_label(name, layer)) + about
        yield ArrayStatistics(label, _values(values[valid], counts[valid]), printable(unit))


def _values(values: NDArray[np.float64], counts: NDArray[np.intp]) -> tuple[str, ...]:
    """Return mean and quantiles, four digits each; nothing without any sample."""
    import numpy as np

    total = int(counts.sum())
    if not total:
        return ()
    order = np.argsort(values, kind="stable")
    below = counts[order].cumsum()
    at = np.searchsorted(below, [max(1, np.ceil(share * total)) for share in _SHARES])
    mean = float(values @ counts) / total
    return tuple(f"{float(value):.4g}" for value in (mean, *values[order][at]))
