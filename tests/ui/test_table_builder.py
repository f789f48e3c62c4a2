"""Tables are built in a thread, from the newest state of a photo."""

from __future__ import annotations

import sys
import threading
from dataclasses import replace
from pathlib import Path
from queue import Empty, Queue

import numpy as np
import pytest

from heicdepth_tui.draw.fit import Fit
from heicdepth_tui.draw.rendering import RenderedRows, RenderSpec
from heicdepth_tui.errors import DecodeError
from heicdepth_tui.folder.find import Entry
from heicdepth_tui.heif.header import read_header
from heicdepth_tui.photo.layers import PRIMARY, Layer, LayerKind, Pixels
from heicdepth_tui.samples.write import build_photo
from heicdepth_tui.ui.model.photo_state import LayerState, LayerStatus, PhotoState
from heicdepth_tui.ui.services import table_builder
from heicdepth_tui.ui.services.events import Event, TablesBuilt, WorkFailed
from heicdepth_tui.ui.services.table_builder import TableBuilder, build_tables

TORN = LayerState(LayerStatus.FAILED, error=DecodeError("torn"))
SECONDS = 20.0


def entry(name: str) -> Entry:
    return Entry(f"/p/{name}", name, 100, 1, "")


def layer_state(status: LayerStatus, *shape: int) -> LayerState:
    return LayerState(status, Pixels(np.full(shape, 100, np.uint8), shape, "uint8", 100, 100, 8))


def done(*shape: int) -> LayerState:
    return layer_state(LayerStatus.DONE, *shape)


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


class TestBuildTables:
    """A pure function of the state."""

    def test_each_new_layer_or_error_adds_a_row(self, state: PhotoState) -> None:
        thumbnail = own(state, LayerKind.THUMBNAIL)
        states = [state]
        for layer, found in ((PRIMARY, done(30, 40, 3)), (thumbnail, TORN)):
            states.append(states[-1].with_layer(layer, found))
        rows = [[row.name for row in build_tables(each).rows] for each in states]

        assert rows == [[], ["photo"], ["photo", "thumbnail"]]

    def test_only_new_samples_and_errors_make_tables_old(self, state: PhotoState) -> None:
        thumbnail = own(state, LayerKind.THUMBNAIL)
        photo = done(30, 40, 3)
        built_from = state.with_layer(PRIMARY, photo)
        tables = build_tables(built_from)
        rendered = photo.with_picture(RenderSpec((4, 2)), RenderedRows(Fit(1, 1, 1, 1), ("x",)))
        part = built_from.with_layer(thumbnail, layer_state(LayerStatus.PARTIAL, 3, 4, 3))
        same = (built_from, built_from.with_layer(PRIMARY, rendered), part)
        new = (state, part.with_layer(thumbnail, TORN), part.with_layer(thumbnail, done(3, 4, 3)))

        assert [tables.is_built_from(each.content) for each in same] == [True] * 3
        assert [tables.is_built_from(each.content) for each in new] == [False] * 3

    def test_a_layer_that_cannot_be_decoded_says_why(self, state: PhotoState) -> None:
        (row,) = build_tables(state.with_layer(own(state, LayerKind.THUMBNAIL), TORN)).rows

        assert (row.name, row.unit) == ("thumbnail", "torn")

    def test_the_depth_map_follows_the_depth_layer_only(self, state: PhotoState) -> None:
        depth = own(state, LayerKind.DEPTH)
        first = state.with_layer(depth, done(15, 20))
        first = replace(first, tables=build_tables(first))
        second = build_tables(first.with_layer(PRIMARY, done(3, 4, 3)))
        third = build_tables(first.with_layer(depth, done(15, 20)))

        assert first.tables is not None
        assert second.depth_maps[depth] is first.tables.depth_maps[depth]
        assert third.depth_maps[depth] is not first.tables.depth_maps[depth]

    def test_of_two_depth_maps_each_has_its_own_numbers(self, tmp_path: Path) -> None:
        path = tmp_path / "two.heic"
        path.write_bytes(build_photo(more_depths=1))
        state = PhotoState(entry("two.heic")).with_header(read_header(path))
        first, second = (layer for layer in state.all_layers if layer.label.startswith("depth"))
        state = state.with_layer(second, done(9, 9)).with_layer(first, done(30, 40))
        tables = build_tables(state)

        assert [(row.name, row.shape) for row in tables.rows][:3] == [
            ("depth", "(30, 40)"),
            ("disparity", "(30, 40)"),
            ("metres ≈", "(30, 40)"),
        ]
        assert tables.depth_maps[first].codes.shape == (30, 40)
        assert second in state.rest
        assert first not in state.rest


class TestTableBuilder:
    """One thread; of each photo only the newest state is built."""

    def test_a_state_that_waits_gives_way_to_a_newer_one(
        self, state: PhotoState, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        events: Queue[Event] = Queue()
        begun, gate = threading.Event(), threading.Event()
        build = table_builder.build_tables

        def held(each: PhotoState) -> object:
            begun.set()
            gate.wait(SECONDS)
            return build(each)

        monkeypatch.setattr(table_builder, "build_tables", held)
        builder = TableBuilder(events.put)
        builder.request(state)
        assert begun.wait(SECONDS)
        photo = state.with_layer(PRIMARY, done(30, 40, 3))
        torn = photo.with_layer(own(state, LayerKind.THUMBNAIL), TORN)
        for each in (photo, torn, torn):
            builder.request(each)
        gate.set()
        # The first, then the newest, and one that finds itself replaced.
        built = [events.get(timeout=SECONDS) for _ in range(3)]
        # The thread takes jobs in turn: after this one nothing of those before is left.
        other = replace(state, entry=entry("other"))
        builder.request(other)
        built.append(events.get(timeout=SECONDS))

        assert [
            (event.entry, len(event.tables.rows))
            for event in built
            if isinstance(event, TablesBuilt)
        ] == [(state.entry, 0), (state.entry, 2), (other.entry, 0)]

    def test_tables_that_are_there_are_not_built_again(self, state: PhotoState) -> None:
        events: Queue[Event] = Queue()
        builder = TableBuilder(events.put)
        builder.request(replace(state, tables=build_tables(state)))
        builder.request(replace(state, entry=entry("other")))
        event = events.get(timeout=SECONDS)

        assert isinstance(event, TablesBuilt)
        assert event.entry == entry("other")
        with pytest.raises(Empty):
            events.get_nowait()

    def test_an_import_that_fails_is_posted(
        self, state: PhotoState, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        events: Queue[Event] = Queue()
        monkeypatch.setitem(sys.modules, "heicdepth_tui.depth.camera", None)
        TableBuilder(events.put).request(state)
        event = events.get(timeout=SECONDS)

        assert isinstance(event, WorkFailed)
        assert isinstance(event.error, ImportError)
