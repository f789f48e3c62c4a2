"""What the list will begin with, found out before the app itself is even imported."""

from __future__ import annotations

import heapq
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from heicdepth_tui.errors import HeicDepthError
from heicdepth_tui.folder.find import HEIF_SUFFIXES, Entry, look_at
from heicdepth_tui.folder.order import name_key
from heicdepth_tui.heif.limits import Limits
from heicdepth_tui.photo.client import next_ticket
from heicdepth_tui.photo.layers import DEPTH, PRIMARY, THUMBNAIL, Layer, LayerKind, Request
from heicdepth_tui.ui.model.layout import browse_layout, panes_of, shapes

if TYPE_CHECKING:
    from heicdepth_tui.draw.drawing import Drawing
    from heicdepth_tui.heif.facts import Brief, Header
    from heicdepth_tui.ui.model.layout import Panes, Shapes
    from heicdepth_tui.ui.model.settings import DrawSettings

__all__ = [
    "HeaderReader",
    "first_entries",
    "first_requests",
    "first_shapes",
    "layer_drawing",
    "preview_fit",
]

_MOST_NAMES = 20_000
PATIENCE = 0.15
"""Seconds for a disk to answer before the app is opened without knowing its first photo."""

_SMALLEST_SIDE, _LARGEST_SIDE = 512, 2048

_Found = TypeVar("_Found")


def preview_fit(columns: int, rows: int) -> tuple[int, int]:
    """Return the (width, height) that photos are decoded to for a screen of so many cells.

    A power of two, so that resizing the terminal rarely means to decode again, and at least twice
    the samples of the widest pane.
    """
    wanted = 2 * max(columns, 2 * rows)
    side = _SMALLEST_SIDE
    while side < min(wanted, _LARGEST_SIDE):
        side *= 2
    return side, side


def first_entries(
    paths: Sequence[Path], count: int, seconds: float = PATIENCE
) -> tuple[Entry, ...]:
    """Return the photos that the list will begin with, at most ``count`` of them.

    They are found by their names: a guess that is wrong, or none, costs nothing but time, the
    listing decides. Nothing is raised for what cannot be read, since the list will say it; and a
    folder that takes longer than ``seconds`` to answer, as a network's may, is not waited for.
    """
    return _in_time(lambda: tuple(_first(paths, count)), seconds) or ()


def _in_time(find: Callable[[], _Found], seconds: float) -> _Found | None:
    """Return what a function returns, None where it takes too long or the disk refuses."""
    found: list[_Found] = []

    def run() -> None:
        try:
            found.append(find())
        except (OSError, HeicDepthError):
            # The list will say what is wrong with it.
            return

    thread = threading.Thread(target=run, name="first look", daemon=True)
    thread.start()
    thread.join(seconds)
    return found[0] if found else None


def _first(paths: Sequence[Path], count: int) -> Iterator[Entry]:
    names = list(_names(paths))
    if len(names) > _MOST_NAMES:
        return
    for _, path in heapq.nsmallest(count, ((f"{name_key(n)}\0\0{p}", p) for n, p in names)):
        entry = look_at(path)
        if entry is not None:
            yield entry


def _names(paths: Sequence[Path]) -> Iterator[tuple[str, str]]:
    """Yield name and path of what looks like a photo; of a folder no more than is of use."""
    for path in map(str, paths):
        if not os.path.isdir(path):  # noqa: PTH112  the very string that the list will use
            yield os.path.basename(path), path  # noqa: PTH119
            continue
        prefix = "" if path == os.curdir else path.rstrip(os.sep) + os.sep
        with os.scandir(path) as found:
            for count, entry in enumerate(found):
                if entry.name.rpartition(".")[2].lower() in HEIF_SUFFIXES and entry.name[0] != ".":
                    yield entry.name, prefix + entry.name
                if count > _MOST_NAMES:
                    return


def first_shapes(entry: Entry, limits: Limits, seconds: float = PATIENCE) -> Shapes | None:
    """Return the upright sizes of a photo and its depth map; None where there is nothing to show.

    Twice the photo's where it has no depth map.
    """
    from heicdepth_tui.heif.brief import read_brief

    brief: Brief | None = _in_time(lambda: read_brief(entry.path, limits=limits), seconds)
    if brief is None or brief.primary is None:
        return None
    return shapes(brief.primary, brief.depth)


def first_requests(
    entry: Entry, shapes: Shapes, columns: int, rows: int, settings: DrawSettings, colormap: str
) -> tuple[Request, ...]:
    """Return what the main screen will ask the decoder for, drawn as it will want it."""
    layout = browse_layout(columns, rows)
    panes = panes_of(shapes, layout.pictures, layout.is_single)
    depth, thumbnail, photo = (
        layer_drawing(panes, layer, settings, colormap) for layer in (DEPTH, THUMBNAIL, PRIMARY)
    )
    path, fit = entry.path, preview_fit(columns, rows)
    return (
        Request(next_ticket(), "depth", path, DEPTH, drawing=depth),
        Request(next_ticket(), "thumbnail", path, THUMBNAIL, drawing=thumbnail),
        Request(next_ticket(), "photo", path, PRIMARY, fit=fit, partial=True, drawing=photo),
    )


def layer_drawing(panes: Panes, layer: Layer, settings: DrawSettings, colormap: str) -> Drawing:
    """Return how a layer is drawn: in which of the panes, and in which colours."""
    is_depth = layer.kind is LayerKind.DEPTH
    # Where there is room for one picture only, depth is it.
    box = panes.depth if is_depth and panes.depth.columns else panes.photo
    return settings.drawing(box.size, settings.colormap(colormap) if is_depth else "")


@dataclass
class HeaderReader:
    """Reads the first photo's header in a thread of its own."""

    entry: Entry
    limits: Limits
    header: Header | None = None
    """What was read; None while it is not, and where it cannot be read."""

    def start(self, then: Callable[[Header], object]) -> None:
        """Read, then call a function with the header, in that thread."""
        threading.Thread(target=self._read, args=(then,), name="first header", daemon=True).start()

    def _read(self, then: Callable[[Header], object]) -> None:
        from heicdepth_tui.heif.header import read_header

        try:
            self.header = read_header(self.entry.path, limits=self.limits)
        except (OSError, HeicDepthError):
            # The app reads it again, and says what is wrong.
            return
        then(self.header)
