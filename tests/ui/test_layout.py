"""The layout computed without Textual is the one that Textual makes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from heicdepth_tui.heif.header import read_header
from heicdepth_tui.ui.model.layout import (
    Arrangement,
    Box,
    Layout,
    Panes,
    Shapes,
    browse_layout,
    panes_of,
    shapes_of,
)
from heicdepth_tui.ui.terminal.internals import is_at_rest

Open = Callable[..., AbstractAsyncContextManager[Any]]
Size = tuple[int, int]

NARROW = [(60, 20), (69, 40), (71, 17)]
"""Room for one picture only."""
ROOMY = [
    (80, 24),
    (70, 18),
    (100, 30),
    (110, 34),
    (111, 40),
    (112, 34),
    (140, 45),
    (150, 50),
    (164, 56),
    (170, 50),
    (201, 61),
]
STACKED = [(80, 60), (101, 51)]
"""Here landscape pictures lie above each other, portraits beside."""
LANDSCAPE, PORTRAIT = "IMG_0412.HEIC", "IMG_0415.HEIC"
LANDSCAPE_ALONE, PORTRAIT_ALONE = "IMG_0424.HEIC", "IMG_0427.HEIC"
"""Without depth map."""


def computed(shapes: Shapes, size: Size) -> tuple[Layout, Panes]:
    """Return the layout of the screen and of the panes as it should be."""
    layout = browse_layout(*size)
    return layout, panes_of(shapes, layout.pictures, layout.is_single)


def laid_out(driven: Any) -> tuple[Layout, Panes]:
    """Return the layout of the screen and of the panes as Textual has it."""
    browse = driven.app.browse
    pictures = browse.pictures
    photo, depth = Box(*pictures.photo.image.region), Box(*pictures.depth.image.region)
    if not pictures.depth.display:
        # A widget that is not shown has no place: what counts is that it takes no room.
        depth = Box(photo.column, photo.row, 0, 0)
    tables = browse.query_one("#tables")
    right = Box(*pictures.region)
    # The same for what is not shown: it has no place, but takes no room.
    below = Box(right.column, right.row + right.rows, right.columns, 0)
    return (
        Layout(
            Box(*browse.photos.content_region),
            right,
            Box(*tables.region) if tables.display else below,
            *(browse.has_class(name) for name in ("-tiny", "-folded", "-wide")),
        ),
        Panes(pictures.has_class("-stacked"), photo, depth),
    )


def shapes_in(photo: Path) -> Shapes:
    return shapes_of(read_header(photo))


async def resize(driven: Any, size: Size) -> None:
    """Give the terminal another size and wait until everything is laid out for it."""
    browse = driven.app.browse
    await driven.pilot.resize_terminal(*size)
    await driven.until(
        lambda: browse.size == size and is_at_rest(browse, ()), f"laid out for {size}"
    )
    await driven.pilot.pause()


async def test_textual_lays_out_what_is_computed(open_app: Open, sample_folder: Path) -> None:
    names = (LANDSCAPE, PORTRAIT, LANDSCAPE_ALONE, PORTRAIT_ALONE)
    shapes = {name: shapes_in(sample_folder / name) for name in names}
    found, expected = {}, {}
    async with open_app(sample_folder / LANDSCAPE, size=(120, 40)) as driven:
        await driven.settled()
        # To and fro between one picture and two: the way to a size must not matter.
        for size in (*NARROW[:2], *ROOMY, *NARROW[2:], ROOMY[0]):
            await resize(driven, size)
            for name in names:
                layout, panes = computed(shapes[name], size)
                if driven.app.browse.pictures.lay_out(panes, layout.is_single):
                    await driven.pilot.pause()
                found[size, name] = laid_out(driven)
                expected[size, name] = computed(shapes[name], size)

    assert found == expected
    assert {size for (size, _), (layout, _) in found.items() if layout.is_single} == set(NARROW)


@pytest.mark.parametrize("size", [(69, 40)])
async def test_the_first_layout_is_the_computed_one(
    open_app: Open, sample_folder: Path, size: Size
) -> None:
    photo = sample_folder / PORTRAIT
    async with open_app(photo, size=size) as driven:
        await driven.settled()

        assert laid_out(driven) == computed(shapes_in(photo), size)


async def test_stacked_pictures_lie_where_computed(open_app: Open, sample_folder: Path) -> None:
    photo = sample_folder / LANDSCAPE
    found, expected = {}, {}
    async with open_app(photo, size=STACKED[0]) as driven:
        await driven.settled()
        for size in (STACKED[0], NARROW[0], STACKED[1]):
            await resize(driven, size)
            found[size] = laid_out(driven)
            expected[size] = computed(shapes_in(photo), size)

    assert found == expected


async def test_another_photo_arranges_the_panes_as_computed(
    open_app: Open, sample_folder: Path
) -> None:
    size = STACKED[1]
    found, expected = {}, {}
    async with open_app(sample_folder, size=size) as driven:
        for name in (PORTRAIT, LANDSCAPE_ALONE, PORTRAIT_ALONE, LANDSCAPE):
            await driven.select(name)
            found[name] = laid_out(driven)[1].is_stacked
            expected[name] = computed(shapes_in(sample_folder / name), size)[1].is_stacked

    assert found == expected
    assert set(found.values()) == {True, False}


@pytest.mark.parametrize("size", [(0, 0), (1, 1), (5, 3), (70, 18)])
def test_no_part_is_smaller_than_nothing(size: Size) -> None:
    layout, panes = computed(((4, 3), (4, 3)), size)

    for box in (layout.photos, layout.pictures, panes.photo, panes.depth):
        assert min(box.size) >= 0


def test_wide_pictures_lie_above_each_other_and_tall_ones_beside() -> None:
    room = Box(3, 5, 60, 50)
    wide, tall = (
        panes_of(Shapes(shape, shape), room, is_single=False) for shape in ((400, 100), (100, 400))
    )

    assert wide.is_stacked
    assert wide.photo.columns == wide.depth.columns == 60
    assert not tall.is_stacked
    assert tall.photo.row == tall.depth.row == 6
    assert tall.photo.column + tall.photo.columns < tall.depth.column


@pytest.mark.parametrize(
    ("columns", "names", "width"),
    [
        (30, 13, 11),
        (36, 13, 12),
        (60, 8, 12),
        (60, 13, 17),
        (60, 60, 20),
        (80, 13, 27),
        (80, 8, 22),
        (80, 20, 24),
        (80, 60, 27),
        (120, 13, 37),
        (120, 25, 39),
        (120, 60, 40),
        (200, 13, 44),
        (200, 30, 61),
        (200, 36, 60),
    ],
)
def test_the_list_is_as_wide_as_its_longest_row_up_to_a_third(
    columns: int, names: int, width: int
) -> None:
    assert browse_layout(columns, 50, names=names).photos.columns == width
    # Where there is room for one picture only as well.
    assert browse_layout(columns, 16, names=names).photos.columns == width


def test_hidden_parts_give_their_room_to_the_pictures() -> None:
    size = (120, 40)
    whole = browse_layout(*size)
    bare = browse_layout(*size, arrangement=Arrangement(shows_list=False, shows_tables=False))

    assert whole.pictures.size < bare.pictures.size
    assert bare.pictures == Box(0, 1, 120, 38)
    assert bare.photos.columns == bare.tables.rows == 0


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
def test_chosen_sizes_leave_room_for_the_other_parts(size: Size) -> None:
    for chosen in (-5, 0, 20, 1000):
        arrangement = Arrangement(list_columns=chosen, table_rows=chosen)
        layout = browse_layout(*size, arrangement=arrangement)

        assert layout.photos.columns >= 12
        assert layout.tables.rows >= 4
        assert layout.pictures.columns >= 29
        assert layout.pictures.rows >= 8
    assert browse_layout(*size, arrangement=Arrangement(list_columns=20)).photos.columns == 20


async def test_keys_and_the_mouse_move_the_borders(open_app: Open, sample_folder: Path) -> None:
    async with open_app(sample_folder, size=(120, 40)) as driven:
        await driven.select(PORTRAIT)
        browse = driven.app.browse
        found = []

        async def note() -> None:
            await driven.until(lambda: is_at_rest(browse, ()), "laid out")
            await driven.settled()
            found.append(laid_out(driven)[0])

        for key in ("<", ">", "l", "j", ">", "T", "l", "T", "l"):
            await driven.pilot.press(key)
            await note()
        for before, after in (((37, 9), (50, 12)), ((80, 30), (80, 22))):
            await driven.pilot.mouse_down(offset=before)
            await driven.pilot.hover(offset=after)
            await driven.pilot.mouse_up(offset=after)
            await note()
        selected = driven.state.entry.name

    sizes = [(each.photos.columns, each.tables.rows) for each in found]
    keys = [(35, 9), (37, 9), (0, 9), (0, 9), (37, 9), (37, 0), (0, 0), (0, 9), (37, 9)]
    assert sizes == [*keys, (50, 9), (50, 17)]
    assert selected != PORTRAIT
    assert not found[-1].is_folded
