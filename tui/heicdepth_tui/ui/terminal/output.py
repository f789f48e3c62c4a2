"""Writes what changed on the screen after each handled message; nothing else writes to it.

Textual collects dirty widgets by messages, waits for a timer, and composes the rectangle around all
of them: 10 to 30 ms from a key to its image (bench). ``Output`` renders the changed lines of the
active screen's widgets and writes them in one piece when the message that changed them is handled;
what other widgets cover in part is composed by Textual, but at once. Textual still lays the widgets
out and may paint them at any time; where a layout is due, Textual alone paints.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from textual.geometry import Offset, Region

from heicdepth_tui.ui.terminal.frame_diff import ScreenBuffer
from heicdepth_tui.ui.terminal.internals import (
    CompositorUpdate,
    arranged_size,
    arranged_widgets,
    awaits_layout,
    composed_update,
    discard_repaint,
    needs_repaint,
    placed_widgets,
    take_repaint_regions,
)
from heicdepth_tui.ui.terminal.pending_pictures import PendingPictures
from heicdepth_tui.ui.terminal.switches import has

if TYPE_CHECKING:
    from textual.message import Message
    from textual.screen import Screen
    from textual.widget import Widget

    from heicdepth_tui.ui.terminal.flow_control import FlowControl
    from heicdepth_tui.ui.terminal.internals import HookedApp

__all__ = ["Output"]

_SYNC_START, _SYNC_END = "\x1b[?2026h", "\x1b[?2026l"
_PICTURES = "pictures"


class Output:
    """Writes the screen that has the terminal; for one thread.

    Watches every widget from its first layout on: neither widgets nor screens call it.
    """

    flow_control: FlowControl
    """Says when to write; set before anything is shown."""

    def __init__(self, app: HookedApp) -> None:
        self._app = app
        self.pictures = PendingPictures()
        """Pictures that screens have ready."""
        self._watched: WeakSet[Widget] = WeakSet()
        self._laid_out: WeakSet[Screen[Any]] = WeakSet()
        self._held: WeakSet[Widget] = WeakSet()
        self._buffer = ScreenBuffer()
        self._after: list[Callable[[], object]] = []

    def _watch(self, screen: Screen[Any]) -> None:
        """Flush after each message that a widget of the screen handles."""
        if screen not in self._watched:
            # A layout that moves nothing is followed by no painting.
            screen.screen_layout_refresh_signal.subscribe(screen, self._arranged, immediate=True)
        for widget in arranged_widgets(screen):
            if widget not in self._watched:
                self._watched.add(widget)
                widget.message_signal.subscribe(screen, self._message_handled, immediate=True)

    def _message_handled(self, _: Message) -> None:
        try:
            self._app.message_handled()
        except Exception as error:  # noqa: BLE001  a signal would drop it: it ends the app
            self._app.report_crash(error)

    def _arranged(self, screen: Screen[Any]) -> None:
        """Note that a screen was laid out; its own flag is cleared after this."""
        if not any(awaits_layout(node) for node in arranged_widgets(screen) if node is not screen):
            self._laid_out.add(screen)

    def textual_painted(self) -> None:
        """Note that Textual has painted: every widget has its place unless a layout is due."""
        screen = self._app.top_screen
        if screen is not None and screen in self._watched and not _awaits_layout(screen):
            self._laid_out.add(screen)

    def filter_update(self, screen: Screen[Any], update: object) -> object:
        """Return the part of an update by Textual that the terminal does not show yet."""
        self._watch(screen)
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
        if self.pictures:
            self.flow_control.send(_PICTURES, self.pictures.show)
        screen = self._app.top_screen
        if screen is not None and _awaits_layout(screen):
            # Widgets will move: Textual paints first.
            self._laid_out.discard(screen)
        if self.flow_control.must_hold and has("output"):
            self._hold(screen)
            return
        after, self._after = self._after, []
        if screen is not None and self._can_write(screen):
            has_written = self._write("".join(self._changes(screen)))
            for callback in after:
                callback()
            if has_written:
                self.flow_control.note_text()
        else:
            for callback in after:
                self._app.call_after_refresh(callback)

    def _hold(self, screen: Screen[Any] | None) -> None:
        """Keep what has changed from Textual until the line is free."""
        if screen is None or screen not in self._laid_out:
            return
        for widget in placed_widgets(screen):
            if widget is not screen and needs_repaint(widget):
                discard_repaint(widget)
                self._held.add(widget)

    def _can_write(self, screen: Screen[Any]) -> bool:
        return (
            screen in self._laid_out and has("output") and arranged_size(screen) == self._app.size
        )

    def _changes(self, screen: Screen[Any]) -> Iterator[str]:
        """Yield the changed lines as text, each behind a move of the cursor to its place."""
        in_front: list[Region] = []
        covered: list[Widget] = []
        for widget, (region, clip) in placed_widgets(screen).items():
            shown = region.intersection(clip)
            is_changed = needs_repaint(widget) or widget in self._held
            if is_changed and widget is not screen:
                if widget.show_vertical_scrollbar:
                    # A widget of its own, with nothing but padding behind it.
                    width = widget.vertical_scrollbar.region.x - shown.x
                    shown = Region(shown.x, shown.y, max(0, width), shown.height)
                self._held.discard(widget)
                if any(map(shown.overlaps, in_front)):
                    covered.append(widget)
                else:
                    yield from self._lines(widget, region.offset, shown)
            in_front.append(shown)
        if covered:
            update = self.filter_update(screen, composed_update(screen, covered))
            if isinstance(update, CompositorUpdate):
                yield update.render_segments(self._app.console)

    def _lines(self, widget: Widget, place: Offset, shown: Region) -> Iterator[str]:
        """Yield the changed lines of a widget that nothing covers."""
        console = self._app.console
        for changed in take_repaint_regions(widget):
            top, bottom = max(shown.y, place.y + changed.y), place.y + changed.bottom
            height = min(shown.bottom, bottom) - top
            if height <= 0 or not shown.width:
                continue
            crop = Region(shown.x - place.x, top - place.y, shown.width, height)
            for row, strip in enumerate(widget.render_lines(crop), top):
                yield self._buffer.write(shown.x, row, strip, console, by_cells=self._by_cells)

    def write_graphics(self, commands: str) -> None:
        """Write commands that change no cell, such as the pieces of an image."""
        terminal = self._app.terminal
        if commands and terminal is not None:
            terminal.write(commands)

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
        column, row = self._app.cursor_position
        if column or row:
            # In a field for text, where input methods look for it.
            text += f"\x1b[{row + 1};{column + 1}H"
        if self._app.has_synchronized_output:
            text = f"{_SYNC_START}{text}{_SYNC_END}"
        terminal.write(text)
        return True


def _awaits_layout(screen: Screen[Any]) -> bool:
    return awaits_layout(screen) or any(map(awaits_layout, arranged_widgets(screen)))
