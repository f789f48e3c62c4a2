"""An event that is set while nothing of the app is pending."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

__all__ = ["Idle"]


class Idle:
    """Asks those who know what is waited for: no request, no job of a thread, no queued picture.

    For the app's thread. Nothing is computed unless somebody waits.
    """

    def __init__(self) -> None:
        self._sources: list[Callable[[], object]] = []
        self._waiting: set[asyncio.Event] = set()

    def add_source(self, is_pending: Callable[[], object]) -> None:
        """Count as pending what a function says is."""
        self._sources.append(is_pending)

    @property
    def is_set(self) -> bool:
        """Whether nothing is pending."""
        return not any(is_pending() for is_pending in self._sources)

    def notify(self) -> None:
        """Let those who wait look again: a message was handled, or the screen was painted."""
        for event in self._waiting:
            event.set()

    async def wait(self) -> None:
        """Return once nothing is pending."""
        await self.wait_for(lambda: self.is_set)

    async def wait_for(self, state: Callable[[], bool]) -> None:
        """Return once a state is reached, which is looked at after each handled message."""
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            while not state():
                event.clear()
                await event.wait()
        finally:
            self._waiting.discard(event)
