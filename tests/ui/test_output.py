"""What is painted without Textual is what Textual would have painted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from cells_shown import Cells, differences, fresh, rendered, use_true_colours
from textual import events
from textual.geometry import Size

from heicdepth_tui.ui.terminal.internals import HookedApp, is_at_rest, is_covered
from tests.support.waiting import until_outside

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
        if update is not None:
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
        widgets = (*browse.walk_children(), *bars, browse.photos.vertical_scrollbar)
        await self.driven.until(
            lambda: (
                browse.panel.tables is not None
                and browse.arrays.rows == browse.panel.tables.rows
                and is_at_rest(browse, widgets)
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

    def assert_shows_the_screen(self) -> None:
        """Compare every cell."""
        found = differences(self.terminal.all, fresh(self.app).all)
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
            filter_update = driven.app.output.filter_update

            def filtered(screen: object, update: object) -> object:
                left = filter_update(screen, update)
                watched.take_textual(left)
                return left

            monkeypatch.setattr(driven.app.output, "filter_update", filtered)
            monkeypatch.setattr(driven.app.terminal, "write", watched.take_direct)
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


async def test_a_chosen_row_and_a_scrolled_table_give_way_to_the_next_photo(
    watch: Callable[..., Any], sample_folder: Path
) -> None:
    async with watch(sample_folder, size=(140, 45)) as watched:
        facts = watched.app.browse.facts
        await watched.driven.pilot.click(facts, offset=(2, 3))
        await watched.driven.until(lambda: bool(facts.copied), "a chosen row")
        await watched.press("j")
        assert not facts.copied
        watched.assert_shows_the_screen()
        facts.scroll_end(animate=False, immediate=True)
        await watched.driven.until(lambda: facts.scroll_offset.y > 0, "the end of the table")
        await watched.press("j")
        assert facts.scroll_offset.y == 0
        watched.assert_shows_the_screen()


async def test_a_table_longer_than_its_room_keeps_its_scrollbar(
    watch: Callable[..., Any], sample_folder: Path
) -> None:
    async with watch(sample_folder, size=(140, 45)) as watched:
        assert watched.app.browse.facts.show_vertical_scrollbar
        await watched.press("j")
        watched.assert_shows_the_screen()


async def test_row_and_images_of_a_known_photo_are_written_when_the_key_is_handled(
    watch: Callable[..., Any], sample_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watch(sample_folder) as watched:
        app = watched.app
        # Both photos and their tables are known now.
        await watched.press("j")
        await watched.press("k")
        watched.direct.clear()
        watched.by_textual.clear()
        found: list[tuple[int, int, list[str]]] = []

        message_handled = app.message_handled

        def handled() -> None:
            message_handled()
            if app.browse.photos.cursor and not found:
                found.extend(shown_of_what_changed())

        def shown_of_what_changed() -> Iterator[tuple[int, int, list[str]]]:
            pictures = app.browse.pictures
            parts = pictures.photo.image, pictures.depth.image, pictures.photo.heading
            row = (1, 1, app.browse.photos.size.width - 2, 2)
            writes = len(watched.direct), len(watched.by_textual)
            screen = fresh(app)
            for box in (row, *(tuple(part.region) for part in parts)):
                yield (*writes, differences(watched.terminal.box(*box), screen.box(*box)))

        monkeypatch.setattr(app, "message_handled", handled)
        await watched.press("j")

        assert found == [(1, 0, [])] * 4
        depth = app.browse.pictures.depth
        assert depth.image.picture is not None
        assert depth.view.entry.name == "IMG_0415.HEIC"


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


async def test_a_toast_stays_over_what_is_written(
    watch: Callable[..., Any], sample_folder: Path
) -> None:
    async with watch(sample_folder) as watched:
        watched.app.notify("a toast over the pictures and the tables", timeout=60)
        await watched.driven.until(lambda: is_covered(watched.app.browse), "a toast")
        watched.direct.clear()
        for key in ("j", "b"):
            await watched.press(key)
            watched.assert_shows_the_screen()
        assert watched.direct
        assert "a toast over" in "\n".join(watched.terminal.lines)


async def test_the_terminal_shows_every_view_after_each_of_its_keys(
    watch: Callable[..., Any], sample_folder: Path
) -> None:
    async with watch(sample_folder) as watched:
        app, browse = watched.app, watched.app.browse

        async def press(key: str) -> None:
            await watched.driven.pilot.press(key)
            await watched.driven.idle()
            watched.assert_shows_the_screen()

        for opens, keys in (
            ("m", ("l", "space", "shift+right", "H")),
            ("z", ("plus", "plus", "l", "2")),
            ("o", ("o", "tab", "l")),
            ("3 3", ("l", "n")),
            ("i", ("down", "pagedown")),
            ("I", ("down", "down", "right")),
            ("E", ("tab", "space")),
        ):
            for key in opens.split():
                await press(key)
            assert app.screen is not browse
            watched.direct.clear()
            for key in keys:
                await press(key)
            assert watched.direct, opens
            await press("escape")
            assert app.screen is browse


@pytest.mark.parametrize("keys", ["", "m", "3 3", "E"])
async def test_a_size_that_comes_and_goes_leaves_nothing_blank(
    watch: Callable[..., Any], sample_folder: Path, keys: str
) -> None:
    async with watch(sample_folder) as watched:
        app = watched.app
        await watched.driven.pilot.press(*keys.split())
        await watched.driven.idle()
        # What a terminal shows after it was small; the app gets both sizes before it lays out.
        watched.terminal = Cells(*app.size)
        for size in (Size(40, 12), app.size):
            app.post_message(events.Resize(size, size))
            app.call_later(lambda: None)
        await watched.driven.pilot.pause()
        await watched.driven.idle()
        watched.assert_shows_the_screen()


async def test_nothing_is_written_while_a_layout_is_due(
    watch: Callable[..., Any], sample_folder: Path
) -> None:
    async with watch(sample_folder) as watched:
        app = watched.app
        app.browse.pictures.refresh(layout=True)
        app.browse.photos.refresh()
        app.output.forget_screen()
        app.output.flush()
        assert watched.direct == []

        await watched.settled()
        watched.assert_shows_the_screen()
        await watched.press("j")
        assert watched.direct


@pytest.mark.parametrize("by_app", [True, False], ids=["app", "list"])
async def test_an_error_while_writing_ends_the_app_as_a_crash(
    watch: Callable[..., Any], sample_folder: Path, monkeypatch: pytest.MonkeyPatch, by_app: bool
) -> None:
    apps: list[Any] = []

    async def run() -> None:
        async with watch(sample_folder) as watched:
            apps.append(watched.app)
            monkeypatch.setattr(watched.app.terminal, "write", lambda _: 1 // 0)
            pump = watched.app if by_app else watched.app.browse.photos
            pump.call_later(watched.app.browse.photos.action_move, 1)
            await until_outside(lambda: watched.app.crash is not None, "the crash")

    with pytest.raises(ZeroDivisionError):
        await run()
    assert isinstance(apps[0].crash, ZeroDivisionError)


async def test_a_terminal_that_can_take_it_in_one_piece_gets_it_so(
    watch: Callable[..., Any], sample_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watch(sample_folder) as watched:
        app = watched.app
        monkeypatch.setattr(HookedApp, "has_synchronized_output", True)
        app.output.forget_screen()
        app.browse.photos.refresh()
        app.output.flush()

        assert watched.direct[0].startswith("\x1b[?2026h")
        assert watched.direct[0].endswith("\x1b[?2026l")


async def test_what_arrives_while_the_app_ends_is_not_painted(
    watch: Callable[..., Any], sample_folder: Path
) -> None:
    async with watch(sample_folder) as watched:
        watched.direct.clear()
    watched.app.output.flush()

    assert watched.direct == []
