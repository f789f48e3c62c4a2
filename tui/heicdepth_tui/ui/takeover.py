"""Textual's driver for a terminal that shows the first frame already.

It leaves the alternate screen as it is instead of opening, and so clearing, it once more, and gives
the terminal back at the end with the settings that it had before the first frame.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.drivers.linux_driver import LinuxDriver

if TYPE_CHECKING:
    from heicdepth_tui.ui.first_frame import FirstFrame

__all__ = ["driver_after"]

_ALTERNATE_SCREEN = "\x1b[?1049h"


def driver_after(frame: FirstFrame) -> type[LinuxDriver]:
    """Return the driver for an app that follows this frame."""

    class TakeoverDriver(LinuxDriver):
        """A driver whose first alternate screen is there already."""

        _must_open = False

        def write(self, data: str) -> None:
            """Write data, but do not open the screen that is open."""
            if data == _ALTERNATE_SCREEN and not self._must_open:
                self._must_open = True
                return
            super().write(data)

        def start_application_mode(self) -> None:
            """Start, keeping the settings that the terminal had before the first frame."""
            is_first = not self._must_open
            super().start_application_mode()  # type: ignore[no-untyped-call]
            if is_first and frame.attributes is not None:
                self.attrs_before = frame.attributes

        def stop_application_mode(self) -> None:
            """Stop; nobody else has to give the terminal back any more."""
            super().stop_application_mode()
            frame.is_open = False

    return TakeoverDriver
