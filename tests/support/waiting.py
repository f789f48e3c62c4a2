"""Waits for a state of the running app when something has happened, not by the clock."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from heicdepth_tui.ui.terminal.internals import HookedApp

__all__ = ["Happenings"]

LIMIT_SECONDS = 20.0
"""Only a failure takes this long."""
UNSEEN_SECONDS = 0.25
"""What happens outside of the app, to files and threads, is looked for this often."""


class Happenings:
    """Notes every message that app and main screen have handled, and every painting of Textual."""

    def __init__(self, app: HookedApp) -> None:
        self._app = app
        self._happened = asyncio.Event()
        self._is_subscribed = False
        for name in ("message_handled", "post_display_hook"):
            setattr(app, name, self._noting(getattr(app, name)))

    def _noting(self, hook: Callable[[], None]) -> Callable[[], None]:
        def run() -> None:
            hook()
            self._happened.set()

        return run

    def _subscribe(self) -> None:
        screen = self._app.screen
        if not self._is_subscribed and screen.is_running:
            self._is_subscribed = True
            screen.message_signal.subscribe(screen, lambda _: self._happened.set(), immediate=True)

    async def until(self, state: Callable[[], bool], what: str) -> None:
        """Wait for a state; AssertionError after ``LIMIT_SECONDS``."""
        end = time.monotonic() + LIMIT_SECONDS
        self._subscribe()
        while not state():
            self._happened.clear()
            try:
                await asyncio.wait_for(self._happened.wait(), UNSEEN_SECONDS)
            except TimeoutError:
                if time.monotonic() > end:
                    raise AssertionError(f"never reached: {what}") from None
