"""A thousand photos visited, and the process has no more threads, files or children than before."""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from pathlib import Path
from queue import Queue

import pytest

from heicdepth_tui.draw.rendering import RenderSpec
from heicdepth_tui.errors import HeicDepthError
from heicdepth_tui.folder.find import find_photos
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.photo.client import Decoder
from heicdepth_tui.photo.layers import DEPTH, LayerKind
from heicdepth_tui.samples.write import build_photo
from heicdepth_tui.ui.app import AppOptions, HeicDepthApp
from heicdepth_tui.ui.model.requests import LayerRequest
from heicdepth_tui.ui.services.events import Event, HeaderRead, LayerArrived
from heicdepth_tui.ui.services.photo_loader import PhotoLoader
from tests.support.waiting import until, until_outside

VISITS = 1_000
SPEC = RenderSpec((20, 10))
IN_THE_APP = int(os.environ.get("HEICDEPTH_APP_VISITS", "60"))
"""Fewer, for each takes the app 25 ms: to lay out, to draw, and to fetch the neighbours."""

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/fd").is_dir(), reason="open files are counted in /proc"
)


def descriptors() -> list[str]:
    """What the open file descriptors of this process lead to, without numbers."""
    found = []
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208  not a path to each, only names
        try:
            target = os.readlink(f"/proc/self/fd/{name}")  # noqa: PTH115  pipe:[…] is no path
        except FileNotFoundError:
            # The one that the listing itself had open.
            continue
        found.append(target.partition(":[")[0])
    return sorted(found)


def children() -> list[int]:
    """The processes that this one has started and not reaped."""
    found = []
    for task in Path("/proc/self/task").iterdir():
        try:
            listed = (task / "children").read_text()
        except FileNotFoundError:
            # A thread that ended after it was listed; its children belong to another one.
            continue
        found += [int(pid) for pid in listed.split()]
    return sorted(found)


OF_POOLS = {"cloud", "header", "image", "layers", "outside", "render", "tables"}
"""Names of the threads that end when nothing waits for them."""


def lasting_threads() -> list[str]:
    """Names of the threads, those of the pools left out."""
    return sorted(thread.name for thread in threading.enumerate() if thread.name not in OF_POOLS)


@pytest.fixture(scope="module")
def thousand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A thousand small photos, one in ten of them broken."""
    folder = tmp_path_factory.mktemp("thousand")
    good = build_photo(size=Size(64, 48), depth_size=Size(64, 48))
    for number in range(VISITS):
        data = good[: len(good) // 3] if number % 10 == 9 else good
        (folder / f"IMG_{number:04}.heic").write_bytes(data)
    return folder


@pytest.mark.thorough
def test_a_thousand_photos_asked_for_leave_nothing_open(thousand: Path) -> None:
    before = descriptors(), lasting_threads(), children()
    decoder = Decoder.start()
    arrived: Queue[Event] = Queue()
    loader = PhotoLoader(decoder, arrived.put)
    loader.listen()
    outcomes: Counter[str] = Counter()
    counts = []
    entries = [entry for batch in find_photos([thousand]) for entry in batch]
    for number, entry in enumerate(entries, 1):
        loader.read_header(entry)
        loader.request(entry, LayerRequest("depth", DEPTH, SPEC))
        for _ in range(2):
            event = arrived.get(timeout=30)
            assert isinstance(event, HeaderRead | LayerArrived)
            if isinstance(event, LayerArrived):
                assert loader.accept(event)
            outcomes[_outcome(event)] += 1
        if number % 200 == 0:
            await_end([*before[1], "decoder"])
            counts.append((descriptors(), lasting_threads(), len(children())))
        if number % 200 == 100:
            # What takes the place of a dead process must not add to what is open.
            assert decoder.pid is not None
            os.kill(decoder.pid, signal.SIGKILL)
    decoder.close()

    assert outcomes == {"HeaderRead": 1_000, "pixels": 900, "TruncatedError": 100}
    assert counts == [counts[0]] * 5
    assert counts[0][2] == len(before[2]) + 1
    assert (descriptors(), lasting_threads(), children()) == before


def _outcome(event: HeaderRead | LayerArrived) -> str:
    result = event.result if isinstance(event, HeaderRead) else event.answer.error
    if isinstance(result, HeicDepthError):
        return type(result).__name__
    return "pixels" if isinstance(event, LayerArrived) else "HeaderRead"


@pytest.mark.thorough
@pytest.mark.timeout(180)
async def test_photos_visited_in_the_app_leave_nothing_open(thousand: Path, tmp_path: Path) -> None:
    before = descriptors(), lasting_threads(), children()
    decoder = Decoder.start()
    options = AppOptions((thousand,), out=tmp_path / "out", state=tmp_path / "state")
    app = HeicDepthApp(decoder, options)
    counts: list[tuple[list[str], list[str], list[int]]] = []
    idle = app.session.idle
    async with app.run_test(size=(30, 8)):

        def is_shown(name: str) -> bool:
            state = app.session.state
            if state is None or state.entry.name != name:
                return False
            depth = state.own(LayerKind.DEPTH)
            return state.error is not None or (depth is not None and state.is_settled(depth))

        library = app.session.library
        await until(
            idle, lambda: len(library.view) == VISITS and not library.waiting, "all headers scanned"
        )
        for number in range(IN_THE_APP):
            app.browse.photos.move_to(number)
            name = f"IMG_{number:04}.heic"
            await until(idle, lambda name=name: is_shown(name), name)
            if number % (IN_THE_APP // 4) == IN_THE_APP // 4 - 1:
                await until_outside(
                    lambda: OF_POOLS.isdisjoint(t.name for t in threading.enumerate()),
                    "the end of the threads of the pools",
                )
                counts.append((descriptors(), lasting_threads(), children()))

    decoder.close()
    await_end(before[1])
    assert len(counts) == 4
    assert counts == [counts[0]] * 4
    assert (descriptors(), lasting_threads(), children()) == before


def await_end(names: list[str]) -> None:
    """Let the threads end that were told to."""
    for thread in threading.enumerate():
        if thread.name not in names and thread is not threading.current_thread():
            thread.join(20)
