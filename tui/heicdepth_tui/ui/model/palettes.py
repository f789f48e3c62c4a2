"""The colours of both themes, for terminals of 24 bits, of 256 and of 16 colours."""

from __future__ import annotations

from dataclasses import dataclass

from heicdepth_tui.draw.modes import ColorMode

__all__ = ["PALETTES", "Palette", "palette_of"]


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a theme, as ``#rrggbb``."""

    accent: str
    secondary: str
    foreground: str
    background: str
    surface: str
    panel: str
    success: str
    warning: str
    error: str
    dim: str
    cursor: str
    """Behind the selected row."""
    cursor_text: str
    rule: str
    scrollbar: str


def _palette(colours: str) -> Palette:
    return Palette(*(f"#{colour}" for colour in colours.split()))


# accent, secondary, foreground, background, surface, panel,
# success, warning, error, dim, cursor, cursor text, rule, scrollbar
PALETTES = {
    ("dark", ColorMode.TRUECOLOR): _palette(
        "e8a355 8fa3b8 c9ced6 101216 16191f 1c2028 "
        "8fbf8f e0c070 e07a70 7f8896 3b2f20 c9ced6 272c35 2c323c"
    ),
    ("light", ColorMode.TRUECOLOR): _palette(
        "a05a10 4a5a6c 22262c f7f6f3 efede8 e6e3dc "
        "2f7a3a 8a6400 b03028 6d7279 ead9c2 22262c d8d4ca c9c4b8"
    ),
    # Entries of xterm's cube and grey ramp: the nearest to those above turn grounds blue or red.
    ("dark", ColorMode.PALETTE): _palette(
        "d7af5f 87afaf d0d0d0 121212 1c1c1c 262626 "
        "87af87 d7af5f d75f5f 8a8a8a 3a3a3a d0d0d0 303030 303030"
    ),
    ("light", ColorMode.PALETTE): _palette(
        "875f00 5f5f5f 262626 ffffff eeeeee e4e4e4 "
        "005f00 875f00 af0000 6c6c6c d0d0d0 262626 d0d0d0 c6c6c6"
    ),
    # The selected row in reverse, and an accent that is not the colour of errors.
    ("dark", ColorMode.ANSI16): _palette(
        "ffffff aaaaaa aaaaaa 000000 000000 000000 "
        "55ff55 ffff55 ff5555 aaaaaa aaaaaa 000000 555555 555555"
    ),
    ("light", ColorMode.ANSI16): _palette(
        "0000aa 555555 000000 ffffff ffffff ffffff "
        "00aa00 aa5500 aa0000 555555 000000 ffffff aaaaaa aaaaaa"
    ),
}
"""One accent, thin rules, the pictures brightest."""


def palette_of(theme: str, mode: ColorMode) -> Palette:
    """Return the colours of a theme for a terminal; greys are made of its 24-bit colours."""
    return PALETTES.get((theme, mode)) or PALETTES[theme, ColorMode.TRUECOLOR]
