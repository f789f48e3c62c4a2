"""Draws and encodes images of pixels in two threads: the newest request of each pane."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from heicdepth_tui.errors import HeicDepthError
from heicdepth_tui.ui.services.events import ImageDrawn
from heicdepth_tui.ui.services.worker_pool import WorkerPool

if TYPE_CHECKING:
    from heicdepth_tui.photo.layers import Pixels, Request
    from heicdepth_tui.ui.model.graphics import ImageRequest
    from heicdepth_tui.ui.services.events import Post

__all__ = ["ImageDrawer"]

_PANES = 2
_FINER = 2
"""Samples a side that are averaged into a pixel, where the photo has as many."""


class ImageDrawer:
    """Posts ImageDrawn; nothing for a layer that cannot be decoded, which its pane says already.

    ``decode`` decodes a layer and may be called in any thread.
    """

    def __init__(self, decode: Callable[[Request], Pixels], post: Post) -> None:
        self._decode = decode
        self._pool = WorkerPool("image", post, threads=_PANES, waiting=_PANES)
        self.listener: Callable[[ImageDrawn], object] | None = None
        """Gets the events in the app's thread."""

    @property
    def is_busy(self) -> bool:
        """Whether an image waits or is being drawn."""
        return self._pool.is_busy

    def request(self, request: ImageRequest) -> None:
        """Draw an image, unless newer ones come before it is begun."""
        self._pool.submit(request.number, partial(self._draw, request))

    def deliver(self, event: ImageDrawn) -> None:
        """Hand an event to the listener; call in the app's thread."""
        if self.listener is not None:
            self.listener(event)

    def _draw(self, request: ImageRequest) -> ImageDrawn | None:
        # Imported late: numpy and Pillow are not needed before.
        from heicdepth_tui.draw.dots import lay_over
        from heicdepth_tui.draw.fit import Box
        from heicdepth_tui.draw.image_files import as_jpeg, as_png
        from heicdepth_tui.draw.rendering import RenderedImage
        from heicdepth_tui.photo.rendering import render_layer
        from heicdepth_tui.ui.model.graphics import EncodedImage, Protocol

        source = request.source
        try:
            rendered = render_layer(self._pixels(request), source.spec)
        except HeicDepthError:
            return None
        if not isinstance(rendered, RenderedImage) or not rendered.rgb:
            return None
        if (dots := source.dots) is not None:
            box = rendered.fit.box_in(Box(0, 0, *source.spec.cells))
            column, row = dots.column - box.column, dots.row - box.row
            rendered = lay_over(rendered, dots._replace(column=column, row=row))
        encode = as_png if request.protocol is Protocol.KITTY else as_jpeg
        image = EncodedImage(rendered.fit, encode(rendered, source.spec.mode))
        return ImageDrawn(source.entry, request.number, request.slot, image)

    def _pixels(self, request: ImageRequest) -> Pixels:
        """Return the samples of an image: those decoded already where they suffice."""
        from heicdepth_tui.photo.client import next_ticket
        from heicdepth_tui.photo.layers import Request
        from heicdepth_tui.photo.rendering import fit_of

        source = request.source
        known = source.pixels
        if known is not None:
            fit = fit_of(known, source.spec)
            height, width = known.array.shape[:2]
            needed = source.spec.turned((fit.width, fit.height))
            if (height, width) == known.shape[:2] or (width >= needed[0] and height >= needed[1]):
                return known
        room = source.spec.cells
        cell = source.spec.cell_pixels or (1, 1)
        finer = _FINER * room[0] * cell[0], _FINER * room[1] * cell[1]
        return self._decode(
            Request(
                next_ticket(),
                f"{request.slot}-image",
                source.entry.path,
                source.layer,
                fit=None if source.region is not None else finer,
                region=source.region,
                level=source.level,
            )
        )
