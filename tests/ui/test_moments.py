"""For moments the photo before may stay: no longer, and never instead of the photo that came."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from heicdepth_tui.draw.modes import ColorMode
from heicdepth_tui.heif import header
from heicdepth_tui.photo.layers import Pixels
from heicdepth_tui.ui.model.settings import DrawSettings
from heicdepth_tui.ui.screens import photo_presenter as presenter_module
from heicdepth_tui.ui.services.image_cache import ImageCache, ImageSource
from heicdepth_tui.ui.terminal.flow_control import FlowControl
from heicdepth_tui.ui.widgets import image_view as image_view_module
from heicdepth_tui.ui.widgets.image_view import ImageView

Open = Callable[..., AbstractAsyncContextManager[Any]]

LONG, SHORT = 1000.0, 0.001
HANGING = "IMG_0421.HEIC"


def image(name: str) -> ImageSource:
    array = np.full((3, 4, 3), 200, np.uint8)
    return ImageSource((name,), Pixels(array, array.shape, "uint8", 200, 200, 8))


class OneCanvas(App[None]):
    """Nothing but a picture, and a terminal that takes in what it is sent."""

    def __init__(self) -> None:
        super().__init__()
        self.flow_control = FlowControl(self.acknowledge, lambda call: call(), lambda *_: None)
        settings = DrawSettings(ColorMode.TRUECOLOR)
        self.canvas = ImageView(ImageCache(), settings, self.flow_control)

    def acknowledge(self, tag: int) -> None:
        self.flow_control.acknowledge(tag)

    def compose(self) -> ComposeResult:
        yield self.canvas

    @property
    def theme_plate(self) -> str:
        return "#202020"


class TestPromise:
    """A plate that is promised is shown only where no picture comes."""

    @pytest.fixture
    def patience(self, monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
        """Return a function that sets how long a picture may stay."""
        monkeypatch.setattr(image_view_module, "PATIENCE", LONG)
        return lambda seconds: monkeypatch.setattr(image_view_module, "PATIENCE", seconds)

    @pytest.fixture
    async def canvas(self, patience: object) -> AsyncIterator[ImageView]:
        """A canvas that shows a picture."""
        app = OneCanvas()
        async with app.run_test(size=(20, 10)):
            app.canvas.show(image("before"))
            yield app.canvas

    async def test_the_picture_before_stays_for_moments(self, canvas: ImageView) -> None:
        before = canvas.source
        canvas.promise("decoding …", (4, 3))
        assert (canvas.source, canvas.message) == (before, "")
        assert before is not None

        # What the timer does once its time is over.
        canvas._keep_promise()
        assert (canvas.source, canvas.message) == (None, "decoding …")

    async def test_and_no_longer(
        self, canvas: ImageView, patience: Callable[[float], None]
    ) -> None:
        patience(SHORT)
        canvas.promise("decoding …")
        pilot = Pilot(canvas.app)
        while canvas.source is not None:
            await pilot.pause()

        assert canvas.message == "decoding …"

    @pytest.mark.parametrize("name", ["before", "after"])
    async def test_a_picture_that_comes_cancels_the_plate(
        self, canvas: ImageView, name: str
    ) -> None:
        coming = image(name)
        canvas.promise("decoding …")
        canvas.show(coming)
        canvas._keep_promise()

        assert canvas.source is coming

    async def test_where_no_picture_is_the_plate_comes_at_once(self, canvas: ImageView) -> None:
        canvas.show_message("gone")
        canvas.promise("decoding …")

        assert canvas.message == "decoding …"

    async def test_promising_again_does_not_put_it_off(self, canvas: ImageView) -> None:
        canvas.promise("first")
        timer = canvas._promise_timer
        canvas.promise("second")
        assert canvas._promise_timer is timer is not None
        canvas._keep_promise()

        assert canvas.message == "second"

    async def test_a_word_to_the_reader_does_not_wait_and_is_not_replaced(
        self, canvas: ImageView
    ) -> None:
        canvas.promise("decoding …")
        canvas.show_message("it is torn")
        assert canvas.message == "it is torn"
        canvas._keep_promise()

        assert canvas.message == "it is torn"

    async def test_a_picture_that_waits_for_the_terminal_is_not_lost_to_its_plate(
        self, canvas: ImageView
    ) -> None:
        flow_control = canvas._flow_control = FlowControl(
            lambda _: None, lambda call: call(), lambda *_: None
        )
        flow_control.send("another", lambda: None)
        assert not flow_control.is_free
        coming = image("after")
        canvas.promise("decoding …")
        canvas.show(coming)
        canvas._keep_promise()
        flow_control.acknowledge()

        assert canvas.source is coming


class TestHeader:
    """Where the header is not there at once, the panes are cleared only after moments."""

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
        browse = driven.app.browse
        browse.photos.move_to(driven.names.index(HANGING))
        assert browse.inspector.entry.name == HANGING
        assert browse.inspector.header is None

    async def test_the_photo_before_stays_for_moments(
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
            canvas = browse.pictures.depth.canvas
            before = canvas.source
            monkeypatch.setattr(presenter_module, "PATIENCE", LONG)
            self.select_hanging(driven)
            await driven.pilot.pause()
            assert canvas.source is before is not None
            assert "768×576" in driven.text

            browse.viewer._clear_late()
            assert canvas.source is None
            assert (canvas.message, browse.arrays.plain, browse.facts.plain) == ("", "", "")
            gate.set()
            await driven.settled()
            assert canvas.source is not None

    async def test_and_no_longer(
        self,
        open_app: Open,
        sample_folder: Path,
        gate: threading.Event,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(presenter_module, "PATIENCE", SHORT)
        async with open_app(sample_folder) as driven:
            await driven.settled()
            self.select_hanging(driven)
            canvas = driven.app.browse.pictures.photo.canvas
            await driven.until(lambda: canvas.source is None, "blank panes")
            assert not gate.is_set()

    async def test_a_header_that_came_keeps_its_photo_from_being_cleared(
        self,
        open_app: Open,
        sample_folder: Path,
        gate: threading.Event,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(presenter_module, "PATIENCE", LONG)
        async with open_app(sample_folder) as driven:
            await driven.settled()
            self.select_hanging(driven)
            gate.set()
            await driven.settled()
            shown = driven.app.browse.pictures.photo.canvas.source
            driven.app.browse.viewer._clear_late()

            assert driven.app.browse.pictures.photo.canvas.source is shown is not None

    async def test_a_held_key_does_not_put_it_off(
        self,
        open_app: Open,
        sample_folder: Path,
        gate: threading.Event,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(presenter_module, "PATIENCE", LONG)
        async with open_app(sample_folder) as driven:
            await driven.settled()
            self.select_hanging(driven)
            timer = driven.app.browse.viewer._blank_timer
            assert timer is not None
            driven.app.browse.photos.action_edge(True)
            assert driven.app.browse.viewer._blank_timer is timer
            assert not gate.is_set()
            await driven.settled()
