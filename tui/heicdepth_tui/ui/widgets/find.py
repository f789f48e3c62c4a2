"""The find bar: moves the cursor to the best match while a name is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from heicdepth_tui.folder.search import Finder

if TYPE_CHECKING:
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.ui.model.library import Library
from heicdepth_tui.ui.widgets.bindings import bind

__all__ = ["FindBar"]


class FindBar(Horizontal):
    """One line over the footer; enter keeps the place, esc goes back to where it began."""

    DEFAULT_CSS = """
    FindBar { height: 0; background: $panel; }
    FindBar.-open { height: 1; }
    FindBar Input { width: 1fr; height: 1; border: none; padding: 0; background: $panel; }
    FindBar Input:focus { border: none; }
    FindBar .find--label { width: auto; color: $accent; padding: 0 1; }
    FindBar .find--count { width: auto; color: $foreground 60%; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("enter", "keep", "Stay", "find.keep", "Close and stay at the match", show=True),
        bind("escape", "give_up", "Back", "find.close", "To the start", show=True, display="esc"),
        bind("down", "step(1)", "Next", "find.bar_next", "Next match", show=True),
        bind("up", "step(-1)", "Previous", "find.bar_previous", "Previous match", show=True),
    ]

    class MatchFound(Message):
        """The cursor should go to ``row``, where a match was found."""

        def __init__(self, row: int) -> None:
            super().__init__()
            self.row = row

    class Closed(Message):
        """The bar was closed."""

    def __init__(self, library: Library) -> None:
        super().__init__(classes="-find")
        self._library = library
        self.query_text = ""
        self._start = self._origin = 0
        self._query_before = ""
        self._made: tuple[list[Entry], str, Finder] | None = None

    def compose(self) -> ComposeResult:
        """Label, text, count."""
        yield Static("find", classes="find--label", markup=False)
        field = Input(compact=True, select_on_focus=False)
        field.can_focus = False
        yield field
        yield Static("", classes="find--count", markup=False)

    def open(self, row: int) -> None:
        """Show the bar; matches are looked for from ``row`` on."""
        self._origin = self._start = row
        self._query_before = self.query_text
        self.add_class("-open")
        field = self.query_one(Input)
        field.value = ""
        # At once: keys that are typed ahead belong to the name, not to the main screen. (A bar that
        # is not displayed could not take the focus yet, so a closed one is only of no height.)
        field.can_focus = True
        self.screen.set_focus(field)

    def _finder(self) -> Finder:
        view = self._library.view
        if self._made is None or self._made[0] is not view or self._made[1] != self.query_text:
            names = [entry.name for entry in view]
            self._made = (view, self.query_text, Finder(names, self.query_text))
        return self._made[2]

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        count = self.query_one(".find--count", Static)
        if not event.value:
            count.update("")
            return
        self.query_text = event.value
        finder = self._finder()
        text = f"{finder.count} match" + ("" if finder.count == 1 else "es")
        count.update(text + (", capitals count" if finder.is_case_sensitive else ""))
        best = finder.best(self._start)
        if best is not None:
            self.post_message(self.MatchFound(best))

    @on(Input.Submitted)
    def action_keep(self) -> None:
        """Close the bar and stay where the match is."""
        self._close()

    @on(Input.Blurred)
    def _blurred(self) -> None:
        if self.has_class("-open"):
            self._close()

    def action_step(self, step: int) -> None:
        """Go to another match without closing the bar."""
        self.go(self._start, step)

    def action_give_up(self) -> None:
        """Go back to where the search began; what was looked for before counts again."""
        self.query_text = self._query_before
        self.post_message(self.MatchFound(self._origin))
        self._close()

    def _close(self) -> None:
        self.remove_class("-open")
        self.query_one(Input).can_focus = False
        self.post_message(self.Closed())

    def go(self, row: int, step: int) -> None:
        """Go to the next match from ``row`` in the direction of ``step``, round the end."""
        if not self.query_text:
            self.notify("nothing to find yet: / starts a search", timeout=2, markup=False)
            return
        target = self._finder().next(row, step)
        if target is None:
            self.notify(f"no photo matches {self.query_text}", timeout=2, markup=False)
            return
        self._start = target
        self.post_message(self.MatchFound(target))
