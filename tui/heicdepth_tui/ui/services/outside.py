"""Writes pictures and pages, and opens files with the system's own program, in threads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from heicdepth_tui.errors import HeicDepthError
from heicdepth_tui.ui.services.events import (
    OutsideFailed,
    PageWritten,
    PictureSaved,
    Post,
    WorkFailed,
)
from heicdepth_tui.ui.services.worker_pool import WorkerPool

if TYPE_CHECKING:
    from pathlib import Path

    from heicdepth_tui.export.options import ExportOptions
    from heicdepth_tui.folder.find import Entry
    from heicdepth_tui.photo.layers import Pixels, Request
    from heicdepth_tui.ui.model.picture_request import PictureRequest
    from heicdepth_tui.ui.services.events import Event

__all__ = ["Outside"]

_WAITING = 8
"""Pictures and pages that may wait; one is written at a time."""


class Outside:
    """Posts PictureSaved, PageWritten or OutsideFailed; opening posts failures only."""

    def __init__(self, decode: Callable[[Request], Pixels], post: Post) -> None:
        self._decode = decode
        self._post = post
        self._pool = WorkerPool("outside", post, threads=1, waiting=_WAITING)
        self._number = 0
        self.last_picture: Path | None = None
        """The picture saved last; set in the app's thread once it is announced."""

    @property
    def is_busy(self) -> bool:
        """Whether a picture or a page is being written."""
        return self._pool.is_busy

    def save_picture(self, request: PictureRequest) -> None:
        """Draw a picture and save it."""
        self._submit("picture not saved", partial(self._save, request))

    def write_page(self, entry: Entry, options: ExportOptions) -> None:
        """Write the cloud of a photo as a page."""
        self._submit("no page", partial(self._write_page, entry, options))

    def open(self, program: str, path: str) -> None:
        """Open a file or folder; a program that stays in the foreground keeps its thread."""
        from heicdepth_tui.ui.services.desktop import open_with

        job = partial(_event_of, "not opened", partial(open_with, program, path))
        threading.Thread(target=self._post_of, args=(job,), name="open", daemon=True).start()

    def _submit(self, title: str, job: Callable[[], Event]) -> None:
        self._number += 1
        self._pool.submit(self._number, partial(_event_of, title, job))

    def _post_of(self, job: Callable[[], Event | None]) -> None:
        event: Event | None
        try:
            event = job()
        except Exception as error:  # noqa: BLE001  an error of the program: reported, not swallowed
            event = WorkFailed(error)
        if event is not None:
            self._post(event)

    def _save(self, request: PictureRequest) -> Event:
        from heicdepth_tui.ui.services.saved_picture import save_picture

        return PictureSaved(save_picture(request, self._decode))

    def _write_page(self, entry: Entry, options: ExportOptions) -> Event:
        from heicdepth_tui.ui.services.page import write_page

        return PageWritten(write_page(entry, options, self._decode))


def _event_of(title: str, job: Callable[[], Event | None]) -> Event | None:
    try:
        return job()
    except HeicDepthError as error:
        return OutsideFailed(title, error)
