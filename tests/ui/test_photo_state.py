"""What is known of a photo: kept for a few photos, reckoned once for all that arrives together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from heicdepth_tui.errors import DecodeError
from heicdepth_tui.folder.find import Entry
from heicdepth_tui.heif.header import read_header
from heicdepth_tui.photo.layers import (
    DEPTH,
    PRIMARY,
    THUMBNAIL,
    Layer,
    LayerKind,
    Pixels,
    layers_of,
)
from heicdepth_tui.report import tables
from heicdepth_tui.samples.write import build_photo
from heicdepth_tui.ui.model import photo_state as photo_state_module
from heicdepth_tui.ui.model.photo_state import PhotoState, RecentPhotos
from heicdepth_tui.ui.services.image_cache import depth_source

MOST = photo_state_module._MOST


def entry(name: str, mtime: int = 1) -> Entry:
    return Entry(f"/p/{name}", name, 100, mtime, "")


def pixels(height: int, width: int, *channels: int, first: int = 7) -> Pixels:
    array = np.full((height, width, *channels), 100, np.uint8)
    array[0, 0] = first
    return Pixels(array, array.shape, "uint8", first, 100, 8)


@pytest.fixture
def inspector(sample_folder: Path) -> PhotoState:
    """Knows the header of a photo that has every kind of layer."""
    made = PhotoState(entry("IMG_0423.HEIC"))
    made.set_header(read_header(sample_folder / "IMG_0423.HEIC"))
    return made


def layer_of(inspector: PhotoState, kind: LayerKind) -> Layer:
    layer = inspector.layer(kind)
    assert layer is not None
    return layer


@pytest.fixture
def tables_made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many layers each array table that was made had."""
    made: list[int] = []
    make = tables.array_rows

    def count(shown: dict[Layer, Pixels], *rest: object) -> object:
        made.append(len(shown))
        return make(shown, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(tables, "array_rows", count)
    return made


def test_tables_are_made_once_for_all_that_is_known(
    inspector: PhotoState, tables_made: list[int]
) -> None:
    inspector.set_pixels(PRIMARY, pixels(30, 40, 3))
    inspector.set_pixels(layer_of(inspector, LayerKind.DEPTH), pixels(15, 20))
    inspector.build_tables()
    inspector.build_tables()
    assert [row.name for row in inspector.rows()][:2] == ["photo", "depth"]
    assert inspector.groups()

    assert tables_made == [2]


def test_what_is_known_already_changes_no_table(
    inspector: PhotoState, tables_made: list[int]
) -> None:
    photo = pixels(30, 40, 3)
    inspector.set_pixels(PRIMARY, photo)
    inspector.build_tables()
    assert inspector.header is not None
    inspector.set_pixels(PRIMARY, photo)
    inspector.set_header(inspector.header)

    assert inspector.has_tables
    assert tables_made == [1]


def test_every_new_layer_header_or_error_makes_the_tables_anew(
    inspector: PhotoState, sample_folder: Path
) -> None:
    thumbnail = layer_of(inspector, LayerKind.THUMBNAIL)
    changes: tuple[Callable[[], None], ...] = (
        lambda: inspector.set_pixels(PRIMARY, pixels(30, 40, 3)),
        lambda: inspector.set_pixels(PRIMARY, pixels(30, 40, 3)),
        lambda: inspector.set_layer_error(thumbnail, DecodeError("torn")),
        lambda: inspector.set_header(read_header(sample_folder / "IMG_0412.HEIC")),
    )
    states = []
    for change in changes:
        inspector.build_tables()
        states.append(inspector.has_tables)
        change()
        states.append(inspector.has_tables)

    assert states == [True, False] * len(changes)


def test_a_layer_that_cannot_be_decoded_stands_in_the_table_until_it_can(
    inspector: PhotoState,
) -> None:
    thumbnail = layer_of(inspector, LayerKind.THUMBNAIL)
    inspector.set_layer_error(thumbnail, DecodeError("torn"))
    (row,) = inspector.rows()
    assert (row.name, row.unit) == ("thumbnail", "torn")

    inspector.set_pixels(thumbnail, pixels(3, 4, 3))
    (row,) = inspector.rows()
    assert (row.name, row.minimum) == ("thumbnail", "7")
    assert inspector.errors == {}


def test_depth_map_and_camera_follow_the_depth_layer_only(inspector: PhotoState) -> None:
    depth = layer_of(inspector, LayerKind.DEPTH)
    assert (inspector.depth_map, inspector.camera) == (None, None)
    inspector.set_pixels(depth, pixels(15, 20))
    first = inspector.depth_map
    inspector.set_pixels(PRIMARY, pixels(30, 40, 3))

    assert first is not None
    assert inspector.depth_map is first
    assert inspector.camera is not None
    inspector.set_pixels(depth, pixels(15, 20))
    assert inspector.depth_map is not first


def test_nothing_is_told_before_the_header_is_read() -> None:
    inspector = PhotoState(entry("a"))

    assert (inspector.rows(), inspector.groups(), inspector.layers) == ((), (), ())
    assert inspector.known(PRIMARY) is None


def test_an_answer_that_names_no_item_is_about_the_layer_of_its_kind(inspector: PhotoState) -> None:
    depth, thumbnail = (layer_of(inspector, kind) for kind in (LayerKind.DEPTH, THUMBNAIL.kind))

    assert (DEPTH.item_id, THUMBNAIL.item_id) == (0, 0)
    assert depth.item_id > 0
    assert inspector.known(DEPTH) is depth
    assert inspector.known(THUMBNAIL) is thumbnail
    assert inspector.known(PRIMARY) is PRIMARY
    assert inspector.known(Layer(LayerKind.AUXILIARY, 9999, "matte")) is None


class TestInspectors:
    """Photos that were left come back as they were, if they were left not long ago."""

    def test_a_photo_comes_back_with_all_that_is_known(self) -> None:
        recent = RecentPhotos()
        found = recent.get(entry("a"))

        assert recent.get(entry("b")) is not found
        assert recent.get(entry("a")) is found

    def test_only_the_photos_seen_last_are_kept(self) -> None:
        recent = RecentPhotos()
        kept = {name: recent.get(entry(name)) for name in map(str, range(MOST))}
        # Seen again: now "1" is the one that was seen first.
        recent.get(entry("0"))
        recent.get(entry("new"))

        assert recent.get(entry("0")) is kept["0"]
        assert recent.get(entry("2")) is kept["2"]
        assert recent.get(entry("1")) is not kept["1"]

    def test_a_file_that_changed_is_another_photo(self) -> None:
        recent = RecentPhotos()

        assert recent.get(entry("a", mtime=1)) is not recent.get(entry("a", mtime=2))

    def test_a_forgotten_photo_begins_anew_in_every_state_of_its_file(self) -> None:
        recent = RecentPhotos()
        old, new, other = (
            recent.get(entry("a", 1)),
            recent.get(entry("a", 2)),
            recent.get(entry("b")),
        )
        recent.forget("/p/a")

        assert recent.get(entry("a", 1)) is not old
        assert recent.get(entry("a", 2)) is not new
        assert recent.get(entry("b")) is other


def test_of_two_depth_maps_the_tables_show_each_with_its_own_numbers(tmp_path: Path) -> None:
    path = tmp_path / "two.heic"
    path.write_bytes(build_photo(more_depths=1))
    inspector = PhotoState(entry("two.heic"))
    inspector.set_header(read_header(path))
    own, second = (layer for layer in inspector.layers if layer.label.startswith("depth"))
    inspector.set_pixels(second, pixels(9, 9))
    assert inspector.depth_map is None
    inspector.set_pixels(own, pixels(30, 40))

    assert [(row.name, row.shape) for row in inspector.rows()][:3] == [
        ("depth", "(30, 40)"),
        ("disparity", "(30, 40)"),
        ("metres ≈", "(30, 40)"),
    ]
    assert inspector.depth_map is not None
    assert inspector.depth_map.codes.shape == (30, 40)
    assert second in inspector.rest()
    assert own not in inspector.rest()


def test_the_store_never_mixes_up_two_depth_maps(tmp_path: Path) -> None:
    path = tmp_path / "two.heic"
    path.write_bytes(build_photo(more_depths=1))
    own, second = (
        layer for layer in layers_of(read_header(path)) if layer.label.startswith("depth")
    )
    photo = entry("two.heic")
    named, unnamed, other = (
        depth_source(photo, layer, pixels(2, 2), "turbo").key for layer in (own, DEPTH, second)
    )
    assert named == unnamed
    assert other != named
