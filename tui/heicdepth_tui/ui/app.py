"""The application: owns the decoder, the library and the settings; the screens do the rest."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.binding import Binding, BindingType

from heicdepth_tui.draw.modes import DEFAULT_COLORMAP, Blocks
from heicdepth_tui.errors import WriteError
from heicdepth_tui.text import printable_path
from heicdepth_tui.ui.model.library import Library
from heicdepth_tui.ui.model.options import AppOptions
from heicdepth_tui.ui.model.settings import DrawSettings
from heicdepth_tui.ui.presenters.labels import photo_place
from heicdepth_tui.ui.screens.browse import BrowseScreen
from heicdepth_tui.ui.screens.commands import PhotoCommands
from heicdepth_tui.ui.screens.photo_presenter import STILL_WAITING
from heicdepth_tui.ui.services.exporter import Exporter
from heicdepth_tui.ui.services.image_cache import ImageCache
from heicdepth_tui.ui.services.messages import (
    BriefsRead,
    ExportFinished,
    ExportProgress,
    HeaderRead,
    LayerArrived,
    ListingFinished,
    PhotosFound,
    TableImportsReady,
    WorkFailed,
)
from heicdepth_tui.ui.services.photo_loader import PhotoLoader
from heicdepth_tui.ui.services.prefetch import Prefetcher
from heicdepth_tui.ui.services.scanner import Scanner
from heicdepth_tui.ui.startup.signals import end_on_signals
from heicdepth_tui.ui.terminal.app import TerminalApp
from heicdepth_tui.ui.themes import THEMES

if TYPE_CHECKING:
    from textual.timer import Timer

    from heicdepth_tui.export.options import ExportOptions
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.photo.client import Decoder
    from heicdepth_tui.ui.startup.bootstrap import Bootstrap

__all__ = ["AppOptions", "HeicDepthApp"]

MOST_ERRORS = 3
"""So many errors of a job are told in full."""

QUIET_SECONDS = 3.0
"""Coming back to the terminal lists the folders anew only when the last listing is this old."""

NUMBERS_PATIENCE = 0.5
"""Seconds after which the numbers of the first photo wait for its picture no longer."""


class HeicDepthApp(TerminalApp):
    """``heicdepth-tui``; the decoder was started before this module was imported."""

    TITLE = "heicdepth-tui"
    CSS_PATH = "app.tcss"
    COMMANDS: ClassVar[set[object]] = {PhotoCommands}  # type: ignore[assignment]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c,ctrl+q", "quit", "Quit", show=False, priority=True, id="app.quit"),
        Binding("ctrl+z", "suspend_process", "Suspend", show=False, id="app.suspend"),
    ]
    ENABLE_COMMAND_PALETTE = True

    def __init__(
        self, decoder: Decoder, options: AppOptions, bootstrap: Bootstrap | None = None
    ) -> None:
        super().__init__(None if bootstrap is None else bootstrap.splash)
        self._bootstrap = bootstrap
        self.options = options
        self.decoder = decoder
        self.library = Library()
        self.store = PhotoLoader(decoder, self.post_message, options.limits)
        self.prefetcher = Prefetcher(self.store)
        self.exporter = Exporter(decoder, self.post_message)
        self.scanner = Scanner(options.paths, options.recursive, self.post_message, options.limits)
        self.rows = ImageCache()
        self.colormap = DEFAULT_COLORMAP
        self.draw_settings = DrawSettings(self.colour_mode, Blocks.HALF)
        self.browse = BrowseScreen()
        self._listing: dict[str, Entry] = {}
        self._choice: ExportOptions | None = None
        self._rebuild_timer: Timer | None = None
        self._rebuild_due = 0.0
        self._listed = False
        self._relisting = False
        self._reread = False
        self._leaves_after_export = False
        self.is_leaving = False
        """Whether the app is about to end: keys do nothing more."""
        for theme in THEMES.values():
            self.register_theme(theme)
        self.theme = THEMES[options.theme].name

    def on_key(self, event: events.Key) -> None:
        """Pass on keys typed ahead: they were sent to the list before / moved the focus."""
        photos = self.browse.photos
        if self.focused is not photos and self.focused is not None and photos.owns(event):
            event.prevent_default()
            self.post_message(events.Key(event.key, event.character))

    def on_app_focus(self) -> None:
        """Look for new, changed and removed photos when the reader comes back."""
        if self._listed and self.scanner.seconds_since_start > QUIET_SECONDS:
            self.scanner.start()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Give the variables of our style sheets a value whatever the theme."""
        return {"dim": "#7f8896", "cursor": "#3b2f20", "rule": "#272c35"}

    @property
    def theme_plate(self) -> str:
        """The colour of a plate where a picture is about to appear."""
        return self.current_theme.surface or "#202020"

    @property
    def empty_text(self) -> str:
        """What an empty list says."""
        if not self._listed and self.scanner.seconds_since_start > STILL_WAITING:
            return "still waiting for the folder: the disk or network does not answer; q quits"
        if not self._listed:
            return "reading the folder …"
        return "no HEIC photos here" + ("" if self.options.recursive else "; -r looks deeper")

    def get_default_screen(self) -> BrowseScreen:
        """Begin with the list."""
        return self.browse

    def begin(self) -> None:
        """Start to list the folders: the main screen is there to show them.

        Unless a key typed ahead has ended the app already.
        """
        if self.is_leaving or not self.is_running:
            return
        self.remember_size()
        if not self.is_headless:
            end_on_signals(self.exit)
        self.app_resume_signal.subscribe(self, lambda _: self.paint_anew())
        self.theme_changed_signal.subscribe(self, lambda _: self.browse.viewer.redraw_all())
        self._begin_with_first()
        self.update_counts()
        self.update_place()
        self.scanner.start()
        self.call_after_refresh(self._settle_down)
        self.set_timer(NUMBERS_PATIENCE, self.browse.viewer.numbers.import_soon)
        self.set_timer(STILL_WAITING, self._say_still_waiting)

    def _begin_with_first(self) -> None:
        """Show what was found before the app was there: the first paint has it at once."""
        first, self._bootstrap = self._bootstrap, None
        if first is None or not first.entries:
            self.store.listen()
            return
        self.store.adopt(first.entries[0], first.requests, first.header)
        self.library.add(first.entries)
        self.browse.rebuild_view()
        self.store.listen()
        for answer in first.hand_over(self.store.answered):
            if self.store.take(answer):
                self.browse.viewer.layer_arrived(LayerArrived(answer))

    def _say_still_waiting(self) -> None:
        if not self._listed and not len(self.library):
            self.browse.rebuild_view()

    def _settle_down(self) -> None:
        """Do what the first paint must not wait for; a q typed ahead may have come first."""
        if self.is_leaving or not self.browse.is_mounted:
            return
        # What was made so far lives as long as the app: the collector need not look at it again,
        # and stops the screen for tens of milliseconds when it does.
        gc.freeze()
        gc.enable()
        gc.set_threshold(20_000, 20, 50)
        # The threads that read and decode give way to the screen sooner than after 5 ms.
        sys.setswitchinterval(0.001)

    @on(TableImportsReady)
    def _numbers_ready(self) -> None:
        self.browse.viewer.numbers.begin()

    # The folder

    @on(PhotosFound)
    def _photos_found(self, message: PhotosFound) -> None:
        if message.generation != self.scanner.generation:
            return
        self._listing.update((entry.path, entry) for entry in message.entries)
        if not self._relisting:
            self.library.add(message.entries)
            self._rebuild_soon()
            # The list is painted first: reading headers would only fight it for the interpreter.
            self.call_after_refresh(self.scanner.scan, message.entries)

    @on(ListingFinished)
    def _listing_finished(self, message: ListingFinished) -> None:
        if message.generation != self.scanner.generation:
            return
        self._listed = True
        self.library.replace(self._listing.values())
        self._listing = {}
        self.browse.rebuild_view()
        if self._relisting:
            self.scanner.scan(self.library.unscanned())
        self._relisting = True
        if self._reread:
            self._reread = False
            self._forget_selected()

    @on(BriefsRead)
    def _briefs_read(self, message: BriefsRead) -> None:
        if message.generation != self.scanner.generation:
            return
        self.library.set_briefs(message.briefs)
        if self.library.order_follows_briefs:
            self._rebuild_soon()
        else:
            self.browse.photos.rows_changed({entry.path for entry, _ in message.briefs})
            self.update_counts()

    def _rebuild_soon(self) -> None:
        """Sort the list anew, but never so often that it takes a tenth of the time."""
        if self._rebuild_timer is not None:
            return
        wait = self._rebuild_due - monotonic()
        if wait > 0:
            self._rebuild_timer = self.set_timer(wait, self._rebuild)
        else:
            self._rebuild()

    def _rebuild(self) -> None:
        self._rebuild_timer = None
        began = monotonic()
        self.browse.rebuild_view()
        ended = monotonic()
        self._rebuild_due = ended + max(0.05, 9 * (ended - began))

    @on(WorkFailed)
    def _work_failed(self, message: WorkFailed) -> None:
        raise message.error

    def update_counts(self) -> None:
        """Say in the title line how many photos there are."""
        library = self.library
        words = [f"{len(library):,} photo" + ("" if len(library) == 1 else "s")]
        marked = library.marked_count
        if marked:
            words.append(f"{marked:,} marked")
        if library.depth_only:
            words.append("depth only")
        words.append(f"{library.with_depth:,} with depth")
        if not self._listed:
            words.append("listing …")
        elif library.waiting and self.scanner.is_halted:
            words.append(f"{library.scanned:,} scanned, r goes on")
        elif library.waiting:
            words.append(f"{library.scanned:,} scanned …")
        if self.exporter.left:
            words.append(f"exporting {self.exporter.done + 1} of {self.exporter.total}")
        self.browse.title_bar.counts = " · ".join(words)

    def update_place(self) -> None:
        """Say in the title line which photo is selected, in full, else which folders are open."""
        entry = self.browse.photos.entry
        if entry is not None:
            place = photo_place(entry, self.options.title)
        else:
            paths = (printable_path(path.absolute()) for path in self.options.paths)
            place = self.options.title or "  ".join(paths)
        self.browse.title_bar.place = place

    def read_again(self) -> None:
        """List the folders anew, and read the selected photo again whether it changed or not."""
        self._listing = {}
        self._reread = True
        self.scanner.start()

    def _forget_selected(self) -> None:
        entry = self.browse.photos.entry
        if entry is not None:
            self.store.forget(entry.path)
            self.rows.forget(entry.path)
            self.browse.viewer.forget(entry.path)
            self.browse.photos.announce_again()

    # Layers: the store posts to the app, the screen draws

    @on(HeaderRead)
    def _header_read(self, message: HeaderRead) -> None:
        self.browse.viewer.header_read(message)

    @on(LayerArrived)
    def _layer_arrived(self, message: LayerArrived) -> None:
        self.browse.viewer.layer_arrived(message)

    # Actions

    def export(self, entries: Sequence[Entry], options: ExportOptions | None = None) -> None:
        """Export photos in the background; a toast tells what became of it."""
        paths = [entry.path for entry in entries]
        self.exporter.export(paths, options or self.options.export_options())
        self.update_counts()

    @on(ExportProgress)
    def _export_progress(self) -> None:
        self.update_counts()

    @on(ExportFinished)
    def _export_finished(self, message: ExportFinished) -> None:
        written, errors = message.written, message.errors
        if written and message.photos == 1:
            lines = [done.summary for done in written]
            self.notify("\n".join(lines), title="exported", timeout=8, markup=False)
        elif written:
            folder = printable_path(written[0].path.parent)
            told = f"{len(written)} files of {message.photos - len(errors)} photos in {folder}"
            self.notify(told, title="exported", timeout=8, markup=False)
        if errors:
            lines = [str(error) for error in errors[:MOST_ERRORS]]
            if len(errors) > MOST_ERRORS:
                lines.append(f"… and {len(errors) - MOST_ERRORS} more")
            title = "not exported" if len(errors) == 1 else f"{len(errors)} photos not exported"
            told = "\n".join(lines)
            self.notify(told, title=title, severity="error", timeout=12, markup=False)
        self.update_counts()
        if self._leaves_after_export and not self.exporter.left:
            self._leave()

    @property
    def remembered(self) -> ExportOptions:
        """The export options chosen last, in this run or an earlier one."""
        from heicdepth_tui.ui.services.saved_options import load_options

        if self._choice is None:
            self._choice = load_options(self.options.export_options(), self.options.state)
        return self._choice

    def remember(self, options: ExportOptions) -> None:
        """Keep the export options for the next time."""
        from heicdepth_tui.ui.services.saved_options import save_options

        self._choice = options
        try:
            save_options(options, self.options.state)
        except WriteError as error:
            self.notify(f"the choice is not remembered: {error}", severity="warning", markup=False)

    def copy_path(self, path: str) -> None:
        """Copy a path by OSC 52, which the terminal may or may not honour."""
        absolute = str(Path(path).absolute())
        self.copy_to_clipboard(
            absolute.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        )
        self.notify(
            f"{printable_path(absolute)}\nsent to the terminal's clipboard", timeout=3, markup=False
        )

    def action_press(self, key: str) -> None:
        """Do what a key does, for the mouse."""
        self.simulate_key(key)

    def set_blocks(self, blocks: Blocks) -> None:
        """Draw pictures with other block characters."""
        self.draw_settings = replace(self.draw_settings, blocks=blocks)
        self.browse.viewer.redraw_all()

    async def action_quit(self) -> None:
        """Quit, but let exports end first; a second time, quit without them."""
        if self.exporter.left and not self._leaves_after_export:
            self._leaves_after_export = True
            self.notify(
                "quits when the export is done; q again quits without it", timeout=8, markup=False
            )
            return
        self._leave()

    def _leave(self) -> None:
        """End once the terminal's last answer is in: it would reach the shell as typed text."""
        if self.is_leaving:
            return
        self.is_leaving = True
        left = self.exporter.left
        told = f"heicdepth-tui: quit with {left} photos not exported" if left else None
        self.flow_control.close(lambda: self.exit(1 if left else 0, message=told))

    def on_unmount(self) -> None:
        """Stop everything in the background."""
        self.scanner.stop()
        threading.Thread(target=self.decoder.close, name="close decoder").start()
        self.exporter.join()
