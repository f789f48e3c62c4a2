"""Writes what changed on the main screen at once, without waiting for Textual's next tick.

Textual collects dirty widgets by messages, waits for a timer, and composes the rectangle around all
of them: 10 to 30 ms from a key to its image (bench). ``Output`` renders the changed lines of the
registered widgets and writes them in one piece before the key's handler returns. Textual still lays
the widgets out and may paint them at any time; where something lies over the main screen (a dialog,
a toast) or the layout is about to change, Textual alone paints. Private of Textual are
``Widget._repaint_required``, ``_layout_required`` and ``_exchange_repaint_regions``,
``Screen._layout_required``, ``App._sync_available``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from time import monotonic
from typing import TYPE_CHECKING, Any

from textual.geometry import Region

from heicdepth_tui.ui.terminal.frame_diff import ScreenBuffer

if TYPE_CHECKING:
    from textual.screen import Screen
    from textual.widget import Widget

    from heicdepth_tui.ui.terminal.app import TerminalApp

__all__ = ["Output"]

THROTTLE_SECONDS = 0.1
"""Throttled widgets are written no more often than this."""

_SYNC_START, _SYNC_END = "\x1b[?2026h", "\x1b[?2026l"


class Output:
    """Writes the registered widgets of the main screen; for one thread."""

    def __init__(self, app: TerminalApp) -> None:
        self._app = app
        self._widgets: tuple[Widget, ...] = ()
        self._buffer = ScreenBuffer()
        self._held: set[Widget] = set()
        self._throttled: frozenset[Widget] = frozenset()
        self._throttled_due = 0.0
        self._will_flush_throttled = False
        self._after: list[Callable[[], object]] = []
        self._is_laid_out = False

    def register(self, widgets: Iterable[Widget], throttled: Iterable[Widget]) -> None:
        """Write these widgets from now on, ``throttled`` ones every ``THROTTLE_SECONDS``.

        A scrollbar takes as long to render as everything else that a key in the list changes.
        """
        self._throttled = frozenset(throttled)
        self._widgets = (*widgets, *self._throttled)

    def textual_painted(self) -> None:
        """Note that Textual has painted: every widget has its place."""
        self._is_laid_out = True

    def filter_update(self, screen: Screen[object], update: Any) -> Any:
        """Return the part of an update by Textual that the terminal does not show yet."""
        if update is not None and screen is not self._app.browse:
            self._buffer.clear()
            return update
        return self._buffer.filter_update(
            update, self._app.console, by_cells=not self._app.flow_control.is_fast
        )

    def forget_screen(self) -> None:
        """Forget what the terminal shows: it was resized, or another program had it."""
        self._buffer.clear()

    def suspend_until_layout(self) -> None:
        """Leave everything to Textual until it has painted: widgets will move."""
        self._is_laid_out = False

    def after_flush(self, callback: Callable[[], object]) -> None:
        """Call a function once what has changed so far is written."""
        self._after.append(callback)
        self._app.call_later(self.flush)

    def flush(self) -> None:
        """Write what has changed, unless Textual alone may paint."""
        if self._app.flow_control.must_hold:
            self._hold()
            return
        after, self._after = self._after, []
        if self._can_write():
            has_written = self._write("".join(self._changes()))
            for callback in after:
                callback()
            if has_written:
                self._app.flow_control.note_text()
        else:
            for callback in after:
                self._app.call_after_refresh(callback)

    def _hold(self) -> None:
        """Keep what has changed from Textual until the line is free."""
        for widget in self._widgets:
            if widget._repaint_required:
                widget._repaint_required = False
                self._held.add(widget)

    def _can_write(self) -> bool:
        screen = self._app.browse
        return bool(
            self._is_laid_out
            and screen.is_active
            and not screen.is_covered
            and not screen._layout_required
            and not any(widget._layout_required for widget in self._widgets)
        )

    def _changes(self) -> Iterable[str]:
        """Yield the changed lines as text, each behind a move of the cursor to its place."""
        console = self._app.console
        by_cells = not self._app.flow_control.is_fast
        is_early = monotonic() < self._throttled_due
        for widget in self._widgets:
            if not widget._repaint_required and widget not in self._held:
                continue
            if widget in self._throttled:
                if is_early:
                    self._put_off(widget)
                    continue
                self._throttled_due = monotonic() + THROTTLE_SECONDS
            left, top, columns, rows = widget.region
            if widget.show_vertical_scrollbar:
                # A widget of its own, with nothing but padding behind it.
                columns = widget.vertical_scrollbar.region.x - left
            if columns <= 0 or not rows:
                continue
            widget._repaint_required = False
            for region in widget._exchange_repaint_regions():
                lines = range(max(0, region.y), min(rows, region.bottom))
                crop = Region(0, lines.start, columns, len(lines))
                for y, strip in zip(lines, widget.render_lines(crop), strict=True):
                    yield self._buffer.write(left, top + y, strip, console, by_cells=by_cells)
            self._held.discard(widget)

    def _put_off(self, widget: Widget) -> None:
        """Write a throttled widget later."""
        widget._repaint_required = False
        self._held.add(widget)
        if not self._will_flush_throttled:
            self._will_flush_throttled = True
            self._app.set_timer(THROTTLE_SECONDS, self._flush_throttled)

    def _flush_throttled(self) -> None:
        self._will_flush_throttled = False
        self.flush()

    def _write(self, text: str) -> bool:
        driver = self._app._driver
        if not text or driver is None:
            return False
        if self._app._sync_available:
            text = f"{_SYNC_START}{text}{_SYNC_END}"
        driver.write(text)
        return True
