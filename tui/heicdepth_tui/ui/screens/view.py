"""A view of the app: its keys for help, and the ways out that each has.

Every view saves a picture of what it shows, copies a path, opens a page in the browser and files
with the system's own program, and shows running exports, which a key stops.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from textual.screen import Screen

from heicdepth_tui.text import printable_path
from heicdepth_tui.ui.widgets.bindings import bind
from heicdepth_tui.ui.widgets.export_bar import STOP_EXPORTS_ID

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.binding import Binding

    from heicdepth_tui.export.options import ExportOptions
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.ui.model.picture_request import PicturePart
    from heicdepth_tui.ui.screens.context import Context
    from heicdepth_tui.ui.services.desktop import Desktop
    from heicdepth_tui.ui.widgets.title import TitleBar

__all__ = [
    "COPY_PATH",
    "OPEN_PAGE",
    "QUIT",
    "SAVE_PICTURE",
    "STOP_EXPORTS",
    "ViewScreen",
    "copy",
    "export_key",
]

SAVE_PICTURE = bind(
    "P", "save_picture", "Picture", "picture.save", "Save the view as PNG", show=True
)
OPEN_PAGE = bind("w", "page", "Browser", "page", "The cloud as a page in the browser", show=True)
QUIT = bind("q", "app.quit", "Quit", "quit", "Leave; exports are finished first", show=True)
"""Of every view; dialogs are closed by the same key."""
COPY_PATH = bind("y", "copy_path", "Copy", "copy", "The path in the message, else the photo's")
STOP_EXPORTS = bind("X", "stop_exports", "Stop exports", STOP_EXPORTS_ID, "Begin no further photo")

_MESSAGE_SECONDS, _COPY_SECONDS = 8, 3
_BEGUN_SECONDS = 30
"""Longest time that a message stands which the result removes."""


class _Exports(Protocol):
    @property
    def is_shown(self) -> bool: ...
    def export(self, entries: Sequence[Entry]) -> None: ...
    def stop(self) -> None: ...


class _MainScreen(Protocol):
    @property
    def exports(self) -> _Exports: ...


class ViewScreen(Screen[None]):
    """A view whose picture can be saved; subclasses set ``_app_context`` and ``title_bar``."""

    _app_context: Context
    title_bar: TitleBar

    # What subclasses show

    @property
    def shown_entry(self) -> Entry | None:
        """The photo on show."""
        return self._app_context.session.entry

    @property
    def picture_name(self) -> str:
        """The name of the view, which ends the name of its picture."""
        return type(self).__name__.removesuffix("Screen").lower()

    def picture_parts(self) -> tuple[PicturePart, ...]:
        """Return what to draw beside each other; empty while there is nothing to show."""
        return ()

    @property
    def copied_row(self) -> str:
        """The value of a row or point that is chosen; empty without one."""
        return ""

    @property
    def page_options(self) -> ExportOptions:
        """The options of the page for the browser: those of ``e``, with scale and clip."""
        context, entry = self._app_context, self.shown_entry
        options = context.options.export_options()
        if entry is None:
            return options
        options = context.session.clip(entry).options(options)
        return replace(options, scale=context.session.scales.get(entry.path))

    def draw_again(self) -> None:
        """Draw the pictures for cells of another shape; nothing where the view has none."""

    # Exports

    @property
    def _all_exports(self) -> _Exports:
        """Those of the main screen: each of its views has the same ones."""
        return cast("_MainScreen", self.app.screen_stack[0]).exports

    def on_mount(self) -> None:
        """Show exports that run already."""
        self.exports_changed()

    def exports_changed(self) -> None:
        """Show the state of running exports in the title, none where there are none to show."""
        exporter, title = self._app_context.exporter, self.title_bar
        is_shown = self._all_exports.is_shown
        if title.shows_exports != is_shown:
            title.show_exports((lambda: exporter.progress) if is_shown else None)
        elif is_shown:
            title.refresh()

    def show_status(self, status: str) -> None:
        """State in the title line what a key just did."""
        self.title_bar.show_status(status)

    def action_stop_exports(self) -> None:
        """Begin no further photo."""
        if self._app_context.exporter.left:
            self._all_exports.stop()
        else:
            self.show_status("no export is running")

    def action_export(self) -> None:
        """Export the point cloud of the photo on show."""
        entry = self.shown_entry
        if entry is not None:
            self._all_exports.export([entry])

    # Keys

    def action_help(self) -> None:
        """Show all keys."""
        from heicdepth_tui.ui.screens.help import HelpScreen

        self.app.push_screen(HelpScreen())

    def action_save_picture(self) -> None:
        """Save what is shown as PNG into the folder of exports, drawn from the samples."""
        entry, parts = self.shown_entry, self.picture_parts()
        if entry is None or not parts:
            self._inform("no picture to save yet")
            return
        # Imported at the first use: the start does without them.
        from heicdepth_tui.ui.model.picture_request import PictureRequest
        from heicdepth_tui.ui.presenters.picture import picture_title

        request = PictureRequest(
            entry=entry,
            view=self.picture_name,
            title=picture_title(entry.name, self.picture_name),
            parts=parts,
            folder=self._app_context.options.out,
        )
        self._app_context.outside.save_picture(request)
        self._inform("saving the picture …", _BEGUN_SECONDS)

    def action_copy_path(self) -> None:
        """Copy what is selected, else a path, by OSC 52, which terminals may refuse.

        The path of a file while its message is shown, which offers it; else what is chosen of the
        photo's figures, else the photo's path.
        """
        entry = self.shown_entry
        if entry is None:
            return
        written = self._app_context.export_log.message_path
        chosen = self.get_selected_text() or (not written and self.copied_row)
        path = written or str(Path(entry.path).absolute())
        copy(self, chosen or path)
        shown = chosen or printable_path(path)
        self._inform(f"{shown}\nsent to the terminal's clipboard", _COPY_SECONDS)

    def action_open(self) -> None:
        """Choose the photo, its folder, the last picture or export, and open it."""
        from heicdepth_tui.ui.presenters.outside import choices
        from heicdepth_tui.ui.screens.open_dialog import OpenDialog
        from heicdepth_tui.ui.services.desktop import find_desktop

        entry, desktop = self.shown_entry, find_desktop()
        if entry is None:
            return

        def chosen(path: str | None) -> None:
            if path is not None:
                self._open(desktop, path)

        context = self._app_context
        found = choices(entry, context.export_log.jobs, context.outside.last_picture)
        self.app.push_screen(OpenDialog(found, desktop.problem), chosen)

    def _open(self, desktop: Desktop, path: str) -> None:
        if desktop.program:
            self._app_context.outside.open(desktop.program, path)
            self._inform(f"opening {printable_path(path)}", _COPY_SECONDS)
        else:
            copy(self, path)
            self._inform(f"{desktop.problem}: {printable_path(path)} is copied", _MESSAGE_SECONDS)

    def action_page(self) -> None:
        """Show the cloud as a page in the browser."""
        entry = self.shown_entry
        if entry is not None:
            self._app_context.outside.write_page(entry, self.page_options)
            self._inform("writing the page …", _BEGUN_SECONDS)

    def _inform(self, message: str, seconds: float = _MESSAGE_SECONDS) -> None:
        self.notify(message, timeout=seconds, markup=False)


def export_key(id: str) -> Binding:
    """Return the key that exports the photo of a view; the first that a narrow key bar drops."""
    return bind("e", "export", "Export", id, "Export the point cloud (PCD)", show=True)


def copy(screen: Screen[None], text: str) -> None:
    """Send text to the terminal's clipboard by OSC 52; bytes that are no text become a sign."""
    screen.app.copy_to_clipboard(text.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))
