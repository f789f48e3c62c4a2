"""The title line: what is open on the left, how many photos or running exports on the right."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.reactive import reactive
from textual.strip import Strip

from heicdepth_tui.ui.model.clipping import clip_end
from heicdepth_tui.ui.presenters.labels import named_place, short_place, title_line
from heicdepth_tui.ui.terminal.internals import call_in
from heicdepth_tui.ui.widgets.export_bar import TICK_SECONDS, export_segments
from heicdepth_tui.ui.widgets.line_view import LineWidget

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.timer import Timer

    from heicdepth_tui.ui.services.events import ExportProgress

__all__ = ["STATUS_SECONDS", "TitleBar", "ViewTitle"]

STATUS_SECONDS = 2.5
_LEAST_PLACE = 16
"""Cells of the place that running exports leave, where it has as many."""
_GAP = 3
"""Blanks before a title and behind it."""
_LEAST_EXPORTS = 26
"""Cells for the count of exports and the key that stops them."""


def _left_of(width: int) -> int:
    """Return the cells of a place that running exports leave in a line."""
    return max(0, min(max(_LEAST_PLACE, width // 4), width - _LEAST_EXPORTS - _GAP))


class TitleBar(LineWidget):
    """One line; the right side gives way last.

    Running exports stand there in place of the counts, see ``show_exports``.
    """

    DEFAULT_CSS = """
    TitleBar { height: 1; dock: top; background: $panel; color: $foreground; }
    TitleBar > .title--name { color: $accent; text-style: bold; }
    TitleBar > .title--counts { color: $dim; }
    TitleBar > .export--bar { color: $accent; }
    TitleBar > .export--dim { color: $dim; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "title--name", "title--counts", "export--bar", "export--dim",
    }  # fmt: skip
    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._timer: Timer | None = None
        self._tick: Timer | None = None
        self._exports: Callable[[], ExportProgress] | None = None

    place: reactive[str] = reactive("")
    counts: reactive[str] = reactive("")
    status: reactive[str] = reactive("")
    """A short text on what a key just did, in place of the counts."""

    def show_status(self, status: str) -> None:
        """Say what a key did, for ``STATUS_SECONDS``; a newer text replaces an older one."""
        self.status = status
        if self._timer is not None:
            self._timer.stop()
        self._timer = call_in(self, STATUS_SECONDS, self._end_status)

    def _end_status(self) -> None:
        self.status = ""

    @property
    def shows_exports(self) -> bool:
        """Whether running exports are shown."""
        return self._exports is not None

    def show_exports(self, progress: Callable[[], ExportProgress] | None) -> None:
        """Show the state of running exports from now on; None: no more."""
        if self._tick is not None:
            self._tick.stop()
        self._exports = progress
        self._tick = None if progress is None else self.set_interval(TICK_SECONDS, self.refresh)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Render the line."""
        width = self.size.width
        base = self.visual_style.rich_style
        dim = base + self._part("title--counts")
        if self._exports is not None and not self.status:
            left = min(cell_len(self.place), _left_of(width))
            right = export_segments(self, self._exports(), max(0, width - left - 2), base)
            room = max(0, width - sum(segment.cell_length for segment in right))
            shown = short_place(self.place, room - 2)
            name, place = named_place(shown, room, cell_len(self.place) + 1)
        else:
            name, place, counts = title_line(self.place, self.status or self.counts, width)
            right = [Segment(counts, dim)]
        return Strip(
            [Segment(name, base + self._part("title--name")), Segment(place, base), *right]
        ).adjust_cell_length(width, base)

    def _part(self, name: str) -> Style:
        style = self.part_style(name)
        return Style(color=style.color, bold=style.bold)


class ViewTitle(TitleBar):
    """The title of a view that says more of itself than its photo; its end is cut off."""

    DEFAULT_CSS = """
    ViewTitle { background: $surface; }
    """

    reading: reactive[str] = reactive("")
    """What is read under the mouse, in place of the title; exports leave it its room."""

    @property
    def room(self) -> int:
        """Cells for a reading."""
        used = _GAP + (_LEAST_EXPORTS if self.shows_exports else 0)
        return max(0, self.size.width - used)

    def render_line(self, y: int) -> Strip:
        """Render the line."""
        width, base = self.size.width, self.visual_style.rich_style
        text, right = self.reading or self.place, list[Segment]()
        if self.status:
            right = [Segment(f"{self.status} ", base)]
        elif self._exports is not None:
            least = cell_len(text) if self.reading else _left_of(width)
            left = min(cell_len(text), least)
            right = export_segments(self, self._exports(), max(0, width - left - _GAP), base)
        room = max(0, width - sum(segment.cell_length for segment in right) - _GAP)
        return Strip([Segment(f" {clip_end(text, room)}  ", base), *right]).adjust_cell_length(
            width, base
        )
