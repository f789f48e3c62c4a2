"""Renders decoded layers again in a thread: for another size, colour map or other blocks."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from heicdepth_tui.ui.services.events import PictureRendered, Post, WorkFailed
from heicdepth_tui.ui.services.worker_pool import WorkerPool

if TYPE_CHECKING:
    from heicdepth_tui.draw.rendering import RenderSpec
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.photo.layers import Layer, Pixels

__all__ = ["Renderer"]

_WAITING = 3
"""Photo, depth map and thumbnail of the selected photo: older requests are dropped."""


class Renderer:
    """Renders as the decoder process does, the newest request first; posts PictureRendered."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._pool = WorkerPool(
            "render", lambda error: post(WorkFailed(error)), threads=1, waiting=_WAITING
        )

    def request(self, entry: Entry, layer: Layer, pixels: Pixels, spec: RenderSpec) -> None:
        """Render a layer, unless the same picture is being rendered."""
        key = (entry, layer, spec)
        self._pool.submit(key, partial(self._render, entry, layer, pixels, spec))

    def _render(self, entry: Entry, layer: Layer, pixels: Pixels, spec: RenderSpec) -> None:
        from heicdepth_tui.photo.rendering import render_layer

        self._post(PictureRendered(entry, layer, spec, render_layer(pixels, spec)))
