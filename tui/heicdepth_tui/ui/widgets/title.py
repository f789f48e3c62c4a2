"""The title line: what is open on the left, how many photos on the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.reactive import reactive
from textual.strip import Strip

from heicdepth_tui.ui.presenters.labels import title_line
from heicdepth_tui.ui.widgets.line_view import LineWidget

if TYPE_CHECKING:
    from textual.timer import Timer

__all__ = ["STATUS_SECONDS", "TitleBar"]

STATUS_SECONDS = 2.5


class TitleBar(LineWidget):
    """One line; the right side gives way last."""

    DEFAULT_CSS = """
    TitleBar { height: 1; dock: top; background: $panel; color: $foreground; }
    TitleBar > .title--name { color: $accent; text-style: bold; }
    TitleBar > .title--counts { color: $dim; }
    """
    COMPONENT_CLASSES = {"title--name", "title--counts"}  # noqa: RUF012  Textual's declaration
    ALLOW_SELECT = False

    def __init__(self) -> None:
        super().__init__()
        self._timer: Timer | None = None

    place: reactive[str] = reactive("")
    counts: reactive[str] = reactive("")
    status: reactive[str] = reactive("")
    """A short text on what a key just did, in place of the counts."""

    def show_status(self, status: str) -> None:
        """Say what a key did, for ``STATUS_SECONDS``; a newer text replaces an older one."""
        self.status = status
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(STATUS_SECONDS, self._end_status)

    def _end_status(self) -> None:
        self.status = ""

    def render_line(self, y: int) -> Strip:
        """Render the line."""
        width = self.size.width
        base = self.visual_style.rich_style
        name, place, counts = title_line(self.place, self.status or self.counts, width)
        return Strip(
            [
                Segment(name, base + self._part("title--name")),
                Segment(place, base),
                Segment(counts, base + self._part("title--counts")),
            ]
        ).adjust_cell_length(width, base)

    def _part(self, name: str) -> Style:
        style = self.part_style(name)
        return Style(color=style.color, bold=style.bold)
