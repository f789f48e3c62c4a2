"""The dark and the light theme: one accent, thin rules, the pictures brightest."""

from __future__ import annotations

from textual.theme import Theme

__all__ = ["DARK", "LIGHT", "THEMES"]

DARK = Theme(
    name="heicdepth-dark",
    primary="#e8a355",
    secondary="#8fa3b8",
    accent="#e8a355",
    foreground="#c9ced6",
    background="#101216",
    surface="#16191f",
    panel="#1c2028",
    success="#8fbf8f",
    warning="#e0c070",
    error="#e07a70",
    dark=True,
    variables={
        "scrollbar": "#2c323c",
        "scrollbar-background": "#101216",
        "dim": "#7f8896",
        "cursor": "#3b2f20",
        "rule": "#272c35",
    },
)

LIGHT = Theme(
    name="heicdepth-light",
    primary="#a05a10",
    secondary="#4a5a6c",
    accent="#a05a10",
    foreground="#22262c",
    background="#f7f6f3",
    surface="#efede8",
    panel="#e6e3dc",
    success="#2f7a3a",
    warning="#8a6400",
    error="#b03028",
    dark=False,
    variables={
        "scrollbar": "#c9c4b8",
        "scrollbar-background": "#f7f6f3",
        "dim": "#6d7279",
        "cursor": "#ead9c2",
        "rule": "#d8d4ca",
    },
)

THEMES = {"dark": DARK, "light": LIGHT}
