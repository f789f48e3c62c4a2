"""Renders decoded layers again in a thread: for another size, colour map or other blocks."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from heicdepth_tui.ui.services.events import PictureRendered, Post
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


def _render(entry: Entry, layer: Layer, pixels: Pixels, spec: RenderSpec) -> PictureRendered:
    from heicdepth_tui.photo.rendering import render_layer

    return PictureRendered(entry, layer, pixels, spec, render_layer(pixels, spec))
