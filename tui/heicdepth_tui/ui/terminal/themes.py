"""The dark and the light theme, in colours that the terminal shows."""

from __future__ import annotations

from textual.theme import Theme

from heicdepth_tui.draw.modes import ColorMode
from heicdepth_tui.ui.model.palettes import PALETTES, palette_of

__all__ = ["THEME_NAMES", "make_themes"]

THEME_NAMES = {name: f"heicdepth-{name}" for name, _ in PALETTES}
"""Textual's name of each theme."""


def make_themes(mode: ColorMode) -> list[Theme]:
    """Return the themes for a terminal of these colours."""
    return [_theme(name, mode) for name in THEME_NAMES]


def _theme(name: str, mode: ColorMode) -> Theme:
    colours = palette_of(name, mode)
    return Theme(
        name=THEME_NAMES[name],
        primary=colours.accent,
        secondary=colours.secondary,
        accent=colours.accent,
        foreground=colours.foreground,
        background=colours.background,
        surface=colours.surface,
        panel=colours.panel,
        success=colours.success,
        warning=colours.warning,
        error=colours.error,
        dark=name == "dark",
        variables={
            "scrollbar": colours.scrollbar,
            "scrollbar-background": colours.background,
            "dim": colours.dim,
            "cursor": colours.cursor,
            "cursor-text": colours.cursor_text,
            "rule": colours.rule,
        },
    )
