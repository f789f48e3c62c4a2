"""Texts of the zoom screen: its headings, and the reason where a layer cannot be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from heicdepth_tui.draw.fit import CELL_ASPECT
from heicdepth_tui.photo.layers import Layer, LayerKind
from heicdepth_tui.text import printable
from heicdepth_tui.ui.presenters.labels import why_no_depth

if TYPE_CHECKING:
    from heicdepth_tui.ui.model.photo_state import PhotoState
    from heicdepth_tui.ui.model.viewport import Window

__all__ = ["inset_rows", "layer_of", "missing_message", "window_heading", "zoom_layers"]


def zoom_layers(state: PhotoState) -> tuple[Layer, ...]:
    """Return the layers that ``tab`` goes through: photo, depth map, then the others."""
    return tuple(layer for layer in state.all_layers if layer.kind is not LayerKind.THUMBNAIL)


def layer_of(state: PhotoState, chosen: Layer) -> Layer | None:
    """Return the photo's layer for the one chosen on another; None for a missing depth map."""
    if chosen in state.all_layers:
        return chosen
    if chosen.kind is LayerKind.DEPTH:
        return state.own(LayerKind.DEPTH)
    return state.own(LayerKind.PRIMARY)


def window_heading(cells: int, window: Window) -> str:
    """Return name, zoom and window, e.g. ``photo  3.2x · 1210,800 – 1640,1010 of 4032×3024``.

    The window goes from its first sample to its last one.
    """
    left, top, width, height = window.shown
    name = printable(window.frame.layer.label)
    zoom = f"{window.zoom:.1f}x" if window.zoom < 100 else f"{window.zoom:.0f}x"
    size = "{}×{}".format(*window.frame.size)
    span = f"{left},{top} – {left + width - 1},{top + height - 1}"
    texts = (
        f"{name}  {zoom} · {span} of {size}",
        f"{name} {zoom} · {span}",
        f"{zoom} · {span}",
        f"{name} {zoom}",
        zoom,
    )
    return next((text for text in texts if cell_len(text) <= cells), texts[-1])


def missing_message(state: PhotoState, layer: Layer | None) -> str:
    """Return why a photo has nothing to zoom into; empty while that is not known."""
    if state.entry.problem:
        return f"{printable(state.entry.name)}\n{printable(state.entry.problem)}"
    if state.error is not None:
        return f"{printable(state.entry.name)}\n{state.error.short}"
    if state.header is not None and layer is None:
        return why_no_depth(state.header)
    return ""


def inset_rows(
    window: Window, cells: tuple[int, int], cell_aspect: float = CELL_ASPECT
) -> tuple[tuple[bool, ...], ...]:
    """Return a map of the layer as rows of dots, two a cell's height: True within the window.

    It takes as much of ``cells`` (columns, rows) as the aspect allows; at least one dot is True.
    """
    width, height = window.frame.size
    scale = min(cells[0] / width, cell_aspect * cells[1] / height)
    columns = max(1, round(width * scale))
    rows = max(1, round(height * scale * 2 / cell_aspect))
    left, top, across, down = window.shown
    inside_x, inside_y = _dots(left, across, width, columns), _dots(top, down, height, rows)
    return tuple(
        tuple(x in inside_x and y in inside_y for x in range(columns)) for y in range(rows)
    )


def _dots(start: int, count: int, length: int, dots: int) -> range:
    first = min(dots - 1, round(start * dots / length))
    return range(first, max(first + 1, round((start + count) * dots / length)))
