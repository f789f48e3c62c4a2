"""The session is idle when nothing is pending: no request, no job, no picture, no message."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from heicdepth_tui.heif import header
from heicdepth_tui.ui.model.idle import Idle
from heicdepth_tui.ui.terminal.pending_pictures import PendingPictures

Open = Callable[..., AbstractAsyncContextManager[Any]]


async def test_who_waits_goes_on_when_the_last_source_is_done() -> None:
    idle, pending = Idle(), {"header", "picture"}
    for name in tuple(pending):
        idle.add_source(lambda name=name: name in pending)
    waiting = asyncio.create_task(idle.wait())
    for name in ("picture", "header"):
        await asyncio.sleep(0)
        assert not waiting.done()
        pending.remove(name)
        idle.notify()
    await waiting

    assert idle.is_set


async def test_nobody_waits_where_nothing_is_pending() -> None:
    await asyncio.wait_for(Idle().wait(), 1)


async def test_a_header_that_is_being_read_is_pending(
    open_app: Open, sample_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, read = threading.Event(), header.read_header

    def held(path: Any, **options: Any) -> Any:
        gate.wait(20)
        return read(path, **options)

    monkeypatch.setattr(header, "read_header", held)
    async with open_app(sample_folder) as driven:
        await driven.scanned()
        assert not driven.app.session.idle.is_set
        gate.set()
        await driven.idle()

        state = driven.state
        assert state.header is not None
        assert all(map(state.is_settled, state.all_layers))
        assert state.tables.is_built_from(state.content)


def test_of_pictures_that_wait_the_newest_of_each_slot_is_shown_once() -> None:
    pictures, shown = PendingPictures(), []
    for slot, name in (("photo", "p1"), ("depth", "d1"), ("photo", "p2")):
        pictures.add(slot, lambda name=name: shown.append(name))
    assert pictures
    pictures.show()
    pictures.show()

    assert sorted(shown) == ["d1", "p2"]
    assert not pictures
