"""The choice of what to open outside of the app: photo, folder, last picture, last export."""

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
from heicdepth_tui.ui.widgets.bindings import bind

if TYPE_CHECKING:
    from heicdepth_tui.ui.presenters.outside import Choice

__all__ = ["OpenDialog"]


class OpenDialog(ModalScreen[str]):
    """Dismisses with the path chosen, with None by esc, x or q.

    ``problem`` states why nothing can be opened; choosing then copies the path.
    """

    DEFAULT_CSS = """
    OpenDialog { align: center middle; background: $background 60%; }
    OpenDialog > OptionList { width: 100; max-width: 98%; height: auto; max-height: 96%;
        background: $surface; border: round $accent 60%; border-title-color: $accent;
        border-subtitle-color: $dim; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    OpenDialog > OptionList:focus { border: round $accent 60%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("escape,x,q", "dismiss(None)", "Close", "open.close", show=True),
        bind("j", "step(1)", "Down", "open.down"),
        bind("k", "step(-1)", "Up", "open.up"),
        *(
            bind(str(number), f"choose({number})", f"Choice {number}", f"open.{number}")
            for number in range(1, 6)
        ),
    ]

    def __init__(self, choices: Sequence[Choice], problem: str) -> None:
        super().__init__()
        self._choices = choices
        self._problem = problem

    def compose(self) -> ComposeResult:
        """Hold a line for each choice."""
        page = OptionList(*map(self._option, range(len(self._choices))), markup=False)
        page.border_title = "open" if not self._problem else f"{self._problem}: copy the path of"
        page.border_subtitle = f"enter {'copies' if self._problem else 'opens'} · esc closes"
        yield page

    def _option(self, index: int) -> Option:
        choice = self._choices[index]
        name = f"{index + 1}  {choice.name:<26}"
        return Option(
            Content.assemble((name, "$foreground"), (printable_path(choice.path), "$dim"))
        )

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Close with the path of the line."""
        self.dismiss(self._choices[event.option_index].path)

    def action_choose(self, number: int) -> None:
        """Close with the path of a line by its number, where there is one."""
        if number <= len(self._choices):
            self.dismiss(self._choices[number - 1].path)

    def action_step(self, rows: int) -> None:
        """Move the cursor."""
        page = self.query_one(OptionList)
        page.action_cursor_down() if rows > 0 else page.action_cursor_up()
