"""Draws views of a photo's layers in a thread: the newest request only."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from heicdepth_tui.errors import HeicDepthError
from heicdepth_tui.ui.services.events import LayerViewDrawn, LayerViewFailed, Post
from heicdepth_tui.ui.services.view_worker import ViewWorker

if TYPE_CHECKING:
    from heicdepth_tui.export.options import ExportOptions
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.photo.layers import Pixels, Request
    from heicdepth_tui.ui.model.layer_view import LayerViewRequest
    from heicdepth_tui.ui.services.open_layers import OpenLayers

__all__ = ["LayerViews"]


class LayerViews(ViewWorker["LayerViewDrawn | LayerViewFailed", "OpenLayers"]):
    """Posts LayerViewDrawn or LayerViewFailed; see ``ViewWorker``."""

    def __init__(self, decode: Callable[[Request], Pixels], post: Post) -> None:
        super().__init__("layers", decode, post)

    def request(self, request: LayerViewRequest, options: ExportOptions) -> None:
        """Draw a view; ``options`` say how photo and depth are registered."""
        self.submit(request.number, partial(self._draw, request, options))

    def _draw(
        self, request: LayerViewRequest, options: ExportOptions
    ) -> LayerViewDrawn | LayerViewFailed:
        opened = self.opened
        if opened is None or (opened.entry, opened.options) != (request.entry, options):
            opened = self.opened = _opened(request.entry, options, self.decode)
        try:
            return LayerViewDrawn(request.entry, opened.draw(request))
        except HeicDepthError as error:
            try:
                index, names = opened.index_of(request), opened.names
            except HeicDepthError:
                # The header cannot be read: ``error`` says why.
                index, names = 0, ()
            return LayerViewFailed(request.entry, request.number, index, names, error)


def _opened(
    entry: Entry, options: ExportOptions, decode: Callable[[Request], Pixels]
) -> OpenLayers:
    # Imported late: numpy and the formats are not needed before.
    from heicdepth_tui.ui.services import open_layers

    return open_layers.OpenLayers(entry, options, decode)
