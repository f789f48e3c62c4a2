"""The decoder process, driven over its pipes."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from heicdepth_tui.errors import DecodeError
from heicdepth_tui.heif.limits import Limits
from heicdepth_tui.photo import decode, serve
from heicdepth_tui.photo.launch import worker_environment
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


def test_it_says_what_it_begins_and_answers(
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
        "def noisy(request, limits):\n"
        "    print('a library talks', flush=True)\n"
        "    os.write(1, b'in C too\\n')\n"
        "    yield from steps(request, limits=limits)\n"
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


def test_limits_are_set_where_the_system_has_them() -> None:
    script = (
        "import resource\n"
        "from heicdepth_tui.photo import serve\n"
        "serve._limit_resources(1 << 30)\n"
        "print(resource.getrlimit(resource.RLIMIT_AS)[0], "
        "resource.getrlimit(resource.RLIMIT_CORE)[0])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=worker_environment(),
        capture_output=True,
        text=True,
        check=True,
        timeout=SECONDS,
    )
    memory, core = map(int, done.stdout.split())
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
            def steps(request: Request, limits: Limits) -> Generator[Answer | None]:
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

    def test_a_more_urgent_wish_goes_first_between_tiles(self, run: Any) -> None:
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

    def test_a_newer_wish_of_the_pane_ends_the_one_under_way(self, run: Any) -> None:
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

    def test_a_kept_wish_under_way_is_finished(self, run: Any) -> None:
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


def test_a_defect_of_ours_costs_one_answer(capsys: pytest.CaptureFixture[str]) -> None:
    def broken() -> Iterator[Answer | None]:
        yield None
        raise ZeroDivisionError("a bug")

    request = Request(1, "photo", "a.heic", PRIMARY)
    *_, answer = serve._guarded(request, broken())  # type: ignore[arg-type]
    assert answer is not None
    assert isinstance(answer.error, DecodeError)
    assert answer.error.what == "an unexpected ZeroDivisionError while decoding: a bug"
    assert "a bug" in capsys.readouterr().err
