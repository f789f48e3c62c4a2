"""A request to draw another window of a layer from samples that are decoded already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from heicdepth_tui.draw.rendering import RenderedRows, RenderSpec
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.photo.layers import Pixels
    from heicdepth_tui.ui.model.viewport import Window

__all__ = ["MoveRequest", "MovedPicture", "WindowSamples"]


@dataclass(frozen=True, slots=True, eq=False)
class WindowSamples:
    """The samples of a window, with the ``region`` and the level that were requested of it."""

    entry: Entry
    window: Window
    pixels: Pixels

    def is_of(self, entry: Entry, window: Window) -> bool:
        """Return whether these are samples of the layer of another window."""
        return self.entry == entry and self.window.frame == window.frame

    def covers_part(self, entry: Entry, window: Window) -> bool:
        """Return whether some of these are samples of another window as well."""
        own, other = self.window.region, window.region
        return (
            self.is_of(entry, window)
            and self.window.level == window.level
            and abs(2 * (own.left - other.left) + own.width - other.width) < own.width + other.width
            and abs(2 * (own.top - other.top) + own.height - other.height)
            < own.height + other.height
        )


@dataclass(frozen=True, slots=True, eq=False)
class MoveRequest:
    """Draw ``window`` from ``samples``, and ``sharper`` ones where they cover it.

    ``number`` is the number of the request, ``slot`` the place of the picture. ``spec`` is how
    the window's own samples are drawn.
    """

    number: int
    slot: str
    window: Window
    spec: RenderSpec
    samples: WindowSamples
    sharper: WindowSamples | None = None


class MovedPicture(NamedTuple):
    """The part of a window that the samples cover.

    ``place`` is the (column, row) of its first cell, from the top left of the cells of ``spec``,
    in which the window is centred.
    """

    rendered: RenderedRows
    place: tuple[int, int]
