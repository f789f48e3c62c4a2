"""What is asked for before it is needed: a photo while its header is read, and its neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heicdepth_tui.heif.facts import Header
from heicdepth_tui.photo.layers import DEPTH, PRIMARY, Answer, Layer, LayerKind
from heicdepth_tui.ui.model.layout import layer_drawing, preview_fit, shapes, shapes_of
from heicdepth_tui.ui.services.image_cache import answered_source

if TYPE_CHECKING:
    from heicdepth_tui.draw.drawing import Drawing
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.ui.model.photo_state import RecentPhotos
    from heicdepth_tui.ui.screens.browse import BrowseScreen

__all__ = ["Ahead"]


class Ahead:
    """Asks the store and keeps what comes of it, for the panes as they are now."""

    def __init__(self, screen: BrowseScreen, recent: RecentPhotos) -> None:
        self._screen = screen
        self._recent = recent

    @property
    def fit(self) -> tuple[int, int]:
        """The size that photos are decoded to for this screen."""
        return preview_fit(*self._screen.app.size)

    def drawing_of(self, header: Header, layer: Layer) -> Drawing:
        """Return how a layer will be drawn here: in which pane, and in which colours."""
        app = self._screen.app
        panes = self._screen.pictures.panes(shapes_of(header))
        return layer_drawing(panes, layer, app.draw_settings, app.colormap)

    def ask(self, entry: Entry) -> None:
        """Ask for depth map and photo while the header is being read: the list knows their shapes.

        What is asked for once more when the header is there is the same wish.
        """
        app = self._screen.app
        brief = app.library.brief(entry)
        if brief is None or brief.primary is None:
            return
        panes = self._screen.pictures.panes(shapes(brief.primary, brief.depth))
        if brief.depth is not None:
            drawing = layer_drawing(panes, DEPTH, app.draw_settings, app.colormap)
            app.store.layer(entry, DEPTH, "depth", drawing=drawing)
        if not self._screen.is_single:
            drawing = layer_drawing(panes, PRIMARY, app.draw_settings, app.colormap)
            app.store.layer(entry, PRIMARY, "photo", fit=self.fit, partial=True, drawing=drawing)

    def aim(self) -> None:
        """Have the neighbours of the selected photo decoded, the next in its direction first."""
        photos, view = self._screen.photos, self._screen.app.library.view
        rows = (photos.cursor + photos.direction, photos.cursor - photos.direction)
        self._screen.app.prefetcher.aim(
            [view[row] for row in rows if 0 <= row < len(view)], self.fit, self.drawing_of
        )

    def take(self, answer: Answer) -> None:
        """Keep picture and numbers of a neighbour."""
        app = self._screen.app
        row = app.library.index_of(answer.request.path)
        if row is None or not answer.final or answer.pixels is None:
            return
        entry, layer = app.library.view[row], answer.request.layer
        answered_source(app.rows, entry, layer, answer)
        inspector = self._recent.get(entry)
        header = app.store.header(entry)
        if inspector.header is None and isinstance(header, Header):
            inspector.set_header(header)
        inspector.set_pixels(layer, answer.pixels)
        if layer.kind is LayerKind.PRIMARY:
            self._screen.call_later(inspector.build_tables)
