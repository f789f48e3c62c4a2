"""What is painted without Textual is what Textual would have painted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from cells_shown import Cells, differences, fresh, rendered, use_true_colours
from textual._compositor import CompositorUpdate
from textual.app import App
from textual.screen import Screen
from textual.widget import Widget

Open = Callable[..., AbstractAsyncContextManager[Any]]


class Watched:
    """The app, and a terminal that takes in what Output and Textual write, in their order."""

    def __init__(self, driven: Any) -> None:
        self.driven = driven
        self.app = driven.app
        self.terminal = Cells(1, 1)
        self.direct: list[str] = []
        """What Output wrote."""
        self.by_textual: list[str] = []

    def take_direct(self, text: str) -> None:
        self.direct.append(text)
        self.terminal.feed(text)

    def take_textual(self, update: object) -> None:
        if isinstance(update, CompositorUpdate):
            self.by_textual.append(rendered(self.app, update))
            self.terminal.feed(self.by_textual[-1])

    async def press(self, *keys: str) -> None:
        """Type keys, and wait until all that they bring is painted."""
        await self.driven.pilot.press(*keys)
        await self.settled()

    async def settled(self) -> None:
        await self.driven.settled()
        browse = self.app.browse
        bars = (browse.arrays.vertical_scrollbar, browse.facts.vertical_scrollbar)
        widgets = (*self.app.output._widgets, *browse.walk_children(), *bars)
        await self.driven.until(
            lambda: (
                browse.inspector.has_tables
                and browse.arrays._rows == browse.inspector.rows()
                and not any(widget._repaint_required for widget in widgets)
                and not browse._dirty_widgets
                and not browse._layout_required
            ),
            "everything painted",
        )

    async def change_unseen(self) -> None:
        """Select the next photo, and wait until what was to be called after its paint is called."""
        called: list[str] = []
        self.app.browse.photos.action_move(1)
        self.app.output.after_flush(lambda: called.append("painted"))
        self.app.output.flush()
        await self.driven.settled()
        await self.driven.until(lambda: called == ["painted"], "what follows the paint")

    def assert_shows_the_screen(self, *, bars: bool = False) -> None:
        """Compare every cell; those of the tables' scrollbars only where asked to."""
        terminal, screen = self.terminal.all, fresh(self.app).all
        for table in () if bars else (self.app.browse.arrays, self.app.browse.facts):
            column, row, columns, rows = table.vertical_scrollbar.region
            for y in range(row, row + rows):
                del terminal[y][column : column + columns], screen[y][column : column + columns]
        found = differences(terminal, screen)
        assert (found[:5], len(found)) == ([], 0)


@pytest.fixture
def watch(open_app: Open, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Return a function that opens the app in true colours, all that it writes being kept."""
    use_true_colours(monkeypatch)

    @asynccontextmanager
    async def run(*paths: Path, **options: Any) -> AsyncIterator[Watched]:
        async with open_app(*paths, **{"size": (112, 36), **options}) as driven:
            await driven.scanned()
            await driven.settled()
            watched = Watched(driven)
            await watched.settled()
            watched.terminal = fresh(driven.app)
            display = App._display

            def displayed(app: App[Any], screen: Screen[object], update: Any) -> None:
                watched.take_textual(update)
                display(app, screen, update)

            monkeypatch.setattr(App, "_display", displayed)
            monkeypatch.setattr(driven.app._driver, "write", watched.take_direct)
            yield watched

    return run


@pytest.mark.parametrize("size", [(112, 36), (60, 20)])
async def test_the_terminal_shows_the_screen_after_every_key(
    watch: Callable[..., Any], sample_folder: Path, size: tuple[int, int]
) -> None:
    async with watch(sample_folder, size=size) as watched:
        for keys in ("j", "j", "pagedown", "home", "b"):
            await watched.press(keys)
            watched.assert_shows_the_screen()
        assert watched.direct


async def test_a_list_longer_than_the_screen_keeps_its_scrollbar(
    watch: Callable[..., Any], sample_folder: Path, tmp_path: Path
) -> None:
    for number in range(40):
        (tmp_path / f"{number}.heic").symlink_to(sample_folder / "IMG_0427.HEIC")
    async with watch(tmp_path, size=(80, 24)) as watched:
        assert watched.app.browse.photos.show_vertical_scrollbar
        for keys in ("j", "pagedown", "end"):
            await watched.press(keys)
            watched.assert_shows_the_screen()
        assert watched.direct


async def test_a_table_longer_than_its_room_keeps_its_scrollbar(
    watch: Callable[..., Any], sample_folder: Path
) -> None:
    async with watch(sample_folder, size=(140, 45)) as watched:
        assert watched.app.browse.facts.show_vertical_scrollbar
        await watched.press("j")
        watched.assert_shows_the_screen(bars=True)


async def test_row_and_pictures_of_a_known_photo_are_painted_before_the_key_is_done(
    watch: Callable[..., Any], sample_folder: Path
) -> None:
    async with watch(sample_folder) as watched:
        app = watched.app
        # Both photos and the facts about them are known now.
        await watched.press("j")
        await watched.press("k")
        watched.direct.clear()
        watched.by_textual.clear()
        app.browse.photos.action_move(1)

        assert watched.by_textual == []
        screen = fresh(app)
        pictures = app.browse.pictures
        for box in (
            (1, 1, app.browse.photos.size.width - 2, 2),
            tuple(pictures.photo.canvas.region),
            tuple(pictures.depth.canvas.region),
            tuple(pictures.photo.heading.region),
        ):
            assert differences(watched.terminal.box(*box), screen.box(*box)) == []
        assert pictures.depth.canvas.source is not None
        assert pictures.depth.canvas.source.key[0].endswith("IMG_0415.HEIC")


async def test_only_what_the_terminal_does_not_show_is_written(
    watch: Callable[..., Any], sample_folder: Path
) -> None:
    async with watch(sample_folder) as watched:
        photos, output = watched.app.browse.photos, watched.app.output
        output.flush()
        photos.refresh()
        output.flush()
        assert watched.direct == []

        output.forget_screen()
        photos.refresh()
        output.flush()
        assert len(watched.direct) == 1
        photos.refresh()
        output.flush()
        assert len(watched.direct) == 1


async def test_nothing_is_written_while_another_screen_lies_over_it(
    watch: Callable[..., Any], sample_folder: Path
) -> None:
    async with watch(sample_folder) as watched:
        app, browse = watched.app, watched.app.browse
        for key in ("E", "question_mark"):
            await watched.driven.pilot.press(key)
            await watched.driven.until(lambda: app.screen is not browse, "another screen")
            watched.direct.clear()
            await watched.change_unseen()
            assert watched.direct == []
            await watched.driven.pilot.press("escape")
            await watched.driven.until(lambda: app.screen is browse, "the main screen")
            await watched.settled()
            await watched.press("k")
            watched.assert_shows_the_screen()
            assert watched.direct


async def test_nothing_is_written_while_a_toast_lies_over_it(
    watch: Callable[..., Any], sample_folder: Path
) -> None:
    async with watch(sample_folder) as watched:
        watched.app.notify("a toast")
        await watched.driven.until(lambda: watched.app.browse.is_covered, "a toast")
        watched.direct.clear()
        await watched.change_unseen()
        assert watched.direct == []
        await watched.settled()
        watched.assert_shows_the_screen()


async def test_nothing_is_written_until_expected_layout_is_painted(
    watch: Callable[..., Any], sample_folder: Path
) -> None:
    async with watch(sample_folder) as watched:
        app = watched.app
        app.output.suspend_until_layout()
        app.browse.photos.refresh()
        app.output.flush()
        assert watched.direct == []

        await watched.settled()
        await watched.press("j")
        assert watched.direct


async def test_a_terminal_that_can_take_it_in_one_piece_gets_it_so(
    watch: Callable[..., Any], sample_folder: Path
) -> None:
    async with watch(sample_folder) as watched:
        app = watched.app
        app._sync_available = True
        app.output.forget_screen()
        app.browse.photos.refresh()
        app.output.flush()
        app._sync_available = False

        assert watched.direct[0].startswith("\x1b[?2026h")
        assert watched.direct[0].endswith("\x1b[?2026l")


async def test_what_arrives_while_the_app_ends_is_not_painted(
    watch: Callable[..., Any], sample_folder: Path
) -> None:
    async with watch(sample_folder) as watched:
        watched.direct.clear()
    watched.app.output.flush()

    assert watched.direct == []


def test_the_private_names_of_textual_are_there() -> None:
    for name in ("_exchange_repaint_regions", "_set_dirty"):
        assert callable(getattr(Widget, name))
    widget = Widget()
    for name in ("_repaint_required", "_layout_required"):
        assert isinstance(getattr(widget, name), bool)
    screen: Screen[None] = Screen()
    assert isinstance(screen._layout_required, bool)
    app: App[None] = App()
    assert app._sync_available is False
    assert app._driver is None
    assert callable(app._display)
