"""Keeps the list in step with the folders: listing, header scan, and the counts of both."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from heicdepth_tui.text import printable_path
from heicdepth_tui.ui.presenters.labels import photo_place
from heicdepth_tui.ui.services.events import ListingFinished, PhotosFound, SummariesRead
from heicdepth_tui.ui.terminal.internals import call_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.screen import Screen
    from textual.timer import Timer

    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.ui.screens.context import Context
    from heicdepth_tui.ui.widgets.photo_list import PhotoList
    from heicdepth_tui.ui.widgets.title import TitleBar

__all__ = ["FOLDER_WAITING", "FolderPanel"]

FOLDER_WAITING = 2.0
"""Seconds without a photo after which the list says that it still waits."""

QUIET_SECONDS = 3.0
"""Coming back to the terminal lists the folders anew only when the last listing is this old."""

_LEAST_REBUILD_SECONDS = 0.05


class FolderPanel:
    """List and title line of the main screen."""

    def __init__(
        self,
        screen: Screen[None],
        context: Context,
        photos: PhotoList,
        title: TitleBar,
        reread: Callable[[], object],
        names_changed: Callable[[], object],
    ) -> None:
        self._screen = screen
        self._scanner = context.scanner
        self._options = context.options
        self._library = context.session.library
        self._photos = photos
        self._title = title
        self._reread = reread
        self._names_changed = names_changed
        self._names = self._library.longest_name
        self._listing: dict[str, Entry] = {}
        self._rebuild_timer: Timer | None = None
        self._rebuild_due = 0.0
        self._is_listed = self._is_relisting = self._is_reread_due = False

    def start(self) -> None:
        """List the folders."""
        self.update_counts()
        self.update_place()
        self._scanner.start()
        call_in(self._screen, FOLDER_WAITING, self._still_waiting)

    def _still_waiting(self) -> None:
        if not self._is_listed and not len(self._library):
            self.rebuild()

    def came_back(self) -> None:
        """Look for new, changed and removed photos when the user comes back to the terminal."""
        if self._is_listed and self._scanner.seconds_since_start > QUIET_SECONDS:
            self._scanner.start()

    def read_again(self) -> None:
        """List the folders anew, and read the selected photo again whether it changed or not."""
        self._listing = {}
        self._is_reread_due = True
        self._scanner.start()

    def handle(self, event: PhotosFound | ListingFinished | SummariesRead) -> None:
        """Take in an event of the newest listing; those of older ones are ignored."""
        if event.generation != self._scanner.generation:
            return
        if isinstance(event, PhotosFound):
            self._photos_found(event)
        elif isinstance(event, ListingFinished):
            self._listing_finished()
        else:
            self._summaries_read(event)

    def _photos_found(self, event: PhotosFound) -> None:
        self._listing.update((entry.path, entry) for entry in event.entries)
        if not self._is_relisting:
            self._library.add(event.entries)
            self._rebuild_soon()
            # The list is painted first: reading headers would only fight it for the interpreter.
            self._screen.call_after_refresh(self._scanner.scan, event.entries)

    def _listing_finished(self) -> None:
        self._is_listed = True
        self._library.replace(self._listing.values())
        self._listing = {}
        self.rebuild()
        if self._is_relisting:
            self._scanner.scan(self._library.unscanned())
        self._is_relisting = True
        if self._is_reread_due:
            self._is_reread_due = False
            self._reread()

    def _summaries_read(self, event: SummariesRead) -> None:
        self._library.set_summaries(event.summaries)
        if self._library.order_follows_summaries:
            self._rebuild_soon()
        else:
            self._photos.rows_changed({entry.path for entry, _ in event.summaries})
            self.update_counts()

    def _rebuild_soon(self) -> None:
        """Sort the list anew, but in no more than a tenth of the time."""
        if self._rebuild_timer is not None:
            return
        wait = self._rebuild_due - monotonic()
        if wait > 0:
            self._rebuild_timer = call_in(self._screen, wait, self._rebuild_late)
        else:
            self._rebuild_late()

    def _rebuild_late(self) -> None:
        self._rebuild_timer = None
        began = monotonic()
        self.rebuild()
        ended = monotonic()
        self._rebuild_due = ended + max(_LEAST_REBUILD_SECONDS, 9 * (ended - began))

    def rebuild(self) -> None:
        """Sort and filter the list anew; the cursor stays on its photo where it can."""
        entry = self._photos.entry
        self._library.rebuild()
        if self._names != self._library.longest_name:
            self._names = self._library.longest_name
            self._names_changed()
        self._photos.placeholder = self._empty_text()
        followed = entry.path if entry is not None and self._photos.was_moved else None
        self._photos.view_changed(followed)
        self.look_first()
        self.update_counts()

    def look_first(self) -> None:
        """Have the headers of the photos on the screen read before all others."""
        view = self._library.view
        self._scanner.look_first([view[row] for row in self._photos.visible_rows])

    def _empty_text(self) -> str:
        library = self._library
        if library.depth_only and len(library):
            if library.waiting:
                return "no photo with depth found yet; headers are being read"
            return "no photo with depth here; f shows all"
        if not self._is_listed and self._scanner.seconds_since_start > FOLDER_WAITING:
            return "still waiting for the folder: the disk or network does not answer; q quits"
        if not self._is_listed:
            return "reading the folder …"
        return "no HEIC photos here" + ("" if self._options.recursive else "; -r looks deeper")

    def update_counts(self) -> None:
        """Say in the title line how many photos there are."""
        library = self._library
        texts = [f"{len(library):,} photo" + ("" if len(library) == 1 else "s")]
        if library.marked_count:
            texts.append(f"{library.marked_count:,} marked")
        if library.depth_only:
            texts.append("depth only")
        texts.append(f"{library.with_depth:,} with depth")
        if not self._is_listed:
            texts.append("listing …")
        elif library.waiting and self._scanner.is_halted:
            texts.append(f"{library.scanned:,} scanned, r goes on")
        elif library.waiting:
            texts.append(f"{library.scanned:,} scanned …")
        self._title.counts = " · ".join(texts)

    def update_place(self) -> None:
        """Say in the title line which photo is selected, in full, else which folders are open."""
        entry = self._photos.entry
        if entry is not None:
            self._title.place = photo_place(entry, self._options.title)
        else:
            paths = (printable_path(path.absolute()) for path in self._options.paths)
            self._title.place = self._options.title or "  ".join(paths)
