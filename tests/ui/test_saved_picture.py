"""What a saved picture decodes, and how its samples become pixels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from heicdepth_tui.draw.code_scale import CodeScale
from heicdepth_tui.draw.colormaps import colorize
from heicdepth_tui.draw.modes import ColorMode
from heicdepth_tui.folder.find import Entry
from heicdepth_tui.photo.layers import DEPTH, PRIMARY, Pixels, Request
from heicdepth_tui.photo.region import SampleRegion
from heicdepth_tui.ui.model.picture_request import LayerPart, PictureRequest
from heicdepth_tui.ui.services.saved_picture import save_picture


class Decoded:
    """Answers every request with the same samples, and notes it."""

    def __init__(self, array: NDArray[np.uint8] | NDArray[np.uint16], bits: int = 8) -> None:
        self.requests: list[Request] = []
        self._pixels = Pixels(array, array.shape, str(array.dtype), 0, int(array.max()), bits)

    def __call__(self, request: Request) -> Pixels:
        self.requests.append(request)
        return self._pixels


def photo() -> Decoded:
    return Decoded(np.full((30, 40, 3), 90, dtype=np.uint8))


def saved(folder: Path, decode: Decoded, *parts: LayerPart) -> NDArray[np.uint8]:
    entry = Entry("/photos/a b.HEIC", "a b.HEIC", 1, 1)
    path = save_picture(PictureRequest(entry, "view", "a b.HEIC", parts, folder), decode)
    assert path == folder / "a b-view.png"
    with Image.open(path) as image:
        assert image.info["Title"] == "a b.HEIC"
        return np.asarray(image)


@pytest.mark.parametrize(
    ("size", "count", "side"),
    [((4032, 3024), 1, 4096), ((4032, 3024), 2, 1536), ((12240, 16320), 1, 2048)],
)
def test_photos_are_decoded_no_larger_than_drawn_or_than_there_is_memory(
    tmp_path: Path, size: tuple[int, int], count: int, side: int
) -> None:
    decode = photo()
    saved(tmp_path, decode, *[LayerPart("photo", PRIMARY, size)] * count)
    assert [request.fit for request in decode.requests] == [(side, side)] * count
    assert all(request.keep for request in decode.requests)


@pytest.mark.parametrize(("side", "level"), [(100, 0), (4096, 0), (4100, 1), (16320, 2)])
def test_a_window_is_decoded_at_the_level_that_is_drawn(
    tmp_path: Path, side: int, level: int
) -> None:
    decode, region = photo(), SampleRegion(7, 9, 50, side)
    saved(tmp_path, decode, LayerPart("photo", PRIMARY, (12240, 16320), region=region))
    (request,) = decode.requests
    assert (request.region, request.level, request.fit) == (region, level, None)


def test_codes_that_are_known_are_not_decoded_again(tmp_path: Path) -> None:
    codes = np.arange(1024, dtype=np.uint16).reshape(16, 64)
    decode, scale = Decoded(codes, bits=10), CodeScale(100, 900)
    pixels = decode(Request(1, "", "", DEPTH))
    part = LayerPart("depth", DEPTH, (64, 16), pixels=pixels, colormap="viridis", scale=scale)
    picture = saved(tmp_path, decode, part)
    assert len(decode.requests) == 1
    expected = colorize(codes, 1023, "viridis", ColorMode.TRUECOLOR, scale)
    # 64 samples fit 24 times into the longer side: each is a square of 24 x 24 pixels.
    enlarged = np.repeat(np.repeat(expected, 24, axis=0), 24, axis=1)
    height, width = enlarged.shape[:2]
    places = [
        (row, column)
        for row in range(picture.shape[0] - height + 1)
        for column in range(picture.shape[1] - width + 1)
        if (picture[row, column : column + width] == enlarged[0]).all()
    ]
    assert places
    row, column = places[0]
    assert (picture[row : row + height, column : column + width] == enlarged).all()


def test_a_layer_is_turned_as_it_is_shown(tmp_path: Path) -> None:
    upright = np.full((20, 10, 3), 50, dtype=np.uint8)
    upright[:5] = (200, 100, 0)
    # A quarter turn counter-clockwise brings this back.
    decode = Decoded(np.ascontiguousarray(np.rot90(upright, -1)))
    picture = saved(tmp_path, decode, LayerPart("photo", PRIMARY, (10, 20), turn=(1, False)))
    rows, columns = (picture == (200, 100, 0)).all(axis=2).nonzero()
    others = (picture == (50, 50, 50)).all(axis=2).nonzero()[0]
    assert rows.max() < others.min()
    assert np.ptp(columns) + 1 == 2 * (np.ptp(rows) + 1)
