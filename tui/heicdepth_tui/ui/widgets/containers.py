"""Containers of which nothing but a rule is to be seen, painted at the cost of two lines.

Textual renders every line of every container, also where its children cover them: on the main
screen these are three lines of four. All lines of such a container but the first are alike.
"""

from __future__ import annotations

from textual.containers import Container, Horizontal, Vertical
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from heicdepth_tui.ui.terminal.switches import has

__all__ = ["PlainContainer", "PlainHorizontal", "PlainLines", "PlainVertical"]


class PlainLines(Widget):
    """Renders two lines and repeats the second; not for what has a bottom border or a text."""

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the lines of a region within the widget, its rules included."""
        columns, rows = self.outer_size
        if not columns or not rows:
            return []
        if not has("containers"):
            return super().render_lines(crop)
        lines = super().render_lines(Region(0, 0, columns, min(2, rows)))
        strips = [lines[min(y, len(lines) - 1)] for y in crop.line_range]
        if crop.x or crop.width != columns:
            return [strip.crop(crop.x, crop.right) for strip in strips]
        return strips


class PlainContainer(Container, PlainLines):
    """A container that paints nothing but its rule."""


class PlainHorizontal(Horizontal, PlainLines):
    """Children beside each other."""


class PlainVertical(Vertical, PlainLines):
    """Children above each other."""
