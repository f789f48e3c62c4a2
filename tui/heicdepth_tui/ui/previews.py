"""The photo that will be selected first, asked for before the app itself is even imported."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from heicdepth_tui.folder.find import HEIF_SUFFIXES, Entry
from heicdepth_tui.folder.order import name_key
from heicdepth_tui.photo.client import next_ticket
from heicdepth_tui.photo.layers import DEPTH, PRIMARY, THUMBNAIL, Request

__all__ = ["FirstPhoto", "first_photo", "preview_fit"]

_MOST_NAMES = 20_000
PATIENCE = 0.15
"""Seconds for a folder to answer before the app is opened without knowing its first photo."""

_SMALLEST_SIDE, _LARGEST_SIDE = 512, 2048


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


@dataclass(frozen=True, slots=True)
class FirstPhoto:
    """A photo that is likely selected first, and what was asked of the decoder."""

    entry: Entry
    requests: tuple[Request, ...]


def first_photo(
    paths: Sequence[Path], columns: int, rows: int, seconds: float = PATIENCE
) -> FirstPhoto | None:
    """Guess which photo the list will begin with, without reading it.

    A guess that is wrong, or none, costs nothing but time: the list decides. Nothing is raised for
    what cannot be read, since the list will say it; and a folder that takes longer than ``seconds``
    to answer, as a network's may, is not waited for.
    """
    guessed: list[FirstPhoto | None] = []
    thread = threading.Thread(
        target=lambda: guessed.append(_guess(paths, columns, rows)), name="guess", daemon=True
    )
    thread.start()
    thread.join(seconds)
    return guessed[0] if guessed else None


def _guess(paths: Sequence[Path], columns: int, rows: int) -> FirstPhoto | None:
    try:
        path = _first_path(paths[0])
        if path is None:
            return None
        status = os.stat(path)  # noqa: PTH116  the very string that the list will use
    except OSError:
        return None
    if not stat.S_ISREG(status.st_mode):
        return None
    entry = Entry(path, os.path.basename(path), status.st_size, status.st_mtime_ns)  # noqa: PTH119
    photo = Request(
        next_ticket(), "photo", path, PRIMARY, fit=preview_fit(columns, rows), partial=True
    )
    others = (Request(next_ticket(), layer.kind.value, path, layer) for layer in (DEPTH, THUMBNAIL))
    return FirstPhoto(entry, (*others, photo))


def _first_path(path: Path) -> str | None:
    if not path.is_dir():
        return str(path)
    names = []
    with os.scandir(path) as found:
        for entry in found:
            if entry.name.rpartition(".")[2].lower() in HEIF_SUFFIXES and entry.name[0] != ".":
                names.append(entry.name)
            if len(names) > _MOST_NAMES:
                return None
    return str(path / min(names, key=name_key)) if names else None
