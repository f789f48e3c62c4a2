"""Each key of each view does what its binding says: none is taken by another view or widget."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from browsing import LANDSCAPE
from textual.binding import Binding

from heicdepth_tui.ui.screens.commands import PhotoCommands
from heicdepth_tui.ui.widgets.bindings import shown_keys

Open = Callable[..., AbstractAsyncContextManager[Any]]

VIEWS: tuple[tuple[str, Callable[[Any], bool]], ...] = (
    ("", lambda screen: True),
    ("3", lambda screen: screen.cloud.control.is_up_to_date),
    ("3 3", lambda screen: screen.is_up_to_date),
    ("z", lambda screen: screen.is_settled),
    ("m", lambda screen: screen.depth_view.cross is not None),
    ("o", lambda screen: screen.shown is not None),
    ("i", lambda screen: True),
    ("I", lambda screen: screen.tree_view.cursor_node is not None),
    ("E", lambda screen: True),
    ("x", lambda screen: True),
    ("L", lambda screen: True),
    ("question_mark", lambda screen: True),
)


def bindings(app: Any) -> Iterator[tuple[str, str]]:
    """Yield key and action of what the focused widget, those around it and its screen bind.

    A key of a widget has another meaning than outside of it, as those that turn the cloud have.
    """
    taken: set[str] = set()
    for node in [app.screen] if app.focused is None else app.focused.ancestors_with_self:
        own = [one for one in node.BINDINGS if isinstance(one, Binding) and one.id is not None]
        keys = [(key, one.action) for one in own for key in one.key.split(",")]
        yield from (one for one in keys if one[0] not in taken)
        taken.update(key for key, _ in keys)


@pytest.mark.parametrize(("keys", "is_ready"), VIEWS, ids=[keys or "main" for keys, _ in VIEWS])
async def test_every_key_reaches_its_action(
    open_app: Open,
    sample_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    keys: str,
    is_ready: Callable[[Any], bool],
) -> None:
    async with open_app(sample_folder) as driven:
        await driven.scanned()
        await driven.select(LANDSCAPE)
        if keys == "L":
            await driven.pilot.press("e")
            await driven.until(lambda: "exported" in driven.toasts, "an export to report")
        await driven.pilot.press(*keys.split())
        await driven.until(lambda: is_ready(driven.app.screen), "the view")
        await driven.idle()
        expected = list(bindings(driven.app))
        called: list[str] = []

        async def note(action: str, *_: object) -> bool:
            # What Textual binds besides, such as scrolling, is refused where nothing scrolls.
            is_ours = action in {ours for _, ours in expected}
            called.extend([action] * is_ours)
            return is_ours

        found = []
        with monkeypatch.context() as patch:
            patch.setattr(driven.app, "run_action", note)
            for key, _ in expected:
                called.clear()
                await driven.pilot.press(key)
                found.append((key, *called))

    assert len(found) > 2
    assert found == expected


@pytest.mark.parametrize(("keys", "is_ready"), VIEWS, ids=[one or "main" for one, _ in VIEWS])
async def test_the_palette_offers_every_key(
    open_app: Open, sample_folder: Path, keys: str, is_ready: Callable[[Any], bool]
) -> None:
    async with open_app(sample_folder) as driven:
        await driven.scanned()
        await driven.select(LANDSCAPE)
        await driven.pilot.press(*keys.split())
        await driven.until(lambda: is_ready(driven.app.screen), "the view")
        assert list(driven.app.COMMANDS) == [PhotoCommands]
        found = [str(hit.display) async for hit in PhotoCommands(driven.app.screen).discover()]

        shown = " ".join(found)
        of_app = {key for one in driven.app.BINDINGS for key in one.key.split(",")}
        missing = [key for key, _ in bindings(driven.app) if f"{shown_keys(key)}" not in shown]
        assert [key for key in missing if key not in of_app] == []
