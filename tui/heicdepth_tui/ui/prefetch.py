"""Has the neighbours of the selected photo decoded before they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from heicdepth_tui.errors import HeicDepthError
from heicdepth_tui.heif.facts import Header
from heicdepth_tui.photo.layers import LayerKind, layers_of
from heicdepth_tui.photo.schedule import PREFETCH

if TYPE_CHECKING:
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.ui.store import PhotoStore

__all__ = ["Prefetcher"]


class Prefetcher:
    """Asks the store for header, depth and photo of a few entries, the likeliest first."""

    def __init__(self, store: PhotoStore) -> None:
        self._store = store
        self._entries: tuple[Entry, ...] = ()
        self._fit: tuple[int, int] = (512, 512)

    def aim(self, entries: Sequence[Entry], fit: tuple[int, int]) -> None:
        """Want these from now on, instead of what was wanted before."""
        self.stop()
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
        for place in range(len(self._entries)):
            for kind in ("depth", "photo"):
                self._store.drop(f"{PREFETCH}-{kind}-{place}")
        self._entries = ()

    def _want_layers(self, entry: Entry, header: Header) -> None:
        place = self._entries.index(entry)
        for layer in layers_of(header):
            if layer.kind is LayerKind.DEPTH:
                self._store.layer(entry, layer, f"{PREFETCH}-depth-{place}")
            elif layer.kind is LayerKind.PRIMARY:
                self._store.layer(entry, layer, f"{PREFETCH}-photo-{place}", fit=self._fit)
