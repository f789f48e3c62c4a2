"""Lists folders and scans headers in background threads, and posts what they find."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from heicdepth_tui.folder.find import find_photos
from heicdepth_tui.folder.summaries import Summaries, SummaryScanner
from heicdepth_tui.heif.limits import DEFAULT_LIMITS, Limits
from heicdepth_tui.heif.summary import read_summary
from heicdepth_tui.ui.services.events import (
    ListingFinished,
    PhotosFound,
    Post,
    SummariesRead,
    WorkFailed,
)

if TYPE_CHECKING:
    from heicdepth_tui.folder.find import Entry

__all__ = ["Scanner"]


class Scanner:
    """``generation`` counts listings: messages of an older one are to be ignored."""

    def __init__(
        self,
        paths: Sequence[Path],
        recursive: bool,
        post: Post,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self._read = partial(read_summary, limits=limits)
        self._paths = paths
        self._recursive = recursive
        self._post = post
        self._summaries: SummaryScanner | None = None
        self._started = monotonic()
        self.generation = 0
        self.is_halted = False
        """Whether the reader stopped the header scan."""

    @property
    def seconds_since_start(self) -> float:
        """How old the newest listing is."""
        return monotonic() - self._started

    def start(self) -> None:
        """List the folders from the beginning."""
        self.stop()
        self._started = monotonic()
        self.is_halted = False
        self._summaries = SummaryScanner(
            partial(self._deliver, self.generation),
            lambda error: self._post(WorkFailed(error)),
            read=self._read,
        )
        # A daemon: one that hangs on a dead network folder must not hold up quitting.
        threading.Thread(
            target=self._list, args=(self.generation,), name="list", daemon=True
        ).start()

    def scan(self, entries: Iterable[Entry]) -> None:
        """Read the headers of these photos, after those already waiting."""
        if self._summaries is not None:
            self._summaries.add(entry for entry in entries if not entry.problem)

    def look_first(self, entries: Iterable[Entry]) -> None:
        """Read the headers of these photos before all others: they are on the screen."""
        if self._summaries is not None:
            self._summaries.prioritise(entries)

    @property
    def is_scanning(self) -> bool:
        """Whether headers are being read."""
        return self._summaries is not None and self._summaries.pending > 0

    def halt(self) -> None:
        """Read no further headers; the list stays as it is."""
        if self._summaries is not None:
            self._summaries.close()
            self._summaries = None
            self.is_halted = True

    def stop(self) -> None:
        """Let every thread end soon; what it still finds is ignored."""
        self.generation += 1
        if self._summaries is not None:
            self._summaries.close()

    def _list(self, generation: int) -> None:
        found = find_photos(
            self._paths, recursive=self._recursive, cancelled=lambda: generation != self.generation
        )
        try:
            for entries in found:
                self._post(PhotosFound(generation, entries))
        except Exception as error:  # noqa: BLE001  an error of the program: posted, not swallowed
            self._post(WorkFailed(error))
        else:
            self._post(ListingFinished(generation))

    def _deliver(self, generation: int, summaries: Summaries) -> None:
        self._post(SummariesRead(generation, summaries))
