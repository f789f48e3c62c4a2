"""Textual's driver for Linux and macOS, which leaves no reply to a query to the shell.

Where the alternate screen is open already it leaves it as it is instead of opening, and so
clearing, it once more, and restores at the end the settings that the terminal had before.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from textual import events
from textual.drivers.linux_driver import LinuxDriver

from heicdepth_tui.ui.terminal.graphics_replies import NOT_QUERIED, Queried
from heicdepth_tui.ui.terminal.internals import events_of, read_through, survive_closing

if TYPE_CHECKING:
    from types import FrameType

    from textual.message import Message

__all__ = ["OpenScreen", "TerminalDriver", "terminal_driver"]

REPLY_SECONDS = 2.0
"""How long ``disable_input`` waits for the replies of a terminal that has replied before."""
SILENT_SECONDS = 0.5
"""How long after a query it waits for a terminal that has never replied."""
FORGOTTEN_SECONDS = 5.0
"""A query that is older than this gets no reply any more."""

_ALTERNATE_SCREEN = "\x1b[?1049h"
_QUERY = "\x1b[6n"


class OpenScreen(Protocol):
    """An alternate screen that was opened before Textual was imported."""

    is_open: bool
    """Whether its owner still has to leave it."""

    @property
    def attributes(self) -> list[Any] | None:
        """The terminal's settings before it was opened; None where they could not be read."""
        ...


class TerminalDriver(LinuxDriver):
    """A driver that adopts an open screen and reads every reply before it ends."""

    adopted: ClassVar[OpenScreen | None] = None
    queried: ClassVar[Queried] = NOT_QUERIED

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        survive_closing(self)
        self._must_open = self.adopted is None
        self._replied = threading.Condition()
        self._unreplied = 0
        self._has_replied = False
        self._queried_at = -FORGOTTEN_SECONDS
        self._has_read_typed = False
        self._was_resized = False
        self.before_stop: Callable[[], str] = str
        """Returns the text to write before the terminal is left: to end, to fail, to suspend."""

    def run_input_thread(self) -> None:
        """Read events: first of what was typed while the terminal was queried."""
        if not self._has_read_typed:
            self._has_read_typed = True
            for event in events_of(self.queried.typed):
                self.process_message(event)
        if self.queried.late is not None:
            read_through(self.queried.late.feed)
        super().run_input_thread()

    def write(self, data: str) -> None:
        """Write data, but do not open the screen that is open."""
        if data == _ALTERNATE_SCREEN and not self._must_open:
            self._must_open = True
            return
        queries = data.count(_QUERY)
        if queries:
            with self._replied:
                self._unreplied += queries
                self._queried_at = monotonic()
        super().write(data)

    def process_message(self, message: Message) -> None:
        """Pass a message on to the app, counting replies; called in the input thread."""
        if isinstance(message, events.CursorPosition):
            with self._replied:
                self._has_replied = True
                self._unreplied = max(0, self._unreplied - 1)
                self._replied.notify_all()
        super().process_message(message)

    def disable_input(self) -> None:
        """Stop reading once the terminal has replied to every query.

        A reply that comes later would reach the shell as typed text. Blocks for ``REPLY_SECONDS``
        at most, at the end of the app and before it is suspended.
        """
        with self._replied:
            now = monotonic()
            if now - self._queried_at < FORGOTTEN_SECONDS:
                silent = max(0.0, self._queried_at + SILENT_SECONDS - now)
                seconds = REPLY_SECONDS if self._has_replied else silent
                self._replied.wait_for(lambda: not self._unreplied, seconds)
            self._unreplied = 0
        super().disable_input()

    def start_application_mode(self) -> None:
        """Start, keeping the settings that the terminal had before an adopted screen."""
        is_first = not self._must_open
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if is_first and self.adopted is not None and self.adopted.attributes is not None:
            self.attrs_before = self.adopted.attributes
        textual = signal.getsignal(signal.SIGWINCH)

        def resized(number: int, frame: FrameType | None) -> None:
            self._was_resized = True
            if callable(textual):
                textual(number, frame)

        signal.signal(signal.SIGWINCH, resized)

    def take_resized(self) -> bool:
        """Return whether the terminal was resized since the call before, to the same size or not.

        Of sizes that follow each other quickly, events of the last one alone may be left.
        """
        was_resized, self._was_resized = self._was_resized, False
        return was_resized

    def stop_application_mode(self) -> None:
        """Stop; the owner of an adopted screen need not leave it any more."""
        last = self.before_stop()
        if last:
            self.write(last)
        super().stop_application_mode()
        if self.adopted is not None:
            self.adopted.is_open = False


def terminal_driver(
    screen: OpenScreen | None = None, queried: Queried = NOT_QUERIED
) -> type[TerminalDriver]:
    """Return the driver for an app; ``screen`` is the alternate screen that it adopts, once."""
    return type("AdoptingDriver", (TerminalDriver,), {"adopted": screen, "queried": queried})
