"""A scrolling view drawn line by line, whose length may change without laying out the screen."""

from __future__ import annotations

from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.widget import Widget

__all__ = ["LineView"]


class LineView(ScrollView):
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
