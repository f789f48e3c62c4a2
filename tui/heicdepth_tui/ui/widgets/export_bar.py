"""Running exports in a line: how far, how fast, and the key that stops them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from heicdepth_tui.ui.presenters.export_progress import progress_line
from heicdepth_tui.ui.widgets.bindings import key_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.timer import Timer

    from heicdepth_tui.ui.services.events import ExportProgress

__all__ = ["STOP_EXPORTS_ID", "TICK_SECONDS", "ExportBar", "export_segments"]

STOP_EXPORTS_ID = "export.stop"
"""Of the binding that stops exports, on every screen."""
_LABEL = " stops "
TICK_SECONDS = 0.5
"""Time between two states that are drawn: the time left goes on while a photo is exported."""


def export_segments(
    widget: Widget, progress: ExportProgress, cells: int, base: Style, *, fills: bool = False
) -> list[Segment]:
    """Return the state of exports and the key that stops them, in at most ``cells``.

    ``fills`` moves the key to the right end of the cells. Colours are those of the components
    ``export--bar`` and ``export--dim`` of the widget that draws them.
    """
    accent = widget.get_component_rich_style("export--bar", partial=True).color
    dim = widget.get_component_rich_style("export--dim", partial=True).color
    key = key_of(widget.screen, STOP_EXPORTS_ID)
    line = progress_line(progress, cells - len(key + _LABEL) - 2)
    # Not the key itself: in a field for text it is a letter.
    link = Style(meta={"@click": "screen.stop_exports"})
    segments = [
        Segment(line.left, base),
        Segment(line.bar, base + Style(color=accent)),
        Segment(line.right, base + Style(color=dim)),
    ]
    used = sum(segment.cell_length for segment in segments) + len(key + _LABEL)
    return [
        *segments,
        Segment(" " * max(2, cells - used if fills else 0), base),
        Segment(key, base + Style(color=accent, bold=True) + link),
        Segment(_LABEL, base + Style(color=dim) + link),
    ]


class ExportBar(Widget):
    """The line above the keys of the main screen, while it is shown."""

    DEFAULT_CSS = """
    ExportBar { dock: bottom; height: 0; background: $panel; color: $foreground; }
    ExportBar.-shown { height: 1; margin-bottom: 1; }
    ExportBar > .export--bar { color: $accent; }
    ExportBar > .export--dim { color: $dim; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"export--bar", "export--dim"}
    ALLOW_SELECT = False

    def __init__(self, progress: Callable[[], ExportProgress]) -> None:
        super().__init__()
        self._progress = progress
        self._timer: Timer | None = None

    @property
    def is_shown(self) -> bool:
        """True while the bar takes a line of the screen."""
        return self.has_class("-shown")

    def show(self, is_shown: bool) -> None:
        """Show or hide the bar; while it is shown the time left is kept up to date."""
        self.set_class(is_shown, "-shown")
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_interval(TICK_SECONDS, self.refresh) if is_shown else None

    def render_line(self, y: int) -> Strip:
        """Render the line."""
        width = self.size.width
        segments = export_segments(
            self, self._progress(), width, self.visual_style.rich_style, fills=True
        )
        return Strip(segments).adjust_cell_length(width, self.visual_style.rich_style)
