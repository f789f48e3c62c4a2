"""The last export jobs: for the report, and for ``y`` while their message is shown."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from heicdepth_tui.ui.services.events import ExportFinished

__all__ = ["ExportLog"]

_MAX_JOBS = 20


class ExportLog:
    """Keeps the newest jobs; for the app's thread."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._jobs: deque[ExportFinished] = deque(maxlen=_MAX_JOBS)
        self._message_path = ""
        self._message_ends = 0.0

    @property
    def jobs(self) -> tuple[ExportFinished, ...]:
        """The jobs, newest first."""
        return tuple(self._jobs)

    @property
    def message_path(self) -> str:
        """The path in the message that is on the screen; empty where there is none."""
        return self._message_path if self._clock() < self._message_ends else ""

    def add(self, job: ExportFinished) -> None:
        """Keep a job."""
        self._jobs.appendleft(job)

    def message_shown(self, path: str, seconds: float) -> None:
        """Note that a message with ``path`` is shown for ``seconds``."""
        self._message_path, self._message_ends = path, self._clock() + seconds

    def message_closed(self) -> None:
        """Note that the message is gone."""
        self._message_ends = 0.0
