"""Registration: which photo pixel a depth sample belongs to, against pixels followed one by one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from heicdepth_tui.depth.camera import camera_for_depth
from heicdepth_tui.depth.registration import (
    WHOLE,
    Basis,
    Frames,
    Registration,
    orientation_words,
    register,
)
from heicdepth_tui.heif.facts import Crop, ImageItem, Mirror, Rotation, Size, Transform

Turn = Callable[..., NDArray[np.generic]]
Turns = tuple[Transform, ...]

EIGHT: list[Turns] = [
    (),
    (Rotation(1),),
    (Rotation(2),),
    (Rotation(3),),
    (Mirror(0),),
    (Mirror(1),),
    (Rotation(1), Mirror(0)),
    (Rotation(1), Mirror(1)),
]


def item(coded: Size, *transforms: Transform) -> ImageItem:
    shape = followed(np.empty((coded.height, coded.width)), transforms).shape
    return ImageItem(1, "hvc1", coded, Size(*shape[::-1]), transforms, 8, 3, None, False, 9)


def followed(pixels: NDArray[np.generic], transforms: Turns) -> NDArray[np.generic]:
    """Do to pixels what irot, imir and clap say, without the code under test."""
    for one in transforms:
        if isinstance(one, Rotation):
            pixels = np.rot90(pixels, one.quarter_turns)
        elif isinstance(one, Mirror):
            pixels = np.flip(pixels, one.axis)
        else:
            pixels = pixels[one.top : one.top + one.height, one.left : one.left + one.width]
    return pixels


def undone(pixels: NDArray[np.generic], turns: Turns) -> NDArray[np.generic]:
    for one in reversed(turns):
        pixels = (
            np.rot90(pixels, -one.quarter_turns)
            if isinstance(one, Rotation)
            else (
                np.flip(pixels, one.axis)  # type: ignore[union-attr]
            )
        )
    return pixels


@settings(max_examples=300, deadline=None)
@given(
    photo_turns=st.sampled_from(EIGHT),
    depth_turns=st.sampled_from(EIGHT),
    frames=st.sampled_from([Frames.CODED, Frames.TRANSFORMS]),
    shape=st.tuples(st.integers(2, 9), st.integers(2, 9)),
    data=st.data(),
)
def test_every_sample_gets_the_pixel_that_it_was_exposed_with(
    photo_turns: Turns,
    depth_turns: Turns,
    frames: Frames,
    shape: tuple[int, int],
    data: st.DataObject,
) -> None:
    """A pixel is its number in the scene; photo and depth map show the scene, one each way."""
    scene = np.arange(shape[0] * shape[1]).reshape(shape)
    coded_photo = coded_depth = scene
    if frames is Frames.TRANSFORMS:
        # Each item's own transforms bring its frame upright, as the scene stands.
        coded_photo, coded_depth = undone(scene, photo_turns), undone(scene, depth_turns)
    height, width = coded_depth.shape
    crop: Turns = ()
    if data.draw(st.booleans()):
        left, top = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
        right = data.draw(st.integers(left + 1, width))
        bottom = data.draw(st.integers(top + 1, height))
        crop = (Crop(left, top, right - left, bottom - top),)
    photo = item(Size(*coded_photo.shape[::-1]), *photo_turns)
    depth = item(Size(width, height), *crop, *depth_turns)

    registration = register(photo, depth, frames)

    decoded = followed(coded_depth, depth.transforms)
    turned = registration.turned(decoded)
    upright = followed(coded_photo, photo_turns)
    colours = registration.region.cut(upright, Size(*turned.shape[::-1]))
    assert np.array_equal(turned, colours)


WIDE, TALL, SQUARE = Size(4032, 3024), Size(3024, 4032), Size(3024, 3024)
MAP, TALL_MAP = Size(768, 576), Size(576, 768)


@pytest.mark.parametrize(
    ("photo", "depth", "basis", "frames", "turn"),
    [
        (item(WIDE), item(MAP), Basis.SAME, Frames.TRANSFORMS, ()),
        (item(WIDE, Rotation(3)), item(MAP, Rotation(3)), Basis.SAME, Frames.TRANSFORMS, ()),
        # The same turn, written in another way.
        (
            item(WIDE, Mirror(0), Mirror(1)),
            item(MAP, Rotation(2)),
            Basis.SAME,
            Frames.TRANSFORMS,
            (),
        ),
        # Only the photo was turned: 4:3 and 4:3 as coded, 3:4 and 4:3 upright.
        (item(WIDE, Rotation(1)), item(MAP), Basis.CODED, Frames.CODED, (Rotation(1),)),
        (
            item(WIDE, Rotation(1), Mirror(1)),
            item(MAP, Rotation(2)),
            Basis.CODED,
            Frames.CODED,
            (Rotation(3), Mirror(1)),
        ),
        # An editor stored the photo upright and left the depth map as it was.
        (item(TALL), item(MAP, Rotation(3)), Basis.TRANSFORMS, Frames.TRANSFORMS, ()),
        # Half turns, mirrors and squares agree in either reading.
        (item(WIDE, Rotation(2)), item(MAP), Basis.UNDECIDED, Frames.CODED, (Rotation(2),)),
        (item(WIDE, Mirror(1)), item(MAP), Basis.UNDECIDED, Frames.CODED, (Mirror(1),)),
        (item(WIDE), item(MAP, Rotation(2)), Basis.UNDECIDED, Frames.TRANSFORMS, ()),
        (
            item(SQUARE, Rotation(1)),
            item(Size(576, 576)),
            Basis.UNDECIDED,
            Frames.CODED,
            (Rotation(1),),
        ),
        # Neither agrees.
        (item(SQUARE, Rotation(1)), item(MAP), Basis.UNDECIDED, Frames.CODED, (Rotation(1),)),
    ],
)
def test_shapes_decide_where_they_can(
    photo: ImageItem, depth: ImageItem, basis: Basis, frames: Frames, turn: Turns
) -> None:
    found = register(photo, depth)
    assert (found.basis, found.frames, found.turn) == (basis, frames, turn)
    assert found.region == WHOLE
    assert found.is_sure is (basis is not Basis.UNDECIDED)
    assert bool(found.sentence) is (basis is not Basis.SAME)


def test_a_choice_overrules_the_shapes_and_says_so() -> None:
    photo, depth = item(WIDE, Rotation(1)), item(MAP)
    chosen = register(photo, depth, Frames.TRANSFORMS)
    assert (chosen.basis, chosen.turn) == (Basis.CHOSEN, ())
    assert "as chosen, their upright frames" in chosen.sentence
    # Where both readings are one there is nothing to choose.
    assert register(item(WIDE), item(MAP), Frames.CODED).basis is Basis.SAME


def test_what_is_undecided_names_both_turns_what_is_used_and_the_option() -> None:
    sentence = register(item(WIDE, Rotation(2)), item(MAP)).sentence
    for words in (
        "the photo is turned by 180° counter-clockwise, its depth item not turned",
        "shapes do not decide",
        "their coded frames are taken",
        "--register transforms or coded",
    ):
        assert words in sentence


def test_json_gives_the_turn_in_degrees_and_a_mirroring() -> None:
    told = register(item(WIDE, Rotation(3), Mirror(1)), item(MAP)).to_json()
    assert told == {
        "basis": "coded frames",
        "frames": "coded",
        "rotation": 270,
        "mirror": True,
        "region": [0.0, 0.0, 1.0, 1.0],
        "sentence": told["sentence"],
    }


@pytest.mark.parametrize("turns", EIGHT)
def test_orientations_have_words(turns: Turns) -> None:
    assert (orientation_words(turns) == "not turned") is (turns == ())
    assert orientation_words((Crop(0, 0, 1, 1), *turns)) == orientation_words(turns)


@pytest.mark.parametrize("photo_turns", EIGHT, ids=str)
@pytest.mark.parametrize("depth_turns", EIGHT, ids=str)
def test_the_camera_follows_the_map_it_belongs_to(
    header: Callable[..., object],
    facts: Callable[..., object],
    calibration: Callable[..., object],
    photo_turns: Turns,
    depth_turns: Turns,
) -> None:
    """A sample's ray in the coded frame is its ray after all turns, turned as the pixels are."""
    coded = Size(24, 18)
    fx, fy, cx, cy = 31.0, 28.0, 13.2, 8.9
    found = register(item(Size(48, 36), *photo_turns), item(coded, *depth_turns), Frames.CODED)
    told = header(
        facts(None, calibration(fx, fy, cx, cy, 24, 18), coded=coded, transforms=depth_turns)
    )
    size = Size(*found.turned(followed(np.empty((18, 24)), depth_turns)).shape[::-1])
    camera = camera_for_depth(told, size, found.turn)  # type: ignore[arg-type]
    assert camera is not None
    assert camera.size == size
    # |ray|² does not depend on how x and y are turned or mirrored.
    x = (np.arange(24) + 0.5 - cx) / fx
    y = ((np.arange(18) + 0.5 - cy) / fy)[:, None]
    expected = followed(x * x + y * y, photo_turns)
    u = (np.arange(size.width) - camera.cx) / camera.fx
    v = ((np.arange(size.height) - camera.cy) / camera.fy)[:, None]
    # Each side is a handful of operations on numbers of order one.
    np.testing.assert_allclose(u * u + v * v, expected, rtol=0, atol=1e-13)


def test_a_registration_knows_its_region_in_the_turned_photo() -> None:
    # The left quarter of the coded map; turned by a quarter counter-clockwise it lies below.
    depth = item(MAP, Crop(0, 0, 192, 576))
    found = register(item(WIDE, Rotation(1)), depth)
    assert found.basis is Basis.CODED
    assert found.region == replace(WHOLE, top=0.75, height=0.25)
    assert isinstance(found, Registration)
