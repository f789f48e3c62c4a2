"""The decoder process, driven over its pipes."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Any

import pytest

from heicdepth_tui.errors import DecodeError
from heicdepth_tui.photo import decode, serve
from heicdepth_tui.photo.launch import launch, worker_environment
from heicdepth_tui.photo.layers import DEPTH, PRIMARY, Answer, Request
from heicdepth_tui.photo.protocol import Frame, FrameReader, pack, read_answer, request_to_head
from heicdepth_tui.photo.schedule import JobQueue
from heicdepth_tui.system import CAN_LIMIT_MEMORY

SECONDS = 20


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    """A decoder process without a memory cap."""
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "heicdepth_tui.photo.serve"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        env=worker_environment(),
    ) as running:
        yield running
        running.kill()


def _send(process: subprocess.Popen[bytes], data: bytes) -> None:
    assert process.stdin is not None
    process.stdin.write(data)


def _frames(stream: IO[bytes] | None) -> Iterator[Frame]:
    reader = FrameReader(max_raw=1 << 30)
    raw: Any = stream
    while (frame := reader.read(raw.readinto)) is not None:
        yield frame


def test_it_reports_what_it_begins_and_answers(
    process: subprocess.Popen[bytes], photo: Callable[..., Path]
) -> None:
    request = Request(3, "depth", str(photo()), DEPTH)
    _send(process, pack(request_to_head(request)))
    frames = _frames(process.stdout)
    assert next(frames).head == {"type": "ready"}
    assert next(frames).head == {"type": "started", "ticket": 3}
    answer = read_answer(request, next(frames))
    assert answer.pixels is not None
    assert answer.pixels.shape == (72, 96)


def test_it_ends_when_stdin_does(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(SECONDS) == 0


def test_nonsense_on_stdin_ends_it_with_a_reason(process: subprocess.Popen[bytes]) -> None:
    _send(process, b"this is no frame at all")
    assert process.wait(SECONDS) == 1
    assert process.stderr is not None
    assert b"ProtocolError" in process.stderr.read()


def test_what_a_library_prints_does_not_get_between_the_frames(
    photo: Callable[..., Path], tmp_path: Path
) -> None:
    script = (
        "import os, sys\n"
        "from heicdepth_tui.photo import serve, decode\n"
        "steps = decode.steps\n"
        "def noisy(request, **knobs):\n"
        "    print('a library talks', flush=True)\n"
        "    os.write(1, b'in C too\\n')\n"
        "    yield from steps(request, **knobs)\n"
        "decode.steps = noisy\n"
        "serve.main()\n"
    )
    request = Request(3, "depth", str(photo()), DEPTH)
    with subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        env=worker_environment(),
    ) as running:
        _send(running, pack(request_to_head(request)))
        frames = _frames(running.stdout)
        assert [next(frames).head["type"] for _ in range(3)] == ["ready", "started", "answer"]
        running.kill()
        assert running.stderr is not None
        assert running.stderr.read() == b"a library talks\nin C too\n"


def test_a_defect_of_ours_costs_one_answer(photo: Callable[..., Path]) -> None:
    script = (
        "from heicdepth_tui.photo import serve, decode\n"
        "steps = decode.steps\n"
        "def broken(request, **knobs):\n"
        "    yield None\n"
        "    if request.ticket == 3:\n"
        "        raise ZeroDivisionError('a bug')\n"
        "    yield from steps(request, **knobs)\n"
        "decode.steps = broken\n"
        "serve.main()\n"
    )
    requests = [Request(ticket, f"slot {ticket}", str(photo()), DEPTH) for ticket in (3, 4)]
    with subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        env=worker_environment(),
    ) as running:
        for request in requests:
            _send(running, pack(request_to_head(request)))
        frames = [*islice(_frames(running.stdout), 5)]
        running.kill()
        assert running.stderr is not None
        assert b"ZeroDivisionError: a bug" in running.stderr.read()
    broken, good = read_answer(requests[0], frames[2]), read_answer(requests[1], frames[4])
    assert isinstance(broken.error, DecodeError)
    assert broken.error.what == "an unexpected ZeroDivisionError while decoding: a bug"
    assert good.error is None


def test_limits_are_set_where_the_system_has_them() -> None:
    running = launch(1 << 30)
    with running:
        assert next(_frames(running.stdout)).head == {"type": "ready"}
        memory, _ = resource.prlimit(running.pid, resource.RLIMIT_AS)
        core, _ = resource.prlimit(running.pid, resource.RLIMIT_CORE)
        running.kill()
    assert core == 0
    assert memory == (1 << 30 if CAN_LIMIT_MEMORY else resource.RLIM_INFINITY)


class TestLoop:
    """The loop of the process with a decoder that acts between its tiles."""

    @pytest.fixture
    def run(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., list[Any]]]:
        """Return a function that runs the loop and returns the first heads that it writes."""
        read, written = os.pipe()
        jobs = JobQueue()

        def loop() -> None:
            try:
                serve.serve(jobs, written)
            except BrokenPipeError:
                os.close(written)

        thread = threading.Thread(target=loop)

        def run(between: Callable[[JobQueue, Request], None], *first: Request) -> list[Any]:
            def steps(request: Request, **_: object) -> Generator[Answer | None]:
                between(jobs, request)
                yield None
                yield Answer(request, error=DecodeError("done"))

            monkeypatch.setattr(decode, "steps", steps)
            for request in first:
                jobs.add(request)
            thread.start()
            heads = []
            with os.fdopen(read, "rb", buffering=0) as stream:
                for frame in _frames(stream):
                    heads.append((frame.head["type"], frame.head.get("ticket")))
                    if heads[-1] == ("answer", 9):
                        break
            return heads

        yield run
        # Nobody reads any more: the next frame ends the loop.
        jobs.add(Request(10, "photo", "a", PRIMARY))
        thread.join(SECONDS)
        assert not thread.is_alive()

    def test_a_more_urgent_request_goes_first_between_tiles(self, run: Any) -> None:
        def between(jobs: JobQueue, request: Request) -> None:
            if request.ticket == 9:
                jobs.add(Request(2, "photo", "a", PRIMARY))

        assert run(between, Request(9, "prefetch", "a", PRIMARY)) == [
            ("ready", None),
            ("started", 9),
            ("started", 2),
            ("answer", 2),
            ("started", 9),
            ("answer", 9),
        ]

    def test_a_newer_request_of_the_slot_ends_the_one_under_way(self, run: Any) -> None:
        def between(jobs: JobQueue, request: Request) -> None:
            if request.ticket == 1:
                jobs.add(Request(9, "photo", "a", PRIMARY))

        assert run(between, Request(1, "photo", "a", PRIMARY)) == [
            ("ready", None),
            ("started", 1),
            ("dropped", 1),
            ("started", 9),
            ("answer", 9),
        ]

    def test_a_kept_request_under_way_is_finished(self, run: Any) -> None:
        def between(jobs: JobQueue, request: Request) -> None:
            if request.ticket == 1:
                jobs.add(Request(9, "export", "a", PRIMARY, keep=True))

        assert run(between, Request(1, "export", "a", PRIMARY, keep=True)) == [
            ("ready", None),
            ("started", 1),
            ("answer", 1),
            ("started", 9),
            ("answer", 9),
        ]
