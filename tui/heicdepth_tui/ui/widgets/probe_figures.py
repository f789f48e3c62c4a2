"""Figures of the probe as styled text."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

__all__ = ["marks_content", "reading_content"]

_Line = tuple[str, str]


def reading_content(lines: Sequence[_Line]) -> Content:
    """Return (label, value) pairs, one a line."""
    parts: list[str | tuple[str, str]] = []
    for label, value in lines:
        parts += [(f"{label:<12}", "$dim"), f"{value}\n"]
    return Content.assemble(*parts)


def marks_content(listed: Sequence[str], more: Sequence[_Line]) -> Content:
    """Return the last marks, and the measurement under them; a hint where none is set."""
    if not listed:
        return Content.styled("space sets a mark; two measure", "$dim")
    parts: list[str | tuple[str, str]] = [f"{line}\n" for line in listed[-4:]]
    for label, value in more:
        parts += [(f"{label:<8}", "$dim"), f"{value}\n"]
    return Content.assemble(*parts)
