"""A thread that keeps an open photo for one screen and draws the newest request of it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Generic, TypeVar

from heicdepth_tui.ui.services.worker_pool import WorkerPool

if TYPE_CHECKING:
    from heicdepth_tui.photo.layers import Pixels, Request
    from heicdepth_tui.ui.services.events import Event, Post

__all__ = ["ViewWorker"]

_Event = TypeVar("_Event")
_Opened = TypeVar("_Opened")


class ViewWorker(Generic[_Event, _Opened]):
    """A newer job takes the place of one that waits; its events go to the screen that listens.

    ``decode`` decodes a layer and may be called in any thread.
    """

    def __init__(self, name: str, decode: Callable[[Request], Pixels], post: Post) -> None:
        self.decode = decode
        self.listener: Callable[[_Event], object] | None = None
        """Gets the events in the app's thread while a screen shows the photo."""
        self.opened: _Opened | None = None
        """The photo that is kept; used in the worker's thread only."""
        self._pool = WorkerPool(name, post, threads=1, waiting=1)

    @property
    def is_busy(self) -> bool:
        """Whether a view is being drawn."""
        return self._pool.is_busy

    def submit(self, key: Hashable, job: Callable[[], Event | None]) -> None:
        """Run a job in the thread and post its event, unless a newer one comes before it begins."""
        self._pool.submit(key, job)

    def deliver(self, event: _Event) -> None:
        """Hand an event to the listener; call in the app's thread."""
        if self.listener is not None:
            self.listener(event)

    def release(self) -> None:
        """Let go of the photo, which takes tens of megabytes."""
        self.submit("release", self._release)

    def _release(self) -> None:
        self.opened = None
