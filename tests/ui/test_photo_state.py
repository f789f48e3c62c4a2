"""The state of a photo, and the store that bounds what is kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from heicdepth_tui.draw.fit import Fit
from heicdepth_tui.draw.rendering import RenderedRows, RenderSpec
from heicdepth_tui.errors import DecodeError, TruncatedError
from heicdepth_tui.folder.find import Entry
from heicdepth_tui.heif.header import read_header
from heicdepth_tui.photo.layers import DEPTH, PRIMARY, THUMBNAIL, Layer, LayerKind, Pixels
from heicdepth_tui.ui.model.photo_state import LayerState, LayerStatus, PhotoState
from heicdepth_tui.ui.model.photo_store import PhotoStore

TORN = LayerState(LayerStatus.FAILED, error=DecodeError("torn"))


def entry(name: str, mtime: int = 1) -> Entry:
    return Entry(f"/p/{name}", name, 100, mtime, "")


def pixels(height: int, width: int, *channels: int, first: int = 7) -> Pixels:
    array = np.full((height, width, *channels), 100, np.uint8)
    array[0, 0] = first
    return Pixels(array, array.shape, "uint8", first, 100, 8)


def done(height: int, width: int, *channels: int) -> LayerState:
    return LayerState(LayerStatus.DONE, pixels(height, width, *channels))


@pytest.fixture
def state(sample_folder: Path) -> PhotoState:
    """Of a photo that has every kind of layer: its header is known."""
    return PhotoState(entry("IMG_0423.HEIC")).with_header(
        read_header(sample_folder / "IMG_0423.HEIC")
    )


def own(state: PhotoState, kind: LayerKind) -> Layer:
    layer = state.own(kind)
    assert layer is not None
    return layer


class TestPhotoState:
    """Loading, failed or ready; each layer pending, partial, done or failed."""

    def test_is_loading_until_the_header_is_known(self, state: PhotoState) -> None:
        loading = PhotoState(entry("a"))
        failed = loading.with_error(TruncatedError("cut short"))

        assert [s.is_loading for s in (loading, failed, state)] == [True, False, False]
        assert loading.all_layers == ()

    def test_layers_that_came_before_the_header_get_their_items(self, state: PhotoState) -> None:
        assert state.header is not None
        early = PhotoState(state.entry).with_layer(DEPTH, done(15, 20)).with_layer(PRIMARY, TORN)
        found = early.with_header(state.header)
        depth = own(found, LayerKind.DEPTH)

        assert depth.item_id > 0
        assert found.layer(depth).status is LayerStatus.DONE
        assert found.layer(own(found, LayerKind.PRIMARY)).status is LayerStatus.FAILED

    def test_an_answer_that_names_no_item_is_about_the_layer_of_its_kind(
        self, state: PhotoState
    ) -> None:
        for layer in (DEPTH, THUMBNAIL, PRIMARY):
            assert state.resolve(layer) == own(state, layer.kind)
        assert state.resolve(Layer(LayerKind.AUXILIARY, 9999, "matte")) is None

    def test_a_part_is_not_settled(self, state: PhotoState) -> None:
        states = [LayerState(), LayerState(LayerStatus.PARTIAL, pixels(3, 4)), done(3, 4), TORN]

        assert [state.with_layer(PRIMARY, s).is_settled(PRIMARY) for s in states] == [
            False,
            False,
            True,
            True,
        ]

    def test_what_failed_is_tried_again(self, state: PhotoState) -> None:
        depth = own(state, LayerKind.DEPTH)
        again = state.with_layer(PRIMARY, TORN).with_layer(depth, done(3, 4)).without_errors()

        assert again.layer(PRIMARY).status is LayerStatus.PENDING
        assert again.layer(depth).status is LayerStatus.DONE
        assert PhotoState(entry("a")).with_error(TruncatedError("")).without_errors().is_loading

    def test_only_the_newest_pictures_of_a_layer_are_kept(self) -> None:
        layer = done(3, 4)
        specs = [RenderSpec((columns, 10)) for columns in range(20)]
        for spec in specs:
            layer = layer.with_picture(spec, RenderedRows(Fit(1, 1, 1, 1), ("x",)))

        assert list(layer.pictures) == specs[-4:]


class TestPhotoStore:
    """Photos that were left come back as they were, as far as the store has room."""

    def test_a_photo_comes_back_with_all_that_is_known(self, state: PhotoState) -> None:
        store = PhotoStore()
        store.put(state)

        assert store.get(state.entry) is state
        assert store.get(entry("other")).is_loading

    def test_a_file_that_changed_is_another_photo(self, state: PhotoState) -> None:
        store = PhotoStore()
        store.put(state)
        path, name, size, mtime = state.entry.path, state.entry.name, state.entry.size, 99

        assert store.get(Entry(path, name, size, mtime, "")).is_loading

    def test_over_the_limit_the_photos_used_longest_ago_lose_their_layers(self) -> None:
        store = PhotoStore(limit=3_000)
        photos = [PhotoState(entry(name)).with_layer(PRIMARY, done(30, 40)) for name in "abcd"]
        for photo in photos[:2]:
            store.put(photo)
        store.use(photos[0].entry)
        for photo in photos[2:]:
            store.put(photo)

        kept = [bool(store.get(photo.entry).layers) for photo in photos]
        assert kept == [False, False, True, True]

    def test_the_newest_is_kept_whatever_it_weighs(self) -> None:
        store = PhotoStore(limit=10)
        store.put(PhotoState(entry("a")).with_layer(PRIMARY, done(30, 40)))

        assert store.get(entry("a")).layers

    def test_a_forgotten_photo_begins_anew_in_every_version_of_its_file(
        self, state: PhotoState
    ) -> None:
        store = PhotoStore()
        for photo in (entry("a", 1), entry("a", 2), entry("b")):
            store.put(PhotoState(photo).with_layer(PRIMARY, TORN))
        store.forget("/p/a")

        layers = [store.get(photo).layers for photo in (entry("a", 1), entry("a", 2), entry("b"))]
        assert list(map(bool, layers)) == [False, False, True]
