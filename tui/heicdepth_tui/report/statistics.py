"""Mean and quantiles of the arrays of depth maps and of other layers of one channel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from heicdepth_tui.photo.layers import derived_label
from heicdepth_tui.report.tables import Fact, FactGroup
from heicdepth_tui.text import printable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from heicdepth_tui.depth.depthmap import DepthMap
    from heicdepth_tui.photo.layers import Layer, Pixels

__all__ = ["statistics_group"]

_SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
_TITLE = "mean; quantiles of 5, 25, 50, 75, 95 %"


def statistics_group(
    layers: Mapping[Layer, Pixels], depth_maps: Mapping[Layer, DepthMap]
) -> FactGroup:
    """Return a fact for each array; a quantile is a value that occurs, invalid samples left out.

    Computed from the counts of codes, which takes 2 ms for a depth map of 768 x 576.
    """
    import numpy as np

    facts: list[Fact] = []
    for layer, pixels in layers.items():
        if pixels.array.ndim != 2:
            continue
        counts = np.bincount(pixels.array.ravel(), minlength=2**pixels.bits)
        codes = np.arange(len(counts), dtype=np.float64)
        facts.append(Fact(printable(layer.label), _text(codes, counts, "")))
        if layer in depth_maps:
            facts.extend(_derived(layer, depth_maps[layer], counts))
    return FactGroup(_TITLE, tuple(facts))


def _derived(layer: Layer, depth_map: DepthMap, counts: NDArray[np.intp]) -> Iterable[Fact]:
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
        yield Fact(label, _text(values[valid], counts[valid], unit))


def _text(values: NDArray[np.float64], counts: NDArray[np.intp], unit: str) -> str:
    import numpy as np

    total = int(counts.sum())
    if not total:
        return "none valid"
    order = np.argsort(values, kind="stable")
    below = counts[order].cumsum()
    at = np.searchsorted(below, [max(1, np.ceil(share * total)) for share in _SHARES])
    mean = float(values @ counts) / total
    quantiles = "  ".join(f"{float(value):.4g}" for value in values[order][at])
    return f"{mean:.4g};  {quantiles} {unit}".rstrip()
