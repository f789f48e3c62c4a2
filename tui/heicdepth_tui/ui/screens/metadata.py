"""All metadata of one photo on a screen of its own, for when the panes have no room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from heicdepth_tui.ui.widgets.facts import arrays_content, facts_content

if TYPE_CHECKING:
    from heicdepth_tui.report.tables import ArrayRow, FactGroup

__all__ = ["MetadataScreen"]


class MetadataScreen(ModalScreen[None]):
    """Shows the array table above every group of facts; closes by esc, i or q."""

    DEFAULT_CSS = """
    MetadataScreen { align: center middle; background: $background 60%; }
    MetadataScreen > VerticalScroll { width: 100; max-width: 96%; height: auto; max-height: 94%;
        background: $surface; border: round $accent 60%; border-title-color: $accent; padding: 1 2;
        scrollbar-size: 1 1; }
    MetadataScreen Static { width: 1fr; height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,i,q", "dismiss", "Close", id="metadata.close"),
        Binding("j,down", "scroll(1)", "Down", show=False, id="metadata.down"),
        Binding("k,up", "scroll(-1)", "Up", show=False, id="metadata.up"),
    ]

    def __init__(self, name: str, rows: Sequence[ArrayRow], groups: Sequence[FactGroup]) -> None:
        super().__init__()
        self._name_shown = name
        self._rows = rows
        self._groups = groups

    def compose(self) -> ComposeResult:
        """One scrolling page."""
        with VerticalScroll() as page:
            page.border_title = Content(self._name_shown)
            page.border_subtitle = "esc closes"
            yield Static("", markup=False)

    def on_resize(self) -> None:
        """Wrap to the room there is."""
        width = min(100, int(self.size.width * 0.96)) - 8
        text = arrays_content(self._rows, width) + "\n\n" if self._rows else Content("")
        self.query_one(Static).update(text + facts_content(self._groups, width))

    def action_scroll(self, rows: int) -> None:
        """Scroll by rows."""
        self.query_one(VerticalScroll).scroll_relative(y=rows, animate=False)
