"""What the app does by itself at the terminal: painting at once, sparing the line, asking it.

Private of Textual here: ``App._driver`` and ``App._display``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual import events
from textual.app import App
from textual.geometry import Size

from heicdepth_tui.draw.modes import ColorMode
from heicdepth_tui.ui.pacing import Pacer
from heicdepth_tui.ui.painter import Painter
from heicdepth_tui.ui.takeover import driver_after

if TYPE_CHECKING:
    from textual.screen import Screen

    from heicdepth_tui.ui.first_frame import FirstFrame
    from heicdepth_tui.ui.screens.browse import BrowseScreen

__all__ = ["TerminalApp"]

_COLOUR_MODES = {
    "truecolor": ColorMode.TRUECOLOR,
    "256": ColorMode.PALETTE,
    "standard": ColorMode.ANSI16,
    "windows": ColorMode.ANSI16,
}


class TerminalApp(App[int]):
    """An app whose main screen is painted by a ``Painter``, paced by a ``Pacer``.

    ``frame`` is what the terminal shows already.
    """

    browse: BrowseScreen

    def __init__(self, frame: FirstFrame | None = None) -> None:
        super().__init__(driver_class=None if frame is None else driver_after(frame))
        self.painter = Painter(self)
        self.pacer = Pacer(
            self._ask_terminal, self.painter.after_paint, self.set_timer, self.painter.paint
        )
        self._shown_size = Size(0, 0)

    def _ask_terminal(self) -> None:
        """Ask where the cursor is; the answer comes after all that was written before."""
        if self.is_headless or self._driver is None:
            self.pacer.arrived()
        else:
            self._driver.write("\x1b[6n")
            self._driver.flush()

    def remember_size(self) -> None:
        """Take note of the size that the screen is painted in from now on."""
        self._shown_size = self.size

    def _display(self, screen: Screen[object], renderable: Any) -> None:
        """Write what Textual paints, but of the main screen only what is not there yet."""
        if not self._batch_count:
            renderable = self.painter.spare(screen, renderable)
        super()._display(screen, renderable)

    def on_resize(self, event: events.Resize) -> None:
        """Paint everything anew: terminals move what they show when they are resized."""
        if event.size != self._shown_size:
            self._shown_size = event.size
            self.painter.forget_screen()

    def post_display_hook(self) -> None:
        """Let the painter know that Textual has painted."""
        self.painter.textual_painted()

    def on_cursor_position(self, event: events.CursorPosition) -> None:
        """Take in the terminal's answer."""
        self.pacer.arrived()

    @property
    def colour_mode(self) -> ColorMode:
        """The colours that this terminal shows."""
        if self.no_color:
            return ColorMode.GREY
        return _COLOUR_MODES.get(str(self.console.color_system), ColorMode.ANSI16)

    def paint_anew(self) -> None:
        """Paint the whole screen: another program had the terminal meanwhile."""
        self.painter.forget_screen()
        self.screen.refresh(layout=True)
