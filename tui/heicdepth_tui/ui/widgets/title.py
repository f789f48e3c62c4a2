"""The title line: what is open on the left, how many photos on the right."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from heicdepth_tui.ui.widgets.photo_list import clip

__all__ = ["TitleBar"]


class TitleBar(Widget):
    """One line; the right side gives way last."""

    DEFAULT_CSS = """
    TitleBar { height: 1; dock: top; background: $panel; color: $foreground; }
    TitleBar > .title--name { color: $accent; text-style: bold; }
    TitleBar > .title--counts { color: $dim; }
    """
    COMPONENT_CLASSES = {"title--name", "title--counts"}  # noqa: RUF012  Textual's declaration
    ALLOW_SELECT = False

    place: reactive[str] = reactive("")
    counts: reactive[str] = reactive("")

    def render_line(self, y: int) -> Strip:
        """Render the line."""
        width = self.size.width
        base = self.rich_style
        counts = self.counts[: max(0, width - 2)]
        name = " heicdepth-tui  "
        room = width - len(name) - len(counts) - 2
        if room < 4:
            name, room = " ", width - len(counts) - 3
        return Strip(
            [
                Segment(name, base + self._part("title--name")),
                Segment(clip(self.place, max(0, room)), base),
                Segment(f" {counts} ", base + self._part("title--counts")),
            ]
        ).adjust_cell_length(width, base)

    def _part(self, name: str) -> Style:
        style = self.get_component_rich_style(name, partial=True)
        return Style(color=style.color, bold=style.bold)
