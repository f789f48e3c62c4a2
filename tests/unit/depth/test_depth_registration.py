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
from heicdepth_tui.depth.coverage import WHOLE
from heicdepth_tui.depth.registration import (
    Basis,
    Frames,
    Registration,
    orientation_words,
    register,
)
from heicdepth_tui.heif.picture_facts import Crop, ImageItem, Mirror, Rotation, Size, Transform

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
    photo_crop, depth_crop = (
        data.draw(crops(coded_photo.shape)),
        data.draw(crops(coded_depth.shape)),
    )
    photo = item(Size(*coded_photo.shape[::-1]), *photo_crop, *photo_turns)
    depth = item(Size(*coded_depth.shape[::-1]), *depth_crop, *depth_turns)

    registration = register(photo, depth, frames)

    decoded = followed(coded_depth, depth.transforms)
    upright = followed(coded_photo, photo.transforms)
    common = np.intersect1d(decoded, upright)
    if not common.size:
        assert not registration.coverage.is_sure
        assert registration.region == WHOLE
        assert "no part in common" in registration.sentence
        return
    aligned = registration.aligned(decoded)
    colours = registration.region.cut(upright, Size(*aligned.shape[::-1]))
    assert np.array_equal(aligned, colours)
    assert np.array_equal(np.sort(aligned, axis=None), common)
    outside = decoded.size - common.size
    assert registration.coverage.outside == outside
    assert ("outside the photo's crop" in registration.sentence) is (outside > 0)


@st.composite
def crops(draw: st.DrawFn, shape: tuple[int, ...]) -> Turns:
    """Draw no crop, or one inside a picture of ``shape``."""
    if draw(st.booleans()):
        return ()
    height, width = shape
    left, top = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
    right, bottom = draw(st.integers(left + 1, width)), draw(st.integers(top + 1, height))
    return (Crop(left, top, right - left, bottom - top),)


def followed_share(down: float, across: float, turns: Turns) -> NDArray[np.float64]:
    """Return (y, x) in the coded picture, as shares, of a place in the upright one."""
    for one in reversed(turns):
        if isinstance(one, Rotation):
            for _ in range(one.quarter_turns):
                # A quarter turn counter-clockwise takes (y, x) to (1 - x, y).
                down, across = across, 1 - down
        elif isinstance(one, Mirror):
            down, across = (1 - down, across) if one.axis == 0 else (down, 1 - across)
    return np.array([down, across])


ROUNDING = 1e-9
"""Positions are below 10 and come from a few operations in float64."""


@settings(max_examples=300, deadline=None)
@given(
    turns=st.sampled_from(EIGHT),
    factor=st.integers(3, 6),
    shape=st.tuples(st.integers(4, 9), st.integers(4, 9)),
    data=st.data(),
)
def test_crops_between_depth_samples_are_off_by_half_a_sample_at_most(
    turns: Turns, factor: int, shape: tuple[int, int], data: st.DataObject
) -> None:
    """Pixels hold their position in the scene, (y, x) in depth samples from its corner."""
    rows, columns = shape
    depth_places = np.stack(np.mgrid[0:rows, 0:columns], -1) + 0.5
    photo_places = np.stack(np.mgrid[0 : rows * factor, 0 : columns * factor], -1) + 0.5
    photo_places /= factor
    crop = data.draw(crops((rows * factor, columns * factor)))
    photo = item(Size(columns * factor, rows * factor), *crop, *turns)
    registration = register(photo, item(Size(columns, rows), *turns))
    upright = followed(photo_places, photo.transforms)
    low = upright.min((0, 1)) - 0.5 / factor - ROUNDING
    high = upright.max((0, 1)) + 0.5 / factor + ROUNDING
    is_inside = ((depth_places >= low) & (depth_places <= high)).all(-1)
    if not is_inside.any():
        assert not registration.coverage.is_sure
        return
    aligned = registration.aligned(followed(depth_places, turns))
    assert registration.coverage.outside == np.count_nonzero(~is_inside)
    assert registration.region == WHOLE
    assert len(aligned) * len(aligned[0]) == np.count_nonzero(is_inside)
    # The photo's sides in the scene, of which the cloud's colours are even shares.
    low, high = low + ROUNDING, high - ROUNDING
    for row, line in enumerate(aligned):
        for column, place in enumerate(line):
            share = followed_share((row + 0.5) / len(aligned), (column + 0.5) / len(line), turns)
            assert np.abs(low + share * (high - low) - place).max() <= 0.5 + ROUNDING


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
        "depth_crop": None,
        "outside_photo": 0,
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
    info: Callable[..., object],
    calibration: Callable[..., object],
    photo_turns: Turns,
    depth_turns: Turns,
) -> None:
    """A sample's ray in the coded frame is its ray after all turns, turned as the pixels are."""
    coded = Size(24, 18)
    fx, fy, cx, cy = 31.0, 28.0, 13.2, 8.9
    found = register(item(Size(48, 36), *photo_turns), item(coded, *depth_turns), Frames.CODED)
    told = header(
        info(None, calibration(fx, fy, cx, cy, 24, 18), coded=coded, transforms=depth_turns)
    )
    size = Size(*found.aligned(followed(np.empty((18, 24)), depth_turns)).shape[::-1])
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


FOUR_THREE = Size(400, 300)


@pytest.mark.parametrize(
    ("photo", "depth", "crop", "outside"),
    [
        # A 4:3 frame; the photo shows its right half, which is columns 48 to 95 of the map.
        (item(FOUR_THREE, Crop(200, 0, 200, 300)), item(Size(96, 72)), (48, 0, 48, 72), 48 * 72),
        # An edge that falls into a sample keeps it where its centre is inside.
        (item(FOUR_THREE, Crop(2, 0, 398, 300)), item(Size(96, 72)), None, 0),
        (item(FOUR_THREE, Crop(3, 0, 397, 300)), item(Size(96, 72)), (1, 0, 95, 72), 72),
        # Both are cropped: the map to its left three quarters, the photo to its right half.
        (
            item(FOUR_THREE, Crop(200, 0, 200, 300)),
            item(Size(96, 72), Crop(0, 0, 72, 72)),
            (48, 0, 24, 72),
            48 * 72,
        ),
        # The photo is turned by a quarter, and only its coded frame has the map's shape.
        (
            item(FOUR_THREE, Crop(200, 0, 200, 300), Rotation(1)),
            item(Size(96, 72)),
            (0, 0, 72, 48),
            48 * 72,
        ),
    ],
)
def test_samples_outside_the_photos_crop_are_left_out(
    photo: ImageItem, depth: ImageItem, crop: tuple[int, int, int, int] | None, outside: int
) -> None:
    found = register(photo, depth)
    assert found.is_sure
    assert found.coverage.crop == (None if crop is None else Crop(*crop))
    assert found.coverage.outside == outside
    assert ("outside the photo's crop" in found.sentence) is bool(outside)
    assert bool(found.short) is bool(found.sentence)


def test_a_map_of_the_cropped_photos_shape_covers_the_cropped_photo() -> None:
    square = register(item(FOUR_THREE, Crop(50, 0, 300, 300)), item(Size(72, 72)))
    # The encoder's padding: 16 of 3,040 rows, which is three rows of the map.
    padded = register(item(Size(4032, 3040), Crop(0, 0, 4032, 3024)), item(MAP))
    for found in (square, padded):
        assert found.basis is Basis.SAME
        assert (found.region, found.coverage.crop) == (WHOLE, None)
        assert "cover the whole cropped photo" in found.sentence


@pytest.mark.parametrize(
    ("photo", "depth", "words"),
    [
        (item(FOUR_THREE, Crop(0, 0, 400, 100)), item(Size(72, 72)), "differ in shape both"),
        (item(SQUARE), item(MAP, Crop(0, 0, 192, 576)), "differ in shape both"),
        (
            item(FOUR_THREE, Crop(0, 0, 200, 300)),
            item(Size(96, 72), Crop(48, 0, 48, 72)),
            "no part in common",
        ),
    ],
)
def test_crops_that_contradict_every_reading_are_undecided(
    photo: ImageItem, depth: ImageItem, words: str
) -> None:
    found = register(photo, depth)
    assert found.basis is Basis.UNDECIDED
    assert not found.is_sure
    assert (found.region, found.coverage.crop) == (WHOLE, None)
    assert words in found.sentence
    assert "undecided" in found.sentence
    # No option chooses between crops.
    assert "--register" not in found.sentence
    assert found.short == "crops differ: undecided"


def test_a_turn_that_the_shapes_decide_is_stated_beside_an_undecided_crop() -> None:
    photo = item(WIDE, Crop(0, 0, 4032, 800), Rotation(1))
    found = register(photo, item(MAP, Crop(0, 400, 768, 176)))
    assert found.basis is Basis.UNDECIDED
    assert found.turn == (Rotation(1),)
    assert "only their coded shapes agree" in found.sentence
    assert "--register" not in found.sentence
