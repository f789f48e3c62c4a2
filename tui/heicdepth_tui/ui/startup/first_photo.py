"""Finds the first photos of the list, reads the first header, and makes the first requests."""

from __future__ import annotations

import heapq
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from heicdepth_tui.errors import HeicDepthError
from heicdepth_tui.folder.find import HEIF_SUFFIXES, Entry, look_at
from heicdepth_tui.folder.order import name_key
from heicdepth_tui.photo.client import next_ticket
from heicdepth_tui.photo.layers import DEPTH, PRIMARY, THUMBNAIL, Request
from heicdepth_tui.ui.model.layout import (
    browse_layout,
    layer_render_spec,
    panes_of,
    preview_fit,
)

if TYPE_CHECKING:
    from heicdepth_tui.heif.facts import Header
    from heicdepth_tui.heif.limits import Limits
    from heicdepth_tui.ui.model.layout import Shapes
    from heicdepth_tui.ui.model.settings import RenderSettings

__all__ = ["first_entries", "first_header", "first_requests"]

_NAMES_LIMIT = 20_000
DISK_TIMEOUT = 0.15
"""Seconds to wait for the disk; after that the app opens without a first photo."""

_Found = TypeVar("_Found")


def first_entries(
    paths: Sequence[Path], count: int, seconds: float = DISK_TIMEOUT
) -> tuple[Entry, ...]:
    """Return at most ``count`` photos that the list will begin with, in its order.

    Photos are recognised by their names; the listing corrects a wrong guess. Unreadable folders
    raise nothing, since the listing reports them. Empty where the disk takes longer than
    ``seconds``.
    """
    return _in_time(lambda: tuple(_first(paths, count)), seconds) or ()


def _in_time(find: Callable[[], _Found], seconds: float) -> _Found | None:
    """Return the result of a function; None after ``seconds`` or where reading fails.

    The app reads again and reports why it fails. Raises other errors, which are the program's.
    """
    found: list[_Found] = []
    errors: list[Exception] = []

    def run() -> None:
        try:
            found.append(find())
        except (OSError, HeicDepthError):
            return
        except Exception as error:  # noqa: BLE001  raised in the waiting thread
            errors.append(error)

    thread = threading.Thread(target=run, name="first photo", daemon=True)
    thread.start()
    thread.join(seconds)
    if errors:
        raise errors[0]
    return found[0] if found else None


def _first(paths: Sequence[Path], count: int) -> Iterator[Entry]:
    names = list(_names(paths))
    if len(names) > _NAMES_LIMIT:
        return
    for _, path in heapq.nsmallest(count, ((f"{name_key(n)}\0\0{p}", p) for n, p in names)):
        entry = look_at(path)
        if entry is not None:
            yield entry


def _names(paths: Sequence[Path]) -> Iterator[tuple[str, str]]:
    """Yield name and path of what looks like a photo; stops after ``_NAMES_LIMIT`` in a folder."""
    for path in map(str, paths):
        if not os.path.isdir(path):  # noqa: PTH112  the string that the list uses
            yield os.path.basename(path), path  # noqa: PTH119
            continue
        prefix = "" if path == os.curdir else path.rstrip(os.sep) + os.sep
        with os.scandir(path) as found:
            for count, entry in enumerate(found):
                if entry.name.rpartition(".")[2].lower() in HEIF_SUFFIXES and entry.name[0] != ".":
                    yield entry.name, prefix + entry.name
                if count > _NAMES_LIMIT:
                    return


def first_header(entry: Entry, limits: Limits, seconds: float = DISK_TIMEOUT) -> Header | None:
    """Return a photo's header; None where it cannot be read within ``seconds``."""
    # The list is painted before this import.
    from heicdepth_tui.heif.header import read_header

    return _in_time(lambda: read_header(entry.path, limits=limits), seconds)


def first_requests(
    entry: Entry,
    shapes: Shapes,
    columns: int,
    rows: int,
    settings: RenderSettings,
    colormap: str,
    names: int = 13,
) -> tuple[Request, ...]:
    """Return the requests that the main screen will make for this photo, in its order.

    ``names`` is the width of the longest name in the list, in cells.
    """
    layout = browse_layout(columns, rows, names=names)
    panes = panes_of(shapes, layout.pictures, layout.is_single, settings.cell_aspect)
    depth, thumbnail, photo = (
        layer_render_spec(panes, layer, settings, colormap, shapes.turn)
        for layer in (DEPTH, THUMBNAIL, PRIMARY)
    )
    path, fit = entry.path, preview_fit(columns, rows)
    return (
        Request(next_ticket(), "depth", path, DEPTH, render=depth),
        Request(next_ticket(), "thumbnail", path, THUMBNAIL, render=thumbnail),
        Request(next_ticket(), "photo", path, PRIMARY, fit=fit, partial=True, render=photo),
    )
