"""Messages about pictures and pages, on whichever screen is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heicdepth_tui.text import printable_path
from heicdepth_tui.ui.screens.view import copy
from heicdepth_tui.ui.services.events import OutsideFailed, PageWritten, PictureSaved

if TYPE_CHECKING:
    from textual.screen import Screen

    from heicdepth_tui.ui.screens.context import Context

__all__ = ["OutsideEvents"]

_MESSAGE_SECONDS, _ERROR_SECONDS = 8, 12


class OutsideEvents:
    """Shows what became of pictures and pages, on the screen that is open."""

    def __init__(self, screen: Screen[None], context: Context) -> None:
        self._screen = screen
        self._context = context

    def handle(self, event: PictureSaved | PageWritten | OutsideFailed) -> None:
        """Show a message; open a page that is written."""
        app = self._screen.app
        # The message that it was begun, and those of pictures before.
        app.clear_notifications()
        if isinstance(event, OutsideFailed):
            app.notify(
                str(event.error),
                title=event.title,
                severity="error",
                timeout=_ERROR_SECONDS,
                markup=False,
            )
        elif isinstance(event, PictureSaved):
            path = str(event.path)
            self._context.outside.last_picture = event.path
            app.notify(
                f"{printable_path(path)}\ny copies the path",
                title="picture saved",
                timeout=_MESSAGE_SECONDS,
                markup=False,
            )
            self._context.export_log.message_shown(path, _MESSAGE_SECONDS)
        else:
            self._open_page(str(event.path))

    def _open_page(self, path: str) -> None:
        from heicdepth_tui.ui.services.desktop import find_desktop

        desktop = find_desktop()
        if desktop.program:
            self._context.outside.open(desktop.program, path)
            text = f"{printable_path(path)}\nopens in the browser"
        else:
            copy(self._screen, path)
            text = f"{printable_path(path)}\n{desktop.problem}: its path is copied"
        self._screen.app.notify(text, title="page", timeout=_MESSAGE_SECONDS, markup=False)
        self._context.export_log.message_shown(path, _MESSAGE_SECONDS)
