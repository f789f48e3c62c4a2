"""Removes depth maps, mattes and gain maps from a photo, for sharing it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from heicdepth_tui.errors import MissingLayerError
from heicdepth_tui.files import write_new
from heicdepth_tui.heif.facts import layer_name
from heicdepth_tui.heif.items import read_items
from heicdepth_tui.heif.limits import DEFAULT_LIMITS, Limits
from heicdepth_tui.heif.write.remux import dependents, remux

if TYPE_CHECKING:
    from heicdepth_tui.heif.items import ItemTable

__all__ = ["KINDS", "Removed", "Stripped", "strip"]

KINDS = ("depth", "matte", "gain map")
"""What can be removed, by the last words of a layer's name."""


@dataclass(frozen=True, slots=True)
class Removed:
    """A layer that was left out, with its tiles where it has some, or what depended on it."""

    name: str
    """The layer, e.g. ``hair matte``, or ``metadata of hair matte``."""
    bytes: int
    """Of all its items."""


@dataclass(frozen=True, slots=True)
class Stripped:
    """A photo that was written without its depth."""

    path: Path
    removed: tuple[Removed, ...]
    kept: tuple[str, ...]
    """Auxiliary images that are still there."""


def strip(
    photo: Path,
    folder: Path,
    stem: str,
    *,
    keep: Collection[str] = (),
    limits: Limits = DEFAULT_LIMITS,
) -> Stripped:
    """Write ``photo`` without depth maps, mattes and gain map, as a new file in ``folder``.

    ``keep`` names ``KINDS`` that stay. With an image go its metadata, and pictures that are made of
    it (the HDR rendition of a gain map). Everything else keeps its bytes; the photo's own EXIF may
    still say that it is a portrait. Raises MissingLayerError where there is nothing to remove, and
    what ``read_items`` and ``remux`` raise, WriteError.
    """
    kinds = tuple(kind for kind in KINDS if kind not in keep)
    with read_items(photo, limits=limits) as table:
        names = _auxiliaries(table)
        chosen = [item for item, name in names.items() if name.endswith(kinds)]
        if not chosen:
            raise MissingLayerError(
                f"it has no {', '.join(kinds[:-1])} or {kinds[-1]} to remove"
                if len(kinds) > 1
                else f"it has no {kinds[0]} to remove",
                path=photo,
            )
        gone = dependents(table, chosen)
        sizes: Counter[str] = Counter()
        for item in sorted(gone):
            sizes[_label(table, item, names)] += table.length(item)
        removed = tuple(Removed(name, size) for name, size in sizes.items())
        kept = tuple(name for item, name in names.items() if item not in gone)
        data = remux(table, drop=gone)
    path = write_new(folder, f"{stem}-stripped{photo.suffix}", lambda file: file.write(data))
    return Stripped(path, removed, kept)


def _auxiliaries(table: ItemTable) -> dict[int, str]:
    """Return the layer names of all auxiliary images of the file, those of other pictures too."""
    found = {}
    for item in table.types:
        if table.is_image(item):
            aux = table.aux_type(item)
            if aux is not None:
                found[item] = layer_name(aux[0])
    return found


def _label(table: ItemTable, item: int, names: dict[int, str]) -> str:
    if item in names:
        return names[item]
    for owner in table.referrers(b"dimg", item):
        if owner in names:
            return names[owner]
    for target in table.references.get(b"cdsc", {}).get(item, ()):
        return f"metadata of {names.get(target, f'item {target}')}"
    for part in table.references.get(b"dimg", {}).get(item, ()):
        if part in names:
            return f"picture made with {names[part]}"
    kind = table.type_of(item).decode("latin-1")
    return f"{kind} item {item}"
