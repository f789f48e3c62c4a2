"""A pilot that continues once a key or click is dealt with, not after a time.

Textual's own pilot sleeps 20 ms at a time, at least twice a key, until the process was idle: for
most of a test nothing runs, and where other processes hold the processor, a key may be handled
after the wait for it.
"""

from __future__ import annotations

import asyncio
import selectors
from typing import TYPE_CHECKING, cast

from textual import events
from textual.pilot import Pilot

from heicdepth_tui.ui.terminal.internals import arranged_size, events_of
from tests.support.waiting import LIMIT_SECONDS, until

if TYPE_CHECKING:
    from heicdepth_tui.ui.app import HeicDepthApp

__all__ = ["RestingLoop", "StatePilot"]

_KEYS = {
    event.character: event.key
    for code in (*range(0x80), *range(0xA0, 0x180))
    for event in events_of(chr(code))
    if isinstance(event, events.Key)
}
"""Textual's name of the key for each character, as it reads them from a terminal."""
_CHARACTERS = {key: character for character, key in _KEYS.items()}


class _Selector(selectors.DefaultSelector):
    """Tells when the loop would wait: no callback is ready, no timer due, no file readable."""

    def __init__(self) -> None:
        super().__init__()
        self.resting: list[asyncio.Future[None]] = []

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if not self.resting or timeout == 0:
            return super().select(timeout)
        ready = super().select(0)
        if not ready:
            for waiter in self.resting:
                if not waiter.done():
                    waiter.set_result(None)
            self.resting.clear()
        return ready


class RestingLoop(asyncio.SelectorEventLoop):
    """An event loop that can be waited for until it has nothing to do but wait."""

    def __init__(self) -> None:
        self._waits = _Selector()
        super().__init__(self._waits)

    async def rest(self) -> None:
        """Return once all that can run has run; what waits for a time or a thread cannot."""
        waiter = self.create_future()
        self._waits.resting.append(waiter)
        await waiter


class StatePilot(Pilot[int]):
    """Presses keys and clicks; each returns once its messages are handled and painted.

    Not waited for: the decoder, other threads, and timers but those of painting and animation.
    """

    @property
    def app(self) -> HeicDepthApp:
        """The app."""
        return cast("HeicDepthApp", super().app)

    async def resize_terminal(self, width: int, height: int) -> None:
        """Resize the terminal and wait for the screen to have its size: the app holds it back."""
        await super().resize_terminal(width, height)
        await until(
            self.app.session.idle,
            lambda: arranged_size(self.app.screen) == (width, height),
            "the screen laid out in its new size",
        )
        await self.pause()

    async def press(self, *keys: str) -> None:
        """Press keys one after the other, by Textual's names or as characters."""
        for key in keys:
            terminal = self.app.terminal
            assert terminal is not None
            terminal.send_message(_pressed(key))
            await self.pause()

    async def pause(self, delay: float | None = None) -> None:
        """Wait until nothing can run and nothing waits to be painted; there is no delay."""
        assert delay is None
        loop = asyncio.get_running_loop()
        assert isinstance(loop, RestingLoop)
        app = self.app
        async with asyncio.timeout(LIMIT_SECONDS):
            await loop.rest()
            while app.is_running and not app.is_settled:
                await app.session.idle.wait_for(lambda: app.is_settled or not app.is_running)
                await app.animator.wait_until_complete()
                await loop.rest()


def _pressed(key: str) -> events.Key:
    name = _KEYS[key] if len(key) == 1 else key
    return events.Key(name, _CHARACTERS.get(name))
