"""Textual's driver for a terminal whose alternate screen is open already.

It leaves the alternate screen as it is instead of opening, and so clearing, it once more, and
restores at the end the settings that the terminal had before that screen was opened.
"""

from __future__ import annotations

from typing import Any, Protocol

from textual.drivers.linux_driver import LinuxDriver

__all__ = ["OpenScreen", "adopting_driver"]

_ALTERNATE_SCREEN = "\x1b[?1049h"


class OpenScreen(Protocol):
    """An alternate screen that was opened before Textual was imported."""

    is_open: bool
    """Whether its owner still has to leave it."""

    @property
    def attributes(self) -> list[Any] | None:
        """The terminal's settings before it was opened; None where they could not be read."""
        ...


def adopting_driver(screen: OpenScreen) -> type[LinuxDriver]:
    """Return the driver for an app that follows this screen."""

    class AdoptingDriver(LinuxDriver):
        """A driver that adopts an open alternate screen once."""

        _must_open = False

        def write(self, data: str) -> None:
            """Write data, but do not open the screen that is open."""
            if data == _ALTERNATE_SCREEN and not self._must_open:
                self._must_open = True
                return
            super().write(data)

        def start_application_mode(self) -> None:
            """Start, keeping the settings that the terminal had before."""
            is_first = not self._must_open
            super().start_application_mode()  # type: ignore[no-untyped-call]
            if is_first and screen.attributes is not None:
                self.attrs_before = screen.attributes

        def stop_application_mode(self) -> None:
            """Stop; the screen's owner need not leave it any more."""
            super().stop_application_mode()
            screen.is_open = False

    return AdoptingDriver
