"""The app under Textual's pilot, and waiting for it to reach a state."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from exporting import Gate

from heicdepth_tui.export import run as export_run
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.photo.client import Decoder
from heicdepth_tui.samples.build import make_photo
from heicdepth_tui.samples.write import RECIPES
from heicdepth_tui.ui.app import AppOptions, HeicDepthApp
from heicdepth_tui.ui.model.library import Library
from heicdepth_tui.ui.model.photo_state import PhotoState
from heicdepth_tui.ui.screens import export_panel
from heicdepth_tui.ui.terminal.internals import notifications_of, screen_lines
from tests.support.pilot import RestingLoop, StatePilot
from tests.support.sharing import write_once
from tests.support.waiting import until


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], RestingLoop]]:
    """Run every test in a loop that says when nothing can run: ``StatePilot`` waits for it."""
    return {"resting": RestingLoop}


class Driven:
    """The running app with its pilot; waits for states, never for time."""

    def __init__(self, app: HeicDepthApp, pilot: StatePilot) -> None:
        self.app = app
        self.pilot = pilot

    async def until(self, state: Callable[[], bool], what: str) -> None:
        """Wait for a state, up to a limit that only a failure reaches."""
        await until(self.app.session.idle, state, what)

    @property
    def library(self) -> Library:
        """All photos and their order."""
        return self.app.session.library

    @property
    def state(self) -> PhotoState | None:
        """What is known of the selected photo."""
        return self.app.session.state

    async def scanned(self) -> None:
        """Wait until every listed photo's header is known."""
        library = self.library
        await self.until(lambda: len(library) > 0 and not library.waiting, "all headers scanned")

    async def idle(self) -> None:
        """Wait until nothing is pending: no request, no job, no picture, no message, no paint."""
        idle = self.app.session.idle
        while True:
            await self.until(lambda: idle.is_set, "nothing pending")
            # What is to be called after the paint is pending as well.
            await self.pilot.pause()
            if idle.is_set:
                return

    async def settled(self) -> None:
        """Wait until all that was requested has arrived and is painted."""
        await self.until(lambda: self.state is not None, "a photo selected")
        await self.idle()

    async def select(self, name: str) -> None:
        """Put the cursor on a photo by name and wait until it is shown."""
        await self.until(lambda: name in self.names, f"{name} listed")
        self.app.browse.photos.move_to(self.names.index(name))
        await self.until(
            lambda: self.state is not None and self.state.entry.name == name, f"{name} selected"
        )
        await self.settled()

    @property
    def names(self) -> list[str]:
        """The names in the list, as it shows them."""
        return [entry.name for entry in self.app.session.library.view]

    @property
    def text(self) -> str:
        """The whole screen as text."""
        return "\n".join(strip.text for strip in screen_lines(self.app.screen))

    @property
    def toasts(self) -> str:
        """Every notification so far."""
        return "\n".join(f"{n.title} {n.message}" for n in notifications_of(self.app))


def write_small_samples(folder: Path) -> None:
    """Write the demo photos at a quarter of their width and height, in as many tiles."""
    for name, recipe in RECIPES.items():
        small = replace(
            recipe,
            size=quarter(recipe.size),
            depth_size=quarter(recipe.depth_size),
            tile=recipe.tile // 4,
            thumbnail=recipe.thumbnail // 4,
        )
        (folder / name).write_bytes(make_photo(small).data)


def quarter(size: Size) -> Size:
    return Size(size.width // 4, size.height // 4)


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the demo photos, small: every app that is opened decodes three."""
    return write_once(tmp_path_factory, "small-samples", write_small_samples)


@pytest.fixture(scope="module", autouse=True)
def _forked(forked_decoders: None) -> None:
    """Fork the decoders: every app that is opened has one of its own."""


OpenApp = Callable[..., AbstractAsyncContextManager[Driven]]


@pytest.fixture
def decoders() -> Iterator[list[Decoder]]:
    """Decoders to close after the test."""
    started: list[Decoder] = []
    yield started
    for decoder in started:
        decoder.close()


@pytest.fixture
def open_app(decoders: list[Decoder], tmp_path: Path) -> OpenApp:
    """Return a function that runs the app on paths, exporting into tmp_path/out."""

    @asynccontextmanager
    async def run(
        *paths: Path,
        size: tuple[int, int] = (140, 45),
        theme: str = "dark",
        recursive: bool = False,
        keymap: Mapping[str, str] | None = None,
        cell_aspect: float | None = None,
    ) -> AsyncIterator[Driven]:
        decoder = Decoder.start()
        decoders.append(decoder)
        options = AppOptions(
            paths,
            recursive=recursive,
            theme=theme,
            cell_aspect=cell_aspect,
            out=tmp_path / "out",
            state=tmp_path / "state",
            keymap=keymap or {},
        )
        app = HeicDepthApp(decoder, options)
        async with app.run_test(size=size, notifications=True):
            yield Driven(app, StatePilot(app))

    return run


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """Hold exported photos until the test lets them through."""
    gate = Gate()
    export_photo = export_run.export_photo

    def held(path: Path, *args: Any, **options: Any) -> Any:
        gate.begun.append(path.name)
        gate.passes.acquire(timeout=30)
        return export_photo(path, *args, **options)

    monkeypatch.setattr(export_run, "export_photo", held)
    yield gate
    gate.open()


@pytest.fixture
def no_delay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show the state of exports at once."""
    monkeypatch.setattr(export_panel, "BAR_DELAY", 0.001)
