"""Exports in a thread of their own, one after another, so that the screen stays alive."""

from __future__ import annotations

import contextlib
import queue
import shutil
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from heicdepth_tui.errors import HeicDepthError, NoDepthError
from heicdepth_tui.ui.services.events import (
    ExportFinished,
    ExportNeedsSpace,
    ExportProgress,
    Post,
    WorkFailed,
)

if TYPE_CHECKING:
    from heicdepth_tui.export.options import Exported, ExportOptions
    from heicdepth_tui.photo.client import Decoder
    from heicdepth_tui.ui.model.clip import Clip

__all__ = ["MUCH_SPACE", "Exporter"]

MUCH_SPACE = 1_000_000_000
"""Bytes above which a job waits for consent; so does one of half the free space."""


@dataclass(slots=True)
class _Job:
    """Photos to export in one way, and what has become of them."""

    paths: Sequence[str]
    options: ExportOptions
    without_depth: int
    needed: int
    scales: Mapping[str, float]
    """Factor of the distances of a photo, by path."""
    clips: Mapping[str, Clip]
    """Near and far clip of a photo in the place of that of ``options``, by path."""
    clip_texts: Mapping[str, str]
    """The same in words."""
    written: list[Exported] = field(default_factory=list)
    errors: list[HeicDepthError] = field(default_factory=list)
    not_begun: int = 0
    bytes: int = 0
    stopped: threading.Event = field(default_factory=threading.Event)
    answered: threading.Event = field(default_factory=threading.Event)
    """Set once the job may proceed, or is stopped."""

    def stop(self) -> None:
        self.stopped.set()
        self.answered.set()


class Exporter:
    """Works through jobs in order; ``join`` lets the file being written end.

    Every method is for the app's thread; counts may be read there at any time.
    """

    def __init__(
        self,
        decoder: Decoder,
        post: Post,
        *,
        clock: Callable[[], float] = monotonic,
        free_space: Callable[[Path], int] | None = None,
    ) -> None:
        self._decoder = decoder
        self._post = post
        self._clock = clock
        self._free_space = free_space or _free_space
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._unfinished: list[_Job] = []
        self._thread: threading.Thread | None = None
        self._stopping = False
        self._total = self._done = self._not_begun = self._bytes = 0
        self._name = ""
        self._started = 0.0

    @property
    def left(self) -> int:
        """Photos that are still to be exported."""
        return self._total - self._done - self._not_begun

    @property
    def progress(self) -> ExportProgress:
        """The state of the exports now."""
        return ExportProgress(
            self._done,
            self._total,
            self._bytes,
            max(0.0, self._clock() - self._started),
            self._name,
            self._stopping or any(job.stopped.is_set() for job in self._unfinished),
        )

    def export(
        self,
        paths: Sequence[str],
        options: ExportOptions,
        *,
        without_depth: int = 0,
        needed: int = 0,
        scales: Mapping[str, float] | None = None,
        clips: Mapping[str, Clip] | None = None,
        clip_texts: Mapping[str, str] | None = None,
    ) -> None:
        """Queue a job.

        ``without_depth`` counts photos that were left out of ``paths`` for having no depth map,
        ``needed`` is the estimated size of the files in bytes, ``scales`` has a factor for the
        distances of photos, ``clips`` a near and far clip of photos and ``clip_texts`` the words
        for it, all by path.
        """
        if not self.left:
            self._total = self._done = self._not_begun = self._bytes = 0
            self._started = self._clock()
        self._total += len(paths)
        job = _Job(
            paths, options, without_depth, needed, scales or {}, clips or {}, clip_texts or {}
        )
        self._unfinished.append(job)
        self._jobs.put(job)
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._work, name="export", daemon=True)
            self._thread.start()

    @property
    def is_stopping(self) -> bool:
        """True once the exporter itself was stopped: it takes no further job."""
        return self._stopping

    @property
    def is_running(self) -> bool:
        """True while the thread that exports runs."""
        return self._thread is not None and self._thread.is_alive()

    def proceed(self) -> None:
        """Let the job go on that waits for consent to its size."""
        if self._unfinished:
            self._unfinished[0].answered.set()

    def cancel(self) -> None:
        """Stop all jobs; files that are written stay, the one being written is finished."""
        for job in tuple(self._unfinished):
            job.stop()

    def stop(self) -> None:
        """Begin with no further photo; the file being written is finished."""
        self._stopping = True
        self.cancel()
        self._jobs.put(None)

    def join(self, seconds: float = 10) -> None:
        """Stop, and wait until the file being written is complete."""
        self.stop()
        if self._thread is not None:
            self._thread.join(seconds)

    def _work(self) -> None:
        try:
            while (job := self._jobs.get()) is not None:
                self._do(job)
        except Exception as error:  # noqa: BLE001  an error of the program: posted, not swallowed
            self._post(WorkFailed(error))

    def _do(self, job: _Job) -> None:
        self._await_consent(job)
        began, without_depth = self._clock(), job.without_depth
        for path in job.paths:
            if job.stopped.is_set():
                job.not_begun += 1
                self._not_begun += 1
                continue
            self._name = Path(path).name
            self._post(self.progress)
            without_depth += not self._export_one(path, job)
            self._done += 1
            self._post(self.progress)
        self._name = ""
        self._unfinished.remove(job)
        self._post(
            ExportFinished(
                len(job.paths) + job.without_depth,
                job.written,
                job.errors,
                without_depth,
                job.not_begun,
                job.bytes,
                self._clock() - began,
                tuple(job.clip_texts.get(path, "") for path in job.paths if path in job.clips),
            )
        )

    def _await_consent(self, job: _Job) -> None:
        if not job.needed:
            return
        try:
            free = self._free_space(job.options.out)
        except OSError:
            return  # the writer names the cause
        if job.needed > min(MUCH_SPACE, free / 2):
            folder = job.options.out.absolute()
            asked = self._clock()
            self._post(ExportNeedsSpace(len(job.paths), job.needed, free, folder))
            job.answered.wait()
            # Rate and time left are those of the work.
            self._started += self._clock() - asked

    def _export_one(self, path: str, job: _Job) -> bool:
        """Export a photo; return False where it has no depth map."""
        from heicdepth_tui.export.registry import planned
        from heicdepth_tui.export.run import export_photo

        first = len(job.written)

        def written(file: Exported) -> None:
            job.written.append(file)
            with contextlib.suppress(OSError):  # removed by another program
                size = file.path.stat().st_size
                job.bytes += size
                self._bytes += size

        options = replace(job.options, scale=job.scales.get(path, job.options.scale))
        if path in job.clips:
            options = job.clips[path].options(options)
        try:
            export_photo(
                Path(path),
                options,
                self._decoder.get,
                written=written,
                is_stopped=job.stopped.is_set,
            )
        except NoDepthError as error:
            if error.is_absent:
                return False
            job.errors.append(error.at(path))
        except HeicDepthError as error:
            job.errors.append(error.at(path))
        except MemoryError:
            job.errors.append(
                HeicDepthError(
                    "needs more memory than there is",
                    path=path,
                    hint="export with a larger step or at depth resolution",
                )
            )
        else:
            done = {file.format for file in job.written[first:]}
            job.not_begun += done != planned(job.options)
        return True


def _free_space(folder: Path) -> int:
    """Return the free bytes of the disk that holds ``folder``, or will. Raises OSError."""
    folder = folder.absolute()
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free
