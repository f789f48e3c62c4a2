"""The export dialog: formats, projection and options; ctrl+e exports, esc leaves all as it was."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Grid, Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from heicdepth_tui.export.option_kinds import Option
from heicdepth_tui.export.options import ExportOptions
from heicdepth_tui.export.registry import FORMATS
from heicdepth_tui.export.rules import refusals, unused_reason, with_values
from heicdepth_tui.text import printable_path
from heicdepth_tui.ui.presenters.export_plan import ExportPlan, expectation_text
from heicdepth_tui.ui.screens.export_fields import (
    WrongError,
    compose_sections,
    field_id,
    is_idle,
    option_named,
    show_idle,
    values_in,
)
from heicdepth_tui.ui.widgets.bindings import bind
from heicdepth_tui.ui.widgets.option_group import OptionGroup, OptionRow

__all__ = ["ExportDialog"]

_OUT_HELP = "the folder to write to, made where it is missing; no file is overwritten"

_HINTS = (
    "tab arrows move · space chooses · ctrl+e exports · esc leaves",
    "ctrl+e exports · esc leaves",
    "ctrl+e exports",
)
"""The longest that has room stands in the frame."""
_BUTTONS = 18
"""Cells of both buttons, which make room for longer texts: two keys do the same."""
_NARROW, _WIDE = 78, 128
"""Columns of the screen below which there is one column of options; from which notes have room."""


class _Choices(VerticalScroll, inherit_bindings=False):
    """Scrolls with the focus: the arrows move from field to field."""


class ExportDialog(ModalScreen[ExportOptions | None]):
    """Dismisses with the options chosen, or with None."""

    DEFAULT_CSS = """
    ExportDialog { align: center middle; background: $background 60%; }
    ExportDialog > #frame { width: 78; max-width: 100%; height: auto; max-height: 100%;
        background: $surface; border: round $accent 60%; border-title-color: $accent;
        border-subtitle-color: $dim; padding: 0 1; }
    ExportDialog.-wide > #frame { width: 126; }
    ExportDialog #choices { height: auto; scrollbar-size: 1 1; }
    ExportDialog #columns { height: auto; layout: grid; grid-size: 2; grid-columns: 29 1fr;
        grid-rows: auto; grid-gutter: 0 2; }
    ExportDialog.-wide #columns { grid-columns: 74 1fr; }
    ExportDialog.-narrow #columns { grid-size: 1; grid-columns: 1fr; }
    ExportDialog #columns > Vertical { height: auto; }
    ExportDialog .label { color: $accent; height: 1; }
    ExportDialog .field { height: 1; }
    ExportDialog .rows, ExportDialog .inline { height: auto; }
    ExportDialog .field > .name { width: 18; color: $foreground; }
    ExportDialog .field > .note { width: 1fr; color: $dim; padding-left: 1; }
    ExportDialog .field Input { width: 9; height: 1; }
    ExportDialog .field #out { width: 1fr; }
    ExportDialog .field > .short { width: 8; }
    ExportDialog Input.-idle { color: $dim; }
    ExportDialog Input.-wrong { color: $error; text-style: bold underline; }
    ExportDialog #help { color: $dim; height: 1; width: 1fr; text-wrap: nowrap;
        text-overflow: ellipsis; }
    ExportDialog.-narrow .field Input { width: 8; }
    ExportDialog.-low #help { display: none; }
    ExportDialog #last { height: 1; }
    ExportDialog #status { width: 1fr; height: 1; color: $foreground; }
    ExportDialog #status.-wrong { color: $error; text-style: bold; }
    ExportDialog #last Button { margin-left: 1; width: 8; min-width: 8; }
    ExportDialog.-narrow #last Button, ExportDialog #last.-long Button { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("escape", "dismiss", "Cancel", "export.cancel", show=True),
        bind("ctrl+e", "export", "Export", "export.go", show=True, priority=True),
        bind("tab", "stop(1)", "Next stop", "export.tab", "Next field that has an effect"),
        bind("shift+tab", "stop(-1)", "Stop before", "export.tab.back"),
        bind("down", "app.focus_next", "Next", "export.next"),
        bind("up", "app.focus_previous", "Previous", "export.previous"),
    ]

    def __init__(self, subject: str, options: ExportOptions, plan: ExportPlan) -> None:
        super().__init__()
        self._subject = subject
        self._options = options
        self._plan = plan
        self._out_shown = printable_path(options.out.absolute())
        self._refused_out: Path | None = None
        self._pointed: Option | None = None
        self._wrong: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        """Put formats on the left, options on the right, folder and size below."""
        with Vertical(id="frame") as frame:
            frame.border_title = f"export {self._subject}"
            with _Choices(id="choices", can_focus=False), Grid(id="columns"):
                with Vertical():
                    yield from self._formats()
                    yield from compose_sections(self._options, left=True)
                with Vertical():
                    yield from compose_sections(self._options, left=False)
            with Horizontal(classes="field"):
                yield Static("folder", classes="name short", markup=False)
                yield Input(self._out_shown, compact=True, id="out", select_on_focus=False)
            yield Static("", id="help", markup=False)
            with Horizontal(id="last"):
                yield Static("", id="status", markup=False)
                for button in (
                    Button("Cancel", compact=True, id="cancel"),
                    Button("Export", compact=True, variant="primary", id="go"),
                ):
                    # For the mouse: two keys do the same.
                    button.can_focus = False
                    yield button

    def _formats(self) -> ComposeResult:
        yield Static("formats", classes="label", markup=False)
        rows = [
            OptionRow(name, f.label, f.description, f.description) for name, f in FORMATS.items()
        ]
        yield OptionGroup(rows, self._options.formats, id="formats")

    def on_mount(self) -> None:
        """Begin at the formats."""
        formats = self.query_one("#formats", OptionGroup)
        if self._plan.no_depth:
            formats.set_idle([name for name, one in FORMATS.items() if one.needs_depth])
        self.query_one("#scale", Input).placeholder = self._plan.scale
        formats.focus()
        self._check()

    def on_resize(self, event: events.Resize) -> None:
        """Use one column where two have no room."""
        columns, rows = event.size
        self.set_class(columns < _NARROW, "-narrow")
        self.set_class(columns >= _WIDE, "-wide")
        self.set_class(rows < 16, "-low")
        frame = self.query_one("#frame")
        # Corners, and a cell on either side of the text.
        room = min(columns, 78) - 6
        frame.border_subtitle = next((text for text in _HINTS if len(text) <= room), _HINTS[-1])
        # Frame, folder, help and the last line stay on the screen.
        self.query_one("#choices").styles.max_height = max(1, rows - (4 if rows < 16 else 5))
        self._check()

    # Help, checks and the size to expect

    def on_option_group_pointed(self, message: OptionGroup.Pointed) -> None:
        """Explain the option under the cursor, and keep its line on the screen."""
        group = message.group
        self._explain(group.row.help, option_named(group.id or "") or option_named(group.row.name))
        body = self.query_one("#choices", VerticalScroll)
        line = group.region.y + group.cursor_line
        view = body.region
        if line < view.y:
            body.scroll_relative(y=line - view.y, animate=False)
        elif line >= view.bottom:
            body.scroll_relative(y=line - view.bottom + 1, animate=False)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Explain the field that is typed into."""
        if isinstance(event.widget, Input):
            pointed = option_named(event.widget.id or "")
            self._explain(_OUT_HELP if pointed is None else pointed.explanation, pointed)

    def _explain(self, text: str, pointed: Option | None) -> None:
        self.query_one("#help", Static).update(text)
        self._pointed = pointed
        self._check()

    @on(Input.Changed)
    @on(OptionGroup.Changed)
    def _check(self) -> ExportOptions | None:
        """Show the size to expect, or what is wrong; return the options where nothing is.

        Where the option under the cursor has no effect, the reason is shown instead.
        """
        status = self.query_one("#status", Static)
        chosen: ExportOptions | None = None
        self._wrong = ()
        try:
            chosen = self._chosen()
            show_idle(self, chosen, self._plan)
            text = expectation_text(self._plan, chosen, status.size.width)
            pointed = self._pointed
            reason = ""
            if pointed:
                reason = self._plan.unused.get(pointed.field, "") or unused_reason(
                    pointed, chosen, by_label=True
                )
            if reason:
                text = f"no effect: {reason}"
        except WrongError as error:
            self._wrong, text = error.fields, str(error)
        status.set_class(chosen is None, "-wrong")
        status.update(text)
        room = self.query_one("#help").size.width - _BUTTONS
        self.query_one("#last").set_class(cell_len(text) > room, "-long")
        for field in self.query(Input):
            field.set_class(field.id in self._wrong, "-wrong")
        return chosen

    def set_focus(
        self, widget: Widget | None, scroll_visible: bool = True, from_app_focus: bool = False
    ) -> None:
        """Show the field at once: an animation would end behind the next key."""
        super().set_focus(widget, False, from_app_focus)
        if widget is not None and not isinstance(widget, OptionGroup):
            self.query_one("#choices").scroll_to_widget(widget, animate=False)

    def action_stop(self, step: int) -> None:
        """Go to the next field, or the one before, that has an effect; arrows go to all."""
        chain, focused = self.focus_chain, self.focused
        at = chain.index(focused) if focused in chain else -1
        order = [chain[(at + step * by) % len(chain)] for by in range(1, len(chain) + 1)]
        self.set_focus(next((one for one in order if not is_idle(one)), None))

    # Leaving

    @on(Button.Pressed, "#cancel")
    def _cancelled(self) -> None:
        self.dismiss(None)

    @on(Input.Submitted)
    @on(Button.Pressed, "#go")
    def action_export(self) -> None:
        """Take the options, or go to the field that is wrong."""
        chosen = self._check()
        if chosen is not None and chosen.out.exists() and not chosen.out.is_dir():
            self._refused_out = chosen.out
            chosen = self._check()
        if chosen is not None:
            self.dismiss(chosen)
            return
        for name in self._wrong[:1]:
            self.query_one(f"#{name}").focus()

    def _chosen(self) -> ExportOptions:
        formats = self.query_one("#formats", OptionGroup).chosen
        if not formats:
            raise WrongError("choose at least one format")
        base = replace(self._options, formats=formats)
        chosen = with_values(base, values_in(self))
        for refusal in refusals(chosen):
            raise WrongError(refusal.reason, *filter(None, map(field_id, refusal.fields)))
        field, reason = self._plan.contradiction(chosen)
        if field:
            raise WrongError(reason, field_id(field) or field)
        return replace(chosen, out=self._out())

    def _out(self) -> Path:
        text = self.query_one("#out", Input).value.strip()
        if not text:
            raise WrongError("name a folder to write to", "out")
        try:
            folder = self._options.out if text == self._out_shown else Path(text).expanduser()
        except RuntimeError as error:
            raise WrongError("no home folder is known for ~", "out") from error
        if folder == self._refused_out:
            raise WrongError("the folder to write to is a file", "out")
        return folder
