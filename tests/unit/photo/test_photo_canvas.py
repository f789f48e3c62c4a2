"""A picture averaged band by band is the box filter of the whole picture, whatever comes when."""

from __future__ import annotations

import random

import numpy as np
import pytest

from heicdepth_tui.photo.canvas import BandCanvas
from heicdepth_tui.photo.tiles import Piece
from tests.support.boxes import box_by_hand

HEIGHT, WIDTH, TILE = 1024, 1600, 512
"""Two bands, one of them with tiles cut at the right."""
GREY = 32

Box = tuple[range, range]


def boxes() -> list[Box]:
    return [
        (range(top, top + TILE), range(left, min(left + TILE, WIDTH)))
        for top in range(0, HEIGHT, TILE)
        for left in range(0, WIDTH, TILE)
    ]


def piece(samples: np.ndarray, box: Box) -> Piece:
    rows, columns = (slice(span.start, span.stop) for span in box)
    return Piece(rows, columns, samples[rows, columns], 0, 255)


@pytest.mark.parametrize("channels", [(), (3,)])
@pytest.mark.parametrize("size", [(400, 256), (305, 195), (800, 256), (100, 512)])
@pytest.mark.parametrize("missing", [0, 1, 5])
def test_bands_give_the_box_of_the_whole_and_missing_tiles_are_grey(
    size: tuple[int, int], channels: tuple[int, ...], missing: int
) -> None:
    samples = np.random.default_rng(7).integers(0, 256, (HEIGHT, WIDTH, *channels), np.uint8)
    order = boxes()
    random.Random(missing).shuffle(order)
    canvas = BandCanvas((HEIGHT, WIDTH), size, boxes())
    for box in order[missing:]:
        canvas.add(piece(samples, box))
    for rows, columns in order[:missing]:
        canvas.skip(rows, columns)
        samples[rows.start : rows.stop, columns.start : columns.stop] = GREY

    assert np.array_equal(canvas.picture(), box_by_hand(samples, size))


def test_a_tile_of_other_channels_than_its_band_is_not_accepted() -> None:
    colours = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    first, second, *_ = boxes()
    canvas = BandCanvas((HEIGHT, WIDTH), (400, 256), boxes())
    canvas.add(piece(colours, first))

    assert canvas.accepts(piece(colours, second))
    assert not canvas.accepts(piece(colours[..., 0], second))
