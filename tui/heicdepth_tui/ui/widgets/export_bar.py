"""The line above the keys while photos are exported: how far, how fast, and the key that stops."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from heicdepth_tui.ui.presenters.export_progress import progress_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.timer import Timer

    from heicdepth_tui.ui.services.events import ExportProgress

__all__ = ["ExportBar"]

_KEY, _LABEL = "X", " stops "
_TICK_SECONDS = 0.5


class ExportBar(Widget):
    """Draws the state of the exporter while it is shown."""

    DEFAULT_CSS = """
    ExportBar { dock: bottom; height: 0; background: $panel; color: $foreground; }
    ExportBar.-shown { height: 1; margin-bottom: 1; }
    ExportBar > .export-bar--bar { color: $accent; }
    ExportBar > .export-bar--dim { color: $dim; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"export-bar--bar", "export-bar--dim"}
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
        self._timer = self.set_interval(_TICK_SECONDS, self.refresh) if is_shown else None

    def render_line(self, y: int) -> Strip:
        """Render the line."""
        base = self.visual_style.rich_style
        accent = self.get_component_rich_style("export-bar--bar", partial=True).color
        dim = self.get_component_rich_style("export-bar--dim", partial=True).color
        width = self.size.width
        line = progress_line(self._progress(), width - len(_KEY + _LABEL) - 2)
        link = Style(meta={"@click": f"app.press({_KEY!r})"})
        segments = [
            Segment(line.left, base),
            Segment(line.bar, base + Style(color=accent)),
            Segment(line.right, base + Style(color=dim)),
        ]
        used = sum(segment.cell_length for segment in segments)
        segments += [
            Segment(" " * max(2, width - used - len(_KEY + _LABEL)), base),
            Segment(_KEY, base + Style(color=accent, bold=True) + link),
            Segment(_LABEL, base + Style(color=dim) + link),
        ]
        return Strip(segments).adjust_cell_length(width, base)
