"""The bottom line: each key once, the most needed ones always, and all of them by mouse."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from heicdepth_tui.ui.screens.help import HelpScreen

Open = Callable[..., AbstractAsyncContextManager[Any]]


def bottom(driven: Any) -> str:
    return str(driven.text.splitlines()[-1])


@pytest.mark.parametrize("width", [80, 100, 140])
async def test_each_key_stands_there_once(open_app: Open, sample_folder: Path, width: int) -> None:
    async with open_app(sample_folder, size=(width, 40)) as driven:
        await driven.settled()
        line = bottom(driven)

    words = ["? Help", "/ Find", "enter Zoom", "3 Spin", "m Probe", "c Colours", "e Export"]
    words += ["f Depth", "s Sort"] if width >= 100 else []
    for word in (*words, "q Quit"):
        assert line.count(word) == 1, line
    assert line.lstrip().startswith("? Help")
    assert line.rstrip().endswith("q Quit")


async def test_what_has_no_room_gives_way_to_what_is_needed(
    open_app: Open, sample_folder: Path
) -> None:
    async with open_app(sample_folder, size=(44, 20)) as driven:
        await driven.settled()
        line = bottom(driven)

    assert len(line) == 44
    for word in ("? Help", "/ Find", "e Export", "q Quit"):
        assert word in line


async def test_no_key_is_cut_where_the_terminal_is_narrow(
    open_app: Open, sample_folder: Path
) -> None:
    async with open_app(sample_folder, size=(30, 10)) as driven:
        await driven.settled()
        line = bottom(driven)

    assert line.split() == ["?", "Help", "/", "Find", "q", "Quit"]


async def test_a_click_does_what_the_key_does(open_app: Open, sample_folder: Path) -> None:
    async with open_app(sample_folder, size=(100, 40)) as driven:
        await driven.settled()
        await driven.pilot.click("KeyBar", offset=(bottom(driven).index("? Help") + 3, 0))
        await driven.until(lambda: isinstance(driven.app.screen, HelpScreen), "help")
        await driven.pilot.press("escape")
        await driven.until(lambda: driven.app.screen is driven.app.browse, "help closed")
        await driven.pilot.click("KeyBar", offset=(bottom(driven).index("f Depth"), 0))
        await driven.until(lambda: len(driven.names) == 5, "only photos with depth")


async def test_a_click_in_the_list_selects(open_app: Open, sample_folder: Path) -> None:
    async with open_app(sample_folder, size=(100, 40)) as driven:
        await driven.scanned()
        await driven.pilot.click("#photos", offset=(5, 2))
        await driven.until(lambda: driven.state.entry.name == "IMG_0418.HEIC", "the third photo")
