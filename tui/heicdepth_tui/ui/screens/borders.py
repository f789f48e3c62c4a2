"""Sizes of the parts of the main screen: hidden by keys, moved by keys and by dragging rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING

from textual import events

from heicdepth_tui.ui.screens.view import ViewScreen

if TYPE_CHECKING:
    from heicdepth_tui.ui.model.layout import Layout
    from heicdepth_tui.ui.model.session import Session

__all__ = ["BorderedScreen", "Borders"]

_STEP = 2
"""Columns that a key moves the border of the list by."""


class _Border(Enum):
    """The rules that can be dragged."""

    LIST = "right of the list"
    TABLES = "above the tables"


class Borders:
    """Changes ``session.arrangement``, then calls ``lay_out``."""

    def __init__(
        self, session: Session, layout: Callable[[], Layout], lay_out: Callable[[], object]
    ) -> None:
        self._session = session
        self._layout = layout
        self._lay_out = lay_out
        self._dragged: _Border | None = None

    @property
    def is_dragged(self) -> bool:
        """Whether a border follows the mouse."""
        return self._dragged is not None

    def press(self, column: int, row: int) -> bool:
        """Take hold of the border in this cell of the screen; return whether one is there."""
        layout = self._layout()
        body = range(layout.photos.row, layout.photos.row + layout.photos.rows)
        if layout.photos.columns and column == layout.photos.columns and row in body:
            self._dragged = _Border.LIST
        elif layout.tables.rows and row == layout.tables.row and column >= layout.tables.column:
            self._dragged = _Border.TABLES
        return self.is_dragged

    def drag(self, column: int, row: int) -> None:
        """Move the border that is held to this cell of the screen."""
        layout = self._layout()
        if self._dragged is _Border.LIST:
            self._change(list_columns=column)
        elif self._dragged is _Border.TABLES:
            self._change(table_rows=layout.tables.row + layout.tables.rows - row)

    def release(self) -> None:
        """Leave the border where it is."""
        self._dragged = None

    def widen_list(self, steps: int) -> None:
        """Make the list wider, or narrower where ``steps`` is negative; it is shown again."""
        columns = self._layout().photos.columns
        if columns:
            self._change(list_columns=columns + steps * _STEP)
        else:
            self._change(shows_list=True)

    def toggle_list(self) -> bool:
        """Hide the list or show it again; return whether it is shown."""
        shows = not self._session.arrangement.shows_list
        self._change(shows_list=shows)
        return shows

    def toggle_tables(self) -> bool:
        """Hide the tables or show them again; return whether they are shown."""
        shows = not self._session.arrangement.shows_tables
        self._change(shows_tables=shows)
        return shows

    def _change(self, **changes: int | bool) -> None:
        # What the limits of the layout made of the sizes is what the next step goes on from.
        arrangement = replace(self._session.arrangement, **changes)  # type: ignore[arg-type]
        if arrangement != self._session.arrangement:
            self._session.arrangement = arrangement
            self._lay_out()


class BorderedScreen(ViewScreen):
    """A screen whose borders are moved by the mouse and by keys."""

    borders: Borders

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of a border."""
        if event.button == 1 and self.borders.press(event.screen_x, event.screen_y):
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Move the border that is held."""
        if self.borders.is_dragged:
            self.borders.drag(event.screen_x, event.screen_y)

    def on_mouse_up(self) -> None:
        """Leave the border where it is."""
        if self.borders.is_dragged:
            self.borders.release()
            self.release_mouse()

    def action_toggle_list(self) -> None:
        """Give the room of the list to the pictures, or show it again."""
        if not self.borders.toggle_list():
            self.show_status("l shows the list again; its keys go on working")

    def action_toggle_tables(self) -> None:
        """Give the room of the tables to the pictures, or show them again."""
        if not self.borders.toggle_tables():
            self.show_status("T shows the tables again")

    def action_widen_list(self, steps: int) -> None:
        """Move the border of the list."""
        self.borders.widen_list(steps)
