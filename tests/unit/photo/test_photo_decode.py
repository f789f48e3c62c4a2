"""Layers of generated photos, decoded in this process."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from heicdepth_tui.errors import (
    DecodeError,
    FileAccessError,
    HeaderError,
    LimitError,
    MissingLayerError,
    NotHeifError,
    TruncatedError,
)
from heicdepth_tui.heif.header import read_header
from heicdepth_tui.heif.items import read_items
from heicdepth_tui.heif.limits import Limits
from heicdepth_tui.heif.picture_facts import Crop, Size
from heicdepth_tui.heif.write.mux import PhotoSpec, mux
from heicdepth_tui.photo import decode as decode_module
from heicdepth_tui.photo.decode import decode, load, steps
from heicdepth_tui.photo.encode import encode_grid, encode_hevc
from heicdepth_tui.photo.layers import (
    DEPTH,
    PRIMARY,
    THUMBNAIL,
    Answer,
    Layer,
    LayerKind,
    Request,
    layers_of,
)
from heicdepth_tui.photo.shrink import fit_stride, shrink_to_fit
from heicdepth_tui.samples.build import make_photo
from heicdepth_tui.samples.recipe import Recipe
from heicdepth_tui.samples.write import build_photo
from tests.support.boxes import box_by_hand

Write = Callable[..., Path]
Whole = Callable[[Path], NDArray[Any]]

GRID = {"size": Size(200, 136), "tile": 64}


def _request(path: Path, layer: Layer = PRIMARY, **knobs: Any) -> Request:
    return Request(1, "test", str(path), layer, **knobs)


def _final(request: Request, **knobs: Any) -> Answer:
    *_, answer = decode(request, **knobs)
    assert answer.final
    return answer


@pytest.mark.parametrize("orientation", range(1, 9))
class TestOrientation:
    def test_a_grid_is_pillow_heifs_whole_decode_to_the_bit(
        self, photo: Write, whole: Whole, orientation: int
    ) -> None:
        path = photo(**GRID, orientation=orientation)
        expected = whole(path)
        pixels = load(path, PRIMARY)
        assert np.array_equal(pixels.array, expected)
        assert pixels.shape == expected.shape == (136, 200, 3)
        assert (pixels.minimum, pixels.maximum) == (expected.min(), expected.max())
        assert pixels.array.flags.c_contiguous

    def test_a_shrunk_grid_is_the_whole_thinned_and_averaged(
        self, photo: Write, whole: Whole, orientation: int
    ) -> None:
        path = photo(**GRID, orientation=orientation)
        expected = whole(path)
        assert fit_stride((136, 200), (40, 40)) == 2
        pixels = load(path, PRIMARY, fit=(40, 40))
        assert np.array_equal(pixels.array, shrink_to_fit(expected, (40, 40)))
        assert pixels.shape == expected.shape
        assert (pixels.minimum, pixels.maximum) == (expected.min(), expected.max())

    def test_an_exact_size_is_the_box_filter_of_the_whole(
        self, photo: Write, whole: Whole, orientation: int
    ) -> None:
        path = photo(**GRID, orientation=orientation)
        expected = whole(path)
        height, width = expected.shape[:2]
        for size in ((77, 50), (width // 2, height // 2), (width // 8, 51), (70, height // 4)):
            pixels = load(path, PRIMARY, exact=size)
            assert np.array_equal(pixels.array, box_by_hand(expected, size)), size

    def test_depth_is_upright_and_lossless(self, tmp_path: Path, orientation: int) -> None:
        made = make_photo(Recipe(orientation=orientation, depth_size=Size(64, 48)))
        path = tmp_path / "photo.heic"
        path.write_bytes(made.data)
        pixels = load(path, DEPTH)
        assert np.array_equal(pixels.array, made.ground_truth.codes)
        assert (pixels.minimum, pixels.maximum) == (
            made.ground_truth.codes.min(),
            made.ground_truth.codes.max(),
        )

    def test_photo_and_depth_are_oriented_alike(self, photo: Write, orientation: int) -> None:
        path = photo(**GRID, orientation=orientation, depth_size=Size(100, 68))
        assert load(path, PRIMARY).array.shape[:2] == (136, 200)
        assert load(path, DEPTH).array.shape == (68, 100)


@pytest.mark.parametrize("bits", [10, 12])
def test_deep_depth_maps_come_unshifted(tmp_path: Path, bits: int) -> None:
    made = make_photo(Recipe(bits=bits))
    path = tmp_path / "photo.heic"
    path.write_bytes(made.data)
    pixels = load(path, DEPTH)
    assert pixels.array.dtype == np.uint16
    assert pixels.dtype == "uint16"
    assert pixels.bits == bits
    assert made.ground_truth.codes.max() > 255
    assert np.array_equal(pixels.array, made.ground_truth.codes)


def test_the_depth_map_is_the_one_that_the_header_names(tmp_path: Path) -> None:
    made = make_photo(Recipe(more_depths=2))
    path = tmp_path / "photo.heic"
    path.write_bytes(made.data)
    header = read_header(path)
    assert len(header.depth.others) == 2
    assert np.array_equal(load(path, DEPTH).array, made.ground_truth.codes)
    item = header.depth.others[0].item
    assert item is not None
    other = load(path, Layer(LayerKind.DEPTH, item.id))
    assert not np.array_equal(other.array, made.ground_truth.codes)


def test_a_crop_of_the_depth_map_is_applied(tmp_path: Path) -> None:
    made = make_photo(Recipe(depth_crop=Crop(8, 4, 40, 30), depth_size=Size(64, 48), orientation=6))
    path = tmp_path / "photo.heic"
    path.write_bytes(made.data)
    assert np.array_equal(load(path, DEPTH).array, made.ground_truth.codes)


@pytest.mark.parametrize("tile", [0, 64])
def test_a_shrunk_monochrome_layer_has_the_counts_of_the_whole(tmp_path: Path, tile: int) -> None:
    grey = (np.arange(136 * 200) // 37 % 251).astype(np.uint8).reshape(136, 200)
    picture = encode_grid(grey, tile=64, quality=90) if tile else encode_hevc(grey, quality=90)
    path = tmp_path / "grey.heic"
    path.write_bytes(mux(PhotoSpec(picture)))
    whole = load(path, PRIMARY)

    shrunk = load(path, PRIMARY, fit=(40, 40))

    assert shrunk.array.shape == (27, 40)
    assert shrunk.counts == tuple(np.bincount(whole.array.ravel(), minlength=256).tolist())
    assert whole.counts is None


def test_every_layer_of_the_header_can_be_loaded(photo: Write) -> None:
    path = photo(**GRID, thumbnail=48, matte_within=2.0, gain_map=True, orientation=6)
    header = read_header(path)
    layers = layers_of(header)
    assert [layer.label for layer in layers] == [
        "photo",
        "depth",
        "thumbnail",
        "gain map",
        "portrait matte",
    ]
    for layer in layers:
        pixels = load(path, layer)
        assert pixels.array.shape == pixels.shape
        assert pixels.note == ""


def test_a_thumbnail_is_found_without_its_item_id(photo: Write) -> None:
    assert load(photo(thumbnail=48), THUMBNAIL).shape == (36, 48, 3)


def test_a_single_picture_is_pillow_heifs_whole_decode(photo: Write, whole: Whole) -> None:
    path = photo(orientation=7)
    assert np.array_equal(load(path, PRIMARY).array, whole(path))


def test_only_the_bytes_of_the_depth_item_are_read(
    photo: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    from heicdepth_tui.heif.source import Source

    path = photo(**GRID)
    item = read_header(path).depth.item
    assert item is not None
    read: list[int] = []
    original = Source.read_payload

    def spy(self: Source, offset: int, length: int) -> bytes:
        read.append(length)
        return original(self, offset, length)

    monkeypatch.setattr(Source, "read_payload", spy)
    load(path, DEPTH)
    assert sum(read) == item.bytes


class TestPartial:
    @pytest.fixture(autouse=True)
    def _every_tile(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(decode_module, "PARTIAL_SECONDS", 0.0)

    def test_tiles_are_painted_as_they_come_over_dark_grey(
        self, photo: Write, whole: Whole
    ) -> None:
        path = photo(**GRID)
        expected = whole(path)
        answers = list(decode(_request(path, partial=True)))
        assert [answer.final for answer in answers] == [False] * 12 + [True]
        first = answers[0].pixels
        assert first is not None
        assert first.note == "1 of 12 tiles"
        assert first.shape == (136, 200, 3)
        painted = (first.array == expected).all(axis=2)
        assert (first.array[~painted] == 32).all()
        assert 0 < painted.mean() < 0.5
        final = answers[-1].pixels
        assert final is not None
        assert np.array_equal(final.array, expected)

    def test_a_partial_picture_does_not_change_afterwards(self, photo: Write) -> None:
        answers = decode(_request(photo(**GRID), partial=True))
        first = next(answers).pixels
        assert first is not None
        before = first.array.copy()
        list(answers)
        assert np.array_equal(first.array, before)

    @pytest.mark.parametrize("knobs", [{"fit": (40, 40)}, {"exact": (40, 30)}])
    def test_partial_pictures_have_the_size_asked_for(
        self, photo: Write, knobs: dict[str, Any]
    ) -> None:
        answers = list(decode(_request(photo(**GRID), partial=True, **knobs)))
        assert len(answers) > 1
        assert len({a.pixels.array.shape for a in answers if a.pixels is not None}) == 1

    def test_none_come_unasked(self, photo: Write) -> None:
        assert len(list(decode(_request(photo(**GRID))))) == 1

    @pytest.mark.parametrize(
        ("pause", "tiles"),
        [(0.35, ["4 of 12 tiles", "8 of 12 tiles"]), (0.75, ["8 of 12 tiles"]), (0.85, [])],
    )
    def test_none_come_shortly_before_the_whole_picture(
        self, photo: Write, monkeypatch: pytest.MonkeyPatch, pause: float, tiles: list[str]
    ) -> None:
        # A tile takes 0.1 s.
        clock = itertools.count()
        monkeypatch.setattr(
            decode_module, "time", SimpleNamespace(monotonic=lambda: next(clock) / 10)
        )
        monkeypatch.setattr(decode_module, "PARTIAL_SECONDS", pause)
        *parts, final = decode(_request(photo(**GRID), partial=True))

        assert [part.pixels.note for part in parts if part.pixels is not None] == tiles
        assert final.final


def test_between_tiles_a_decode_can_be_left_without_a_thread_staying(photo: Write) -> None:
    import threading

    before = set(threading.enumerate())
    under_way = steps(_request(photo(**GRID)))
    assert next(under_way) is None
    under_way.close()
    assert set(threading.enumerate()) <= before


def test_a_grid_cut_short_says_which_tiles_are_missing(
    photo: Write, tmp_path: Path, whole: Whole
) -> None:
    path = photo(**GRID, depth=False)
    with read_items(path) as table:
        tiles = table.dimg(table.primary_id)
        (last,) = table.coded(tiles[-1]).extents
    cut = tmp_path / "cut.heic"
    cut.write_bytes(path.read_bytes()[: last.offset + last.length // 2])
    answer = _final(_request(cut))
    assert answer.pixels is not None
    assert answer.pixels.note == "1 of 12 tiles missing: the file is cut short"
    expected = whole(path)
    assert np.array_equal(answer.pixels.array[:128], expected[:128])
    assert np.array_equal(answer.pixels.array[:, :192], expected[:, :192])
    assert (answer.pixels.array[128:, 192:] == 32).all()


def test_a_cut_depth_map_is_an_error_not_a_made_up_distance(photo: Write, tmp_path: Path) -> None:
    path = photo()
    item = read_header(path).depth.item
    assert item is not None
    with read_items(path) as table:
        (extent,) = table.coded(item.id).extents
    cut = tmp_path / "cut.heic"
    cut.write_bytes(path.read_bytes()[: extent.offset + extent.length - 1])
    answer = _final(_request(cut, DEPTH))
    assert isinstance(answer.error, TruncatedError)
    assert answer.error.path == cut


def test_a_broken_tile_is_counted_and_left_grey(photo: Write, tmp_path: Path) -> None:
    path = photo(**GRID, depth=False)
    data = bytearray(path.read_bytes())
    with read_items(path) as table:
        (extent,) = table.coded(table.dimg(table.primary_id)[0]).extents
    # The length of the first NAL unit now reaches past the end of the tile.
    data[extent.offset : extent.offset + 4] = b"\xff\xff\xff\xff"
    broken = tmp_path / "broken.heic"
    broken.write_bytes(data)
    answer = _final(_request(broken))
    assert answer.pixels is not None
    assert answer.pixels.note.startswith("1 of 12 tiles missing: the data of tile 1 end")
    assert (answer.pixels.array[:64, :64] == 32).all()


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        (DEPTH, "no depth map"),
        (THUMBNAIL, "the photo has no thumbnail"),
        (Layer(LayerKind.AUXILIARY, 99, "gain map"), "the photo has no gain map"),
        (Layer(LayerKind.AUXILIARY, 0, "gain map"), "the photo has no gain map"),
    ],
)
def test_a_layer_that_is_not_there_is_said_to_be_missing(
    photo: Write, layer: Layer, said: str
) -> None:
    path = photo(depth=False)
    error = _final(_request(path, layer)).error
    assert isinstance(error, MissingLayerError)
    assert said in error.what
    assert error.path == path


def test_a_photo_over_the_limits_is_refused_before_it_is_decoded(photo: Write) -> None:
    answer = _final(_request(photo(**GRID)), limits=Limits(pixels=1000))
    assert isinstance(answer.error, LimitError)


def test_what_is_no_photo_is_an_answer_too(tmp_path: Path) -> None:
    jpeg = tmp_path / "photo.heic"
    jpeg.write_bytes(b"\xff\xd8\xff\xe0" + bytes(60))
    assert isinstance(_final(_request(jpeg)).error, NotHeifError)
    assert isinstance(_final(_request(tmp_path / "gone.heic")).error, FileAccessError)
    assert isinstance(_final(_request(tmp_path)).error, FileAccessError)


def test_a_size_that_cannot_be_is_an_error(photo: Write) -> None:
    assert isinstance(_final(_request(photo(), exact=(0, 20))).error, DecodeError)


def test_load_raises_what_the_answer_carries(tmp_path: Path) -> None:
    with pytest.raises(FileAccessError):
        load(tmp_path / "gone.heic", PRIMARY)


def test_a_size_that_the_bitstream_contradicts_is_an_error(tmp_path: Path) -> None:
    data = build_photo(size=Size(96, 72), depth=False)
    path = tmp_path / "photo.heic"
    old, new = (Size(96, 72), Size(96, 80))
    ispe = b"ispe" + bytes(4)
    assert data.count(ispe + _u32(*old)) == 1
    path.write_bytes(data.replace(ispe + _u32(*old), ispe + _u32(*new)))
    assert isinstance(_final(_request(path)).error, DecodeError)


def _u32(*numbers: int) -> bytes:
    return b"".join(number.to_bytes(4, "big") for number in numbers)


def test_a_byte_changed_anywhere_in_the_header_never_raises(photo: Write, tmp_path: Path) -> None:
    data = photo(size=Size(96, 72), depth_size=Size(32, 24), tile=64, thumbnail=32).read_bytes()
    rng = np.random.default_rng(20240518)
    path = tmp_path / "mutant.heic"
    kinds = set()
    for _ in range(150):
        mutant = bytearray(data)
        for at in rng.integers(0, min(len(mutant), 2500), 3):
            mutant[at] = rng.integers(0, 256)
        path.write_bytes(mutant)
        for layer in (PRIMARY, DEPTH, THUMBNAIL):
            answer = _final(_request(path, layer, fit=(20, 20)))
            assert (answer.pixels is None) != (answer.error is None)
            assert answer.error is None or isinstance(answer.error, HeaderError | DecodeError)
            kinds.add(type(answer.error))
    assert len(kinds) >= 4
