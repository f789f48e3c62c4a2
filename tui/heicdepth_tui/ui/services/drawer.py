"""Draws decoded layers anew in a thread: for another size, colour map or other blocks."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from heicdepth_tui.ui.services.events import PictureDrawn, Post, WorkFailed
from heicdepth_tui.ui.services.worker_pool import WorkerPool

if TYPE_CHECKING:
    from heicdepth_tui.draw.rendering import RenderSpec
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.photo.layers import Layer, Pixels

__all__ = ["Drawer"]

_WAITING = 3
"""Photo, depth map and thumbnail of the selected photo: older requests are dropped."""


class Drawer:
    """Draws as the decoder process does, the newest request first; posts PictureDrawn."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._pool = WorkerPool(
            "draw", lambda error: post(WorkFailed(error)), threads=1, waiting=_WAITING
        )

    def request(self, entry: Entry, layer: Layer, pixels: Pixels, spec: RenderSpec) -> None:
        """Draw a layer, unless the same picture is being drawn."""
        key = (entry, layer, spec)
        self._pool.submit(key, partial(self._draw, entry, layer, pixels, spec))

    def _draw(self, entry: Entry, layer: Layer, pixels: Pixels, spec: RenderSpec) -> None:
        from heicdepth_tui.photo.rendering import render_layer

        self._post(PictureDrawn(entry, layer, spec, render_layer(pixels, spec)))
