"""The photo that will be selected first, asked for before the app itself is even imported."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from heicdepth_tui.errors import HeicDepthError
from heicdepth_tui.folder.find import HEIF_SUFFIXES, Entry
from heicdepth_tui.folder.order import name_key
from heicdepth_tui.heif.facts import Header
from heicdepth_tui.heif.header import read_header
from heicdepth_tui.heif.limits import DEFAULT_LIMITS, Limits
from heicdepth_tui.photo.client import next_ticket
from heicdepth_tui.photo.layers import Layer, LayerKind, Request, layers_of

__all__ = ["FirstPhoto", "first_photo", "preview_fit"]

_MOST_NAMES = 20_000
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
    """A photo that is likely selected first, its header, and what was asked of the decoder."""

    entry: Entry
    header: Header
    requests: tuple[Request, ...]


def first_photo(
    paths: Sequence[Path], columns: int, rows: int, limits: Limits = DEFAULT_LIMITS
) -> FirstPhoto | None:
    """Guess which photo the list will begin with, and read its header.

    A guess that is wrong, or none, costs nothing but time: the list decides. Nothing is raised for
    what cannot be read, since the list will say it.
    """
    try:
        path = _first_path(paths[0])
        if path is None:
            return None
        status = os.stat(path)  # noqa: PTH116  the very string that the list will use
        header = read_header(path, limits=limits)
    except (OSError, HeicDepthError):
        return None
    entry = Entry(path, os.path.basename(path), status.st_size, status.st_mtime_ns)  # noqa: PTH119
    fit = preview_fit(columns, rows)
    requests = tuple(_request(path, layer, fit) for layer in _wanted(header))
    return FirstPhoto(entry, header, requests)


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


def _wanted(header: Header) -> list[Layer]:
    kinds = (LayerKind.DEPTH, LayerKind.THUMBNAIL, LayerKind.PRIMARY)
    layers = layers_of(header)
    return [layer for kind in kinds for layer in layers if layer.kind is kind]


def _request(path: str, layer: Layer, fit: tuple[int, int]) -> Request:
    pane = {LayerKind.PRIMARY: "photo"}.get(layer.kind, layer.kind.value)
    if layer.kind is LayerKind.PRIMARY:
        return Request(next_ticket(), pane, path, layer, fit=fit, partial=True)
    return Request(next_ticket(), pane, path, layer)
