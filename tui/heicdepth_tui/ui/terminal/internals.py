"""Every private name of Textual that this package uses.

``PRIVATE_NAMES`` lists them; pyproject pins Textual's minor version for them, and
tests/ui/test_internals.py fails when one of them changes. No other module, and no test, reads a
private attribute of Textual: they call the functions and hooks here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from rich.segment import Segment
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers import linux_driver
from textual.screen import Screen
from textual.strip import Strip
from textual.timer import Timer, TimerCallback
from textual.widget import Widget

from heicdepth_tui.ui.terminal.closable_output import ClosableOutput
from heicdepth_tui.ui.terminal.encoded_cells import cut_row

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult
    from textual.driver import Driver
    from textual.geometry import Region, Size
    from textual.message import Message
    from textual.message_pump import MessagePump
    from textual.notifications import Notification

__all__ = [
    "PRIVATE_NAMES",
    "CompositorUpdate",
    "EncodedStrip",
    "HookedApp",
    "RenderedUpdate",
    "arranged_size",
    "arranged_widgets",
    "awaits_layout",
    "call_in",
    "clear_render_cache",
    "composed_update",
    "discard_repaint",
    "events_of",
    "is_at_rest",
    "is_covered",
    "needs_repaint",
    "notifications_of",
    "placed_strips",
    "placed_widgets",
    "read_through",
    "screen_lines",
    "survive_closing",
    "take_repaint_regions",
    "whole_update",
]

PRIVATE_NAMES: dict[type, tuple[str, ...]] = {
    App: (
        "_background_screens",
        "_batch_count",
        "_check_bindings",
        "_close_messages_no_wait",
        "_dispatch_message",
        "_display",
        "_driver",
        "_exception",
        "_fatal_error",
        "_handle_exception",
        "_notifications",
        "_sync_available",
    ),
    Screen: ("_compositor", "_dirty_widgets", "_layout_required"),
    Widget: (
        "_exchange_repaint_regions",
        "_layout_required",
        "_repaint_required",
        "_styles_cache",
    ),
    Strip: ("_render_cache", "_segments"),
    Timer: ("_skip",),
    linux_driver.LinuxDriver: ("_file",),
}
"""By class; beside them the classes imported from ``textual._compositor``, with their fields, and
``XTermParser``, which ``textual.drivers.linux_driver`` reads the terminal with."""

_OVERLAYS = ("textual-toastrack", "textual-tooltip")


class HookedApp(App[int]):
    """An app with public hooks in the place of Textual's private methods."""

    def filter_update(self, screen: Screen[Any], update: object) -> object:
        """Return what is to be written for an update of a screen; for subclasses to override."""
        return update

    def message_handled(self) -> None:
        """Do nothing; called after each message that the app has handled, for subclasses.

        Widgets and screens have ``message_signal`` for it, which is never sent for an app.
        """

    async def _dispatch_message(self, message: Message) -> None:
        await super()._dispatch_message(message)
        self.message_handled()

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        if not self._batch_count:
            renderable = self.filter_update(screen, renderable)
        super()._display(screen, renderable)

    def set_timer(
        self,
        delay: float,
        callback: TimerCallback | None = None,
        *,
        name: str | None = None,
        pause: bool = False,
    ) -> Timer:
        """Call a function once, however late; Textual lays out a new size by such a timer.

        See ``call_in``. Without the call, no later size is laid out either.
        """
        timer = super().set_timer(delay, callback, name=name, pause=pause)
        timer._skip = False
        return timer

    async def run_bindings(self, key: str) -> bool:
        """Do what a key is bound to; return whether it is."""
        return await self._check_bindings(key)

    def _fatal_error(self) -> None:
        """End after an error of the program; it is reported after the screen is restored."""
        self._close_messages_no_wait()

    @property
    def crash(self) -> Exception | None:
        """The error of the program that ended the app."""
        return self._exception

    def report_crash(self, error: Exception) -> None:
        """End the app with an error of the program."""
        self._handle_exception(error)

    @property
    def terminal(self) -> Driver | None:
        """The driver; None before the app has started."""
        return self._driver

    @property
    def top_screen(self) -> Screen[Any] | None:
        """The screen that has the terminal; None before the first and while paints are batched."""
        stack = self.screen_stack if self.is_running and not self._batch_count else ()
        return stack[-1] if stack else None

    @property
    def is_settled(self) -> bool:
        """Whether no message and no worker is pending, and the screen is laid out and painted."""
        if self.message_queue_size or not all(worker.is_finished for worker in self.workers):
            return False
        for screen in self.screen_stack:
            if any(widget.message_queue_size for widget in (screen, *screen._compositor.widgets)):
                return False
        return is_at_rest(self.screen, placed_widgets(self.screen))

    @property
    def has_synchronized_output(self) -> bool:
        """Whether the terminal shows what stands between two marks in one piece (mode 2026)."""
        return self._sync_available


class EncodedStrip(Strip):
    """One row of ``cells`` cells whose escape sequences are ``encoded``.

    Presets the cache that ``Strip.render`` returns; ``build`` makes the segments when an overlay
    cuts the row, and for screenshots: joining segments takes 45 ms for two images of 120x50 cells,
    encoding them at once by numpy 8 ms.
    """

    __slots__ = ("_build", "_built")
    _built: list[Segment] | None

    def __init__(self, encoded: str, cells: int, build: Callable[[], list[Segment]]) -> None:
        self._build = build
        super().__init__((), cells)
        self._render_cache = encoded

    @property
    def _segments(self) -> list[Segment]:
        if self._built is None:
            self._built = self._build()
        return self._built

    @_segments.setter
    def _segments(self, _: list[Segment]) -> None:
        self._built = None

    def __bool__(self) -> bool:
        return True

    def divide(self, cuts: Iterable[int]) -> Sequence[Strip]:
        """Divide the row at cells, without making segments of it."""
        length = self.cell_length
        inner = [cut for cut in cuts if cut <= length]
        if inner == [length]:
            return [self]
        pieces = cut_row(self._render_cache or "", inner)
        if pieces is None:
            return super().divide(inner)
        return [
            EncodedStrip(piece, end - start, partial(self._part, start, end))
            for piece, (start, end) in zip(pieces, pairwise((0, *inner)), strict=True)
        ]

    def crop(self, start: int, end: int | None = None) -> Strip:
        """Return the cells from ``start`` to ``end``."""
        first, last = max(0, start), min(self.cell_length, self.cell_length if end is None else end)
        if first == 0 and last == self.cell_length:
            return self
        return self.divide([first, last])[1] if first < last else Strip([], 0)

    def _part(self, start: int, end: int) -> list[Segment]:
        return list(Strip(self._segments, self.cell_length).crop(start, end))


class RenderedUpdate(CompositorUpdate):
    """An update of the screen as text that is ready to be written."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Segment(self._text)

    def render_segments(self, console: Console) -> str:
        """Return the text."""
        return self._text


def placed_strips(update: object) -> Iterator[tuple[int, int, Strip]] | None:
    """Return the strips of an update with their (column, row); None for updates of other kinds."""
    if isinstance(update, LayoutUpdate):
        return _strips_of_layout(update)
    if isinstance(update, ChopsUpdate):
        return _strips_of_chops(update)
    return None


def _strips_of_layout(update: LayoutUpdate) -> Iterator[tuple[int, int, Strip]]:
    for y, line in enumerate(update.strips, update.region.y):
        x = update.region.x
        for strip in line:
            yield x, y, strip
            x += strip.cell_length


def _strips_of_chops(update: ChopsUpdate) -> Iterator[tuple[int, int, Strip]]:
    for y, first, last in update.spans:
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is not None and x < last and end > first:
                yield x, y, strip


def call_in(node: MessagePump, seconds: float, callback: Callable[[], object]) -> Timer:
    """Call a function once, after some seconds, as a message of ``node``.

    Textual's own ``set_timer`` never calls where the time is over before the timer's task has
    looked at the clock twice: of 20,000 timers of 1 ms beside a thread that computes, 3.
    """
    timer = node.set_timer(seconds, callback)
    timer._skip = False
    return timer


def needs_repaint(widget: Widget) -> bool:
    """Return whether Textual will repaint a widget when it is idle."""
    return widget._repaint_required


def discard_repaint(widget: Widget) -> None:
    """Keep Textual from repainting a widget; its changed regions stay known."""
    widget._repaint_required = False


def take_repaint_regions(widget: Widget) -> Iterable[Any]:
    """Return the changed regions of a widget in its own coordinates, and forget them."""
    widget._repaint_required = False
    return widget._exchange_repaint_regions()


def placed_widgets(screen: Screen[Any]) -> Mapping[Widget, tuple[Region, Region]]:
    """Return the visible widgets with region and clip, those in front first."""
    return screen._compositor.visible_widgets


def arranged_widgets(screen: Screen[Any]) -> Collection[Widget]:
    """Return every widget of the last layout, the screen and hidden ones included."""
    return screen._compositor.widgets


def arranged_size(screen: Screen[Any]) -> Size:
    """Return the size that a screen was laid out for last."""
    return screen._compositor.size


def awaits_layout(widget: Widget) -> bool:
    """Return whether a layout is due because of this widget."""
    return widget._layout_required


def composed_update(screen: Screen[Any], widgets: Iterable[Widget]) -> object:
    """Return the update for widgets which others cover in part, as Textual composes it."""
    changed = set(widgets)
    for widget in changed:
        widget._repaint_required = False
    screen._compositor.update_widgets(changed)
    return screen._compositor.render_update(screen_stack=screen.app._background_screens)


def events_of(text: str) -> list[Message]:
    """Return the events of what was read from a terminal."""
    parser = XTermParser()
    return [*parser.feed(text), *parser.tick()] if text else []


def read_through(keep: Callable[[str], str]) -> None:
    """Let drivers that begin to read a terminal see only what ``keep`` returns of it."""

    class Parser(XTermParser):
        def feed(self, data: str) -> Iterable[Message]:
            # Nothing at all means the end of the input.
            kept = keep(data) if data else data
            return super().feed(kept) if kept or not data else ()

    linux_driver.XTermParser = Parser  # type: ignore[attr-defined]


def survive_closing(driver: linux_driver.LinuxDriver) -> None:
    """Let a driver drop what it writes to a terminal that was closed, before it starts."""
    if driver._file is not None:
        driver._file = ClosableOutput(driver._file)  # type: ignore[assignment]


def is_covered(screen: Screen[Any]) -> bool:
    """Return whether a toast or a tooltip lies over a screen."""
    return any(
        child.display and (child.id == "textual-tooltip" or len(child.children) > 0)
        for child in screen.children
        if child.id in _OVERLAYS
    )


def is_at_rest(screen: Screen[Any], widgets: Iterable[Widget]) -> bool:
    """Return whether nothing of a screen waits for a layout, and none of the widgets for paint."""
    return not (
        screen._dirty_widgets
        or screen._layout_required
        or any(widget._repaint_required or widget._layout_required for widget in widgets)
    )


# For tests and screenshots


def screen_lines(screen: Screen[Any]) -> list[Strip]:
    """Return the whole screen line by line, as Textual composes it."""
    return screen._compositor.render_strips()


def whole_update(screen: Screen[Any]) -> CompositorUpdate:
    """Return the update that paints the whole screen."""
    return screen._compositor.render_full_update()


def clear_render_cache(widget: Widget) -> None:
    """Let Textual render every line of a widget anew."""
    widget._styles_cache.clear()


def notifications_of(app: App[Any]) -> list[Notification]:
    """Return the notifications that have not expired."""
    return list(app._notifications)
