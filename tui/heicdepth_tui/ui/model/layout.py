"""The layout of the main screen in cells, as the style sheet lays it out.

Pictures are drawn in the decoder process for the room they will have, and the first ones are on the
screen before Textual is: both need the layout without Textual. A test compares it with what Textual
lays out; where the two differ nothing is wrong on the screen, a picture is only drawn twice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from heicdepth_tui.draw.code_scale import WHOLE_RANGE, CodeScale
from heicdepth_tui.draw.fit import CELL_ASPECT, Box, fit_cells
from heicdepth_tui.draw.modes import Blocks
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.photo.layers import Layer, LayerKind

if TYPE_CHECKING:
    from heicdepth_tui.draw.rendering import RenderSpec
    from heicdepth_tui.heif.facts import Header
    from heicdepth_tui.ui.model.settings import RenderSettings

__all__ = [
    "DEFAULT_ARRANGEMENT",
    "Arrangement",
    "Layout",
    "Panes",
    "Shapes",
    "browse_layout",
    "layer_render_spec",
    "panes_of",
    "preview_fit",
    "shapes",
    "shapes_of",
]

_HEADING, _CAPTION = 1, 2
_LEAST_STACKED_ROWS = 4
_TABLES, _FOLDED_TABLES = 17, 9
_LEAST_TABLES, _LEAST_BOTH_TABLES = 4, 13
_LEAST_PICTURE_ROWS = 8
_LEAST_LIST, _LEAST_PICTURE_COLUMNS = 12, 30
_LEAST_NAME = 8
_ROW_COLUMNS = (10, 10, 7)
"""Depth, date and size in a row of the list, each with the blank before it."""
_DETAILS_FROM = (70, 112, 150)
"""Columns of the screen from which a row has one, two, three of them."""
_NAME_AND_DEPTH = 27
"""A row of a usual name with its first detail: more than a third below 81 columns."""
_ROW_FRAME = 4
"""Two marks and a blank before the name, a blank at the end."""
_SMALLEST_SIDE, _LARGEST_SIDE = 512, 2048


class Shapes(NamedTuple):
    """Upright (width, height) of photo and depth map; twice the photo's where there is none."""

    photo: tuple[int, int]
    depth: tuple[int, int]
    """After ``turn``."""
    turn: tuple[int, bool] = (0, False)
    """What turns the decoded depth map as the photo is; see ``RenderSpec``."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Choices of the user: parts that are hidden, and sizes in cells; None follows the content."""

    shows_list: bool = True
    shows_tables: bool = True
    list_columns: int | None = None
    table_rows: int | None = None
    shows_histogram: bool | None = None
    """None: where it has room beside both tables."""


DEFAULT_ARRANGEMENT = Arrangement()


class Layout(NamedTuple):
    """The main screen: list, room for both panes with headings and captions, and tables."""

    photos: Box
    pictures: Box
    tables: Box
    """Both tables with the rules above them; nothing where there is room for one picture only."""
    is_single: bool
    """Whether there is room for one picture only, and for no table."""
    is_folded: bool
    """Whether there is room for one of the tables only."""
    is_wide: bool
    """Whether the tables lie beside each other."""


class Panes(NamedTuple):
    """Both panes of the pictures; a heading stands over each canvas, two lines under it."""

    is_stacked: bool
    photo: Box
    """The canvas of the photo."""
    depth: Box
    """The canvas of the depth map; nothing where there is room for one picture only."""


def browse_layout(
    columns: int,
    rows: int,
    bars: int = 2,
    names: int = 13,
    arrangement: Arrangement = DEFAULT_ARRANGEMENT,
) -> Layout:
    """Return the layout of the main screen: a title line, list and pictures, tables, a key line.

    ``bars`` counts the lines of title and keys, and of the find bar where it is open; ``names`` is
    the width of the longest name in the list, in cells.
    """
    is_single = columns < 70 or rows < 18
    body = max(0, rows - bars)
    photos = _list_columns(columns, names, arrangement)
    tables = 0 if is_single else _table_rows(columns, rows, body, arrangement)
    is_folded = columns < 110 or tables < _LEAST_BOTH_TABLES
    # A rule stands between.
    left = photos + 1 if photos else 0
    width = max(0, columns - left)
    upper = max(0, body - tables)
    return Layout(
        Box(0, 1, photos, body),
        Box(left, 1, width, upper),
        Box(left, 1 + upper, width, tables),
        is_single,
        is_folded,
        columns >= 170,
    )


def _list_columns(columns: int, names: int, arrangement: Arrangement) -> int:
    """Return the width of the list: that of its longest row, up to a third of the screen."""
    if not arrangement.shows_list:
        return 0
    if arrangement.list_columns is not None:
        widest = max(_LEAST_LIST, columns - _LEAST_PICTURE_COLUMNS)
        return min(max(arrangement.list_columns, _LEAST_LIST), widest)
    count = sum(columns >= least for least in _DETAILS_FROM)
    name = max(names, _LEAST_NAME)
    least = _NAME_AND_DEPTH if count else min(_LEAST_LIST, columns * 38 // 100)
    widest = max(columns // 3, least)
    needed = (_ROW_FRAME + name + sum(_ROW_COLUMNS[:shown]) for shown in range(count, -1, -1))
    return next((cells for cells in needed if cells <= widest), widest)


def _table_rows(columns: int, rows: int, body: int, arrangement: Arrangement) -> int:
    if not arrangement.shows_tables:
        return 0
    if arrangement.table_rows is None:
        return _FOLDED_TABLES if columns < 110 or rows < 44 else _TABLES
    return max(_LEAST_TABLES, min(arrangement.table_rows, body - _LEAST_PICTURE_ROWS))


def panes_of(
    shapes: Shapes, pictures: Box, is_single: bool, cell_aspect: float = CELL_ASPECT
) -> Panes:
    """Return the canvases for images of these shapes, above each other where that shows more.

    ``cell_aspect`` is a cell's height over its width.
    """
    column, row, columns, rows = pictures
    height = max(0, rows - _HEADING - _CAPTION)
    top = row + _HEADING
    if is_single:
        return Panes(False, Box(column, top, columns, height), Box(column, top, 0, 0))
    left = columns // 2
    beside = Panes(
        False,
        Box(column, top, max(0, left - 1), height),
        Box(column + left + 1, top, max(0, columns - left - 1), height),
    )
    upper = rows // 2
    stacked = Panes(
        True,
        Box(column, top, columns, max(0, upper - _HEADING)),
        Box(column, top + upper, columns, max(0, rows - upper - _HEADING - _CAPTION)),
    )
    if (rows - 2 * _HEADING - _CAPTION) // 2 < _LEAST_STACKED_ROWS:
        return beside
    areas = [_area(shapes, panes, cell_aspect) for panes in (stacked, beside)]
    return stacked if areas[0] > areas[1] else beside


def _area(shapes: Shapes, panes: Panes, cell_aspect: float) -> int:
    fits = [
        fit_cells(shape, box.size, Blocks.HALF, cell_aspect)
        for shape, box in zip((shapes.photo, shapes.depth), (panes.photo, panes.depth), strict=True)
    ]
    return sum(fit.cols * fit.rows for fit in fits)


def shapes_of(header: Header) -> Shapes:
    """Return the sizes of photo and depth map as shown, twice the photo's where it has none."""
    item = header.depth.item
    if item is None or item.transforms == header.primary.transforms:
        return shapes(header.primary.displayed_size, None if item is None else item.displayed_size)
    # Imported here: the first photo is painted without it, where nothing is turned otherwise.
    from heicdepth_tui.depth.registration import register

    quarter_turns, is_mirrored = register(header.primary, item).display_turn
    width, height = item.displayed_size
    depth = Size(height, width) if quarter_turns % 2 else Size(width, height)
    return shapes(header.primary.displayed_size, depth)._replace(turn=(quarter_turns, is_mirrored))


def shapes(photo: Size, depth: Size | None) -> Shapes:
    """Return upright sizes as shapes, twice the photo's where there is no depth map."""
    depth = depth or photo
    return Shapes((photo.width, photo.height), (depth.width, depth.height))


def preview_fit(columns: int, rows: int) -> tuple[int, int]:
    """Return the (width, height) that photos are decoded to for a screen of this size in cells.

    A power of two, so that resizing the terminal rarely means to decode again, and at least twice
    the samples of the widest pane.
    """
    wanted = 2 * max(columns, 2 * rows)
    side = _SMALLEST_SIDE
    while side < min(wanted, _LARGEST_SIDE):
        side *= 2
    return side, side


def layer_render_spec(
    panes: Panes,
    layer: Layer,
    settings: RenderSettings,
    colormap: str,
    turn: tuple[int, bool] = (0, False),
    scale: CodeScale = WHOLE_RANGE,
) -> RenderSpec:
    """Return how a layer is drawn: in which of the panes, and in which colours.

    ``turn`` is that of ``Shapes``, for the photo's own depth map; ``scale`` is for depth alone.
    """
    is_depth = layer.kind is LayerKind.DEPTH
    # Where there is room for one picture only, depth is it.
    box = panes.depth if is_depth and panes.depth.columns else panes.photo
    if not is_depth:
        return settings.render_spec(box.size)
    spec = settings.depth_spec(box.size, colormap)
    return replace(spec, scale=scale, turn=turn if layer.is_chosen else (0, False))
