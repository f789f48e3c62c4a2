"""Widgets rendered line by line; a scrolling one changes its length without a layout."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.color import TRANSPARENT
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

__all__ = ["LineView", "LineWidget"]


class LineWidget(Widget):
    """Renders the lines of ``render_line`` 30 us a line faster than ``Widget`` does.

    ``Widget`` looks for border, outline, hatch, tint and opacity in each line anew. Lines of a
    border are left to it, and a widget with a border at its side is; the others must not be used.
    """

    _parts: dict[str, Style] | None = None

    def part_style(self, name: str) -> Style:
        """Return the style of a component class without that of the widget.

        Kept until a style changes: ``get_component_rich_style`` computes it at each refresh.
        """
        if self._parts is None:
            self._parts = {}
        if name not in self._parts:
            self._parts[name] = self.get_component_rich_style(name, partial=True)
        return self._parts[name]

    def notify_style_update(self) -> None:
        """Forget the styles of the components."""
        self._parts = None
        super().notify_style_update()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the lines of a region of the widget, padding and border included."""
        border = self.styles.border
        if border.left[0] or border.right[0]:
            return super().render_lines(crop)
        gutter, width = self.styles.gutter, self.region.width
        content = self.size
        ground = Style(bgcolor=self.visual_style.rich_style.bgcolor)
        left, right = (
            [Segment(" " * cells, ground)] if cells else [] for cells in (gutter.left, gutter.right)
        )
        filters, background = self.get_line_filters(), self.visual_style.background or TRANSPARENT
        strips = []
        for y in crop.line_range:
            row = y - gutter.top
            if not 0 <= row < content.height:
                strips += super().render_lines(Region(crop.x, y, crop.width, 1))
                continue
            strip = self.render_line(row).adjust_cell_length(content.width, ground)
            if left or right:
                strip = Strip([*left, *strip, *right], width)
            for line_filter in filters:
                strip = strip.apply_filter(line_filter, background)
            is_whole = crop.column_span == (0, width)
            strips.append(strip if is_whole else strip.crop(crop.x, crop.right))
        return strips


class LineView(ScrollView, LineWidget):
    """Lines of text, as wide as the widget."""

    def set_length(self, lines: int) -> None:
        """Set the number of lines.

        Setting ``virtual_size`` lays out the whole screen, before which nothing is written: with
        tables of other lengths a key would take 13 ms longer. Done only where a scrollbar comes or
        goes.
        """
        size = Size(1, lines)
        if size == self.virtual_size:
            return
        height = self.container_size.height
        if not self.display:
            # The layout that shows it again takes the length from there.
            self.set_reactive(Widget.virtual_size, size)
            return
        if not height or self.show_vertical_scrollbar != (lines > height):
            self.virtual_size = size
            return
        self.set_reactive(Widget.virtual_size, size)
        if self.show_vertical_scrollbar:
            self.vertical_scrollbar.window_virtual_size = lines
        self.scroll_y = self.validate_scroll_y(self.scroll_y)
