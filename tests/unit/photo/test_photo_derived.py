"""Derived pictures, and depth maps that are requested by their item."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from heicdepth_tui.errors import MissingLayerError, TruncatedError, UnsupportedError
from heicdepth_tui.heif.header import read_header
from heicdepth_tui.heif.images import parts_of
from heicdepth_tui.heif.items import read_items
from heicdepth_tui.heif.limits import DEFAULT_LIMITS
from heicdepth_tui.heif.picture_facts import Mirror, Rotation, Size
from heicdepth_tui.heif.source import Source
from heicdepth_tui.heif.write.mux import CodedPicture
from heicdepth_tui.heif.write.wrap import wrap_items
from heicdepth_tui.photo.decode import load
from heicdepth_tui.photo.encode import encode_hevc
from heicdepth_tui.photo.layers import DEPTH, PRIMARY, Layer, LayerKind, layers_of
from tests.support.avif import encode_av1
from tests.support.derived import Builder

SIZE = Size(96, 64)
ramp = np.add.outer(np.arange(64), np.arange(96)).astype(np.uint8)
FIRST, SECOND = ramp, (200 - ramp).astype(np.uint8)


@pytest.fixture(scope="module")
def grey() -> CodedPicture:
    return encode_hevc(np.full((64, 96), 77, np.uint8), quality=-1)


@pytest.fixture(scope="module")
def pictures() -> tuple[CodedPicture, CodedPicture]:
    return encode_hevc(FIRST, quality=-1), encode_hevc(SECOND, quality=-1)


def write(path: Path, builder: Builder, primary: int) -> Path:
    path.write_bytes(builder.build(primary))
    return path


def test_an_identity_is_its_source_turned_further(
    tmp_path: Path, pictures: tuple[CodedPicture, CodedPicture]
) -> None:
    built = Builder()
    source = built.picture(pictures[0], transforms=(Rotation(1),))
    photo = built.identity(source, Size(64, 96), transforms=(Mirror(1), Rotation(2)))
    path = write(tmp_path / "a.heic", built, photo)
    expected = np.rot90(np.rot90(FIRST)[:, ::-1], 2)
    assert np.array_equal(load(path, PRIMARY).array, expected)
    assert load(path, PRIMARY, fit=(24, 24)).array.shape == (24, 16)


def test_an_identity_of_an_av1_picture_is_decoded(tmp_path: Path) -> None:
    built = Builder()
    source = built.picture(encode_av1(FIRST, quality=100))
    photo = built.identity(built.identity(source, SIZE), SIZE, transforms=(Mirror(0),))
    path = write(tmp_path / "a.avif", built, photo)
    assert np.array_equal(load(path, PRIMARY).array, FIRST[::-1])


def overlaid() -> NDArray[np.uint8]:
    canvas = np.zeros((80, 120), np.uint8)
    canvas[:64, :96] = FIRST
    canvas[10:74, 20:116] = SECOND
    return canvas


def test_an_overlay_is_put_together(
    tmp_path: Path, pictures: tuple[CodedPicture, CodedPicture]
) -> None:
    built = Builder()
    first, second = (built.picture(picture) for picture in pictures)
    photo = built.overlay(Size(120, 80), (first, 0, 0), (second, 20, 10))
    array = load(write(tmp_path / "a.heic", built, photo), PRIMARY).array
    grey = array if array.ndim == 2 else array[:, :, 1]
    # Grey pictures go through Y'CbCr and RGB on their way.
    assert np.abs(grey.astype(int) - overlaid()).max() <= 2


def test_an_overlay_of_av1_pictures_says_what_is_missing(tmp_path: Path) -> None:
    built = Builder()
    part = built.picture(encode_av1(FIRST))
    photo = built.overlay(SIZE, (part, 0, 0))
    with pytest.raises(UnsupportedError, match=r"coded as AV1 .*cannot put together"):
        load(write(tmp_path / "a.avif", built, photo), PRIMARY)


def test_a_library_gets_the_parts_of_a_picture_and_nothing_else(
    pictures: tuple[CodedPicture, CodedPicture],
) -> None:
    built = Builder()
    first, second = (built.picture(picture) for picture in pictures)
    photo = built.overlay(SIZE, (first, 0, 0), (first, 8, 8))
    for _ in range(60):
        built.refer(
            "cdsc", built.add("mime", bytes(40_000), content_type="application/rdf+xml"), photo
        )
    source = Source("", DEFAULT_LIMITS, data=built.build(photo))
    with read_items(source) as table:
        assert parts_of(table, photo) == (photo, first)
        data, cut = wrap_items(table, parts_of(table, photo))
    assert cut == ()
    assert len(data) < len(pictures[0].payload) + 1_000
    with read_items(Source("", DEFAULT_LIMITS, data=data)) as table:
        assert dict(table.types) == {photo: b"iovl", first: b"hvc1"}
    assert second not in table.types


def two_depth_maps(
    photo: CodedPicture, pictures: tuple[CodedPicture, CodedPicture], *, overlays: bool
) -> tuple[bytes, tuple[int, int]]:
    """A photo with two depth maps that no decoder can take as they are."""
    built = Builder()
    primary = built.picture(photo)
    depths = []
    for picture, d_max in zip(pictures, (2.0, 4.0), strict=True):
        part, depth_property = built.picture(picture), built.depth_property(d_max)
        if overlays:
            depths.append(built.overlay(SIZE, (part, 0, 0), extra=(depth_property,)))
        else:
            depths.append(built.identity(part, SIZE, depth_property))
        built.refer("auxl", depths[-1], primary)
    return built.build(primary), (depths[0], depths[1])


@pytest.mark.parametrize("overlays", [False, True])
def test_each_of_several_depth_maps_is_decoded_by_its_item(
    tmp_path: Path,
    grey: CodedPicture,
    pictures: tuple[CodedPicture, CodedPicture],
    overlays: bool,
) -> None:
    path = tmp_path / "a.heic"
    data, ids = two_depth_maps(grey, pictures, overlays=overlays)
    path.write_bytes(data)
    layers = [layer for layer in layers_of(read_header(path)) if layer.kind is LayerKind.DEPTH]
    assert [(layer.label, layer.item_id) for layer in layers] == [
        ("depth", ids[1]),
        ("depth 2", ids[0]),
    ]
    for layer, expected in zip(layers, (SECOND, FIRST), strict=True):
        found = load(path, layer).array
        assert found.shape == expected.shape
        assert np.abs(found.astype(int) - expected).max() <= (2 if overlays else 0)


def test_depth_of_another_picture_is_had_by_its_item_only(
    tmp_path: Path, grey: CodedPicture, pictures: tuple[CodedPicture, CodedPicture]
) -> None:
    built = Builder()
    primary, other = built.picture(grey), built.picture(pictures[0])
    depth = built.picture(pictures[1], built.depth_property())
    built.refer("auxl", depth, other)
    path = write(tmp_path / "a.heic", built, primary)
    layer = layers_of(read_header(path))[-1]
    assert (layer.label, layer.item_id) == (f"depth of image {other}", depth)
    assert np.array_equal(load(path, layer).array, SECOND)
    with pytest.raises(MissingLayerError, match="no depth map of its own"):
        load(path, DEPTH)
    with pytest.raises(MissingLayerError):
        load(path, Layer(LayerKind.DEPTH, primary))


def test_depth_of_the_picture_that_the_photo_repeats_is_offered(
    tmp_path: Path, pictures: tuple[CodedPicture, CodedPicture]
) -> None:
    built = Builder()
    source = built.picture(pictures[0])
    photo = built.identity(source, SIZE)
    depth = built.picture(pictures[1], built.depth_property())
    built.refer("auxl", depth, source)
    path = write(tmp_path / "a.heic", built, photo)
    layer = layers_of(read_header(path))[-1]
    assert layer.label == f"depth of image {source}"
    assert np.array_equal(load(path, layer).array, SECOND)
    assert np.array_equal(load(path, PRIMARY).array, FIRST)


def test_a_depth_map_whose_parts_are_cut_short_is_an_error(
    tmp_path: Path, grey: CodedPicture, pictures: tuple[CodedPicture, CodedPicture]
) -> None:
    built = Builder()
    photo = built.picture(grey)
    parts = [built.picture(picture) for picture in pictures]
    placed = [(part, 0, 0) for part in parts]
    depth = built.overlay(SIZE, *placed, extra=(built.depth_property(),))
    built.refer("auxl", depth, photo)
    data = built.build(photo)
    path = tmp_path / "a.heic"
    path.write_bytes(data[: -len(pictures[1].payload) // 2])
    with pytest.raises(TruncatedError, match="its depth map is cut short"):
        load(path, DEPTH)


def test_a_photo_whose_parts_are_cut_short_says_so(
    tmp_path: Path, pictures: tuple[CodedPicture, CodedPicture]
) -> None:
    built = Builder()
    parts = [built.picture(picture) for picture in pictures]
    photo = built.overlay(SIZE, *((part, 0, 0) for part in parts))
    data = built.build(photo)
    path = tmp_path / "a.heic"
    path.write_bytes(data[: -len(pictures[1].payload) // 2])
    with pytest.raises(TruncatedError, match="its photo is cut short; copy the file again"):
        load(path, PRIMARY)
