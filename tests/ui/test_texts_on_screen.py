"""Texts that must be whole and understood: help, palette, find bar, dialog keys, toasts."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from browsing import LANDSCAPE

from heicdepth_tui.ui.screens.export_dialog import ExportDialog
from heicdepth_tui.ui.screens.help import HelpScreen

Open = Callable[..., AbstractAsyncContextManager[Any]]


@pytest.mark.parametrize("size", [(60, 140), (118, 80)])
async def test_wrapped_lines_of_the_help_go_on_below_their_text(
    open_app: Open, sample_folder: Path, size: tuple[int, int]
) -> None:
    async with open_app(sample_folder / LANDSCAPE, size=size) as driven:
        await driven.settled()
        await driven.pilot.press("question_mark")
        await driven.until(lambda: isinstance(driven.app.screen, HelpScreen), "help")
        await driven.until(lambda: "point cloud" in driven.text, "its text")
        await driven.pilot.pause()
        lines = driven.text.splitlines()

    row = next(number for number, line in enumerate(lines) if "point cloud" in line)
    column = lines[row].index("point cloud")
    assert lines[row][column - 15] == "e"
    following = lines[row + 1][column - 15 :]
    # Either the text has room, or it goes on below its own beginning.
    assert following.startswith("E  ") or following[:15].isspace()
    if size[0] == 60:
        assert following[:15].isspace()


async def test_the_help_names_every_letter_of_each_view(
    open_app: Open, sample_folder: Path
) -> None:
    async with open_app(sample_folder / LANDSCAPE, size=(100, 190)) as driven:
        await driven.settled()
        browse = driven.app.browse
        views = {"browse": browse.BINDINGS, **browse.view_bindings()}
        await driven.pilot.press("question_mark")
        await driven.until(lambda: "metadata tree (I)" in driven.text, "its text")
        # The main screen shows at the sides.
        lines = [line[2:-2].strip(" │") for line in driven.text.splitlines()]

    groups: dict[str, str] = {}
    title = ""
    for line in lines:
        if line.split(" (")[0] in _GROUPS:
            title = line.split()[0]
        # What explains the keys may name further ones: "esc back".
        groups[title] = f"{groups.get(title, '')} {line}"
    for view in ("browse", "probe", "spin", "zoom", "layers", "metadata"):
        own = set() if view == "browse" else {view}
        named = " ".join(groups[group] for group in _EVERYWHERE | own)
        words = set(named.replace(",", " ").replace(";", " ").split())
        # 1 – 9
        words |= set("2345678") if "–" in words else set()
        assert (view, _letters(views[view]) - words) == (view, set())


def _letters(bindings: Iterable[Any]) -> set[str]:
    """Return the letters and digits among the keys of bindings."""
    return {
        key
        for binding in bindings
        for key in binding.key.split(",")
        if len(key) == 1 and key.isalnum()
    }


_GROUPS = {
    *("move", "list", "picture", "probe", "spin", "zoom", "layers", "metadata tree"),
    *("export and more", "marks in the list"),
}
_EVERYWHERE = {"move", "list", "picture", "export"}


async def test_the_palette_names_keys_as_they_are_typed(
    open_app: Open, sample_folder: Path
) -> None:
    async with open_app(sample_folder / LANDSCAPE) as driven:
        await driven.settled()
        await driven.pilot.press("ctrl+p", *"Next")
        await driven.until(lambda: "Next depth" in driven.text, "the commands")
        text = driven.text

    assert "Next depth (])" in text
    assert "bracket" not in text
    assert text.count("Next match") == 1


@pytest.mark.parametrize(
    ("typed", "count"), [("img", "7 matches "), ("IMG", "7 matches, capitals count")]
)
async def test_the_find_bar_says_when_capitals_count(
    open_app: Open, sample_folder: Path, typed: str, count: str
) -> None:
    async with open_app(sample_folder) as driven:
        await driven.scanned()
        await driven.pilot.press("slash", *typed)
        await driven.until(lambda: count in driven.text, "the count")


async def test_toasts_leave_title_and_find_bar_free(open_app: Open, sample_folder: Path) -> None:
    async with open_app(sample_folder, size=(80, 24)) as driven:
        await driven.scanned()
        for number in range(2):
            driven.app.notify(f"a toast\nof several lines\nnumber {number}", timeout=60)
        await driven.pilot.press("slash", *"0424")
        await driven.until(lambda: "number 1" in driven.text, "the toasts")
        await driven.until(lambda: "1 match" in driven.text, "the count")
        await driven.pilot.press("enter", "v")
        await driven.until(lambda: "range begins here" in driven.text, "the status")


@pytest.mark.parametrize("size", [(30, 10), (60, 20), (100, 30)])
async def test_the_key_that_exports_is_named_at_every_size(
    open_app: Open, sample_folder: Path, size: tuple[int, int]
) -> None:
    async with open_app(sample_folder / LANDSCAPE, size=size) as driven:
        await driven.settled()
        await driven.pilot.press("E")
        await driven.until(lambda: isinstance(driven.app.screen, ExportDialog), "the dialog")
        await driven.until(lambda: "ctrl+e exports" in driven.text, "its key")


async def test_joined_emoji_of_a_name_are_shown(
    open_app: Open, sample_folder: Path, tmp_path: Path
) -> None:
    shutil.copy(sample_folder / LANDSCAPE, tmp_path / "\U0001f469\u200d\U0001f4bb.heic")
    async with open_app(tmp_path) as driven:
        await driven.settled()

        assert "\U0001f469\u200d\U0001f4bb.heic" in driven.text
        assert "u200d" not in driven.text
