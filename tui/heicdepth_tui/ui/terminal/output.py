"""Writes what changed on the main screen after each handled message; nothing else writes to it.

Textual collects dirty widgets by messages, waits for a timer, and composes the rectangle around all
of them: 10 to 30 ms from a key to its image (bench). ``Output`` renders the changed lines of the
registered widgets and writes them in one piece when the message that changed them is handled.
Textual still lays the widgets out and may paint them at any time; where something lies over the
main screen (a dialog, a toast) or a layout is due, Textual alone paints.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from textual.geometry import Region
from textual.widget import Widget

from heicdepth_tui.ui.terminal.frame_diff import ScreenBuffer
from heicdepth_tui.ui.terminal.internals import (
    awaits_layout,
    discard_repaint,
    is_covered,
    needs_repaint,
    take_repaint_regions,
)
from heicdepth_tui.ui.terminal.switches import has

if TYPE_CHECKING:
    from textual.message import Message
    from textual.screen import Screen

    from heicdepth_tui.ui.terminal.flow_control import FlowControl
    from heicdepth_tui.ui.terminal.internals import HookedApp

__all__ = ["Output"]

_SYNC_START, _SYNC_END = "\x1b[?2026h", "\x1b[?2026l"


class Output:
    """Writes the registered widgets of the main screen; for one thread."""

    flow_control: FlowControl
    """Says when to write; set before anything is registered."""

    def __init__(self, app: HookedApp) -> None:
        self._app = app
        self._screen: Screen[Any] | None = None
        self._widgets: tuple[Widget, ...] = ()
        self._layout_nodes: tuple[Widget, ...] = ()
        self._buffer = ScreenBuffer()
        self._held: set[Widget] = set()
        self._after: list[Callable[[], object]] = []
        self._is_laid_out = False

    def register(self, screen: Screen[Any], widgets: Iterable[Widget]) -> None:
        """Write these widgets of a screen from now on, after each message that they handle."""
        self._screen = screen
        self._widgets = tuple(widgets)
        nodes = {node for widget in self._widgets for node in widget.ancestors_with_self}
        self._layout_nodes = tuple(node for node in nodes if isinstance(node, Widget))
        for pump in (screen, *self._widgets):
            pump.message_signal.subscribe(screen, self._message_handled, immediate=True)
        # A layout that moves nothing is followed by no painting.
        screen.screen_layout_refresh_signal.subscribe(
            screen, lambda _: screen.call_after_refresh(self.textual_painted)
        )

    def _message_handled(self, _: Message) -> None:
        try:
            self.flush()
        except Exception as error:  # noqa: BLE001  a signal would drop it: it ends the app
            self._app.report_crash(error)

    def textual_painted(self) -> None:
        """Note that Textual has painted: every widget has its place unless a layout is due."""
        self._is_laid_out = not self._awaits_layout

    @property
    def _awaits_layout(self) -> bool:
        return any(map(awaits_layout, self._layout_nodes))

    def filter_update(self, screen: Screen[Any], update: object) -> object:
        """Return the part of an update by Textual that the terminal does not show yet."""
        if update is not None and screen is not self._screen:
            self._buffer.clear()
            return update
        return self._buffer.filter_update(update, self._app.console, by_cells=self._by_cells)

    @property
    def _by_cells(self) -> bool:
        """Whether to spend time on finding the cells that changed."""
        return not self.flow_control.is_fast

    def forget_screen(self) -> None:
        """Forget what the terminal shows: it was resized, or another program had it."""
        self._buffer.clear()

    def after_flush(self, callback: Callable[[], object]) -> None:
        """Call a function once what has changed so far is written."""
        self._after.append(callback)
        self._app.call_later(self.flush)

    def flush(self) -> None:
        """Write what has changed, unless the line is busy or Textual alone may paint."""
        if self._awaits_layout:
            # Widgets will move: Textual paints first.
            self._is_laid_out = False
        if self.flow_control.must_hold and has("output"):
            self._hold()
            return
        after, self._after = self._after, []
        if self._can_write:
            has_written = self._write("".join(self._changes()))
            for callback in after:
                callback()
            if has_written:
                self.flow_control.note_text()
        else:
            for callback in after:
                self._app.call_after_refresh(callback)

    def _hold(self) -> None:
        """Keep what has changed from Textual until the line is free."""
        for widget in self._widgets:
            if needs_repaint(widget):
                discard_repaint(widget)
                self._held.add(widget)

    @property
    def _can_write(self) -> bool:
        screen = self._screen
        return bool(
            self._is_laid_out
            and has("output")
            and screen is not None
            and screen.is_active
            and not is_covered(screen)
        )

    def _changes(self) -> Iterable[str]:
        """Yield the changed lines as text, each behind a move of the cursor to its place."""
        console = self._app.console
        for widget in self._widgets:
            if not needs_repaint(widget) and widget not in self._held:
                continue
            left, top, columns, rows = widget.region
            if widget.show_vertical_scrollbar:
                # A widget of its own, with nothing but padding behind it.
                columns = widget.vertical_scrollbar.region.x - left
            if columns <= 0 or not rows:
                continue
            for region in take_repaint_regions(widget):
                lines = range(max(0, region.y), min(rows, region.bottom))
                crop = Region(0, lines.start, columns, len(lines))
                for y, strip in zip(lines, widget.render_lines(crop), strict=True):
                    yield self._buffer.write(left, top + y, strip, console, by_cells=self._by_cells)
            self._held.discard(widget)

    def query_cursor(self, tag: int) -> None:
        """Query the cursor position; the reply comes after all that was written before.

        The cursor is in the row of the tag meanwhile, and goes back to where it was.
        """
        terminal = self._app.terminal
        if self._app.is_headless or terminal is None or not has("flow"):
            self.flow_control.acknowledge(tag)
        else:
            terminal.write(f"\x1b7\x1b[{tag + 1};1H\x1b[6n\x1b8")
            terminal.flush()

    def _write(self, text: str) -> bool:
        terminal = self._app.terminal
        if not text or terminal is None:
            return False
        if self._app.has_synchronized_output:
            text = f"{_SYNC_START}{text}{_SYNC_END}"
        terminal.write(text)
        return True
