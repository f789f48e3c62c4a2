"""Folders and files that do not answer: the app opens, says so, and can be left."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from heicdepth_tui.folder.find import Entry, find_photos
from heicdepth_tui.folder.order import sort_entries
from heicdepth_tui.ui.screens import folder_panel, photo_panel
from heicdepth_tui.ui.services import scanner
from heicdepth_tui.ui.startup import first_photo
from heicdepth_tui.ui.startup.first_photo import first_entries

Open = Callable[..., AbstractAsyncContextManager[Any]]


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """What hanging reads wait for; opened when the test is over."""
    event = threading.Event()
    yield event
    event.set()


def test_the_first_photos_are_those_of_the_list(sample_folder: Path) -> None:
    listed = sort_entries(chain.from_iterable(find_photos([sample_folder])))

    assert first_entries([sample_folder], 3) == tuple(listed[:3])


def test_a_folder_that_hangs_is_not_waited_for(
    sample_folder: Path, gate: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first_photo, "_names", lambda _: gate.wait() and [])

    assert first_entries([sample_folder], 3, seconds=0.01) == ()


@pytest.mark.parametrize("name", ["nothing", "pipe"])
def test_what_is_no_file_is_no_first_photo(tmp_path: Path, name: str) -> None:
    import os

    os.mkfifo(tmp_path / "pipe")

    assert first_entries([tmp_path / name], 3) == ()


async def test_a_folder_that_does_not_answer_is_told(
    open_app: Open, tmp_path: Path, gate: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hang(*_: object, **__: object) -> Iterator[list[Entry]]:
        gate.wait()
        yield []

    monkeypatch.setattr(scanner, "find_photos", hang)
    monkeypatch.setattr(folder_panel, "FOLDER_WAITING", 0.01)
    async with open_app(tmp_path) as driven:
        await driven.until(lambda: "still waiting for the folder" in driven.text, "the word")
        gate.set()
        await driven.until(lambda: "no HEIC photos here" in driven.text, "the end of the listing")


async def test_a_file_that_does_not_answer_holds_up_no_other(
    open_app: Open, sample_folder: Path, gate: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    from heicdepth_tui.heif import header

    read = header.read_header

    def slow(path: Any, **options: Any) -> Any:
        if str(path).endswith("IMG_0415.HEIC"):
            gate.wait()
        return read(path, **options)

    monkeypatch.setattr(header, "read_header", slow)
    monkeypatch.setattr(photo_panel, "STILL_WAITING", 0.01)
    async with open_app(sample_folder) as driven:
        await driven.scanned()
        driven.app.browse.photos.move_to(1)
        await driven.until(lambda: "still waiting for the file" in driven.text, "the word")
        driven.app.browse.photos.move_to(driven.names.index("IMG_0418.HEIC"))
        await driven.until(
            lambda: driven.state.entry.name == "IMG_0418.HEIC" and driven.state.tables is not None,
            "the photo after it",
        )
        await driven.until(lambda: "192×144" in driven.text, "its numbers")
        assert "still waiting" not in driven.text
        gate.set()
