"""Shows panes in pixels once nothing has changed for a while, where the terminal has pixels."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

from textual.screen import Screen

from heicdepth_tui.draw.fit import Box
from heicdepth_tui.draw.modes import Blocks
from heicdepth_tui.ui.model.graphics import ImageRequest, ImageSource, Protocol
from heicdepth_tui.ui.model.layout import shapes_of
from heicdepth_tui.ui.terminal.internals import call_in, is_covered

if TYPE_CHECKING:
    from textual.timer import Timer

    from heicdepth_tui.draw.rendering import RenderedRows, RenderSpec
    from heicdepth_tui.ui.model.graphics import EncodedImage
    from heicdepth_tui.ui.screens.context import Context
    from heicdepth_tui.ui.screens.photo_panel import PhotoPanel
    from heicdepth_tui.ui.services.events import ImageDrawn, RegionArrived
    from heicdepth_tui.ui.widgets.image_panes import ImagePane, ImagePanes
    from heicdepth_tui.ui.widgets.image_view import ImageView

__all__ = ["PanePixels", "PixelScreen", "RestingPixels"]

REST_SECONDS = 0.2
"""Seconds without a change after which pixels are drawn: longer than between two held keys."""
FIRST_PATIENCE, MOST_PATIENCE = 1.0, 30.0
"""Seconds between two measurements of a slow line; they double."""

_numbers = count(1)


@dataclass(slots=True, eq=False)
class _Pane:
    """A view, the image that belongs to it, and the number of its request: 0 where none is due."""

    view: ImageView
    source: ImageSource | None = None
    number: int = 0
    is_pending: bool = False
    """Whether the image is being drawn or sent."""
    inline: EncodedImage | None = None
    """The image that lies over the view."""
    is_on_screen: bool = False
    """Whether it was drawn since the screen came to the front."""


class RestingPixels:
    """Draws an image for each picture of a screen that stays; blocks come first, and stay.

    Nothing is drawn on a slow line, under another screen, or where the terminal's protocol is not
    among ``protocols``.
    """

    def __init__(
        self,
        screen: Screen[Any],
        context: Context,
        protocols: Iterable[Protocol] = tuple(Protocol),
    ) -> None:
        self._screen = screen
        self._context = context
        self._session = context.session
        self._protocols = tuple(protocols)
        self._panes: dict[str, _Pane] = {}
        self._timer: Timer | None = None
        self._patience = FIRST_PATIENCE

    @property
    def is_possible(self) -> bool:
        """Whether the terminal shows pixels on this screen."""
        return self._context.graphics.protocol in self._protocols

    @property
    def _is_on(self) -> bool:
        return self.is_possible and self._session.settings.shows_pixels

    def next_picture(self, redraw: Callable[[], object]) -> str:
        """Choose half blocks, quad blocks or pixels, the next of them; return its name.

        ``redraw`` shows the pictures in blocks again, where these are others.
        """
        settings = self._session.settings
        settings = settings.next_picture() if self.is_possible else settings.next_blocks()
        self._session.settings = settings
        if not self._is_on:
            self.stop()
        redraw()
        self.resumed()
        return settings.picture_name if self._is_on else f"{settings.blocks.value} blocks"

    def spec(self, spec: RenderSpec) -> RenderSpec:
        """Return how to draw in pixels what is drawn in cells by ``spec``."""
        graphics = self._context.graphics.graphics
        cell = None if graphics is None else graphics.cell_pixels
        return replace(spec, blocks=Blocks.HALF, tolerance=0, cell_pixels=cell)

    def region_source(self, event: RegionArrived) -> ImageSource | None:
        """Return the source of what an answer shows of a region; None where it shows none."""
        request = event.answer.request
        if request.render is None or request.region is None or event.answer.error is not None:
            return None
        spec = self.spec(request.render)
        across, down = spec.cell_pixels or (1, 1)
        width, height = spec.turned((request.region.width, request.region.height))
        excess = max(width / (spec.cells[0] * across), height / (spec.cells[1] * down))
        # Samples are averaged where there are more than pixels, so up to twice as many are decoded.
        level = min(request.level, math.floor(math.log2(max(1.0, excess / 2))))
        layer, region = request.layer, request.region
        return ImageSource(event.entry, layer, spec, region=region, level=level)

    def shows(self, slot: str, view: ImageView, source: ImageSource | None) -> None:
        """Note that a view shows the picture of a source; None: none that pixels could show."""
        pane = self._panes.setdefault(slot, _Pane(view))
        is_shown = view.pixels is not None or pane.inline is not None
        if source == pane.source and (is_shown or pane.is_pending):
            return
        self._forget(slot, pane)
        pane.source = source
        if self._is_on and source is not None:
            self._rest()

    def stop(self) -> None:
        """Show blocks, and free the images."""
        for slot, pane in self._panes.items():
            self._forget(slot, pane)
            pane.view.show_pixels(None)
            self._context.graphics.free(slot)

    def suspended(self) -> None:
        """Show blocks under another screen."""
        for pane in self._panes.values():
            pane.view.hide_pixels(True)
            pane.is_on_screen = False

    def resumed(self) -> None:
        """Show pixels again after another screen."""
        for pane in self._panes.values():
            pane.view.hide_pixels(False)
        if self._is_on:
            self._rest()

    def begin_again(self) -> None:
        """Draw all images again: the terminal has forgotten them."""
        for slot, pane in self._panes.items():
            self._forget(slot, pane)
            pane.view.show_pixels(None)
        if self._is_on:
            self._rest()

    def _forget(self, slot: str, pane: _Pane) -> None:
        """Let nothing come of what was requested for a pane, and take an image off it."""
        pane.number, pane.is_pending = 0, False
        self._context.graphics.cancel(slot)
        if pane.inline is not None:
            pane.inline = pane.view.when_painted = None
            # The image covers cells that were written before.
            self._context.graphics.uncover()
            pane.view.refresh()

    def _rest(self, seconds: float = REST_SECONDS) -> None:
        """Draw after some seconds without a further call."""
        if self._timer is not None:
            self._timer.stop()
        self._timer = call_in(self._screen, seconds, self._draw)

    def _measure_later(self) -> None:
        """Measure a slow line again after a while: it may have been busy.

        A picture that shows nothing is sent for the reply to it, 20 bytes.
        """
        self._rest(self._patience)
        self._patience = min(2 * self._patience, MOST_PATIENCE)
        self._context.pictures.add("measure", lambda: None)

    def _off_edge(self, view: ImageView, source: ImageSource) -> ImageSource:
        """Return the source of an image that leaves the last column of the screen free.

        Behind it, terminals do not agree which cell a diacritic belongs to.
        """
        columns, rows = source.spec.cells
        if view.region.right < self._screen.size.width or columns < 2:
            return source
        return replace(source, spec=replace(source.spec, cells=(columns - 1, rows)))

    def _draw(self) -> None:
        self._timer = None
        flow_control, protocol = self._context.flow_control, self._context.graphics.protocol
        if not self._is_on or protocol is None or not self._screen.is_active:
            return
        if flow_control.is_slow:
            self._measure_later()
            return
        self._patience = FIRST_PATIENCE
        if not flow_control.is_free:
            self._rest()
            return
        self._context.images.listener = self._drawn
        for slot, pane in self._panes.items():
            if pane.source is not None and pane.number == 0:
                pane.number, pane.is_pending = next(_numbers), True
                source = pane.source
                if protocol is Protocol.KITTY:
                    source = self._off_edge(pane.view, source)
                else:
                    # It covers the cells of its view.
                    source = replace(source, dots=pane.view.dots)
                request = ImageRequest(pane.number, slot, source, protocol)
                self._context.images.request(request)
            elif pane.inline is not None and not pane.is_on_screen:
                # Its cells may have been painted before the screen was in front again.
                self._draw_again(slot, pane)

    def _drawn(self, event: ImageDrawn) -> None:
        pane = self._panes.get(event.slot)
        if pane is None or pane.number != event.number:
            return
        if self._context.graphics.protocol is Protocol.KITTY:
            sent = partial(self._sent, pane, event.number)
            self._context.graphics.show(event.slot, event.image, sent)
        else:
            pane.inline, pane.is_pending = event.image, False
            draw = partial(self._draw_inline, pane, event.image, pane.view.picture)
            pane.view.when_painted = draw
            self._draw_again(event.slot, pane)

    def _draw_again(self, slot: str, pane: _Pane) -> None:
        """Draw an image over its cells as soon as the line is free."""
        if pane.view.when_painted is not None:
            self._context.pictures.add(f"{slot}-image", pane.view.when_painted)

    def _sent(self, pane: _Pane, number: int, cells: RenderedRows | None) -> None:
        if pane.number != number:
            return
        pane.is_pending = False
        if cells is None:
            pane.number = 0
            self._measure_later()
        else:
            pane.view.show_pixels(cells)

    def _draw_inline(self, pane: _Pane, image: EncodedImage, picture: RenderedRows | None) -> None:
        """Draw an image over the picture it belongs to, unless something else lies there."""
        if pane.inline is not image or pane.view.picture is not picture:
            return
        if self._screen.is_active and not is_covered(self._screen):
            box = image.fit.box_in(Box(*pane.view.region))
            self._context.graphics.draw(image, box.column, box.row)
            pane.is_on_screen = True


class PanePixels(RestingPixels):
    """Pixels for the panes of the main screen, where the protocol draws them as cells."""

    def __init__(
        self, screen: Screen[Any], context: Context, panes: ImagePanes, panel: PhotoPanel
    ) -> None:
        super().__init__(screen, context, (Protocol.KITTY,))
        self._panel = panel
        self._hidden_if_single = panes.depth
        if self.is_possible:
            for pane in (panes.photo, panes.depth):
                pane.when_shown = self._pane_shown

    def _pane_shown(self, pane: ImagePane) -> None:
        self.shows(str(pane.id), pane.image, self._source(pane))

    def _source(self, pane: ImagePane) -> ImageSource | None:
        view = pane.view
        if pane is self._hidden_if_single and self._panel.layout.is_single:
            return None
        if view.entry is None or view.layer is None or view.picture is None:
            return None
        state = self._session.photos.get(view.entry)
        pixels = state.pixels(view.layer)
        if pixels is None or state.header is None:
            return None
        spec = self._panel.view.render_spec(shapes_of(state.header), view.layer, state.tables)
        return ImageSource(view.entry, view.layer, self.spec(spec), pixels)


class PixelScreen(Screen[None]):
    """A screen whose pictures are shown in pixels while it is in front."""

    pixels: RestingPixels

    def on_mount(self) -> None:
        """Follow the app being suspended."""
        self.app.app_resume_signal.subscribe(self, lambda _: self.pixels.begin_again())

    def on_screen_suspend(self) -> None:
        """Show blocks under another screen."""
        self.pixels.suspended()

    def on_screen_resume(self) -> None:
        """Show pixels again."""
        self.pixels.resumed()
