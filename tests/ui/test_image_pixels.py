"""The cells of an image in place of a picture: cut without damage, and gone with the picture."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pyte
import pytest
from cells_shown import use_true_colours
from textual.app import App, ComposeResult
from textual.geometry import Region

from heicdepth_tui.draw.fit import Fit
from heicdepth_tui.draw.modes import Blocks, ColorMode
from heicdepth_tui.draw.rendering import RenderedRows
from heicdepth_tui.ui.model.graphics import Graphics, Protocol
from heicdepth_tui.ui.model.settings import RenderSettings
from heicdepth_tui.ui.terminal.kitty_graphics import image_id, placeholder_rows
from heicdepth_tui.ui.widgets.image_view import ImageView
from tests.support.graphics import Placeholder, placeholders_on

NUMBER = image_id(9, 100)
BLOCKS = RenderedRows(Fit(10, 4, 10, 8), ("\x1b[31m" + "▀" * 10 + "\x1b[0m",) * 4)
COLUMNS = 22
"""At this width rich 14.2 cuts between a character and its diacritics, before column 15."""
PIXELS = placeholder_rows(NUMBER, Fit(COLUMNS, 4, 10 * COLUMNS, 80))
SIZE = (COLUMNS + 4, 6)


class Viewer(App[None]):
    """One view that fills the screen."""

    def compose(self) -> ComposeResult:
        """Show the view."""
        yield ImageView()


@pytest.fixture
async def view(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ImageView]:
    """A view of 26 x 6 cells that shows an image of 22 x 4 in place of its blocks."""
    use_true_colours(monkeypatch)
    async with Viewer().run_test(size=SIZE) as pilot:
        found = pilot.app.query_one(ImageView)
        found.show_picture(BLOCKS)
        found.show_pixels(PIXELS)
        yield found


def cells(view: ImageView, left: int, right: int) -> dict[tuple[int, int], Placeholder]:
    """Return what the columns from ``left`` to ``right`` show of images."""
    screen = pyte.Screen(*SIZE)
    screen.reset_mode(pyte.modes.DECAWM)
    stream = pyte.Stream(screen)
    for row, strip in enumerate(view.render_lines(Region(left, 0, right - left, SIZE[1]))):
        stream.feed(f"\x1b[{row + 1};{left + 1}H{strip.render(view.app.console)}")
    return placeholders_on(screen)


@pytest.mark.parametrize(("left", "right"), [(0, 26), (0, 17), (17, 26), (6, 7), (3, 21)])
async def test_every_part_of_a_row_shows_its_part_of_the_image(
    view: ImageView, left: int, right: int
) -> None:
    assert cells(view, left, right) == {
        (x, y): Placeholder(NUMBER, y - 1, x - 2)
        for x in range(max(2, left), min(2 + COLUMNS, right))
        for y in range(1, 5)
    }


async def test_blocks_come_back_for_a_time_and_another_picture_ends_the_image(
    view: ImageView,
) -> None:
    view.hide_pixels(True)
    assert cells(view, 0, SIZE[0]) == {}
    view.hide_pixels(False)
    assert cells(view, 0, SIZE[0]) != {}

    view.show_picture(BLOCKS)
    assert view.pixels is PIXELS
    view.show_picture(RenderedRows(*BLOCKS))
    assert view.pixels is None
    assert cells(view, 0, SIZE[0]) == {}


async def test_a_crosshair_stands_over_the_image(view: ImageView) -> None:
    view.point_at((0.5, 0.5))

    shown = cells(view, 0, SIZE[0])
    # In the middle of 22 x 4 cells at column 2, row 1: arms of 5 cells across, all rows down.
    cross = {(x, 3) for x in range(8, 19)} | {(13, y) for y in range(1, 5)}
    assert shown == {
        (x, y): Placeholder(NUMBER, y - 1, x - 2)
        for x in range(2, 2 + COLUMNS)
        for y in range(1, 5)
        if (x, y) not in cross
    }
    view.point_at(None)
    assert len(cells(view, 0, SIZE[0])) == COLUMNS * 4


async def test_a_message_ends_the_image(view: ImageView) -> None:
    view.show_message("gone")
    view.show_picture(BLOCKS)
    assert view.pixels is None


def test_b_goes_through_what_the_terminal_has() -> None:
    settings = RenderSettings(ColorMode.TRUECOLOR)
    assert settings.next_picture().picture_name == "quad blocks"
    assert settings.next_picture().next_picture() == settings

    settings = RenderSettings(
        ColorMode.TRUECOLOR, graphics=Graphics(Protocol.KITTY, (10, 20)), shows_pixels=True
    )
    names = []
    for _ in range(4):
        names.append(settings.picture_name)
        settings = settings.next_picture()
    assert names == ["pixels", "half blocks", "quad blocks", "pixels"]
    assert settings.blocks is Blocks.HALF
