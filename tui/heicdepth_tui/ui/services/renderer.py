"""Renders decoded layers again in a thread: for another size, colour map or other blocks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from heicdepth_tui.ui.services.events import PictureRendered, Post, WindowMoved
from heicdepth_tui.ui.services.worker_pool import WorkerPool

if TYPE_CHECKING:
    from heicdepth_tui.draw.rendering import RenderSpec
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.photo.layers import Layer, Pixels
    from heicdepth_tui.ui.model.moved_window import MoveRequest

__all__ = ["Renderer"]

_WAITING = 3
"""Photo, depth map and thumbnail of the selected photo: older requests are dropped."""


class Renderer:
    """Renders as the decoder process does, the newest request first; posts what was drawn."""

    def __init__(self, post: Post) -> None:
        self._pool = WorkerPool("render", post, threads=1, waiting=_WAITING)

    @property
    def is_busy(self) -> bool:
        """Whether a picture is being drawn."""
        return self._pool.is_busy

    def request(self, entry: Entry, layer: Layer, pixels: Pixels, spec: RenderSpec) -> None:
        """Render a layer, unless the same picture is being rendered."""
        # The job holds the samples: their id is not used again meanwhile.
        key = (entry, layer, spec, id(pixels))
        self._pool.submit(key, partial(_render, entry, layer, pixels, spec))

    def move(self, requests: Sequence[MoveRequest]) -> None:
        """Draw windows from samples that are decoded, and post one WindowMoved for all."""
        self._pool.submit(requests[0].number, partial(_move, tuple(requests)))


def _move(requests: tuple[MoveRequest, ...]) -> WindowMoved:
    from heicdepth_tui.ui.services.moved_window import draw_moved

    return WindowMoved(tuple((request, draw_moved(request)) for request in requests))


def _render(entry: Entry, layer: Layer, pixels: Pixels, spec: RenderSpec) -> PictureRendered:
    from heicdepth_tui.photo.rendering import render_layer

    return PictureRendered(entry, layer, pixels, spec, render_layer(pixels, spec))
