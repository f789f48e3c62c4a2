"""Exports in a thread of their own, one after another, so that the screen stays alive."""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from heicdepth_tui.errors import HeicDepthError
from heicdepth_tui.ui.services.events import ExportFinished, ExportProgress, Post, WorkFailed

if TYPE_CHECKING:
    from heicdepth_tui.export.options import Exported, ExportOptions
    from heicdepth_tui.photo.client import Decoder

__all__ = ["Exporter"]


class Exporter:
    """Works through jobs in order; ``join`` lets the file being written end."""

    def __init__(self, decoder: Decoder, post: Post) -> None:
        self._decoder = decoder
        self._post = post
        self._jobs: queue.SimpleQueue[tuple[Sequence[str], ExportOptions] | None]
        self._jobs = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._stopping = False
        self.total = 0
        """Photos to export since the exporter was last idle."""
        self.done = 0
        """Photos of these that are written or failed."""
        self.skipped = 0
        """Photos of these that were not begun with, because the exporter was stopped."""

    @property
    def left(self) -> int:
        """How many photos are still to be exported."""
        return self.total - self.done - self.skipped

    def export(self, paths: Sequence[str], options: ExportOptions) -> None:
        """Put a job in line: photos, and how to export each."""
        if not self.left:
            self.total = self.done = self.skipped = 0
        self.total += len(paths)
        self._jobs.put((paths, options))
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._work, name="export", daemon=True)
            self._thread.start()

    @property
    def is_stopping(self) -> bool:
        """Whether no further photo is begun with."""
        return self._stopping

    @property
    def is_running(self) -> bool:
        """Whether the thread that exports still runs."""
        return self._thread is not None and self._thread.is_alive()

    def stop(self) -> None:
        """Begin with no further photo; the one being written is finished."""
        self._stopping = True
        self._jobs.put(None)

    def join(self, seconds: float = 10) -> None:
        """Stop, and wait until the file being written is complete."""
        self.stop()
        if self._thread is not None:
            self._thread.join(seconds)

    def _work(self) -> None:
        try:
            while (job := self._jobs.get()) is not None:
                self._do(*job)
        except Exception as error:  # noqa: BLE001  an error of the program: posted, not swallowed
            self._post(WorkFailed(error))

    def _do(self, paths: Sequence[str], options: ExportOptions) -> None:
        written: list[Exported] = []
        errors: list[HeicDepthError] = []
        for number, path in enumerate(paths):
            if self._stopping:
                self.skipped += len(paths) - number
                paths = paths[:number]
                break
            self._export_one(path, options, written, errors)
            self.done += 1
            self._post(ExportProgress())
        self._post(ExportFinished(len(paths), written, errors))

    def _export_one(
        self,
        path: str,
        options: ExportOptions,
        written: list[Exported],
        errors: list[HeicDepthError],
    ) -> None:
        from heicdepth_tui.export.run import export_photo

        try:
            export_photo(Path(path), options, self._decoder.get, written=written.append)
        except HeicDepthError as error:
            errors.append(error.at(path))
        except MemoryError:
            errors.append(
                HeicDepthError(
                    "needs more memory than there is",
                    path=path,
                    hint="export with a larger step or at depth resolution",
                )
            )
