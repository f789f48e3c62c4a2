"""Waits for a state of the running app when something has happened, not by the clock."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from heicdepth_tui.ui.model.idle import Idle

__all__ = ["until", "until_outside"]

LIMIT_SECONDS = 20.0
"""Only a failure takes this long."""
OUTSIDE_SECONDS = 0.05
"""Files that another program writes, and threads of the system, are looked at this often."""


async def until(idle: Idle, state: Callable[[], object], what: str) -> None:
    """Wait for a state, looked at after each message that the app has handled and each paint.

    AssertionError after ``LIMIT_SECONDS``.
    """
    try:
        async with asyncio.timeout(LIMIT_SECONDS):
            await idle.wait_for(lambda: bool(state()))
    except TimeoutError:
        raise AssertionError(f"never reached: {what}") from None


async def until_outside(state: Callable[[], object], what: str) -> None:
    """Wait for a state of which the app hears nothing; AssertionError after ``LIMIT_SECONDS``."""
    end = time.monotonic() + LIMIT_SECONDS
    while not state():
        if time.monotonic() > end:
            raise AssertionError(f"never reached: {what}")
        await asyncio.sleep(OUTSIDE_SECONDS)
