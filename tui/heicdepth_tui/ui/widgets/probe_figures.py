"""Figures of the probe: the read-out line by line, and the measurement as styled text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.content import Content
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from heicdepth_tui.ui.model.clipping import wrap_cells

if TYPE_CHECKING:
    from textual.selection import Selection

__all__ = ["ReadingView", "labelled_content"]

_Line = tuple[str, str]
_LABEL_CELLS, _SHORT_LABEL_CELLS = 12, 8


class ReadingView(Widget):
    """The figures under the crosshair, a label and a value each; long values go on below.

    Only the lines that change are drawn again: a step of the crosshair changes half of them.
    """

    DEFAULT_CSS = "ReadingView > .reading--label { color: $dim; }"
    COMPONENT_CLASSES: ClassVar[set[str]] = {"reading--label"}

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._lines: Sequence[_Line] = (("reading …", ""),)
        self._rows: list[_Line] = []

    def show(self, lines: Sequence[_Line]) -> None:
        """Show (label, value) pairs."""
        self._lines = lines
        before, self._rows = self._rows, self._wrapped()
        top = self.gutter.top
        changed = [
            Region(0, top + y, self.outer_size.width, 1)
            for y, row in enumerate(self._rows)
            if y >= len(before) or before[y] != row
        ]
        if len(self._rows) < len(before):
            self.refresh()
        elif changed:
            self.refresh(*changed)

    def on_resize(self) -> None:
        """Wrap the values for the width."""
        self._rows = self._wrapped()
        self.refresh()

    def _wrapped(self) -> list[_Line]:
        width = max(1, self.size.width - _LABEL_CELLS)
        return [
            (label if not at else "", part)
            for label, value in self._lines
            for at, part in enumerate(wrap_cells(value, width) or [""])
        ]

    def render_line(self, y: int) -> Strip:
        """Render one line."""
        base, width = self.visual_style.rich_style, self.size.width
        if y >= len(self._rows):
            return Strip.blank(width, base)
        label, value = self._rows[y]
        dim = self.get_component_rich_style("reading--label", partial=True)
        segments = [Segment(f"{label:<{_LABEL_CELLS}}", base + dim), Segment(value, base)]
        strip = self._selected(Strip(segments).adjust_cell_length(width, base), y)
        return strip.apply_offsets(0, y)

    def _selected(self, strip: Strip, row: int) -> Strip:
        """Return a line with its selected part in the colour of selections."""
        span = None if self.text_selection is None else self.text_selection.get_span(row)
        if span is None:
            return strip
        start, end = span[0], strip.cell_length if span[1] == -1 else span[1]
        style = self.screen.get_component_rich_style("screen--selection")
        middle = strip.crop(start, end).apply_style(style)
        return Strip.join([strip.crop(0, start), middle, strip.crop(end, strip.cell_length)])

    def get_selection(self, selection: Selection) -> tuple[str, str]:
        """Return the selected text, and what ends it."""
        lines = (f"{label:<{_LABEL_CELLS}}{value}" for label, value in self._rows)
        return selection.extract("\n".join(lines)), "\n"


def labelled_content(lines: Sequence[_Line], width: int) -> Content:
    """Return (label, value) pairs as lines of ``width`` cells; long values go on below."""
    parts: list[str | tuple[str, str]] = []
    indent = "\n" + " " * _SHORT_LABEL_CELLS
    for number, (label, value) in enumerate(lines):
        wrapped = wrap_cells(value, max(1, width - _SHORT_LABEL_CELLS))
        name = f"{label:<{_SHORT_LABEL_CELLS}}"
        parts += ["\n" if number else "", (name, "$dim"), indent.join(wrapped)]
    return Content.assemble(*parts)
