"""The words around the pictures: headings, captions, and why there is no depth map."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from heicdepth_tui.draw.modes import Blocks
from heicdepth_tui.heif.depth_facts import DepthStatus
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.photo.layers import Layer, LayerKind
from heicdepth_tui.text import printable, printable_path
from heicdepth_tui.ui.model.clipping import clip, wrap_cells

if TYPE_CHECKING:
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.heif.facts import Header

__all__ = [
    "caption",
    "depth_heading",
    "layer_cycle",
    "named_place",
    "photo_heading",
    "photo_place",
    "short_place",
    "title_line",
    "why_no_depth",
]


def photo_place(entry: Entry, title: str) -> str:
    """Return where the selected photo is, for the title line; ``title`` stands for its folder."""
    if title:
        return f"{title} / {printable(entry.name)}"
    return printable_path(Path(entry.path).absolute())


def title_line(place: str, counts: str, width: int) -> tuple[str, str, str]:
    """Return the title line in three parts: name, place, counts, which give way last."""
    counts = counts[: max(0, width - 2)]
    name, shown = named_place(place, width - len(counts) - 2)
    return name, shown, f" {counts} "


def named_place(place: str, cells: int, least: int = 4) -> tuple[str, str]:
    """Return the name of the app and a place in ``cells``; the name where ``least`` are left."""
    name = " heicdepth-tui  "
    room = cells - len(name)
    if room < least:
        name, room = " ", cells - 1
    return name, clip(place, max(0, room))


def short_place(place: str, cells: int) -> str:
    """Return a place, of a path that has no room its name."""
    name = f"…/{place.rpartition('/')[2].strip()}"
    return name if cell_len(place) > cells >= cell_len(name) else place


def photo_heading(
    cells: int, name: str, size: object, at: int = 1, most: int = 1, blocks: Blocks = Blocks.HALF
) -> str:
    """Return what stands over a layer of the photo, as long as there is room for.

    ``at`` of ``most`` says which of the layers it is that ``tab`` goes through.
    """
    shown = printable(name)
    place = f"  {at} of {most}" if most > 1 else ""
    place += "  ▚ quad blocks" if blocks is Blocks.QUAD else ""
    short = f" {at}/{most}" if most > 1 else ""
    return _fitting(cells, f"{shown} {size}{place}", f"{shown} {size}{short}", shown)


def layer_cycle(layers: Sequence[Layer], is_single: bool) -> tuple[Layer, ...]:
    """Return the layers that ``tab`` goes through in the photo's pane.

    The photo's own depth map has a pane of its own, unless there is room for one pane only.
    """
    shown = tuple(layer for layer in layers if layer.kind is not LayerKind.THUMBNAIL)
    depth = tuple(layer for layer in shown if _is_own_depth(layer))
    rest = tuple(layer for layer in shown if not _is_own_depth(layer))
    return (*depth, *rest) if is_single else rest


def _is_own_depth(layer: Layer) -> bool:
    return layer.kind is LayerKind.DEPTH and layer.is_chosen


def depth_heading(cells: int, header: Header, shape: tuple[int, int]) -> str:
    """Return what stands over the depth map: its (width, height) as shown, and what codes are."""
    info = header.depth
    if info.item is None:
        return "depth"
    kind = "" if info.representation is None else f"  {info.representation.type.label}"
    size = Size(*shape)
    return _fitting(cells, f"depth {size}{kind}", f"{size}{kind}", f"depth {size}", f"{size}")


def caption(cells: int, header: Header, is_single: bool) -> str:
    """Return the two lines under the photo: camera and date, or what the reader must know."""
    # Imported here: the list is painted at the start before a caption is.
    from heicdepth_tui.depth.registration import register

    lines = [header.camera_name, (header.exif.date or "")[:16]]
    if header.truncated:
        lines = wrap_cells(f"cut short: {header.truncated}", max(8, cells))
    elif is_single and header.depth.item is None:
        lines = why_no_depth(header).split("\n")
    elif header.depth.item is not None:
        caveat = register(header.primary, header.depth.item).short
        if caveat:
            lines = [header.camera_name, caveat]
    return "\n".join(_cut(printable(line), cells) for line in lines[:2])


def _cut(text: str, cells: int) -> str:
    """Return text that fits, its end cut off with an ellipsis where it must be."""
    if cell_len(text) <= cells or cells < 1:
        return text
    return set_cell_size(text, cells - 1).rstrip() + "…"


def why_no_depth(header: Header) -> str:
    """Return a title and the reason, on two lines."""
    info = header.depth
    title = {
        DepthStatus.ABSENT: "no depth map",
        DepthStatus.STRIPPED: "depth map probably stripped",
        DepthStatus.UNREADABLE: "depth map unreadable",
        DepthStatus.PRESENT: "",
    }[info.status]
    return f"{title}\n{printable(info.reason)}"


def _fitting(cells: int, *texts: str) -> str:
    """Return the first text that fits, the last where none does."""
    return next((text for text in texts if cell_len(text) <= cells), texts[-1])
