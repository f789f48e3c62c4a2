"""The photo before may stay for a moment: never longer, and never instead of one that came."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from heicdepth_tui.draw.fit import Fit
from heicdepth_tui.draw.rendering import RenderedRows
from heicdepth_tui.heif import header
from heicdepth_tui.ui.screens import photo_panel
from heicdepth_tui.ui.widgets import image_view
from heicdepth_tui.ui.widgets.image_view import ImageView

Open = Callable[..., AbstractAsyncContextManager[Any]]

LONG, SHORT = 1000.0, 0.001
HANGING = "IMG_0421.HEIC"
BEFORE, AFTER = (RenderedRows(Fit(4, 2, 4, 4), (letter * 4,) * 2) for letter in "ab")


class OneImage(App[None]):
    """Nothing but an image."""

    def compose(self) -> ComposeResult:
        self.image = ImageView()
        yield self.image


async def until(app: App[Any], state: Callable[[], bool]) -> None:
    """Wait for a state, up to a limit that only a failure reaches."""
    for _ in range(2000):
        if state():
            return
        await Pilot(app).pause(0.005)
    raise AssertionError("never reached")


class TestPlaceholder:
    """A placeholder is shown only where no picture comes."""

    @pytest.fixture
    def delay(self, monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
        """Return a function that sets how long a picture may stay."""
        monkeypatch.setattr(image_view, "PLACEHOLDER_DELAY", LONG)
        return lambda seconds: monkeypatch.setattr(image_view, "PLACEHOLDER_DELAY", seconds)

    @pytest.fixture
    async def image(self, delay: object) -> AsyncIterator[ImageView]:
        """An image view that shows a picture."""
        app = OneImage()
        async with app.run_test(size=(20, 10)):
            app.image.show_picture(BEFORE)
            yield app.image

    async def test_the_picture_before_stays(self, image: ImageView) -> None:
        image.show_placeholder("decoding …", (4, 3))

        assert (image.picture, image.message) == (BEFORE, "")

    async def test_and_no_longer(self, image: ImageView, delay: Callable[[float], None]) -> None:
        delay(SHORT)
        image.show_placeholder("decoding …")
        await until(image.app, lambda: image.picture is None)

        assert image.message == "decoding …"

    @pytest.mark.parametrize("coming", [BEFORE, AFTER])
    async def test_a_picture_that_comes_cancels_it(
        self, image: ImageView, delay: Callable[[float], None], coming: RenderedRows
    ) -> None:
        delay(SHORT)
        image.show_placeholder("decoding …")
        image.show_picture(coming)
        await until_later(image)

        assert image.picture is coming

    async def test_without_a_picture_it_comes_at_once(self, image: ImageView) -> None:
        image.show_message("gone")
        image.show_placeholder("decoding …")

        assert image.message == "decoding …"

    async def test_another_one_does_not_put_it_off(
        self, image: ImageView, delay: Callable[[float], None]
    ) -> None:
        delay(SHORT)
        image.show_placeholder("first")
        delay(LONG)
        image.show_placeholder("second")
        await until(image.app, lambda: image.picture is None)

        assert image.message == "second"

    async def test_a_message_does_not_wait_and_is_not_replaced(
        self, image: ImageView, delay: Callable[[float], None]
    ) -> None:
        delay(SHORT)
        image.show_placeholder("decoding …")
        image.show_message("it is torn")
        assert image.message == "it is torn"
        await until_later(image)

        assert image.message == "it is torn"


async def until_later(image: ImageView) -> None:
    """Wait until a timer that was set after those of the image has ended."""
    ended: list[bool] = []
    image.set_timer(5 * SHORT, lambda: ended.append(True))
    await until(image.app, lambda: bool(ended))


class TestHeader:
    """Where the header is not there at once, the panes are cleared after a delay only."""

    @pytest.fixture
    def gate(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
        """What the header of one photo waits for."""
        event = threading.Event()
        read = header.read_header

        def slow(path: Any, **options: Any) -> Any:
            if str(path).endswith(HANGING):
                event.wait()
            return read(path, **options)

        monkeypatch.setattr(header, "read_header", slow)
        yield event
        event.set()

    @staticmethod
    def select_hanging(driven: Any) -> None:
        driven.app.browse.photos.move_to(driven.names.index(HANGING))
        assert driven.state.entry.name == HANGING
        assert driven.state.is_loading

    async def test_the_photo_before_stays(
        self,
        open_app: Open,
        sample_folder: Path,
        gate: threading.Event,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        async with open_app(sample_folder) as driven:
            await driven.settled()
            browse = driven.app.browse
            await driven.until(lambda: browse.arrays.plain != "", "the tables")
            before = browse.pictures.depth.image.picture
            monkeypatch.setattr(photo_panel, "PLACEHOLDER_DELAY", LONG)
            self.select_hanging(driven)
            await driven.pilot.pause()
            assert browse.pictures.depth.image.picture is before is not None
            assert "192×144" in driven.text
            gate.set()
            await driven.settled()

            assert browse.pictures.depth.image.picture not in (None, before)

    async def test_and_no_longer(
        self,
        open_app: Open,
        sample_folder: Path,
        gate: threading.Event,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(photo_panel, "PLACEHOLDER_DELAY", SHORT)
        async with open_app(sample_folder) as driven:
            await driven.settled()
            browse = driven.app.browse
            self.select_hanging(driven)
            image = browse.pictures.photo.image
            await driven.until(lambda: image.picture is None, "blank panes")
            assert (image.message, browse.arrays.plain, browse.facts.plain) == ("", "", "")
            gate.set()
            await driven.settled()
            assert image.picture is not None

    async def test_a_held_key_does_not_put_it_off(
        self,
        open_app: Open,
        sample_folder: Path,
        gate: threading.Event,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        async with open_app(sample_folder) as driven:
            await driven.settled()
            monkeypatch.setattr(photo_panel, "PLACEHOLDER_DELAY", SHORT)
            self.select_hanging(driven)
            monkeypatch.setattr(photo_panel, "PLACEHOLDER_DELAY", LONG)
            monkeypatch.setattr(header, "read_header", lambda *_, **__: gate.wait())
            driven.app.browse.photos.action_edge(True)
            image = driven.app.browse.pictures.photo.image
            await driven.until(lambda: image.picture is None, "blank panes")
