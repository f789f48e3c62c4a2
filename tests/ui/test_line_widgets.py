"""Widgets of lines render what Textual renders of them, in less time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from browsing import LANDSCAPE
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from heicdepth_tui.ui.terminal.internals import clear_render_cache
from heicdepth_tui.ui.widgets.line_view import LineWidget

Open = Callable[..., AbstractAsyncContextManager[Any]]


def cells(strips: list[Strip]) -> list[list[tuple[str, Style | None]]]:
    return [
        [(char, segment.style) for segment in strip for char in segment.text] for strip in strips
    ]


def shown_widgets(driven: Any) -> Iterator[LineWidget]:
    for widget in driven.app.screen.walk_children(LineWidget):
        if widget.region.area and widget.is_on_screen:
            yield widget


@pytest.mark.parametrize(
    ("size", "keys", "count"),
    [
        ((164, 56), "", 7),  # the metadata with a border above
        ((220, 50), "", 7),  # with one at the left
        ((60, 18), "", 4),  # no tables
        ((120, 40), "i", 1),  # another screen
    ],
)
async def test_lines_are_those_that_textual_renders(
    open_app: Open, sample_folder: Path, size: tuple[int, int], keys: str, count: int
) -> None:
    async with open_app(sample_folder, size=size) as driven:
        await driven.select(LANDSCAPE)
        await driven.until(lambda: driven.app.browse.arrays.plain != "", "the tables")
        if keys:
            await driven.pilot.press(*keys)
        await driven.settled()
        widgets = list(shown_widgets(driven))
        assert len(widgets) == count
        for widget in widgets:
            width, height = widget.region.size
            for crop in (
                Region(0, 0, width, height),
                Region(2, height // 2, width // 2, height - height // 2),
            ):
                clear_render_cache(widget)
                expected = Widget.render_lines(widget, crop)
                clear_render_cache(widget)
                assert cells(LineWidget.render_lines(widget, crop)) == cells(expected), widget


async def test_lines_follow_another_theme(open_app: Open, sample_folder: Path) -> None:
    async with open_app(sample_folder, size=(120, 40)) as driven:
        await driven.select(LANDSCAPE)
        before = cells(driven.app.browse.title_bar.render_lines(Region(0, 0, 120, 1)))
        driven.app.theme = "textual-light"
        await driven.settled()
        title = driven.app.browse.title_bar
        clear_render_cache(title)
        after = cells(title.render_lines(Region(0, 0, 120, 1)))

        assert after != before
        assert after == cells(Widget.render_lines(title, Region(0, 0, 120, 1)))
