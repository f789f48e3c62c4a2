"""Stored samples of a layer around one that is looked at, where the picture on show is shrunk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heicdepth_tui.photo.region import SampleRegion
from heicdepth_tui.ui.model.requests import LayerRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.photo.layers import Layer, Pixels
    from heicdepth_tui.ui.services.events import RegionArrived
    from heicdepth_tui.ui.services.photo_loader import PhotoLoader

__all__ = ["LayerSamples"]

_SIDE = 128
"""Samples of a side of a block: a crosshair that moves by samples stays in it for a while."""
_BLOCKS = 64
"""Blocks that are kept, 3 MB of colours: those of the newest marks as well."""


class LayerSamples:
    """Requests blocks of layers at full size, one at a time, for one place of the screen.

    ``slot`` is that of its requests; answers go to ``take``.
    """

    def __init__(self, loader: PhotoLoader, slot: str) -> None:
        self._loader = loader
        self.slot = slot
        self._blocks: dict[tuple[Entry, Layer, int, int], Pixels] = {}
        """By photo, layer, left and top, the one that came last at the end."""
        self._failed: set[tuple[Entry, Layer]] = set()

    def follow(self, changed: Callable[[], object]) -> None:
        """Take answers by itself, and call ``changed`` after each: what is read may be another."""

        def arrived(event: RegionArrived) -> None:
            self.take(event)
            changed()

        self._loader.slot_listeners[self.slot] = arrived

    def block(self, entry: Entry, layer: Layer, sample: tuple[int, int]) -> Pixels | None:
        """Return samples with (column, row) of a layer among them; ``region`` says which.

        None while they are not decoded, which is requested then; for good where they cannot be.
        """
        left, top = (at // _SIDE * _SIDE for at in sample)
        block = self._blocks.get((entry, layer, left, top))
        is_failed = (entry, layer) in self._failed
        if block is None and not is_failed and not self._loader.awaits(self.slot):
            # While one is waited for, the next is requested after it, when a sample is read again.
            region = SampleRegion(left, top, _SIDE, _SIDE)
            self._loader.request(entry, LayerRequest(self.slot, layer, None, region=region))
        return block

    def is_failed(self, entry: Entry, layer: Layer) -> bool:
        """Return whether a layer could not be decoded."""
        return (entry, layer) in self._failed

    def take(self, event: RegionArrived) -> bool:
        """Keep the samples of an answer for ``slot``; return whether there are any."""
        answer = event.answer
        if not self._loader.accept(event):
            return False
        pixels, layer = answer.pixels, answer.request.layer
        if pixels is None or pixels.region is None:
            # What is on show may be a thumbnail of it.
            self._failed.add((event.entry, layer))
            return False
        while len(self._blocks) >= _BLOCKS:
            del self._blocks[next(iter(self._blocks))]
        self._blocks[event.entry, layer, pixels.region.left, pixels.region.top] = pixels
        return True

    def stop(self) -> None:
        """Give up what was requested."""
        self._loader.slot_listeners.pop(self.slot, None)
        self._loader.cancel(self.slot)
