"""The results of the last exports, newest first; ``y`` copies the path of a line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from heicdepth_tui.text import printable_path
from heicdepth_tui.ui.presenters.export_report import ReportLine, report_lines
from heicdepth_tui.ui.widgets.bindings import bind

if TYPE_CHECKING:
    from heicdepth_tui.ui.services.events import ExportFinished

__all__ = ["ExportReportScreen"]

_STYLES = {"title": "bold $accent", "error": "$error", "plain": "$foreground", "dim": "$dim"}


class ExportReportScreen(ModalScreen[None]):
    """Closes by esc, L or q."""

    DEFAULT_CSS = """
    ExportReportScreen { align: center middle; background: $background 60%; }
    ExportReportScreen > OptionList { width: 124; max-width: 98%; height: auto; max-height: 96%;
        background: $surface; border: round $accent 60%; border-title-color: $accent;
        border-subtitle-color: $dim; padding: 0 1; }
    ExportReportScreen > OptionList:focus { border: round $accent 60%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("escape,L,q", "dismiss", "Close", "report.close", show=True),
        bind("j", "step(1)", "Down", "report.down"),
        bind("k", "step(-1)", "Up", "report.up"),
        bind("y", "copy", "Copy path", "report.copy", "By OSC 52", show=True),
    ]

    def __init__(self, jobs: Sequence[ExportFinished]) -> None:
        super().__init__()
        self._lines: list[ReportLine] = list(report_lines(jobs))

    def compose(self) -> ComposeResult:
        """Hold one list of lines."""
        options = (
            Option(
                Content.styled(line.text, _STYLES[line.style]) if line.text else " ",
                disabled=not line.text,
            )
            for line in self._lines
        )
        page = OptionList(*options, markup=False)
        page.border_title = "exports"
        page.border_subtitle = "y copies the path · esc closes"
        yield page

    def action_step(self, rows: int) -> None:
        """Move the cursor."""
        page = self.query_one(OptionList)
        page.action_cursor_down() if rows > 0 else page.action_cursor_up()

    def action_copy(self) -> None:
        """Copy the path that the line under the cursor is about."""
        row = self.query_one(OptionList).highlighted
        path = "" if row is None else self._lines[row].copied
        if not path:
            return
        self.app.copy_to_clipboard(
            path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        )
        text = f"{printable_path(path)}\nsent to the terminal's clipboard"
        self.notify(text, timeout=3, markup=False)
