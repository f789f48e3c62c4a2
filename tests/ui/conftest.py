"""The app under Textual's pilot, and waiting for it to reach a state."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from heicdepth_tui.photo.client import Decoder
from heicdepth_tui.ui.app import AppOptions, HeicDepthApp
from heicdepth_tui.ui.terminal.internals import notifications_of, screen_lines


class Driven:
    """The running app with its pilot; waits for states, never for time."""

    def __init__(self, app: HeicDepthApp, pilot: Pilot[int]) -> None:
        self.app = app
        self.pilot = pilot

    async def until(self, state: Callable[[], bool], what: str) -> None:
        """Wait for a state, up to a limit that only a failure reaches."""
        for _ in range(2000):
            if state():
                return
            await self.pilot.pause(0.01)
        raise AssertionError(f"never reached: {what}")

    async def scanned(self) -> None:
        """Wait until every listed photo's header is known."""
        library = self.app.library
        await self.until(lambda: len(library) > 0 and not library.waiting, "all headers scanned")

    async def settled(self) -> None:
        """Wait until all that was asked for the selected photo has arrived and is painted."""
        await self.until(self._is_settled, "the selected photo settled")
        await self.pilot.pause()

    def _is_settled(self) -> bool:
        browse = self.app.browse
        inspector = browse.inspector
        if inspector is None:
            return False
        if inspector.error is not None or inspector.entry.problem:
            return True
        wanted = inspector.layers[1:2] if browse.is_single else inspector.layers
        return bool(inspector.layers) and all(
            layer in inspector.pixels or layer in inspector.errors for layer in wanted
        )

    async def select(self, name: str) -> None:
        """Put the cursor on a photo by name and wait until it is shown."""
        await self.until(lambda: name in self.names, f"{name} listed")
        self.app.browse.photos.move_to(self.names.index(name))
        inspected = self.app.browse
        await self.until(
            lambda: inspected.inspector is not None and inspected.inspector.entry.name == name,
            f"{name} selected",
        )
        await self.settled()

    @property
    def names(self) -> list[str]:
        """The names in the list, as it shows them."""
        return [entry.name for entry in self.app.library.view]

    @property
    def text(self) -> str:
        """The whole screen as text."""
        return "\n".join(strip.text for strip in screen_lines(self.app.screen))

    @property
    def toasts(self) -> str:
        """Every notification so far."""
        return "\n".join(f"{n.title} {n.message}" for n in notifications_of(self.app))


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
    ) -> AsyncIterator[Driven]:
        decoder = Decoder.start()
        decoders.append(decoder)
        options = AppOptions(
            paths,
            recursive=recursive,
            theme=theme,
            out=tmp_path / "out",
            state=tmp_path / "state",
        )
        app = HeicDepthApp(decoder, options)
        async with app.run_test(size=size, notifications=True) as pilot:
            yield Driven(app, pilot)

    return run
