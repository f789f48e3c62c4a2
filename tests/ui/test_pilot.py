"""The loop and the pilot that tests of the app wait with."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

from tests.support.pilot import RestingLoop


def resting_loop() -> RestingLoop:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, RestingLoop)
    return loop


async def test_the_loop_rests_once_every_callback_has_run() -> None:
    loop = resting_loop()
    run: list[int] = []

    def call(left: int) -> None:
        run.append(left)
        if left:
            loop.call_soon(call, left - 1)

    loop.call_soon(call, 50)
    await loop.rest()
    assert run == list(range(50, -1, -1))


async def test_the_loop_rests_while_a_timer_and_a_thread_are_waited_for() -> None:
    loop = resting_loop()
    opened = threading.Event()
    timer = loop.call_later(3600, opened.set)
    job = loop.run_in_executor(None, opened.wait)
    await loop.rest()
    assert not opened.is_set()
    assert not job.done()
    timer.cancel()
    opened.set()
    assert await job


async def test_what_another_thread_calls_is_run_before_the_loop_rests() -> None:
    loop = resting_loop()
    run: list[str] = []
    thread = threading.Thread(target=loop.call_soon_threadsafe, args=(run.append, "called"))
    thread.start()
    thread.join()
    await loop.rest()
    assert run == ["called"]


async def test_keys_are_those_that_a_terminal_sends(open_app: Any, sample_folder: Path) -> None:
    async with open_app(sample_folder) as driven:
        await driven.scanned()
        await driven.pilot.press("slash", "I", "underscore", "4", " ", "minus", "é", "backspace")
        assert driven.app.focused.value == "I_4 -"
        await driven.pilot.press("home", "x")
        assert driven.app.focused.value == "xI_4 -"
        await driven.pilot.press("ctrl+u", "escape")
        assert driven.app.focused is driven.app.browse.photos
