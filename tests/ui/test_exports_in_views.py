"""Running exports in the title of each view: seen, stopped, and their path copied at the end."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from browsing import LANDSCAPE
from exporting import Gate

from heicdepth_tui.ui.widgets import title as title_module

Open = Callable[..., AbstractAsyncContextManager[Any]]

VIEWS = {
    "spin": ("3", "3", "e"),
    "probe": ("m", "e"),
    "zoom": ("z", "e"),
    "layers": ("o", "e"),
    "tree": ("e", "I"),
}


@pytest.mark.usefixtures("no_delay")
@pytest.mark.parametrize(
    ("name", "by_mouse"), [*((name, False) for name in VIEWS), ("spin", True), ("layers", True)]
)
async def test_every_view_shows_exports_in_its_title_and_stops_them(
    open_app: Open, sample_folder: Path, tmp_path: Path, gate: Gate, name: str, by_mouse: bool
) -> None:
    def title() -> str:
        return str(driven.text.splitlines()[0])

    async with open_app(sample_folder / LANDSCAPE, size=(80, 24)) as driven:
        await driven.settled()
        await driven.until(lambda: driven.state.tables is not None, "the tables")
        for key in VIEWS[name]:
            await driven.pilot.press(key)
            if not gate.begun:
                # The keys of a cloud have nothing to do before it is there.
                await driven.idle()
        await driven.until(lambda: "0 of 1  IMG_0412.HEIC" in title(), "the state in the title")
        assert LANDSCAPE in title()[:30]
        screen, below = driven.app.screen, driven.text.splitlines()[1:]
        assert "X stops" in title()
        if by_mouse:
            await driven.pilot.click(screen.title_bar, offset=(title().index("X stops") + 3, 0))
        else:
            await driven.pilot.press("X")
        await driven.until(lambda: "stopping" in title(), "the reply")
        # Nothing of the view has moved.
        assert driven.text.splitlines()[1:] == below
        gate.open()
        await driven.until(lambda: "X stops" not in driven.text, "the state gone")
        await driven.until(lambda: "exported" in driven.toasts, "the end")
        assert driven.app.screen is screen
        await driven.pilot.press("y")
        # One photo was begun: it is finished.
        assert driven.app.clipboard == str(tmp_path / "out" / "IMG_0412.pcd")
        assert driven.app.clipboard in driven.toasts.replace("\n", "")


@pytest.mark.usefixtures("no_delay")
async def test_a_status_stands_before_the_state_of_exports(
    open_app: Open, sample_folder: Path, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(title_module, "STATUS_SECONDS", 0.2)
    async with open_app(sample_folder / LANDSCAPE, size=(80, 24)) as driven:
        await driven.settled()
        await driven.pilot.press("e", "o")
        await driven.until(lambda: "X stops" in driven.text.splitlines()[0], "the state")
        await driven.pilot.press("C")
        await driven.until(lambda: "far is bright" in driven.text, "the status")
        assert "X stops" not in driven.text.splitlines()[0]
        await driven.until(lambda: "X stops" in driven.text.splitlines()[0], "the state again")
        gate.open()


@pytest.mark.usefixtures("no_delay")
@pytest.mark.parametrize("key", ["z", "o"])
async def test_count_and_key_stay_in_the_narrowest_title(
    open_app: Open, sample_folder: Path, gate: Gate, key: str
) -> None:
    async with open_app(sample_folder / LANDSCAPE, size=(30, 10)) as driven:
        await driven.settled()
        await driven.pilot.press("e", key)
        await driven.until(lambda: " 0 of 1" in driven.text.splitlines()[0], "the count")
        assert driven.text.splitlines()[0].rstrip().endswith("X stops")
        gate.open()


@pytest.mark.usefixtures("no_delay")
async def test_the_key_that_stops_is_the_one_in_force(
    open_app: Open, sample_folder: Path, gate: Gate
) -> None:
    keymap = {"export.stop": "f5"}
    async with open_app(sample_folder / LANDSCAPE, size=(80, 24), keymap=keymap) as driven:
        await driven.settled()
        await driven.pilot.press("e")
        await driven.until(lambda: "f5 stops" in driven.text.splitlines()[-2], "the bar")
        await driven.pilot.press("z")
        await driven.until(lambda: "f5 stops" in driven.text.splitlines()[0], "the title")
        await driven.pilot.press("f5")
        await driven.until(lambda: "stopping" in driven.text.splitlines()[0], "the reply")
        gate.open()


@pytest.mark.usefixtures("no_delay")
async def test_a_reading_of_the_layers_screen_leaves_exports_their_count_and_key(
    open_app: Open, sample_folder: Path, gate: Gate
) -> None:
    async with open_app(sample_folder / LANDSCAPE, size=(80, 24)) as driven:
        await driven.settled()
        await driven.pilot.press("o")
        screen = driven.app.screen
        await driven.until(lambda: screen.shown is not None, "a view")
        await driven.pilot.press("e")
        await driven.until(lambda: "X stops" in driven.text.splitlines()[0], "the state")
        width, height = screen.picture.size
        await driven.pilot.hover(screen.picture, offset=(width // 2, height // 2))
        await driven.until(lambda: bool(screen.title_bar.reading), "the reading")
        line = driven.text.splitlines()[0]
        assert screen.title_bar.reading in line
        assert line.rstrip().endswith("X stops")
        assert " 0 of 1 " in line
        gate.open()


@pytest.mark.parametrize("keys", ["z", "m", "o", "I"])
async def test_views_say_that_nothing_is_to_be_stopped(
    open_app: Open, sample_folder: Path, keys: str
) -> None:
    async with open_app(sample_folder / LANDSCAPE) as driven:
        await driven.settled()
        await driven.pilot.press(keys, "X")
        await driven.until(lambda: "no export is running" in driven.text, "the reply")


async def test_a_table_in_full_copies_the_path_while_its_message_is_shown(
    open_app: Open, sample_folder: Path, tmp_path: Path
) -> None:
    async with open_app(sample_folder / LANDSCAPE) as driven:
        await driven.settled()
        await driven.until(lambda: driven.state.tables is not None, "the tables")
        await driven.pilot.press("e")
        await driven.until(lambda: "exported" in driven.toasts, "the message")
        await driven.pilot.press("i", "y")
        path = str(tmp_path / "out" / "IMG_0412.pcd")
        await driven.until(lambda: driven.app.clipboard == path, "the path")
