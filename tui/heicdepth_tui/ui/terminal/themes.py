"""The dark and the light theme: one accent, thin rules, the pictures brightest."""

from __future__ import annotations

from textual.theme import Theme

from heicdepth_tui.ui.model.settings import COLOURS, Palette

__all__ = ["THEMES"]


def _theme(name: str, colours: Palette) -> Theme:
    return Theme(
        name=f"heicdepth-{name}",
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
            "rule": colours.rule,
        },
    )


THEMES = {name: _theme(name, colours) for name, colours in COLOURS.items()}
