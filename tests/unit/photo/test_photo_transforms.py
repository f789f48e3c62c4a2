"""Turning and cropping by indices equals turning and cropping arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from heicdepth_tui.heif.picture_facts import Crop, Mirror, Rotation, Size, Transform
from heicdepth_tui.photo.transforms import place

ORIENTATIONS: list[tuple[Transform, ...]] = [
    (),
    (Mirror(1),),
    (Rotation(2),),
    (Mirror(0),),
    (Rotation(1), Mirror(0)),
    (Rotation(3),),
    (Rotation(1), Mirror(1)),
    (Rotation(1),),
]

CODED = np.arange(6, dtype=np.uint8).reshape(2, 3)  # 0 1 2 / 3 4 5


@pytest.mark.parametrize(
    ("transforms", "upright"),
    [
        ((), [[0, 1, 2], [3, 4, 5]]),
        ((Rotation(1),), [[2, 5], [1, 4], [0, 3]]),
        ((Rotation(2),), [[5, 4, 3], [2, 1, 0]]),
        ((Rotation(3),), [[3, 0], [4, 1], [5, 2]]),
        ((Mirror(0),), [[3, 4, 5], [0, 1, 2]]),
        ((Mirror(1),), [[2, 1, 0], [5, 4, 3]]),
        ((Crop(1, 0, 2, 1),), [[1, 2]]),
        ((Rotation(1), Crop(0, 1, 2, 2)), [[1, 4], [0, 3]]),
        ((Rotation(1), Mirror(0)), [[0, 3], [1, 4], [2, 5]]),
        ((Mirror(0), Rotation(1)), [[5, 2], [4, 1], [3, 0]]),
    ],
)
def test_irot_turns_counter_clockwise_imir_flips_and_clap_crops_in_order(
    transforms: tuple[Transform, ...], upright: list[list[int]]
) -> None:
    placement = place(Size(3, 2), transforms)
    assert placement.apply(CODED).tolist() == upright
    assert placement.shape == (len(upright), len(upright[0]))


def test_a_crop_outside_the_picture_is_refused() -> None:
    with pytest.raises(ValueError, match="crop of 2"):
        place(Size(3, 2), (Crop(2, 0, 2, 1),))


def _turned(array: NDArray[Any], transforms: tuple[Transform, ...]) -> NDArray[Any]:
    for transform in transforms:
        if isinstance(transform, Rotation):
            array = np.rot90(array, transform.quarter_turns)
        elif isinstance(transform, Mirror):
            array = array[::-1] if transform.axis == 0 else array[:, ::-1]
        else:
            array = array[
                transform.top : transform.top + transform.height,
                transform.left : transform.left + transform.width,
            ]
    return array


@given(
    width=st.integers(4, 30),
    height=st.integers(4, 30),
    turns=st.sampled_from(ORIENTATIONS),
    crop=st.booleans(),
    stride=st.integers(1, 5),
    tile=st.integers(3, 16),
)
def test_tiles_pasted_one_by_one_give_the_turned_cropped_thinned_whole(
    width: int, height: int, turns: tuple[Transform, ...], crop: bool, stride: int, tile: int
) -> None:
    coded = np.arange(width * height, dtype=np.uint16).reshape(height, width)
    transforms = (*turns, Crop(1, 2, 3, 2)) if crop else turns
    expected = _turned(coded, transforms)[::stride, ::stride]
    placement = place(Size(width, height), transforms).every(stride)
    canvas = np.full(placement.shape, 0xFFFF, dtype=np.uint16)
    for top in range(0, height, tile):
        for left in range(0, width, tile):
            part = coded[top : top + tile, left : left + tile]
            rows, columns, samples = placement.piece(part, top, left)
            canvas[rows, columns] = samples
            seen_rows, seen_columns = placement.span(top, left, *part.shape)
            assert samples.size == len(seen_rows) * len(seen_columns)
    assert canvas.tolist() == expected.tolist()
    assert placement.apply(coded).tolist() == expected.tolist()


def test_colour_samples_keep_their_channels() -> None:
    coded = np.arange(18, dtype=np.uint8).reshape(2, 3, 3)
    upright = place(Size(3, 2), (Rotation(1),)).apply(coded)
    assert upright.tolist() == np.rot90(coded).tolist()
