"""Headers and layers are requested without blocking; what comes of it names the entry it is of."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from queue import Queue
from typing import Any

import pytest

from heicdepth_tui.draw.modes import ColorMode
from heicdepth_tui.draw.rendering import RenderSpec
from heicdepth_tui.errors import DecodeError
from heicdepth_tui.folder.find import Entry, look_at
from heicdepth_tui.heif import header
from heicdepth_tui.heif.facts import Header
from heicdepth_tui.photo.client import Decoder
from heicdepth_tui.photo.layers import DEPTH, PRIMARY, Answer, LayerKind, Request
from heicdepth_tui.photo.region import SampleRegion
from heicdepth_tui.photo.schedule import PREFETCH
from heicdepth_tui.ui.model.layout import browse_layout, preview_fit
from heicdepth_tui.ui.model.photo_state import LayerStatus
from heicdepth_tui.ui.model.requests import LayerRequest, View
from heicdepth_tui.ui.model.session import Session
from heicdepth_tui.ui.model.settings import RenderSettings
from heicdepth_tui.ui.services import worker_pool
from heicdepth_tui.ui.services.events import (
    Event,
    HeaderRead,
    JobEnded,
    LayerArrived,
    WorkFailed,
)
from heicdepth_tui.ui.services.photo_loader import PhotoLoader
from heicdepth_tui.ui.services.worker_pool import WorkerPool

SECONDS = 20.0
SPEC = RenderSpec((20, 10))


class FakeDecoder:
    """Takes requests and never answers."""

    def __init__(self) -> None:
        self.submitted: list[Request] = []
        self.cancelled: list[str] = []

    def submit(self, request: Request) -> None:
        self.submitted.append(request)

    def cancel(self, slot: str) -> None:
        self.cancelled.append(slot)


@pytest.fixture
def decoder() -> FakeDecoder:
    return FakeDecoder()


@pytest.fixture
def events() -> Queue[Event]:
    return Queue()


@pytest.fixture
def loader(decoder: Any, events: Queue[Event]) -> PhotoLoader:
    return PhotoLoader(decoder, events.put)


def entry(number: int) -> Entry:
    return Entry(f"/p/{number}", str(number), 100, 1, "")


def found(path: Path) -> Entry:
    entry = look_at(str(path))
    assert entry is not None
    return entry


class TestHeaders:
    """Headers are read by a few threads, the newest request first."""

    @pytest.fixture
    def gate(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], list[str]]]:
        """Let every header hang until the test is over; return which were begun with."""
        event = threading.Event()
        begun: list[str] = []

        def hang(path: str, **_: object) -> None:
            begun.append(path)
            event.wait()
            raise DecodeError("too late")

        monkeypatch.setattr(header, "read_header", hang)
        yield lambda: begun
        event.set()

    def test_two_hundred_keys_on_a_hung_disk_block_a_few_threads(
        self, loader: PhotoLoader, gate: Callable[[], list[str]]
    ) -> None:
        before = threading.active_count()
        for number in range(200):
            loader.read_header(entry(number))

        assert threading.active_count() - before <= 4

    def test_what_was_requested_last_is_read_first(
        self, loader: PhotoLoader, events: Queue[Event], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        begun, gate = threading.Semaphore(0), threading.Event()

        def read(path: str, **_: object) -> None:
            begun.release()
            gate.wait(SECONDS)
            raise DecodeError("no header")

        monkeypatch.setattr(header, "read_header", read)
        for number in range(4):
            loader.read_header(entry(number))
        assert all(begun.acquire(timeout=SECONDS) for _ in range(4))
        for number in range(4, 200):
            loader.read_header(entry(number))
        gate.set()
        results = [events.get(timeout=SECONDS) for _ in range(8)]
        names = [event.entry.name for event in results if isinstance(event, HeaderRead)]

        assert set(names[-4:]) | set(names[:4]) == {"0", "1", "2", "3", *map(str, range(196, 200))}
        assert events.empty()

    def test_a_header_names_the_version_of_the_file_it_was_requested_for(
        self, samples: Path, loader: PhotoLoader, events: Queue[Event]
    ) -> None:
        photo = samples / "IMG_0412.HEIC"
        session = Session(RenderSettings(ColorMode.TRUECOLOR))
        old = found(photo)
        loader.read_header(old)
        event = events.get(timeout=SECONDS)
        assert isinstance(event, HeaderRead)
        # Replaced and selected anew before the answer is taken in.
        shutil.copy(samples / "IMG_0421.HEIC", photo)
        new = found(photo)
        session.select(new)
        session.take_header(event.entry, event.result)

        assert new != old
        assert session.state is not None
        assert session.state.is_loading
        assert isinstance(session.photos.get(old).header, Header)


class TestLayers:
    """Nothing is requested twice, and answers count only while they are waited for."""

    def test_the_same_layer_is_requested_once(
        self, loader: PhotoLoader, decoder: FakeDecoder
    ) -> None:
        for slot in ("depth", "layer"):
            loader.request(entry(1), LayerRequest(slot, DEPTH, SPEC))

        assert [request.slot for request in decoder.submitted] == ["depth"]

    def test_what_is_only_prefetched_is_requested_again(
        self, loader: PhotoLoader, decoder: FakeDecoder
    ) -> None:
        for slot in (f"{PREFETCH}-0-1", f"{PREFETCH}-0-1", "depth"):
            loader.request(entry(1), LayerRequest(slot, DEPTH, SPEC))

        assert [request.slot for request in decoder.submitted] == [f"{PREFETCH}-0-1", "depth"]

    def test_a_region_is_requested_of_each_slot(
        self, loader: PhotoLoader, decoder: FakeDecoder
    ) -> None:
        """Its answer goes to the pane of that slot alone, which may be gone when it comes."""
        region = SampleRegion(0, 0, 8, 8)
        for slot in ("zoom-second", "zoom-first", "zoom-first"):
            loader.request(entry(1), LayerRequest(slot, DEPTH, SPEC, region=region))
        assert [request.slot for request in decoder.submitted] == ["zoom-second", "zoom-first"]

    def test_an_answer_is_accepted_once_and_only_for_the_newest_request_of_its_slot(
        self, loader: PhotoLoader, decoder: FakeDecoder, events: Queue[Event]
    ) -> None:
        loader.request(entry(1), LayerRequest("depth", DEPTH, SPEC))
        loader.request(entry(2), LayerRequest("depth", DEPTH, SPEC))
        for request in decoder.submitted:
            loader.answered(Answer(request, error=DecodeError("torn")))
        event = events.get_nowait()

        assert isinstance(event, LayerArrived)
        assert event.entry == entry(2)
        assert events.empty()
        assert [loader.accept(event), loader.accept(event)] == [True, False]

    def test_answers_for_a_forgotten_photo_are_dropped_even_if_they_are_under_way(
        self, loader: PhotoLoader, decoder: FakeDecoder, events: Queue[Event]
    ) -> None:
        loader.request(entry(1), LayerRequest("depth", DEPTH, SPEC))
        loader.answered(Answer(decoder.submitted[0], error=DecodeError("torn")))
        loader.forget("/p/1")
        event = events.get_nowait()

        assert isinstance(event, LayerArrived)
        assert not loader.accept(event)

    def test_a_layer_that_failed_is_requested_again_when_its_photo_is_selected_again(
        self, loader: PhotoLoader, decoder: FakeDecoder, sample_folder: Path
    ) -> None:
        photo = found(sample_folder / "IMG_0412.HEIC")
        session = Session(RenderSettings(ColorMode.TRUECOLOR))
        view = View(browse_layout(120, 40), preview_fit(120, 40), session.settings, "inferno")

        def select() -> None:
            session.select(photo)
            assert session.state is not None
            for wanted in view.pane_requests(session.state, PRIMARY):
                loader.request(photo, wanted)

        session.take_header(photo, header.read_header(photo.path))
        select()
        for request in [*decoder.submitted]:
            event = LayerArrived(photo, Answer(request, error=DecodeError("torn")))
            assert loader.accept(event)
            session.take_answer(photo, event.answer)
        assert session.state is not None
        depth = session.state.own(LayerKind.DEPTH)
        assert session.state.layer(depth).status is LayerStatus.FAILED
        first = [request.slot for request in decoder.submitted]
        decoder.submitted.clear()
        select()

        assert session.state.layer(depth).status is LayerStatus.PENDING
        assert [request.slot for request in decoder.submitted] == first


class TestErrorsOfTheProgram:
    """What fails in a thread is posted, so that the app ends with a crash report."""

    def test_an_error_while_an_answer_is_taken_in_is_posted(self, sample_folder: Path) -> None:
        events: Queue[Event] = Queue()

        def post(event: Event) -> None:
            if isinstance(event, LayerArrived):
                raise ZeroDivisionError("of our own")
            events.put(event)

        with Decoder.start() as decoder:
            loader = PhotoLoader(decoder, post)
            loader.listen()
            photo = found(sample_folder / "IMG_0412.HEIC")
            loader.request(photo, LayerRequest("depth", DEPTH, SPEC))
            event = events.get(timeout=SECONDS)

        assert isinstance(event, WorkFailed)
        assert isinstance(event.error, ZeroDivisionError)

    def test_an_error_of_a_header_thread_is_posted(
        self, loader: PhotoLoader, events: Queue[Event], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(header, "read_header", lambda *_, **__: 1 // 0)
        loader.read_header(entry(1))
        event = events.get(timeout=SECONDS)

        assert isinstance(event, WorkFailed)
        assert isinstance(event.error, ZeroDivisionError)


class TestWorkerPool:
    """A few threads, the newest job first, one job a key."""

    def test_a_newer_job_of_a_key_replaces_one_that_waits(self) -> None:
        pool = WorkerPool("pool", lambda _: None, threads=1, waiting=9)
        begun, gate = threading.Event(), threading.Event()
        done: Queue[str] = Queue()

        def hold() -> None:
            begun.set()
            gate.wait(SECONDS)

        pool.submit("first", hold)
        assert begun.wait(SECONDS)
        for key, name in (("a", "old a"), ("b", "b"), ("a", "new a")):
            pool.submit(key, lambda name=name: done.put(name))
        gate.set()

        assert [done.get(timeout=SECONDS) for _ in range(2)] == ["new a", "b"]

    def test_a_job_that_fails_stops_no_other(self) -> None:
        posted: Queue[Event] = Queue()
        pool = WorkerPool("pool", posted.put, threads=1, waiting=9)
        pool.submit("bad", lambda: 1 // 0)
        event = posted.get(timeout=SECONDS)
        assert isinstance(event, WorkFailed)
        assert isinstance(event.error, ZeroDivisionError)
        pool.submit("good", lambda: HeaderRead(entry(1), DecodeError("torn")))

        assert isinstance(posted.get(timeout=SECONDS), HeaderRead)

    def test_who_gets_the_event_of_a_job_may_request_it_again(self) -> None:
        runs: Queue[int] = Queue()
        left = [1, 2]

        def again(_: Event) -> None:
            if left:
                pool.submit("key", partial(runs.put, left.pop(0)))

        pool = WorkerPool("pool", again, threads=1, waiting=9)
        pool.submit("key", partial(runs.put, 0))

        assert [runs.get(timeout=SECONDS) for _ in range(3)] == [0, 1, 2]

    def test_a_thread_goes_on_to_the_next_job(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(worker_pool, "KEEP_SECONDS", SECONDS)
        done: Queue[threading.Thread] = Queue()
        posted: Queue[Event] = Queue()
        pool = WorkerPool("pool", posted.put, threads=1, waiting=9)
        threads = []
        for number in range(3):
            pool.submit(number, lambda: done.put(threading.current_thread()))
            assert isinstance(posted.get(timeout=SECONDS), JobEnded)
            threads.append(done.get(timeout=SECONDS))

        assert threads == [threads[0]] * 3

    def test_a_thread_without_a_job_ends(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(worker_pool, "KEEP_SECONDS", 0.01)
        done: Queue[threading.Thread] = Queue()
        pool = WorkerPool("pool", lambda _: None, threads=1, waiting=9)
        pool.submit("job", lambda: done.put(threading.current_thread()))
        thread = done.get(timeout=SECONDS)
        thread.join(SECONDS)

        assert not thread.is_alive()
        pool.submit("later", lambda: done.put(threading.current_thread()))
        assert done.get(timeout=SECONDS) is not thread
