"""Has the neighbours of the selected photo read and decoded before they are selected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.ui.model.photo_store import PhotoStore
    from heicdepth_tui.ui.model.requests import View
    from heicdepth_tui.ui.services.photo_loader import PhotoLoader

__all__ = ["Prefetcher"]


class Prefetcher:
    """Requests headers, then layers of a few photos, drawn for the screen as it is."""

    def __init__(self, loader: PhotoLoader, photos: PhotoStore) -> None:
        self._loader = loader
        self._photos = photos
        self._entries: tuple[Entry, ...] = ()
        self._view: View | None = None

    def start(self, entries: Sequence[Entry], view: View) -> None:
        """Fetch these, the first one first, instead of those before."""
        self.stop()
        self._entries = tuple(entry for entry in entries if not entry.problem)
        self._view = view
        for entry in self._entries:
            self.proceed(entry)

    def proceed(self, entry: Entry) -> None:
        """Request what is still missing of a photo, if it is one of those to be fetched."""
        if self._view is None or entry not in self._entries:
            return
        state = self._photos.get(entry)
        if state.is_loading:
            self._loader.read_header(entry)
        for wanted in self._view.prefetch_requests(state, self._entries.index(entry)):
            self._loader.request(entry, wanted)

    def stop(self) -> None:
        """Fetch nothing more: another photo is selected, and its layers come first."""
        self._loader.cancel_prefetch()
        self._entries = ()
