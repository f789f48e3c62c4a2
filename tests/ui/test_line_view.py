"""A list or table that becomes longer or shorter lays out the screen only for a scrollbar."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual.app import App, ComposeResult
from textual.geometry import Size
from textual.pilot import Pilot
from textual.screen import Screen
from textual.strip import Strip

from heicdepth_tui.ui.widgets.line_view import LineView

ROWS = 10


class Lines(LineView):
    """Numbered lines."""

    DEFAULT_CSS = "Lines { scrollbar-size: 1 1; overflow-x: hidden; overflow-y: auto; }"

    def render_line(self, y: int) -> Strip:
        return Strip.blank(self.size.width)


class OneView(App[None]):
    """Nothing but the view."""

    def compose(self) -> ComposeResult:
        self.lines = Lines()
        yield self.lines


class Viewed:
    """The view, and how often its screen was laid out."""

    def __init__(self, app: OneView, pilot: Pilot[None], layouts: list[Screen[object]]) -> None:
        self.lines = app.lines
        self._pilot = pilot
        self._layouts = layouts

    async def layouts_for(self, lines: int) -> int:
        """Set the length; return how often the screen was laid out for it."""
        self._layouts.clear()
        self.lines.set_length(lines)
        await self._pilot.pause()
        await self._pilot.pause()
        return len(self._layouts)


@asynccontextmanager
async def view() -> AsyncIterator[Viewed]:
    layouts: list[Screen[object]] = []
    app = OneView()
    async with app.run_test(size=(20, ROWS)) as pilot:
        await pilot.pause()
        signal = app.screen.screen_layout_refresh_signal
        signal.subscribe(app.screen, layouts.append, immediate=True)
        yield Viewed(app, pilot, layouts)


async def test_lengths_within_the_height_lay_out_nothing() -> None:
    async with view() as viewed:
        for lines in (3, ROWS, 1):
            assert await viewed.layouts_for(lines) == 0
            assert viewed.lines.virtual_size == Size(1, lines)
        assert not viewed.lines.show_vertical_scrollbar


async def test_a_scrollbar_that_comes_or_goes_does() -> None:
    async with view() as viewed:
        assert await viewed.layouts_for(ROWS + 1) > 0
        assert viewed.lines.show_vertical_scrollbar
        assert await viewed.layouts_for(ROWS) > 0
        assert not viewed.lines.show_vertical_scrollbar


async def test_lengths_beyond_the_height_move_the_scrollbar_only() -> None:
    async with view() as viewed:
        await viewed.layouts_for(30)
        for lines in (40, 11, 4000):
            assert await viewed.layouts_for(lines) == 0
            assert viewed.lines.vertical_scrollbar.window_virtual_size == lines
            assert viewed.lines.max_scroll_y == lines - ROWS


async def test_the_end_of_the_text_is_not_scrolled_past() -> None:
    async with view() as viewed:
        await viewed.layouts_for(100)
        viewed.lines.scroll_end(animate=False, immediate=True)
        assert viewed.lines.scroll_y == 90
        assert await viewed.layouts_for(30) == 0

        assert viewed.lines.scroll_y == 20


async def test_the_same_length_again_is_nothing_new() -> None:
    async with view() as viewed:
        for lines in (5, 50):
            await viewed.layouts_for(lines)
            assert await viewed.layouts_for(lines) == 0
