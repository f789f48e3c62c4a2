"""A line of numbered names, of which one is chosen; each of them can be clicked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from heicdepth_tui.text import printable
from heicdepth_tui.ui.widgets.line_view import LineWidget

__all__ = ["ViewBar"]

_GAP = 2


class ViewBar(LineWidget):
    """Shows as many names as there is room for, among them the chosen one."""

    DEFAULT_CSS = """
    ViewBar { height: 1; width: 1fr; background: $surface; color: $dim; padding: 0 1; }
    ViewBar > .view-bar--chosen { color: $accent; text-style: bold; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"view-bar--chosen"}
    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._names: tuple[str, ...] = ()
        self._chosen = 0

    def show(self, names: Sequence[str], chosen: int) -> None:
        """Show names, the one at index ``chosen`` as chosen; a click runs ``screen.number``."""
        if (tuple(names), chosen) != (self._names, self._chosen):
            self._names, self._chosen = tuple(names), chosen
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Render the line; ``‹`` and ``›`` stand where names are left out."""
        width, base = self.size.width, self.visual_style.rich_style
        labels = [f"{number} {printable(name)}" for number, name in enumerate(self._names, 1)]
        first, end = _in_view([cell_len(label) for label in labels], self._chosen, width - 4)
        bold = self.part_style("view-bar--chosen")
        segments = [Segment("‹ ", base)] if first else []
        for index in range(first, end):
            style = base + Style(meta={"@click": f"screen.number({index + 1})"})
            if index == self._chosen:
                style += Style(color=bold.color, bold=True)
            segments += [Segment(labels[index], style), Segment(" " * _GAP, base)]
        if end < len(labels):
            segments.append(Segment("›", base))
        return Strip(segments).adjust_cell_length(width, base)


def _in_view(lengths: Sequence[int], chosen: int, room: int) -> tuple[int, int]:
    """Return the range of labels to show: from the first one on, as far as the chosen one fits."""
    if not lengths:
        return 0, 0
    chosen = min(chosen, len(lengths) - 1)
    first = end = chosen
    used = -_GAP
    while first >= 0 and used + _GAP + lengths[first] <= room:
        used += _GAP + lengths[first]
        first -= 1
    end = chosen + 1
    while end < len(lengths) and used + _GAP + lengths[end] <= room:
        used += _GAP + lengths[end]
        end += 1
    return min(first + 1, chosen), end
