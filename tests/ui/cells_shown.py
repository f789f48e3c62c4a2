"""What the tests of painting share: a terminal's cells, and the whole screen painted by Textual."""

from __future__ import annotations

from typing import Any

import pyte
import pytest
from rich.color import ColorSystem
from rich.style import Style
from textual.strip import Strip

from heicdepth_tui.ui.terminal.internals import clear_render_cache, whole_update

Cell = tuple[str, str, str, bool]
"""Character, its colour (empty for a blank, which has none), the colour behind it, bold."""


class Cells:
    """A terminal that keeps what is written to it."""

    def __init__(self, columns: int, rows: int) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.Stream(self._screen)
        # As the driver and the first frame do: lines do not wrap.
        self.feed("\x1b[?7l")

    def feed(self, text: str) -> None:
        self._stream.feed(text)

    @property
    def lines(self) -> list[str]:
        return list(self._screen.display)

    def line(self, row: int, column: int, columns: int) -> str:
        """Return the text of a part of a line."""
        return "".join(cell[0] for cell in self.box(column, row, columns, 1)[0])

    def box(self, column: int, row: int, columns: int, rows: int) -> list[list[Cell]]:
        """Return the cells of a rectangle, line by line."""
        buffer = self._screen.buffer
        return [
            [_cell(buffer[y][x]) for x in range(column, column + columns)]
            for y in range(row, row + rows)
        ]

    @property
    def all(self) -> list[list[Cell]]:
        return self.box(0, 0, self._screen.columns, self._screen.lines)


def _cell(char: Any) -> Cell:
    front, back = (char.bg, char.fg) if char.reverse else (char.fg, char.bg)
    return char.data, "" if char.data == " " else front, back, bool(char.bold)


def use_true_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have apps write true colours, whatever the environment of the tests."""
    for name in ("NO_COLOR", "TEXTUAL_COLOR_SYSTEM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLORTERM", "truecolor")

    # Styles outlive their app and keep their codes: those of an app with fewer colours, or for one.
    def render_style(cls: type[Strip], style: Style, text: str, color_system: ColorSystem) -> str:
        ansi = cls.render_ansi(_fresh(style), color_system)
        return f"\x1b[{ansi}m{text}\x1b[0m" if ansi else text

    monkeypatch.setattr(Strip, "render_style", classmethod(render_style))


def _fresh(style: Style) -> Style:
    """Return a style without the codes that it keeps."""
    names = ("bold", "dim", "italic", "underline", "blink", "reverse", "strike", "overline")
    return Style(
        color=style.color,
        bgcolor=style.bgcolor,
        **{name: getattr(style, name) for name in names},
    )


def rendered(app: Any, update: Any) -> str:
    """Return what Textual would write for an update of the screen."""
    text: str = update.render_segments(app.console)
    return text


def fresh(app: Any) -> Cells:
    """Return the screen as Textual paints it whole, nothing taken from what it kept."""
    for widget in (app.screen, *app.screen.walk_children()):
        clear_render_cache(widget)
    cells = Cells(*app.size)
    cells.feed(rendered(app, whole_update(app.screen)))
    return cells


def differences(first: list[list[Cell]], second: list[list[Cell]], *, levels: int = 0) -> list[str]:
    """Return where two rectangles differ, colours by more than ``levels``, in words."""
    assert [len(row) for row in first] == [len(row) for row in second]
    return [
        f"({x}, {y}): {one} is not {other}"
        for y, (ones, others) in enumerate(zip(first, second, strict=True))
        for x, (one, other) in enumerate(zip(ones, others, strict=True))
        if not _is_like(one, other, levels)
    ]


def _is_like(one: Cell, other: Cell, levels: int) -> bool:
    if one == other:
        return True
    colours = (one[1], other[1]), (one[2], other[2])
    return (
        (one[0], one[3]) == (other[0], other[3])
        and all(len(first) == len(second) == 6 for first, second in colours if first != second)
        and all(
            abs(a - b) <= levels
            for first, second in colours
            if first != second
            for a, b in zip(bytes.fromhex(first), bytes.fromhex(second), strict=True)
        )
    )
