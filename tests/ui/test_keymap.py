"""A keymap moves keys, and help, key bar and palette name the keys in force."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

from heicdepth_tui.ui.screens.help import HelpScreen

Open = Callable[..., AbstractAsyncContextManager[Any]]


async def test_a_keymap_moves_a_key_and_help_and_key_bar_show_it(
    open_app: Open, sample_folder: Path
) -> None:
    keymap = {"sort": "w", "help": "f2,x", "list.down": "ctrl+j"}
    async with open_app(sample_folder, size=(160, 60), keymap=keymap) as driven:
        await driven.settled()
        sort_key = driven.app.session.library.sort_key
        assert "w Sort" in driven.text
        assert "f2 Help" in driven.text

        await driven.pilot.press("s")
        assert driven.app.session.library.sort_key is sort_key
        await driven.pilot.press("w")
        await driven.until(lambda: driven.app.session.library.sort_key is not sort_key, "sorted")
        await driven.pilot.press("j")
        assert driven.app.browse.photos.cursor == 0
        await driven.pilot.press("ctrl+j")
        await driven.until(lambda: driven.app.browse.photos.cursor == 1, "moved")

        await driven.pilot.press("x")
        await driven.until(lambda: isinstance(driven.app.screen, HelpScreen), "help")
        await driven.until(lambda: "sort by name" in driven.text, "the keys")
        lines = [" ".join(line.split()) for line in driven.text.splitlines()]

    assert any("w sort by name" in line for line in lines)
    assert any("f2 x this help" in line for line in lines)
    assert any("ctrl+j k ↑ next, previous photo" in line for line in lines)


async def test_the_palette_names_the_key_in_force(open_app: Open, sample_folder: Path) -> None:
    async with open_app(sample_folder, keymap={"sort": "w,f6"}) as driven:
        await driven.settled()
        await driven.pilot.press("ctrl+p", *"Sort")
        await driven.until(lambda: "Sort (w f6)" in driven.text, "the command")


async def test_the_help_names_the_keys_of_every_view_wherever_it_opens(
    open_app: Open, sample_folder: Path
) -> None:
    keymap = {"probe.mark": "x", "spin.turntable": "f3", "zoom.fit": "f4", "spin.left": "a"}
    async with open_app(sample_folder, size=(160, 120), keymap=keymap) as driven:
        await driven.settled()
        for keys in ((), ("z",)):
            await driven.pilot.press(*keys, "question_mark")
            await driven.until(lambda: isinstance(driven.app.screen, HelpScreen), "help")
            await driven.until(lambda: "spin (3)" in driven.text, "the keys")
            lines = [" ".join(line.split()) for line in driven.text.splitlines()]
            for row in ("x u set a mark", "f3 p turntable", "a j k l ↓ ↑ → turn; or drag"):
                assert any(row in line for line in lines), row
            await driven.pilot.press("escape")
            await driven.until(lambda: not isinstance(driven.app.screen, HelpScreen), "closed")
