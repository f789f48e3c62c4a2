"""Has the neighbours of the selected photo decoded before they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from heicdepth_tui.errors import HeicDepthError
from heicdepth_tui.heif.facts import Header
from heicdepth_tui.photo.layers import Layer, LayerKind, layers_of
from heicdepth_tui.photo.schedule import PREFETCH

if TYPE_CHECKING:
    from heicdepth_tui.draw.drawing import Drawing
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.ui.services.photo_loader import PhotoLoader

__all__ = ["Prefetcher"]


class Prefetcher:
    """Asks the store for header and layers of a few entries, the likeliest first."""

    def __init__(self, store: PhotoLoader) -> None:
        self._store = store
        self._entries: tuple[Entry, ...] = ()
        self._fit: tuple[int, int] = (512, 512)
        self._draw: Callable[[Header, Layer], Drawing] | None = None
        self._panes: list[str] = []

    def aim(
        self,
        entries: Sequence[Entry],
        fit: tuple[int, int],
        draw: Callable[[Header, Layer], Drawing],
    ) -> None:
        """Want these from now on, instead of what was wanted before.

        ``draw`` tells how a layer of a photo would be drawn if it were shown.
        """
        self.stop()
        self._draw = draw
        self._entries = tuple(entry for entry in entries if not entry.problem)
        self._fit = fit
        for entry in self._entries:
            found = self._store.header(entry)
            if isinstance(found, Header):
                self._want_layers(entry, found)

    def header_read(self, path: str, found: Header | HeicDepthError | None) -> None:
        """Go on with a photo whose header has come."""
        for entry in self._entries:
            if entry.path == path and isinstance(found, Header):
                self._want_layers(entry, found)

    def stop(self) -> None:
        """Want nothing more: another photo is selected, and its pictures come first."""
        for pane in self._panes:
            self._store.drop(pane)
        self._panes.clear()
        self._entries = ()

    def _want_layers(self, entry: Entry, header: Header) -> None:
        place = self._entries.index(entry)
        for number, layer in enumerate(layers_of(header)):
            pane = f"{PREFETCH}-{place}-{number}"
            whole = layer.kind in (LayerKind.DEPTH, LayerKind.THUMBNAIL)
            fit = None if whole else self._fit
            drawing = None if self._draw is None else self._draw(header, layer)
            if self._store.layer(entry, layer, pane, fit=fit, drawing=drawing) is None:
                self._panes.append(pane)
