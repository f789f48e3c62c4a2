"""The base class of the app: connects output and flow control with Textual."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from textual import events
from textual.geometry import Size

from heicdepth_tui.draw.modes import ColorMode
from heicdepth_tui.ui.terminal.capabilities import color_mode_of_system, writes_to_terminal
from heicdepth_tui.ui.terminal.driver import TerminalDriver, terminal_driver
from heicdepth_tui.ui.terminal.flow_control import FlowControl
from heicdepth_tui.ui.terminal.graphics_output import GraphicsOutput
from heicdepth_tui.ui.terminal.graphics_replies import NOT_QUERIED, Queried
from heicdepth_tui.ui.terminal.internals import HookedApp, arranged_size, call_in
from heicdepth_tui.ui.terminal.output import Output

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.screen import Screen

    from heicdepth_tui.ui.terminal.driver import OpenScreen

__all__ = ["TerminalApp"]


class TerminalApp(HookedApp):
    """An app whose screens are written by ``Output``, as ``FlowControl`` lets it.

    ``open_screen`` is the alternate screen that was opened before; None: the driver opens it.
    ``queried`` is what was found of the terminal before.
    """

    def __init__(
        self, open_screen: OpenScreen | None = None, queried: Queried = NOT_QUERIED
    ) -> None:
        # Textual takes the driver from its environment variable only where none is given.
        own = terminal_driver(open_screen, queried) if writes_to_terminal() else None
        super().__init__(driver_class=own)
        self.output = Output(self)
        self.flow_control = FlowControl(
            self.output.query_cursor, self.output.after_flush, self._call_in
        )
        self.output.flow_control = self.flow_control
        self.graphics = GraphicsOutput(queried.graphics, self.output, self.flow_control)
        self._shown_size = Size(0, 0)

    def free_images_at_the_end(self) -> None:
        """Free the terminal's images whenever the app leaves the terminal."""
        if isinstance(self.terminal, TerminalDriver):
            self.terminal.before_stop = self.graphics.forget

    def _call_in(self, seconds: float, callback: Callable[[], object]) -> None:
        """Call a function as a message, after which the output is written.

        Textual calls back in the timer's own task.
        """
        if seconds > 0:
            call_in(self, seconds, partial(self.call_later, callback))
        else:
            self.call_later(callback)

    def remember_size(self) -> None:
        """Note the size that the screen is painted in from now on."""
        self._shown_size = self.size

    def filter_update(self, screen: Screen[Any], update: object) -> object:
        """Return what is to be written for an update: only what changed."""
        return self.output.filter_update(screen, update)

    def message_handled(self) -> None:
        """Write what a message to the app has changed."""
        self.output.flush()

    def on_resize(self, event: events.Resize) -> None:
        """Write everything anew: terminals move what they show when they are resized.

        Textual lays out, and paints, nothing where another size has come and gone since its last
        layout.
        """
        driver = self.terminal
        was_resized = isinstance(driver, TerminalDriver) and driver.take_resized()
        if event.size == self._shown_size and not was_resized:
            return
        self._shown_size = event.size
        self.output.forget_screen()
        screen = self.top_screen
        if screen is not None and arranged_size(screen) == event.size:
            screen.refresh(layout=True)

    def post_display_hook(self) -> None:
        """Tell the output that Textual has painted."""
        self.output.textual_painted()

    def on_cursor_position(self, event: events.CursorPosition) -> None:
        """Take in the terminal's reply."""
        self.flow_control.acknowledge(event.y)

    @property
    def colour_mode(self) -> ColorMode:
        """The colours that this terminal shows."""
        if self.no_color:
            return ColorMode.GREY
        return color_mode_of_system(self.console.color_system)

    def paint_anew(self) -> None:
        """Write the whole screen: another program had the terminal."""
        self.output.forget_screen()
        self.screen.refresh(layout=True)
