"""The states of recent photos, in one store bounded by the bytes of their layers."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from heicdepth_tui.ui.model.photo_state import PhotoState

if TYPE_CHECKING:
    from heicdepth_tui.folder.find import Entry

__all__ = ["PhotoStore"]

_PHOTOS = 256
"""Photos whose headers are kept."""
_BYTES = 44_000_000
"""Bytes of decoded layers and drawn pictures; a photo takes 1 to 3 MB."""


class PhotoStore:
    """Photos by entry (path, size, modification time), so that a changed file is another photo.

    For one thread: events carry to it what others find.
    """

    def __init__(self, limit: int = _BYTES) -> None:
        self._limit = limit
        self._photos: OrderedDict[Entry, PhotoState] = OrderedDict()
        self._bytes = 0

    def get(self, entry: Entry) -> PhotoState:
        """Return the state of a photo: a loading one where nothing is known of it."""
        return self._photos.get(entry) or PhotoState(entry)

    def use(self, entry: Entry) -> PhotoState:
        """Return the state of a photo and keep it longer than those used before."""
        state = self.get(entry)
        self.put(state)
        self._photos.move_to_end(entry)
        return state

    def put(self, state: PhotoState) -> None:
        """Keep a state; over the limit, drop the layers of the photos used longest ago."""
        self._replace(state)
        while len(self._photos) > _PHOTOS:
            _, dropped = self._photos.popitem(last=False)
            self._bytes -= dropped.nbytes
        if self._bytes > self._limit:
            for entry in [*self._photos][:-1]:
                if entry != state.entry:
                    self._replace(self._photos[entry].without_pixels())
                if self._bytes <= self._limit:
                    break

    def _replace(self, state: PhotoState) -> None:
        old = self._photos.get(state.entry)
        self._photos[state.entry] = state
        self._bytes += state.nbytes - (0 if old is None else old.nbytes)

    def forget(self, path: str) -> None:
        """Forget a photo in every version of its file."""
        for entry in [entry for entry in self._photos if entry.path == path]:
            self._bytes -= self._photos.pop(entry).nbytes
