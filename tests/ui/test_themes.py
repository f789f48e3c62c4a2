"""The colours of the themes are those that terminals of few colours show."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from cells_shown import fresh
from rich.color import Color, ColorSystem

from heicdepth_tui.draw.modes import ColorMode
from heicdepth_tui.ui.model.palettes import palette_of

Open = Callable[..., AbstractAsyncContextManager[Any]]
Rgb = tuple[int, int, int]
GROUNDS = ("background", "surface", "panel", "cursor", "rule", "scrollbar")
VGA = [
    f"#{colour}"
    for colour in [
        "000000",
        "aa0000",
        "00aa00",
        "aa5500",
        "0000aa",
        "aa00aa",
        "00aaaa",
        "aaaaaa",
        "555555",
        "ff5555",
        "55ff55",
        "ffff55",
        "5555ff",
        "ff55ff",
        "55ffff",
        "ffffff",
    ]
]
GREY_STEP = 10
"""Levels between two greys of xterm's palette; rich rounds light greys down by one."""


def shown(colour: str, system: ColorSystem) -> Rgb:
    """Return a colour as a terminal of few colours shows it."""
    return tuple(Color.parse(colour).downgrade(system).get_truecolor())


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_every_colour_for_256_is_an_entry_of_the_palette(theme: str) -> None:
    for name, colour in asdict(palette_of(theme, ColorMode.PALETTE)).items():
        meant, found = Color.parse(colour).get_truecolor(), shown(colour, ColorSystem.EIGHT_BIT)
        assert max(abs(a - b) for a, b in zip(meant, found, strict=True)) <= GREY_STEP, name


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_every_colour_for_16_is_one_of_them(theme: str) -> None:
    for name, colour in asdict(palette_of(theme, ColorMode.ANSI16)).items():
        number = Color.parse(colour).downgrade(ColorSystem.STANDARD).number
        assert number is not None
        assert VGA[number] == colour, name


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize(
    ("mode", "system"),
    [(ColorMode.PALETTE, ColorSystem.EIGHT_BIT), (ColorMode.ANSI16, ColorSystem.STANDARD)],
)
def test_grounds_are_grey_and_the_cursor_row_stands_out(
    theme: str, mode: ColorMode, system: ColorSystem
) -> None:
    palette = palette_of(theme, mode)
    for name in GROUNDS:
        assert len(set(shown(getattr(palette, name), system))) == 1, name
    assert shown(palette.cursor, system) != shown(palette.background, system)
    assert shown(palette.accent, system) != shown(palette.error, system)
    assert shown(palette.cursor_text, system) != shown(palette.cursor, system)


@pytest.mark.parametrize("system", ["256", "standard"])
async def test_the_selected_row_has_a_ground_and_legible_text(
    open_app: Open, sample_folder: Path, monkeypatch: pytest.MonkeyPatch, system: str
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TEXTUAL_COLOR_SYSTEM", system)
    async with open_app(sample_folder, size=(120, 40)) as driven:
        await driven.scanned()
        await driven.settled()
        selected, other = (fresh(driven.app).box(0, row, 38, 1)[0] for row in (1, 2))

    assert {cell[2] for cell in selected} != {cell[2] for cell in other}
    assert all(cell[1] != cell[2] for cell in selected if cell[0] != " ")
