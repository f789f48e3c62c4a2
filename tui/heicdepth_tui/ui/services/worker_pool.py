"""A few threads that run the newest job first and post what comes of it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING

from heicdepth_tui.ui.services.events import JobEnded, WorkFailed

if TYPE_CHECKING:
    from heicdepth_tui.ui.services.events import Event, Post

__all__ = ["WorkerPool"]


class WorkerPool:
    """Runs at most ``threads`` jobs at a time, the newest first; for any thread.

    A job replaces one of the same key that still waits, and is refused while one of its key runs:
    the event that the job returns is posted when its key is free again, so that whoever is refused
    has that event to come. Of the waiting jobs only the newest ``waiting`` are kept. The threads
    are daemons and end when nothing waits. Every job that is begun ends in one event: what it
    returns, JobEnded, or WorkFailed where it raises.
    """

    def __init__(self, name: str, post: Post, *, threads: int, waiting: int) -> None:
        self._name = name
        self._post = post
        self._threads = threads
        self._most = waiting
        self._jobs: OrderedDict[Hashable, Callable[[], Event | None]] = OrderedDict()
        self._running: set[Hashable] = set()
        self._active = 0
        # A post may submit at once.
        self._lock = threading.RLock()

    @property
    def is_busy(self) -> bool:
        """Whether a job waits or runs."""
        with self._lock:
            return bool(self._jobs or self._running)

    def submit(self, key: Hashable, job: Callable[[], Event | None]) -> None:
        """Run a job as soon as a thread is free."""
        with self._lock:
            if key in self._running:
                return
            self._jobs.pop(key, None)
            self._jobs[key] = job
            if len(self._jobs) > self._most:
                self._jobs.popitem(last=False)
            is_full = self._active >= self._threads
            self._active += not is_full
        if not is_full:
            # Daemons: a job that hangs on a dead network folder must not hold up quitting.
            threading.Thread(target=self._work, name=self._name, daemon=True).start()

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._jobs:
                    self._active -= 1
                    return
                key, job = self._jobs.popitem()
                self._running.add(key)
            event: Event | None
            try:
                event = job()
            except Exception as error:  # noqa: BLE001  an error of the program: reported, not swallowed
                event = WorkFailed(error)
            with self._lock:
                self._running.discard(key)
                self._post(event or JobEnded())
