"""Images of pixels are drawn from the samples that are known where those suffice."""

from __future__ import annotations

from io import BytesIO
from queue import SimpleQueue
from typing import Any

import numpy as np
import pytest
from PIL import Image

from heicdepth_tui.draw.dots import Dots
from heicdepth_tui.draw.rendering import RenderSpec
from heicdepth_tui.errors import DecodeError
from heicdepth_tui.folder.find import Entry
from heicdepth_tui.photo.layers import DEPTH, PRIMARY, Pixels, Request
from heicdepth_tui.photo.region import SampleRegion
from heicdepth_tui.ui.model.graphics import ImageRequest, ImageSource, Protocol
from heicdepth_tui.ui.services.events import ImageDrawn, JobEnded
from heicdepth_tui.ui.services.image_drawer import ImageDrawer

ENTRY = Entry("a.heic", "a.heic", 1, 0)
SPEC = RenderSpec((8, 3), cell_pixels=(10, 20))
WHOLE = (120, 160)
"""Height and width of the photo: its image takes 80 x 60 pixels."""


def pixels(height: int, width: int, **more: Any) -> Pixels:
    rows, columns = np.indices((height, width))
    array = np.stack([rows, columns, rows + columns], axis=2).astype(np.uint8)
    return Pixels(array, (*WHOLE, 3), "uint8", 0, 255, 8, **more)


class Drawn:
    """A drawer, what it requested of the decoder, and its next event."""

    def __init__(self, answer: Pixels | None = None) -> None:
        self.requests: list[Request] = []
        self._answer = answer
        self._events: SimpleQueue[Any] = SimpleQueue()
        self.drawer = ImageDrawer(self._decode, self._events.put)

    def _decode(self, request: Request) -> Pixels:
        self.requests.append(request)
        if self._answer is None:
            raise DecodeError("broken")
        return self._answer

    def event(self, source: ImageSource, protocol: Protocol = Protocol.KITTY) -> Any:
        self.drawer.request(ImageRequest(7, "photo", source, protocol))
        return self._events.get(timeout=20)


def image_of(event: ImageDrawn) -> Image.Image:
    return Image.open(BytesIO(event.image.data))


@pytest.mark.parametrize("size", [WHOLE, (60, 80)])
def test_samples_that_suffice_are_drawn_without_the_decoder(size: tuple[int, int]) -> None:
    drawn = Drawn()
    event = drawn.event(ImageSource(ENTRY, PRIMARY, SPEC, pixels(*size)))

    assert (event.entry, event.number, event.slot) == (ENTRY, 7, "photo")
    assert (event.image.fit.cols, event.image.fit.rows) == (8, 3)
    image = image_of(event)
    assert (image.format, image.size) == ("PNG", (80, 60))
    assert drawn.requests == []


def test_fewer_samples_than_pixels_are_decoded_again() -> None:
    drawn = Drawn(pixels(*WHOLE))
    event = drawn.event(ImageSource(ENTRY, PRIMARY, SPEC, pixels(30, 40)))

    (request,) = drawn.requests
    assert (request.path, request.layer, request.fit) == ("a.heic", PRIMARY, (160, 120))
    assert image_of(event).size == (80, 60)


def test_a_region_is_decoded_at_its_level() -> None:
    region = SampleRegion(40, 20, 80, 60)
    drawn = Drawn(pixels(60, 80, region=region))
    event = drawn.event(ImageSource(ENTRY, PRIMARY, SPEC, region=region, level=1), Protocol.ITERM)

    (request,) = drawn.requests
    assert (request.region, request.level, request.fit) == (region, 1, None)
    assert image_of(event).format == "JPEG"


def test_enlarged_codes_are_the_nearest_and_not_smoothed() -> None:
    codes = np.array([[0, 255]], dtype=np.uint8)
    spec = RenderSpec((4, 1), colormap="grey", cell_pixels=(10, 20))
    known = Pixels(codes, (1, 2), "uint8", 0, 255, 8)
    image = image_of(Drawn().event(ImageSource(ENTRY, DEPTH, spec, known)))

    colours = image.convert("RGB").getcolors()
    assert colours is not None
    assert len(colours) == 2


def test_dots_lie_over_the_part_of_the_image_that_they_meet() -> None:
    """A photo in the middle of 12 x 3 cells: the dots begin a column left of it, a row down."""
    codes = np.zeros((60, 80), dtype=np.uint8)
    spec = RenderSpec((12, 3), colormap="grey", cell_pixels=(10, 20))
    red, green = (255, 0, 0), (0, 255, 0)
    dots = Dots(((False, False), (False, True), (False, True)), 1, 1, (red, green))
    known = Pixels(codes, (60, 80), "uint8", 0, 0, 8)
    image = image_of(Drawn().event(ImageSource(ENTRY, DEPTH, spec, known, dots=dots)))

    shown = np.asarray(image.convert("RGB"))
    expected = np.zeros((60, 80, 3), np.uint8)
    expected[20:30, :10] = red
    expected[30:50, :10] = green
    np.testing.assert_array_equal(shown, expected)


def test_nothing_comes_of_a_layer_that_cannot_be_decoded() -> None:
    assert isinstance(Drawn().event(ImageSource(ENTRY, PRIMARY, SPEC)), JobEnded)
