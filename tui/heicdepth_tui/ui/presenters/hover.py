"""The reading of the pixel under the mouse, in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from heicdepth_tui.report.probe import OUTSIDE, length_text
from heicdepth_tui.text import printable

if TYPE_CHECKING:
    from heicdepth_tui.depth.measure import Probe

__all__ = ["hover_line"]


def hover_line(cells: int, pixel: tuple[int, int], probe: Probe) -> str:
    """Return what is read at a pixel of the photo, as much of it as fits: trust never gives way.

    Empty outside of the photo.
    """
    x, y = pixel
    if not (0 <= x < probe.photo.width and 0 <= y < probe.photo.height):
        return ""
    sample, trust = probe.at_pixel(x, y), probe.depth_map.trust
    place, caveat = f"{x}, {y}", printable(trust.short)
    if sample is None:
        return _fitting(cells, f"{place} · {OUTSIDE}", place)
    code, depth = f"code {sample.code}", f"depth {sample.column}, {sample.row}"
    if sample.metres is None:
        caveat = "invalid" if trust.no_metres == "" else "no metres"
        return _fitting(
            cells, f"{place} · {depth} · {code}, {caveat}", f"{place} · {code}, {caveat}",
            f"{code}, {caveat}",
        )  # fmt: skip
    metres = f"{trust.about}{length_text(sample.metres)}" + (" flying" if sample.flying else "")
    step = f"step {trust.about}{length_text(sample.step, 'mm')}"
    forms = (
        (place, depth, code, metres, step, caveat),
        (place, code, metres, step, caveat),
        (place, code, metres, caveat),
        (code, metres, caveat),
        (metres, caveat),
    )
    return _fitting(cells, *(" · ".join(parts) for parts in forms))


def _fitting(cells: int, *texts: str) -> str:
    return next((text for text in texts if cell_len(text) <= cells), texts[-1])
