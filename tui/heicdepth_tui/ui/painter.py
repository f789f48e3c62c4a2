"""Writes what changed on the main screen at once, without waiting for Textual's next tick.

Textual collects by messages what widgets want painted, waits for a timer, and composes the
rectangle around all of it: 10 to 30 ms from a key to its picture (bench). Here the widgets of the
main screen are asked for their changed lines and these are written, in one piece, before the key's
handler returns. The widgets stay Textual's: it lays them out, it paints them whenever it likes, and
where something lies over the main screen (a dialog, a toast) or the layout is about to change, it
alone paints. Private of Textual are ``Widget._repaint_required``, ``_layout_required`` and
``_exchange_repaint_regions``, ``Screen._layout_required``, ``App._sync_available``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from time import monotonic
from typing import TYPE_CHECKING, Any

from textual.geometry import Region

from heicdepth_tui.ui.sparing import ScreenMemory

if TYPE_CHECKING:
    from textual.screen import Screen
    from textual.widget import Widget

    from heicdepth_tui.ui.terminal import TerminalApp

__all__ = ["Painter"]

LAZY_SECONDS = 0.1
"""Lazy widgets are painted no more often than this."""

_SYNC_START, _SYNC_END = "\x1b[?2026h", "\x1b[?2026l"


class Painter:
    """Paints the given widgets of the main screen; for one thread."""

    def __init__(self, app: TerminalApp) -> None:
        self._app = app
        self._widgets: tuple[Widget, ...] = ()
        self._memory = ScreenMemory()
        self._held: set[Widget] = set()
        self._lazy: frozenset[Widget] = frozenset()
        self._lazy_due = 0.0
        self._will_paint_lazy = False
        self._after: list[Callable[[], object]] = []
        self._is_laid_out = False

    def adopt(self, widgets: Iterable[Widget], lazy: Iterable[Widget]) -> None:
        """Paint these from now on; the lazy ones, whose looks are not urgent, a few times a second.

        A scrollbar costs as much to paint as all else that a key in the list changes.
        """
        self._lazy = frozenset(lazy)
        self._widgets = (*widgets, *self._lazy)

    def textual_painted(self) -> None:
        """Take note that Textual has painted: everything has its place."""
        self._is_laid_out = True

    def spare(self, screen: Screen[object], update: Any) -> Any:
        """Return what is left to write of an update by Textual."""
        if update is not None and screen is not self._app.browse:
            self._memory.clear()
            return update
        return self._memory.spare(update, self._app.console, by_cells=not self._app.pacer.is_quick)

    def forget_screen(self) -> None:
        """Know nothing of what the terminal shows: it was resized, or another program had it."""
        self._memory.clear()

    def expect_layout(self) -> None:
        """Leave everything to Textual until it has painted: parts of the screen will move."""
        self._is_laid_out = False

    def after_paint(self, callback: Callable[[], object]) -> None:
        """Call a function once what has changed so far is written."""
        self._after.append(callback)
        self._app.call_later(self.paint)

    def paint(self) -> None:
        """Write what has changed, as far as it can be done without Textual."""
        if self._app.pacer.must_hold:
            self._hold()
            return
        after, self._after = self._after, []
        if self._can_paint():
            has_written = self._write("".join(self._changes()))
            for callback in after:
                callback()
            if has_written:
                self._app.pacer.wrote()
        else:
            for callback in after:
                self._app.call_after_refresh(callback)

    def _hold(self) -> None:
        """Keep what has changed for later, and from Textual: the line is busy."""
        for widget in self._widgets:
            if widget._repaint_required:
                widget._repaint_required = False
                self._held.add(widget)

    def _can_paint(self) -> bool:
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
        by_cells = not self._app.pacer.is_quick
        is_early = monotonic() < self._lazy_due
        for widget in self._widgets:
            if not widget._repaint_required and widget not in self._held:
                continue
            if widget in self._lazy:
                if is_early:
                    self._put_off(widget)
                    continue
                self._lazy_due = monotonic() + LAZY_SECONDS
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
                    yield self._memory.write(left, top + y, strip, console, by_cells=by_cells)
            self._held.discard(widget)

    def _put_off(self, widget: Widget) -> None:
        """Paint a lazy widget later."""
        widget._repaint_required = False
        self._held.add(widget)
        if not self._will_paint_lazy:
            self._will_paint_lazy = True
            self._app.set_timer(LAZY_SECONDS, self._paint_lazy)

    def _paint_lazy(self) -> None:
        self._will_paint_lazy = False
        self.paint()

    def _write(self, text: str) -> bool:
        driver = self._app._driver
        if not text or driver is None:
            return False
        if self._app._sync_available:
            text = f"{_SYNC_START}{text}{_SYNC_END}"
        driver.write(text)
        return True
