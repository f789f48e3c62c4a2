"""The photo before may stay for a moment: never longer, and never instead of one that came."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from textual.app import ComposeResult

from heicdepth_tui.draw.fit import Fit
from heicdepth_tui.draw.rendering import RenderedRows
from heicdepth_tui.heif import header
from heicdepth_tui.ui.model.idle import Idle
from heicdepth_tui.ui.screens import photo_panel
from heicdepth_tui.ui.terminal.internals import HookedApp, call_in
from heicdepth_tui.ui.widgets import image_view
from heicdepth_tui.ui.widgets.image_view import ImageView
from tests.support.waiting import until

Open = Callable[..., AbstractAsyncContextManager[Any]]

LONG, SHORT = 1000.0, 0.001
HANGING = "IMG_0421.HEIC"
BEFORE, AFTER = (RenderedRows(Fit(4, 2, 4, 4), (letter * 4,) * 2) for letter in "ab")


class OneImage(HookedApp):
    """Nothing but an image; ``idle`` is notified as in the whole app."""

    idle = Idle()

    def message_handled(self) -> None:
        self.idle.notify()

    def post_display_hook(self) -> None:
        self.idle.notify()

    def compose(self) -> ComposeResult:
        self.image = ImageView()
        yield self.image


class TestPlaceholder:
    """A placeholder is shown only where no picture comes."""

    @pytest.fixture
    def delay(self, monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
        """Return a function that sets how long a picture may stay."""
        monkeypatch.setattr(image_view, "PLACEHOLDER_DELAY", LONG)
        return lambda seconds: monkeypatch.setattr(image_view, "PLACEHOLDER_DELAY", seconds)

    @pytest.fixture
    async def app(self, delay: object) -> AsyncIterator[OneImage]:
        """The app, showing a picture."""
        app = OneImage()
        async with app.run_test(size=(20, 10)):
            app.image.show_picture(BEFORE)
            yield app

    @pytest.fixture
    def image(self, app: OneImage) -> ImageView:
        """The view that shows the picture."""
        return app.image

    async def test_the_picture_before_stays(self, image: ImageView) -> None:
        image.show_placeholder("decoding …", (4, 3))

        assert (image.picture, image.message) == (BEFORE, "")

    async def test_and_no_longer(self, image: ImageView, delay: Callable[[float], None]) -> None:
        delay(SHORT)
        image.show_placeholder("decoding …")
        await until(OneImage.idle, lambda: image.picture is None, "no picture")

        assert image.message == "decoding …"

    @pytest.mark.parametrize("coming", [BEFORE, AFTER])
    async def test_a_picture_that_comes_cancels_it(
        self,
        image: ImageView,
        delay: Callable[[float], None],
        coming: RenderedRows,
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
        await until(OneImage.idle, lambda: image.picture is None, "no picture")

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
    call_in(image.app, 5 * SHORT, lambda: image.app.call_later(ended.append, True))
    await until(OneImage.idle, lambda: ended, "the end of a later timer")


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

    @pytest.fixture
    async def driven(
        self, open_app: Open, sample_folder: Path, gate: threading.Event
    ) -> AsyncIterator[Any]:
        """The app, its first photo shown."""
        async with open_app(sample_folder) as driven:
            await driven.settled()
            yield driven

    @staticmethod
    def select_hanging(driven: Any) -> None:
        driven.app.browse.photos.move_to(driven.names.index(HANGING))
        assert driven.state.entry.name == HANGING
        assert driven.state.is_loading

    async def test_the_photo_before_stays(
        self, driven: Any, gate: threading.Event, monkeypatch: pytest.MonkeyPatch
    ) -> None:
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
        self, driven: Any, gate: threading.Event, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(photo_panel, "PLACEHOLDER_DELAY", SHORT)
        browse = driven.app.browse
        self.select_hanging(driven)
        image = browse.pictures.photo.image
        await driven.until(lambda: image.picture is None, "blank panes")
        assert (image.message, browse.arrays.plain, browse.facts.plain) == ("", "", "")
        gate.set()
        await driven.settled()
        assert image.picture is not None

    async def test_a_held_key_does_not_put_it_off(
        self, driven: Any, gate: threading.Event, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(photo_panel, "PLACEHOLDER_DELAY", SHORT)
        self.select_hanging(driven)
        monkeypatch.setattr(photo_panel, "PLACEHOLDER_DELAY", LONG)
        monkeypatch.setattr(header, "read_header", lambda *_, **__: gate.wait())
        driven.app.browse.photos.action_edge(True)
        image = driven.app.browse.pictures.photo.image
        await driven.until(lambda: image.picture is None, "blank panes")
