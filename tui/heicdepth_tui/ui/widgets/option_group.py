"""A group of options with one tab stop: several can be ticked, or one is chosen."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from heicdepth_tui.ui.model.clipping import clip
from heicdepth_tui.ui.widgets.bindings import bind

__all__ = ["OptionGroup", "OptionRow"]

_GAP, _INLINE_GAP = 2, 1


class OptionRow(NamedTuple):
    """An option: a name for the program, a label, a short note beside it, and a line of help."""

    name: str
    label: str
    note: str = ""
    help: str = ""


class OptionGroup(Widget, can_focus=True):
    """One option a line, or as many as have room; the marks can be read without colours."""

    DEFAULT_CSS = """
    OptionGroup { height: 1; width: 1fr; background: $surface; color: $foreground; }
    OptionGroup > .option-group--mark { color: $success; text-style: bold; }
    OptionGroup > .option-group--note { color: $dim; }
    OptionGroup > .option-group--cursor { background: $cursor; color: $cursor-text;
        text-style: bold; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "option-group--mark",
        "option-group--note",
        "option-group--cursor",
    }
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("down,right", "move(1)", "Next", "option.next", "Next option"),
        bind("up,left", "move(-1)", "Previous", "option.previous", "Option before"),
        bind("space,enter", "choose", "Choose", "option.choose", "Tick or choose"),
    ]

    class Changed(Message):
        """Another option is chosen, or one is ticked or not."""

    class Pointed(Message):
        """The cursor is on another option, or the group has the focus now."""

        def __init__(self, group: OptionGroup) -> None:
            super().__init__()
            self.group = group

    def __init__(
        self,
        rows: Sequence[OptionRow],
        chosen: Collection[str],
        *,
        id: str,
        is_exclusive: bool = False,
        is_inline: bool = False,
    ) -> None:
        super().__init__(id=id)
        self._rows = tuple(rows)
        self._chosen = set(chosen)
        self._is_exclusive = is_exclusive
        self._is_inline = is_inline
        self._cursor = next((at for at, row in enumerate(rows) if row.name in self._chosen), 0)
        if not is_exclusive:
            self._cursor = 0
        self._idle: frozenset[str] = frozenset()
        self.styles.height = "auto" if is_inline else len(rows)

    @property
    def chosen(self) -> tuple[str, ...]:
        """The names of the options that are ticked or chosen, in their order."""
        return tuple(row.name for row in self._rows if row.name in self._chosen)

    @property
    def row(self) -> OptionRow:
        """The option under the cursor."""
        return self._rows[self._cursor]

    @property
    def cursor_line(self) -> int:
        """The line of the cursor, from the top of the group."""
        if not self._is_inline:
            return self._cursor
        lines = self._inline_lines(self.size.width)
        return next(at for at, line in enumerate(lines) if self._cursor in line)

    @property
    def is_idle(self) -> bool:
        """Whether none of the options has an effect."""
        return len(self._idle) == len(self._rows)

    def set_idle(self, names: Collection[str]) -> None:
        """Dim the options that have no effect; they can still be chosen."""
        if self._idle != set(names):
            self._idle = frozenset(names)
            self.refresh()

    def toggle(self, name: str) -> None:
        """Tick an option, or take its tick away; in an exclusive group choose it."""
        if self._is_exclusive:
            self._chosen = {name}
        else:
            self._chosen ^= {name}
        self.refresh()
        self.post_message(self.Changed())

    def action_move(self, step: int) -> None:
        """Go to the next option, or past the end to the next group."""
        target = self._cursor + step
        if 0 <= target < len(self._rows):
            self._point(target)
        elif step > 0:
            self.screen.focus_next()
        else:
            self.screen.focus_previous()

    def action_choose(self) -> None:
        """Tick or choose the option under the cursor."""
        self.toggle(self.row.name)

    def _point(self, target: int) -> None:
        self._cursor = target
        self.refresh()
        self.post_message(self.Pointed(self))

    def on_focus(self) -> None:
        """Show the cursor and the help."""
        self.refresh()
        self.post_message(self.Pointed(self))

    def on_blur(self) -> None:
        """Hide the cursor."""
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Choose by mouse."""
        target = self._inline_at(event.x, event.y) if self._is_inline else event.y
        if 0 <= target < len(self._rows):
            self._point(target)
            self.action_choose()

    def _inline_at(self, x: int, y: int) -> int:
        """Return the index of the inline option at a cell, -1 for none."""
        lines = self._inline_lines(self.size.width)
        end = 0
        for at in lines[y] if y < len(lines) else ():
            end += self._inline_cells(at)
            if x < end:
                return at
        return -1

    def _inline_cells(self, at: int) -> int:
        return 2 + cell_len(self._rows[at].label) + _INLINE_GAP

    def _inline_lines(self, width: int) -> list[list[int]]:
        """Return the indices of the inline options of each line; the gap after a line is cut."""
        lines: list[list[int]] = [[]]
        used = 0
        for at in range(len(self._rows)):
            cells = self._inline_cells(at)
            if lines[-1] and used + cells - _INLINE_GAP > width:
                lines.append([])
                used = 0
            lines[-1].append(at)
            used += cells
        return lines

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the lines that the options take."""
        return len(self._inline_lines(width)) if self._is_inline else len(self._rows)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """Return the width of the widest line."""
        return max(cell_len(row.label) + cell_len(row.note) + 2 + _GAP for row in self._rows)

    def render_line(self, y: int) -> Strip:
        """Render a line."""
        width = self.size.width
        if self._is_inline:
            lines = self._inline_lines(width)
            segments = [part for at in lines[y] for part in self._inline(at)] if lines[y:] else []
        else:
            segments = self._line(y, width)
        return Strip(segments).adjust_cell_length(width, self.visual_style.rich_style)

    def _inline(self, at: int) -> list[Segment]:
        base = self.visual_style.rich_style
        mark, label = self._mark(at), self._rows[at].label
        if self.has_focus and at == self._cursor:
            return [
                Segment(f"{mark} {label}", self._cursor_style),
                Segment(" " * _INLINE_GAP, base),
            ]
        return [
            Segment(mark, base + self._mark_style(at)),
            Segment(f" {label}{' ' * _INLINE_GAP}", self._label_style(at)),
        ]

    def _line(self, at: int, width: int) -> list[Segment]:
        row, base = self._rows[at], self.visual_style.rich_style
        label_cells = max(cell_len(row.label) for row in self._rows)
        notes = max(cell_len(row.note) for row in self._rows)
        note = row.note if 2 + label_cells + _GAP + notes <= width else ""
        label = clip(row.label, min(label_cells, max(1, width - 2)))
        note = f"{' ' * _GAP}{note}"
        if self.has_focus and at == self._cursor:
            text = f"{self._mark(at)} {label}{note}"
            return [Segment(text + " " * max(0, width - cell_len(text)), self._cursor_style)]
        return [
            Segment(self._mark(at), base + self._mark_style(at)),
            Segment(f" {label}", self._label_style(at)),
            Segment(note, base + self._part("note")),
        ]

    def _mark(self, at: int) -> str:
        is_chosen = self._rows[at].name in self._chosen
        if self._is_exclusive:
            return "●" if is_chosen else "○"
        return "✓" if is_chosen else "·"

    def _mark_style(self, at: int) -> Style:
        name = self._rows[at].name
        return self._part("mark" if name in self._chosen and name not in self._idle else "note")

    def _label_style(self, at: int) -> Style:
        is_idle = self._rows[at].name in self._idle
        return self.visual_style.rich_style + self._part("note") if is_idle else self.rich_style

    @property
    def _cursor_style(self) -> Style:
        part = self.get_component_rich_style("option-group--cursor", partial=True)
        return self.visual_style.rich_style + part

    def _part(self, name: str) -> Style:
        style = self.get_component_rich_style(f"option-group--{name}", partial=True)
        return Style(color=style.color, bold=style.bold)
