"""Order of the decoder process's requests: the newest of each slot, visible ones first."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field

from heicdepth_tui.photo.layers import Answer, LayerKind, Request

__all__ = ["PREFETCH", "ZOOM", "Job", "JobQueue", "rank", "replaces"]

ZOOM = "zoom"
"""Slots whose names begin with this word are served first."""
PREFETCH = "prefetch"
"""Slots whose names begin with this word are served last."""


def replaces(newer: Request, older: Request) -> bool:
    """Return whether a newer request makes an older one pointless: same slot, not to be kept."""
    return newer.slot == older.slot and not newer.keep and not older.keep


def rank(request: Request) -> int:
    """Return the order of service, lower first.

    Zoom windows, then other slots, then kept requests, then prefetches. Within each, the photo
    itself comes after the layers that decode in a few milliseconds.
    """
    if request.slot.startswith(ZOOM):
        group = 0
    elif request.slot.startswith(PREFETCH):
        group = 3
    else:
        group = 2 if request.keep else 1
    return 2 * group + (request.layer.kind is LayerKind.PRIMARY)


@dataclass(slots=True, eq=False)
class Job:
    """A request and its progress: ``steps`` is None until it is started."""

    request: Request
    dropped: bool = False
    steps: Generator[Answer | None] | None = field(default=None, repr=False)


class JobQueue:
    """Waiting and running jobs; one thread adds them, another runs them."""

    def __init__(self) -> None:
        self._jobs: list[Job] = []
        self._changed = threading.Condition()

    def add(self, request: Request) -> None:
        """Add a request; older ones of the same slot are dropped unless one of the two is kept."""
        with self._changed:
            for job in self._jobs:
                if replaces(request, job.request):
                    job.dropped = True
            self._jobs.append(Job(request))
            self._changed.notify()

    def cancel(self, tickets: Iterable[int]) -> None:
        """Drop the requests with these tickets."""
        cancelled = set(tickets)
        with self._changed:
            for job in self._jobs:
                if job.request.ticket in cancelled:
                    job.dropped = True
            self._changed.notify()

    def choose(self) -> Job:
        """Return the job to work on now; waits while there is none.

        Dropped jobs come first, so that what they hold is let go.
        """
        with self._changed:
            while not self._jobs:
                self._changed.wait()
            return min(self._jobs, key=lambda job: (not job.dropped, rank(job.request)))

    def is_dropped(self, job: Job) -> bool:
        """Return whether a job was cancelled or replaced."""
        return job.dropped

    def finish(self, job: Job) -> None:
        """Take a job off the jobs."""
        with self._changed:
            self._jobs.remove(job)
