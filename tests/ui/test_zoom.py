"""The zoom screen under Textual's pilot: every key and mouse action, and how it is shown."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from browsing import LANDSCAPE, MATTE, PLAIN, PORTRAIT
from textual import events

from heicdepth_tui.draw.modes import Blocks
from heicdepth_tui.ui.screens.browse import BrowseScreen
from heicdepth_tui.ui.screens.help import HelpScreen
from heicdepth_tui.ui.screens.zoom import ZoomScreen
from heicdepth_tui.ui.services.renderer import Renderer

OpenApp = Callable[..., AbstractAsyncContextManager[Any]]


class Zoomed:
    """The zoom screen of the app that is driven."""

    def __init__(self, driven: Any) -> None:
        self.driven = driven

    @property
    def screen(self) -> ZoomScreen:
        screen = self.driven.app.screen
        assert isinstance(screen, ZoomScreen)
        return screen

    @property
    def heading(self) -> str:
        return str(self.screen.first.widget.heading.content)

    @property
    def span(self) -> tuple[int, int, int, int]:
        """First and last column and row of the window, from the heading."""
        first, last = self.heading.split(" · ")[1].split(" of ")[0].split(" – ")
        (left, top), (right, bottom) = (map(int, part.split(",")) for part in (first, last))
        return left, top, right, bottom

    @property
    def size(self) -> tuple[int, int]:
        left, top, right, bottom = self.span
        return right - left + 1, bottom - top + 1

    @property
    def view(self) -> Any:
        return self.screen.first.widget.view

    async def settled(self) -> None:
        """Wait until what is requested is shown."""
        await self.driven.until(lambda: self.screen.is_settled, "the window shown")
        await self.driven.pilot.pause()

    async def press(self, *keys: str) -> None:
        await self.driven.pilot.press(*keys)
        await self.settled()


@pytest.fixture
def open_zoom(open_app: OpenApp, sample_folder: Path) -> Any:
    """Return a function that opens the zoom screen on a photo by keys."""

    @asynccontextmanager
    async def run(
        name: str,
        *keys: str,
        size: tuple[int, int] = (120, 40),
        cell_aspect: float | None = None,
    ) -> AsyncIterator[Zoomed]:
        async with open_app(sample_folder, size=size, cell_aspect=cell_aspect) as driven:
            await driven.scanned()
            await driven.select(name)
            await driven.pilot.press(*(keys or ("z",)))
            zoomed = Zoomed(driven)
            await driven.until(lambda: isinstance(driven.app.screen, ZoomScreen), "zoom open")
            await zoomed.settled()
            yield zoomed

    return run


@pytest.mark.parametrize("key", ["z", "enter"])
async def test_a_key_opens_the_photo_and_esc_goes_back(open_zoom: Any, key: str) -> None:
    async with open_zoom(LANDSCAPE, key) as zoomed:
        assert zoomed.heading.startswith("photo  1.0x · 0,0 – ")
        assert zoomed.view.picture is not None
        await zoomed.driven.pilot.press("escape")
        assert isinstance(zoomed.driven.app.screen, BrowseScreen)
        assert zoomed.driven.app.loader.listener is None


async def test_a_double_click_opens_the_layer_of_the_pane(
    open_app: OpenApp, sample_folder: Path
) -> None:
    async with open_app(sample_folder) as driven:
        await driven.scanned()
        await driven.select(LANDSCAPE)
        pictures = driven.app.browse.pictures
        for pane, label in ((pictures.photo, "photo"), (pictures.depth, "depth")):
            await driven.pilot.click(pane.image, times=2)
            await driven.until(lambda: isinstance(driven.app.screen, ZoomScreen), "zoom open")
            zoomed = Zoomed(driven)
            await zoomed.settled()
            assert zoomed.heading.startswith(f"{label}  1.0x")
            await driven.pilot.press("escape")
            await driven.until(lambda: driven.app.screen is driven.app.browse, "zoom closed")


async def test_plus_minus_and_0_zoom_about_the_middle(open_zoom: Any) -> None:
    async with open_zoom(LANDSCAPE) as zoomed:
        whole = zoomed.span
        await zoomed.press("plus", "plus")
        left, top, right, bottom = zoomed.span
        assert zoomed.heading.startswith("photo  2.0x")
        assert abs((left + right) - (whole[0] + whole[2])) <= 4
        assert abs((top + bottom) - (whole[1] + whole[3])) <= 4
        await zoomed.press("minus")
        assert zoomed.heading.startswith("photo  1.4x")
        await zoomed.press("0")
        assert zoomed.span == whole


async def test_letters_and_arrows_move_the_window(open_zoom: Any) -> None:
    async with open_zoom(LANDSCAPE) as zoomed:
        for keys, axis, sign in (
            (("l", "right"), 0, 1),
            (("h", "left"), 0, -1),
            (("j", "down"), 1, 1),
            (("k", "up"), 1, -1),
        ):
            await zoomed.press("0", *["plus"] * 6)
            for key in keys:
                before = zoomed.span
                await zoomed.press(key)
                after = zoomed.span
                assert (after[axis] - before[axis]) * sign > 0, key
                assert after[1 - axis] == before[1 - axis], key
            await zoomed.press(*[keys[0]] * 40)
            assert min(zoomed.span) >= 0, keys


async def test_1_shows_one_sample_a_dot(open_zoom: Any) -> None:
    async with open_zoom(LANDSCAPE) as zoomed:
        await zoomed.press("1")
        columns, rows = zoomed.screen.first.widget.cells
        assert zoomed.size == (columns, 2 * rows)


async def test_the_zoom_ends_at_eight_cells_a_sample(open_zoom: Any) -> None:
    async with open_zoom(LANDSCAPE) as zoomed:
        await zoomed.press(*["plus"] * 30)
        columns, rows = zoomed.screen.first.widget.cells
        assert zoomed.size == (round(columns / 8), round(rows / 4))


async def test_tab_shows_the_same_window_of_another_layer(open_zoom: Any) -> None:
    async with open_zoom(MATTE) as zoomed:
        header = zoomed.driven.state.header
        ratio = header.primary.displayed_size.width / header.depth.item.displayed_size.width
        await zoomed.press("plus", "plus", "plus", "l")
        photo = zoomed.span
        await zoomed.press("tab")
        assert zoomed.heading.startswith("depth")
        assert zoomed.span == pytest.approx([at / ratio for at in photo], abs=2)
        assert zoomed.screen.first.widget.has_class("-legend")
        await zoomed.press("tab")
        assert zoomed.heading.split()[0] not in ("photo", "depth")
        await zoomed.press("shift+tab", "shift+tab")
        assert zoomed.span == photo


async def test_2_shows_photo_and_depth_map_locked_together(open_zoom: Any) -> None:
    async with open_zoom(LANDSCAPE) as zoomed:
        await zoomed.press("2", "plus", "plus", "l")
        second = zoomed.screen.second.widget
        assert zoomed.heading.startswith("photo")
        assert str(second.heading.content).startswith("depth")
        assert second.view.picture is not None
        assert second.view.picture.fit == zoomed.view.picture.fit
        before = str(second.heading.content)
        await zoomed.press("h")
        assert str(second.heading.content) != before
        await zoomed.press("2")
        assert not second.display or not zoomed.screen.is_locked


async def test_locked_windows_are_the_same_at_the_largest_zoom(open_zoom: Any) -> None:
    async with open_zoom(LANDSCAPE) as zoomed:
        await zoomed.press("2")
        before: tuple[int, int, int, int] | None = None
        while zoomed.span != before:
            before = zoomed.span
            await zoomed.press("plus", "plus")
        second = str(zoomed.screen.second.widget.heading.content)
        first = zoomed.heading
    left, top, right, bottom = map(int, re.findall(r"\d+", second.split(" · ")[1])[:4])
    # The photo has two pixels for each sample of the depth map, across and down.
    scaled = 2 * left, 2 * top, 2 * right + 1, 2 * bottom + 1
    assert len({heading.split(" · ")[0].split()[1] for heading in (first, second)}) == 1
    assert scaled == pytest.approx(before, abs=2)


async def test_n_and_p_keep_the_window(open_zoom: Any) -> None:
    async with open_zoom(LANDSCAPE) as zoomed:
        await zoomed.press("plus", "plus", "l")
        name, span = zoomed.driven.state.entry.name, zoomed.span
        await zoomed.press("n")
        other = zoomed.driven.state.entry.name
        assert other != name
        assert zoomed.screen.title_bar.place.endswith(other)
        await zoomed.press("p")
        assert zoomed.driven.state.entry.name == name
        assert zoomed.span == span
        await zoomed.driven.pilot.press("escape")
        assert zoomed.driven.app.browse.photos.entry.name == name


async def test_a_photo_without_depth_says_so(open_zoom: Any) -> None:
    async with open_zoom(PLAIN) as zoomed:
        await zoomed.press("2")
        assert "no depth map" in zoomed.screen.second.widget.view.message


async def test_the_wheel_zooms_about_the_pointer(open_zoom: Any) -> None:
    async with open_zoom(LANDSCAPE) as zoomed:
        await zoomed.press(*["plus"] * 4)
        before = zoomed.span
        for _ in range(4):
            zoomed.view.post_message(_wheel(zoomed.view, events.MouseScrollUp, 0, 0))
            await zoomed.settled()
        assert zoomed.size[0] == pytest.approx((before[2] - before[0] + 1) / 2, abs=4)
        assert zoomed.span[:2] == pytest.approx(before[:2], abs=4)
        zoomed.view.post_message(_wheel(zoomed.view, events.MouseScrollDown, 0, 0))
        await zoomed.settled()
        assert zoomed.size[0] > (before[2] - before[0] + 1) / 2


def _wheel(view: Any, kind: Any, x: int, y: int) -> events.MouseEvent:
    at = view.region.offset
    event: events.MouseEvent = kind(
        view, x, y, 0, 0, 0, False, False, False, screen_x=at.x + x, screen_y=at.y + y
    )
    return event


async def test_dragging_moves_the_picture_with_the_mouse(open_zoom: Any) -> None:
    async with open_zoom(LANDSCAPE) as zoomed:
        await zoomed.press("1")
        before = zoomed.span
        pilot = zoomed.driven.pilot
        await pilot.mouse_down(zoomed.view, offset=(20, 10))
        await pilot.hover(zoomed.view, offset=(12, 7))
        await pilot.mouse_up(zoomed.view, offset=(12, 7))
        await zoomed.settled()
        assert (zoomed.span[0] - before[0], zoomed.span[1] - before[1]) == (8, 6)
        await pilot.hover(zoomed.view, offset=(30, 15))
        await zoomed.settled()
        assert (zoomed.span[0] - before[0], zoomed.span[1] - before[1]) == (8, 6)


@pytest.mark.parametrize("aspect", [1.7, 2.2])
async def test_wheel_and_drag_keep_the_pixel_under_the_pointer_in_cells_of_any_shape(
    open_zoom: Any, aspect: float
) -> None:
    async with open_zoom(LANDSCAPE, cell_aspect=aspect) as zoomed:
        fit, (columns, rows) = zoomed.view.picture.fit, zoomed.screen.first.widget.cells
        assert fit.rows == rows
        assert abs(fit.cols - rows * aspect * 4 / 3) <= 0.5
        driven, pilot, screen = zoomed.driven, zoomed.driven.pilot, zoomed.screen
        await zoomed.press(*["plus"] * 6)
        assert zoomed.view.picture.fit[:2] == (columns, rows)
        await driven.until(lambda: driven.state.tables is not None, "the tables")
        start, end = (80, 6), (70, 25)

        async def pixel(at: tuple[int, int]) -> tuple[int, int]:
            await zoomed.settled()
            # From elsewhere, so that the mouse moves.
            await pilot.hover(zoomed.view, offset=(0, 0))
            await pilot.hover(zoomed.view, offset=at)
            assert screen.hovering.pixel is not None
            return screen.hovering.pixel

        before = await pixel(start)
        for _ in range(3):
            zoomed.view.post_message(_wheel(zoomed.view, events.MouseScrollUp, *start))
            await zoomed.settled()
        assert await pixel(start) == pytest.approx(before, abs=2)
        before = await pixel(start)
        await pilot.mouse_down(zoomed.view, offset=start)
        await pilot.hover(zoomed.view, offset=end)
        await pilot.mouse_up(zoomed.view, offset=end)
        assert await pixel(end) == pytest.approx(before, abs=2)


async def test_a_small_map_shows_where_the_window_is(open_zoom: Any) -> None:
    async with open_zoom(LANDSCAPE) as zoomed:
        inset = zoomed.view.inset
        assert inset.dots == ()
        await zoomed.press(*["plus"] * 4, *["l"] * 20)
        assert len(inset.lines) == (len(inset.dots) + 1) // 2
        under_heading = zoomed.driven.text.split("\n")[zoomed.view.region.y :]
        for row, line in zip(under_heading, inset.lines, strict=False):
            assert row.endswith(line)
        assert len(under_heading[0]) == zoomed.view.region.right
        middle = inset.dots[len(inset.dots) // 2]
        assert (middle[0], middle[-1]) == (False, True)


async def test_a_zoom_that_shows_the_same_samples_keeps_the_picture_on_its_way(
    open_zoom: Any,
) -> None:
    """The window stays final: the mouse reads in it, and pixels rest on it."""
    async with open_zoom(PORTRAIT, "z", *["plus"] * 8, "tab", size=(160, 50)) as zoomed:
        screen, span, zoom = zoomed.screen, zoomed.span, zoomed.heading.split(" · ")[0]
        # Together and apart again: the depth map is requested anew, of both panes.
        screen.action_lock()
        screen.action_lock()
        screen.action_zoom(1)
        await zoomed.settled()
        assert zoomed.span == span
        assert zoomed.heading.split(" · ")[0] != zoom
        await zoomed.driven.idle()
        await zoomed.driven.pilot.hover(zoomed.view, offset=(80, 20))
        assert "code" in zoomed.heading


async def test_colours_and_blocks_draw_the_window_again(open_zoom: Any) -> None:
    async with open_zoom(LANDSCAPE) as zoomed:
        await zoomed.press("tab", "1")
        half = zoomed.view.picture
        await zoomed.press("b")
        assert zoomed.driven.app.session.settings.blocks is Blocks.QUAD
        assert zoomed.view.picture.fit.width == 4 * half.fit.width
        quad = zoomed.view.picture
        await zoomed.press("c")
        assert zoomed.view.picture != quad


async def test_the_colours_take_the_range_of_the_window_and_of_the_file_again(
    open_zoom: Any,
) -> None:
    async with open_zoom(LANDSCAPE) as zoomed:
        session = zoomed.driven.app.session
        await zoomed.press("tab", "1", "h", "h")
        left, top, right, bottom = zoomed.span
        (depth_map,) = session.state.tables.depth_maps.values()
        inside = depth_map.codes[top : bottom + 1, left : right + 1]
        plain = zoomed.view.picture
        await zoomed.press("R")
        (layer,) = session.state.tables.depth_maps
        scale = session.colour_range.scale_in(session.state.tables, layer)
        assert (scale.low, scale.high) == (inside.min(), inside.max())
        assert zoomed.view.picture != plain
        assert "window" in zoomed.driven.text
        ranged = zoomed.view.picture
        await zoomed.press("C")
        assert zoomed.view.picture != ranged
        await zoomed.press("C", "R")
        assert zoomed.view.picture == plain


async def test_help_and_palette_are_open_to_it(open_zoom: Any) -> None:
    async with open_zoom(LANDSCAPE) as zoomed:
        await zoomed.driven.pilot.press("question_mark")
        assert isinstance(zoomed.driven.app.screen, HelpScreen)
        await zoomed.driven.pilot.press("escape", "ctrl+p")
        await zoomed.driven.until(lambda: "Nearer" in zoomed.driven.text, "commands offered")


async def test_another_size_of_the_terminal_draws_the_same_middle(open_zoom: Any) -> None:
    async with open_zoom(PORTRAIT) as zoomed:
        await zoomed.press("1", "l")
        left, top, right, bottom = zoomed.span
        await zoomed.driven.pilot.resize_terminal(100, 30)
        await zoomed.driven.until(lambda: zoomed.span[2] < right, "laid out")
        await zoomed.settled()
        fit = zoomed.view.picture.fit
        assert (fit.cols, fit.rows) == zoomed.screen.first.widget.cells
        assert sum(zoomed.span[::2]) == pytest.approx(left + right, abs=2)
        assert sum(zoomed.span[1::2]) == pytest.approx(top + bottom, abs=2)


FIRST_KEYS = " ? Help  tab Layer  esc Back  + Nearer  − Farther  0 Fit  1 1:1  2 Two"
NARROW_KEYS = f"{FIRST_KEYS}  q Quit"
WIDE_KEYS = f"{FIRST_KEYS}  m Probe  n Next  p Previous  c Colours  P Picture  e Export  q Quit"


@pytest.mark.parametrize(("size", "keys"), [((80, 24), NARROW_KEYS), ((160, 50), WIDE_KEYS)])
async def test_the_whole_screen(open_zoom: Any, size: tuple[int, int], keys: str) -> None:
    async with open_zoom(LANDSCAPE, size=size) as zoomed:
        await zoomed.press("plus", "plus")
        lines = [line.rstrip() for line in zoomed.driven.text.split("\n")]
        assert len(lines) == size[1]
        assert lines[0].startswith(" heicdepth-tui  ")
        assert LANDSCAPE in lines[0]
        assert re.fullmatch(r" photo  2\.0x · \d+,\d+ – \d+,\d+ of \d+×\d+", lines[1])
        assert lines[-1] == keys
        assert zoomed.screen.first.widget.cells == (size[0], size[1] - 3)
        picture = zoomed.view.picture
        assert len(picture.rows) == picture.fit.rows == size[1] - 3


async def test_the_last_picture_moves_at_once_with_the_window(
    open_zoom: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_zoom(LANDSCAPE) as zoomed:
        await zoomed.press("2", "1")
        first, second = (pane.widget.view for pane in (zoomed.screen.first, zoomed.screen.second))
        before = first.picture, second.picture
        loader = zoomed.driven.app.loader
        held: list[Any] = []
        with monkeypatch.context() as patched:
            patched.setattr(loader, "request", lambda *request: held.append(request))
            await zoomed.driven.pilot.press("j")
            await zoomed.driven.until(
                lambda: first.picture is not before[0] and second.picture is not before[1],
                "both pictures moved",
            )
        rows = round(zoomed.screen.first.widget.cells[1] / 8)
        assert first.picture.rows == before[0].rows[rows:]
        assert second.picture.fit.rows == pytest.approx(first.picture.fit.rows, abs=1)
        assert not zoomed.screen.is_settled
        assert zoomed.driven.text.split("\n")[-2 - rows].strip(" │") == ""
        for request in held:
            loader.request(*request)
        await zoomed.settled()
        assert first.picture.fit == before[0].fit


async def test_on_a_slow_line_only_the_windows_own_pictures_are_sent(
    open_zoom: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_zoom(LANDSCAPE) as zoomed:
        await zoomed.press("1")
        app = zoomed.driven.app
        monkeypatch.setattr(type(app.flow_control), "is_slow", True)
        moved: list[Any] = []
        monkeypatch.setattr(Renderer, "move", lambda _, requests: moved.append(requests))
        before = zoomed.view.picture
        await zoomed.press("j")
        assert zoomed.view.picture is not before
        assert moved == []
