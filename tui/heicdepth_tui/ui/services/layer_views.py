"""Draws views of a photo's layers in a thread: the newest request only."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from heicdepth_tui.errors import HeicDepthError
from heicdepth_tui.ui.services.events import LayerViewDrawn, LayerViewFailed, Post, WorkFailed
from heicdepth_tui.ui.services.worker_pool import WorkerPool

if TYPE_CHECKING:
    from heicdepth_tui.export.options import ExportOptions
    from heicdepth_tui.photo.layers import Pixels, Request
    from heicdepth_tui.ui.model.layer_view import LayerViewRequest
    from heicdepth_tui.ui.services.open_layers import OpenLayers

__all__ = ["LayerViews"]


class LayerViews:
    """Posts LayerViewDrawn or LayerViewFailed; a newer request replaces one that waits.

    ``decode`` decodes a layer and may be called in any thread.
    """

    def __init__(self, decode: Callable[[Request], Pixels], post: Post) -> None:
        self._decode = decode
        self._post = post
        self.listener: Callable[[LayerViewDrawn | LayerViewFailed], object] | None = None
        """Gets the events in the app's thread while a screen shows the views."""
        self._pool = WorkerPool(
            "layers", lambda error: post(WorkFailed(error)), threads=1, waiting=1
        )
        # Used in the pool's one thread only.
        self._open: OpenLayers | None = None

    def request(self, request: LayerViewRequest, options: ExportOptions) -> None:
        """Draw a view; ``options`` say how photo and depth are registered."""
        self._pool.submit(request.number, partial(self._draw, request, options))

    def deliver(self, event: LayerViewDrawn | LayerViewFailed) -> None:
        """Hand an event to the listener; call in the app's thread."""
        if self.listener is not None:
            self.listener(event)

    def release(self) -> None:
        """Let go of what is decoded."""
        self._pool.submit("release", self._release)

    def _release(self) -> None:
        self._open = None

    def _draw(self, request: LayerViewRequest, options: ExportOptions) -> None:
        from heicdepth_tui.ui.services.open_layers import OpenLayers

        opened = self._open
        if opened is None or (opened.entry, opened.options) != (request.entry, options):
            opened = self._open = OpenLayers(request.entry, options, self._decode)
        try:
            event = LayerViewDrawn(request.entry, opened.draw(request))
        except HeicDepthError as error:
            try:
                index = opened.index_of(request)
                name, count = opened.views[index].name, len(opened.views)
            except HeicDepthError:
                # The header cannot be read: ``error`` says why.
                index, name, count = 0, "", 0
            failed = LayerViewFailed(request.entry, request.number, name, index, count, error)
            self._post(failed)
        else:
            self._post(event)
