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

KEEP_SECONDS = 1.0
"""Seconds that a thread waits for another job before it ends.

``Thread.start`` returns only when the new thread runs: 5 to 35 ms while a key is held and the
decoder has both cores.
"""


class WorkerPool:
    """Runs at most ``threads`` jobs at a time, the newest first; for any thread.

    A job replaces one of the same key that still waits, and is refused while one of its key runs:
    the event that the job returns is posted when its key is free again, so that whoever is refused
    has that event to come. Of the waiting jobs only the newest ``waiting`` are kept. The threads
    are daemons and end after ``KEEP_SECONDS`` without a job. Every job that is begun ends in one
    event: what it returns, JobEnded, or WorkFailed where it raises.
    """

    def __init__(self, name: str, post: Post, *, threads: int, waiting: int) -> None:
        self._name = name
        self._post = post
        self._threads = threads
        self._most = waiting
        self._jobs: OrderedDict[Hashable, Callable[[], Event | None]] = OrderedDict()
        self._running: set[Hashable] = set()
        self._active = 0
        self._idle = 0
        # A post may submit at once.
        self._changed = threading.Condition(threading.RLock())

    @property
    def is_busy(self) -> bool:
        """Whether a job waits or runs."""
        with self._changed:
            return bool(self._jobs or self._running)

    def submit(self, key: Hashable, job: Callable[[], Event | None]) -> None:
        """Run a job as soon as a thread is free."""
        with self._changed:
            if key in self._running:
                return
            self._jobs.pop(key, None)
            self._jobs[key] = job
            if len(self._jobs) > self._most:
                self._jobs.popitem(last=False)
            needs_thread = self._idle < len(self._jobs) and self._active < self._threads
            self._active += needs_thread
            self._changed.notify()
        if needs_thread:
            # Daemons: a job that hangs on a dead network folder must not hold up quitting.
            threading.Thread(target=self._work, name=self._name, daemon=True).start()

    def _work(self) -> None:
        while self._wait():
            self._run()

    def _wait(self) -> bool:
        """Return whether there is a job; without one for ``KEEP_SECONDS`` the thread ends."""
        with self._changed:
            self._idle += 1
            has_job = self._changed.wait_for(lambda: self._jobs, KEEP_SECONDS)
            self._idle -= 1
            self._active -= not has_job
            return bool(has_job)

    def _run(self) -> None:
        """Run the newest job, unless another thread has taken it; keep nothing of it."""
        with self._changed:
            if not self._jobs:
                return
            key, job = self._jobs.popitem()
            self._running.add(key)
        event: Event | None
        try:
            event = job()
        except Exception as error:  # noqa: BLE001  an error of the program: reported, not swallowed
            event = WorkFailed(error)
        with self._changed:
            self._running.discard(key)
            self._post(event or JobEnded())
