"""A few threads that run the newest job first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

__all__ = ["WorkerPool"]


class WorkerPool:
    """Runs at most ``threads`` jobs at a time, the newest first.

    A job replaces one of the same key that still waits, and is refused while one of its key runs.
    Of the waiting jobs only the newest ``waiting`` are kept. The threads are daemons and end when
    nothing waits. An exception of a job goes to ``failed``, in the job's thread.
    """

    def __init__(
        self, name: str, failed: Callable[[Exception], object], *, threads: int, waiting: int
    ) -> None:
        self._name = name
        self._failed = failed
        self._threads = threads
        self._most = waiting
        self._jobs: OrderedDict[Hashable, Callable[[], object]] = OrderedDict()
        self._running: set[Hashable] = set()
        self._active = 0
        self._lock = threading.Lock()

    def submit(self, key: Hashable, job: Callable[[], object]) -> None:
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
            try:
                job()
            except Exception as error:  # noqa: BLE001  an error of the program: reported, not swallowed
                self._failed(error)
            finally:
                with self._lock:
                    self._running.discard(key)
