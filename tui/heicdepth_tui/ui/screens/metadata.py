"""Both tables of a photo in full, on a screen of their own; a key leads on to all metadata."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.screen import ModalScreen

from heicdepth_tui.text import printable_path
from heicdepth_tui.ui.screens.view import copy
from heicdepth_tui.ui.widgets.bindings import bind
from heicdepth_tui.ui.widgets.tables import TableView

if TYPE_CHECKING:
    from heicdepth_tui.ui.model.tables import Tables
    from heicdepth_tui.ui.services.export_log import ExportLog

__all__ = ["MetadataScreen"]


class MetadataScreen(ModalScreen[None]):
    """Shows the array table, mean and quantiles with it, above every group of facts.

    ``show_tree`` opens the tree of all metadata in its place. Closes by esc, i or q.
    """

    DEFAULT_CSS = """
    MetadataScreen { align: center middle; background: $background 60%; }
    MetadataScreen > TableView { width: 124; max-width: 98%; height: auto; max-height: 96%;
        background: $surface; border: round $accent 60%; border-title-color: $accent;
        border-subtitle-color: $dim; padding: 1 2; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("escape,i,q", "dismiss", "Close", "metadata.close", show=True),
        bind("I", "tree", "Tree", "metadata.all", "All metadata as a tree", show=True),
        bind("slash", "find", "Find", "metadata.find", "Find text in all metadata", show=True),
        bind("y", "copy", "Copy", "metadata.copy", "The row, or the text selected", show=True),
        bind("j,down", "move(0, 1)", "Down", "metadata.down"),
        bind("k,up", "move(0, -1)", "Up", "metadata.up"),
        bind("l,right", "move(1, 0)", "Right column", "metadata.right"),
        bind("h,left", "move(-1, 0)", "Left column", "metadata.left"),
        bind("pagedown,space", "move(0, 10)", "Page down", "metadata.page_down"),
        bind("pageup", "move(0, -10)", "Page up", "metadata.page_up"),
        bind("g,home", "move(0, -1000)", "First", "metadata.first"),
        bind("G,end", "move(0, 1000)", "Last", "metadata.last"),
    ]

    def __init__(
        self, name: str, tables: Tables, log: ExportLog, show_tree: Callable[..., object]
    ) -> None:
        super().__init__()
        self._log = log
        self._name_shown = name
        self._tables = tables
        self._show_tree = show_tree

    def compose(self) -> ComposeResult:
        """Hold one scrolling page."""
        page = TableView(id="page", has_cursor=True)
        page.border_title = Content(self._name_shown)
        page.border_subtitle = "I all as a tree · / find · y copy · esc close"
        yield page

    def on_mount(self) -> None:
        """Fill the page."""
        self.take_tables(self._tables)

    def take_tables(self, tables: Tables) -> None:
        """Show tables: those of a photo grow as its layers are decoded."""
        page = self.query_one(TableView)
        page.show_arrays(tables.rows, tables.statistics)
        page.show_facts(tables.groups)

    def action_copy(self) -> None:
        """Copy the text selected with the mouse, else the value of the row under the cursor.

        First the path of a file while its message is shown, which offers it.
        """
        path = self._log.message_path
        text = path or self.get_selected_text() or self.query_one(TableView).copied
        if text:
            copy(self, text)
            shown = printable_path(path) if path else text
            self.notify(f"{shown}\nsent to the terminal's clipboard", timeout=3, markup=False)

    def action_tree(self) -> None:
        """Show all metadata as a tree instead."""
        self.dismiss()
        self._show_tree()

    def action_find(self) -> None:
        """Show the tree, and ask for a text to find in it."""
        self.dismiss()
        self._show_tree(finds=True)

    def action_move(self, across: int, down: int) -> None:
        """Move the cursor by columns or rows."""
        self.query_one(TableView).move_cursor(across, down)
