"""The decoder process seen from the app: answers, order, crashes, hangs, and a clean end."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue
from typing import Any

import numpy as np
import pytest

from heicdepth_tui.errors import DecodeError, DecoderStoppedError, FileAccessError, LimitError
from heicdepth_tui.heif.facts import Size
from heicdepth_tui.photo.client import Decoder, next_ticket
from heicdepth_tui.photo.decode import load
from heicdepth_tui.photo.launch import launch, worker_environment
from heicdepth_tui.photo.layers import DEPTH, PRIMARY, Answer, Layer, Request

Write = Callable[..., Path]

SECONDS = 20.0
# Larger than any pipe between the two processes, so that the end of it cannot have been sent
# while nobody reads.
LARGE = {"size": Size(1600, 1200), "tile": 512, "quality": 20, "depth": False}


def _request(
    path: Path | str, pane: str = "photo", layer: Layer = PRIMARY, **knobs: Any
) -> Request:
    return Request(next_ticket(), pane, str(path), layer, **knobs)


@pytest.fixture
def start() -> Iterator[Callable[..., Decoder]]:
    """Return a function that starts a decoder; all are closed after the test."""
    started: list[Decoder] = []

    def begin(*first: Request, **knobs: Any) -> Decoder:
        decoder = Decoder.start(first, **{"time_limit": SECONDS, **knobs})
        started.append(decoder)
        return decoder

    yield begin
    for decoder in started:
        decoder.close()


def _listen(decoder: Decoder) -> Queue[Answer]:
    answers: Queue[Answer] = Queue()
    decoder.listen(answers.put)
    return answers


def _pid(decoder: Decoder) -> int:
    assert decoder.pid is not None
    return decoder.pid


def _has_ended(pid: int) -> None:
    """Wait until a process has ended; it is not reaped here."""
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)


def _is_gone(pid: int) -> bool:
    """Return whether a process exists no more, not even as a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_get_gives_what_decoding_in_this_process_gives(start: Any, photo: Write) -> None:
    path = photo(orientation=6, depth_size=Size(64, 48))
    decoder = start()
    for layer in (PRIMARY, DEPTH):
        ours = load(path, layer)
        its = decoder.get(_request(path, layer=layer))
        assert np.array_equal(its.array, ours.array)
        assert its.array.dtype == ours.array.dtype
        assert (its.shape, its.dtype, its.minimum, its.maximum, its.bits) == (
            ours.shape,
            ours.dtype,
            ours.minimum,
            ours.maximum,
            ours.bits,
        )


def test_get_raises_the_error_of_the_answer(start: Any, tmp_path: Path) -> None:
    with pytest.raises(FileAccessError) as caught:
        start().get(_request(tmp_path / "gone.heic"))
    assert caught.value.path == tmp_path / "gone.heic"


def test_the_first_requests_are_answered_even_if_nobody_listens_yet(
    start: Any, photo: Write
) -> None:
    path = photo()
    first = (_request(path, "depth", DEPTH), _request(path, "photo", fit=(20, 20)))
    decoder = start(*first)
    decoder.get(_request(path, "export", keep=True))
    answers = _listen(decoder)
    assert [answers.get(timeout=SECONDS).request for _ in first] == list(first)


def test_names_that_are_no_text_reach_the_process(start: Any, photo: Write, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"p\xff [b]\n.heic")
    path.write_bytes(photo().read_bytes())
    assert start().get(_request(path)).shape == (72, 96, 3)


def test_the_limit_of_pixels_reaches_the_process(start: Any, photo: Write) -> None:
    with pytest.raises(LimitError, match="the limit is 6,911"):
        start(limit_pixels=96 * 72 - 1).get(_request(photo()))
    assert start(limit_pixels=96 * 72).get(_request(photo())).shape == (72, 96, 3)


def test_a_process_that_runs_already_can_be_handed_over(start: Any, photo: Write) -> None:
    process = launch()
    decoder = start(process=process)
    assert decoder.pid == process.pid
    assert decoder.get(_request(photo())).shape == (72, 96, 3)


def test_partial_answers_come_before_the_final_one(start: Any, photo: Write) -> None:
    path = photo(**LARGE)
    decoder = start(_request(path, partial=True))
    answers = _listen(decoder)
    seen = [answers.get(timeout=SECONDS)]
    while not seen[-1].final:
        seen.append(answers.get(timeout=SECONDS))
    assert seen[-1].pixels is not None
    assert seen[-1].pixels.shape == (1200, 1600, 3)


class TestLatestWins:
    def test_only_the_latest_wish_of_a_pane_is_answered(self, start: Any, photo: Write) -> None:
        path = photo()
        decoder = start()
        answers = _listen(decoder)
        decoder.get(_request(path))
        os.kill(_pid(decoder), signal.SIGSTOP)
        wishes = [_request(path, fit=(10 + n, 10 + n)) for n in range(20)]
        kept = _request(path, "export", keep=True)
        for wish in (*wishes[:10], kept, *wishes[10:]):
            decoder.submit(wish)
        os.kill(_pid(decoder), signal.SIGCONT)
        seen = [answers.get(timeout=SECONDS).request for _ in range(2)]
        assert {request.ticket for request in seen} == {wishes[-1].ticket, kept.ticket}
        decoder.get(_request(path, "other"))
        assert answers.empty()

    def test_who_waits_for_a_replaced_wish_is_told(self, start: Any, photo: Write) -> None:
        path = photo()
        decoder = start()
        decoder.get(_request(path))
        os.kill(_pid(decoder), signal.SIGSTOP)
        older = _request(path)
        result: Queue[Exception] = Queue()
        waiting = threading.Thread(target=_collect_error, args=(decoder, older, result))
        waiting.start()
        _until(lambda: older.ticket in decoder._ledger, waiting)
        decoder.submit(_request(path))
        error = result.get(timeout=SECONDS)
        assert isinstance(error, DecodeError)
        assert "a newer request took its place" in str(error)
        os.kill(_pid(decoder), signal.SIGCONT)

    def test_a_cancelled_pane_gets_no_answer(self, start: Any, photo: Write) -> None:
        path = photo()
        decoder = start()
        answers = _listen(decoder)
        decoder.get(_request(path))
        os.kill(_pid(decoder), signal.SIGSTOP)
        decoder.submit(_request(path, "depth", DEPTH))
        decoder.submit(_request(path, "photo"))
        decoder.cancel("depth")
        os.kill(_pid(decoder), signal.SIGCONT)
        assert answers.get(timeout=SECONDS).request.pane == "photo"
        decoder.get(_request(path, "other"))
        assert answers.empty()

    def test_what_came_before_anybody_listened_is_replaced_too(
        self, start: Any, photo: Write
    ) -> None:
        path = photo()
        older, newer = _request(path), _request(path, fit=(20, 20))
        decoder = start(older)
        decoder.get(_request(path, "export", keep=True))
        decoder.submit(newer)
        answers = _listen(decoder)
        assert answers.get(timeout=SECONDS).request is newer
        assert answers.empty()


def _collect_error(decoder: Decoder, request: Request, result: Queue[Exception]) -> None:
    try:
        decoder.get(request)
    except Exception as error:  # noqa: BLE001  the test looks at it
        result.put(error)


def _until(condition: Callable[[], bool], thread: threading.Thread) -> None:
    """Let a thread run until a condition holds."""
    while not condition():
        assert thread.is_alive()
        thread.join(0.001)


class TestStopped:
    """A wish is certainly under way when an earlier large answer holds up the reading thread."""

    @staticmethod
    def _with_wish_under_way(decoder: Decoder, path: Path, act: Callable[[int], None]) -> Answer:
        """Do something to the process while it works on ``path``; return that wish's answer.

        The listener holds up the thread that reads, the second answer is larger than the pipe, and
        the process says that it began with it before anything else.
        """
        answers: Queue[Answer] = Queue()
        victim = _request(path, "victim")

        def listener(answer: Answer) -> None:
            if answer.request.pane == "first":
                decoder.submit(victim)
                worker = decoder._worker
                assert worker is not None
                assert select.select([worker.stdout_fd], [], [], SECONDS)[0]
                act(worker.pid)
            else:
                answers.put(answer)

        decoder.listen(listener)
        decoder.submit(_request(path.parent / "none.heic", "first"))
        return answers.get(timeout=2 * SECONDS)

    @pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
    def test_a_process_that_dies_costs_one_error_and_is_replaced(
        self, start: Any, photo: Write, number: signal.Signals
    ) -> None:
        path = photo(**LARGE)
        decoder = start()
        old = _pid(decoder)

        def kill(pid: int) -> None:
            os.kill(pid, number)
            _has_ended(pid)

        answer = self._with_wish_under_way(decoder, path, kill)
        assert isinstance(answer.error, DecoderStoppedError)
        assert answer.error.path == path
        assert f"killed by signal {number.value} ({number.name})" in answer.error.what
        assert decoder.get(_request(photo())).shape == (72, 96, 3)
        assert _pid(decoder) != old
        assert _is_gone(old)

    def test_a_process_that_hangs_is_killed_after_the_time_limit(
        self, start: Any, photo: Write
    ) -> None:
        path = photo(**LARGE)
        decoder = start(time_limit=3.0)
        decoder.get(_request(photo()))
        old = _pid(decoder)
        answer = self._with_wish_under_way(decoder, path, lambda pid: os.kill(pid, signal.SIGSTOP))
        assert isinstance(answer.error, DecoderStoppedError)
        assert "it did not answer within 3 s" in answer.error.what
        assert decoder.get(_request(photo())).shape == (72, 96, 3)
        assert _is_gone(old)

    def test_a_photo_that_stopped_it_twice_is_refused(self, start: Any, photo: Write) -> None:
        path = photo(**LARGE)
        decoder = start()

        def kill(pid: int) -> None:
            os.kill(pid, signal.SIGKILL)
            _has_ended(pid)

        for _ in range(2):
            answer = self._with_wish_under_way(decoder, path, kill)
            assert isinstance(answer.error, DecoderStoppedError)
            assert "twice" not in answer.error.what
        survivor = _pid_after(decoder, photo())
        with pytest.raises(DecoderStoppedError, match=r"twice \(killed by signal 9"):
            decoder.get(_request(path, "again"))
        answers = _listen(decoder)
        decoder.submit(_request(path))
        assert "twice" in str(answers.get(timeout=SECONDS).error)
        assert _pid(decoder) == survivor

    def test_wishes_that_were_not_begun_are_handed_to_the_next_process(
        self, start: Any, photo: Write
    ) -> None:
        path = photo()
        decoder = start()
        answers = _listen(decoder)
        decoder.get(_request(path))
        old = _pid(decoder)
        os.kill(old, signal.SIGSTOP)
        wishes = [_request(path, pane) for pane in ("a", "b", "c")]
        for wish in wishes:
            decoder.submit(wish)
        os.kill(old, signal.SIGKILL)
        seen = [answers.get(timeout=SECONDS) for _ in wishes]
        assert {answer.request.ticket for answer in seen} == {wish.ticket for wish in wishes}
        assert all(answer.pixels is not None for answer in seen)

    def test_an_idle_process_that_hangs_is_replaced_when_it_is_asked(
        self, start: Any, photo: Write
    ) -> None:
        path = photo()
        decoder = start(time_limit=3.0)
        decoder.get(_request(path))
        old = _pid(decoder)
        os.kill(old, signal.SIGSTOP)
        assert decoder.get(_request(path)).shape == (72, 96, 3)
        assert _pid(decoder) != old

    def test_a_process_that_dies_idle_is_replaced_when_it_is_asked(
        self, start: Any, photo: Write
    ) -> None:
        decoder = start()
        decoder.get(_request(photo()))
        old = _pid(decoder)
        handle = os.pidfd_open(old)
        os.kill(old, signal.SIGKILL)
        assert select.select([handle], [], [], SECONDS)[0]
        os.close(handle)
        assert decoder.get(_request(photo())).shape == (72, 96, 3)

    def test_a_process_that_never_runs_gives_its_reason_instead_of_an_endless_loop(
        self, start: Any, photo: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        (tmp_path / "numpy.py").write_text("raise ImportError('no numpy today')\n")
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        decoder = start()
        with pytest.raises(DecoderStoppedError, match="no numpy today"):
            decoder.get(_request(photo()))
        monkeypatch.delenv("PYTHONPATH")
        assert decoder.get(_request(photo())).shape == (72, 96, 3)

    def test_an_interpreter_that_is_missing_is_an_error_line(
        self, start: Any, photo: Write, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys, "executable", "/nonexistent/python")
        with pytest.raises(DecoderStoppedError, match="cannot be started"):
            start().get(_request(photo()))

    def test_a_photo_that_needs_more_than_the_memory_cap_is_an_error_line(
        self, start: Any, photo: Write
    ) -> None:
        decoder = start(memory_cap=400 * 1024 * 1024)
        small = _request(photo(), exact=(200, 150))
        assert decoder.get(small).array.shape == (150, 200, 3)
        with pytest.raises(DecodeError, match="more memory than the decoder is allowed"):
            decoder.get(_request(photo(), exact=(20000, 15000)))
        assert decoder.get(_request(photo())).shape == (72, 96, 3)


def _pid_after(decoder: Decoder, path: Path) -> int:
    decoder.get(_request(path, "alive?", keep=True))
    return _pid(decoder)


class TestEnd:
    def test_close_leaves_no_process_no_thread_and_no_descriptor(self, photo: Write) -> None:
        path = photo()
        threads, descriptors = threading.active_count(), _descriptors()
        decoder = Decoder.start((_request(path),))
        pid = _pid(decoder)
        decoder.get(_request(path, "other"))
        decoder.submit(_request(path))
        decoder.close()
        decoder.close()
        assert _is_gone(pid)
        assert threading.active_count() == threads
        assert _descriptors() == descriptors

    def test_close_does_not_wait_for_a_process_that_hangs(self, photo: Write) -> None:
        with Decoder.start() as decoder:
            decoder.get(_request(photo()))
            pid = _pid(decoder)
            os.kill(pid, signal.SIGSTOP)
            decoder.submit(_request(photo()))
        assert _is_gone(pid)

    def test_who_waits_is_told_that_the_decoder_was_closed(self, photo: Write) -> None:
        decoder = Decoder.start()
        decoder.get(_request(photo()))
        os.kill(_pid(decoder), signal.SIGSTOP)
        result: Queue[Exception] = Queue()
        request = _request(photo())
        waiting = threading.Thread(target=_collect_error, args=(decoder, request, result))
        waiting.start()
        _until(lambda: request.ticket in decoder._ledger, waiting)
        decoder.close()
        waiting.join(SECONDS)
        assert "the decoder was closed" in str(result.get(timeout=SECONDS))
        with pytest.raises(DecoderStoppedError, match="closed"):
            decoder.submit(request)

    def test_the_process_ends_when_the_app_is_killed(self, tmp_path: Path) -> None:
        script = (
            "import time, sys\n"
            "from heicdepth_tui.photo.client import Decoder\n"
            "decoder = Decoder.start()\n"
            "print(decoder.pid, flush=True)\n"
            "time.sleep(600)\n"
        )
        app = subprocess.Popen(
            [sys.executable, "-c", script], stdout=subprocess.PIPE, env=worker_environment()
        )
        assert app.stdout is not None
        with app.stdout:
            pid = int(app.stdout.readline())
            handle = os.pidfd_open(pid)
            try:
                app.kill()
                app.wait()
                assert select.select([handle], [], [], SECONDS)[0]
            finally:
                os.close(handle)

    def test_ctrl_c_in_the_terminal_does_not_reach_the_process(
        self, start: Any, photo: Write
    ) -> None:
        decoder = start()
        decoder.get(_request(photo()))
        pid = _pid(decoder)
        assert os.getsid(pid) == pid
        os.kill(pid, signal.SIGINT)
        assert decoder.get(_request(photo())).shape == (72, 96, 3)
        assert _pid(decoder) == pid

    def test_a_listener_that_waits_for_its_own_thread_is_refused(
        self, start: Any, photo: Write
    ) -> None:
        decoder = start()
        errors: Queue[str] = Queue()

        def listener(answer: Answer) -> None:
            try:
                decoder.get(answer.request)
            except RuntimeError as error:
                errors.put(str(error))

        decoder.listen(listener)
        decoder.submit(_request(photo()))
        assert "cannot wait" in errors.get(timeout=SECONDS)


def _descriptors() -> set[Path]:
    return set(Path("/proc/self/fd").iterdir())


def test_importing_and_starting_the_decoder_does_not_import_numpy_or_textual() -> None:
    script = (
        "import sys\n"
        "from heicdepth_tui.photo.client import Decoder\n"
        "from heicdepth_tui.photo.layers import PRIMARY, Request\n"
        "decoder = Decoder.start((Request(1, 'a', '/nonexistent.heic', PRIMARY),))\n"
        "from queue import Queue\n"
        "answers = Queue()\n"
        "decoder.listen(answers.put)\n"
        "print(type(answers.get(timeout=20).error).__name__)\n"
        "decoder.close()\n"
        "heavy = {'numpy', 'PIL', 'pillow_heif', 'textual', 'rich', 'asyncio', 'logging'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=worker_environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.split("\n")[:2] == ["FileAccessError", "[]"]
    assert done.stderr == ""


def test_a_numpy_py_in_the_current_folder_is_not_imported(
    start: Any, photo: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "numpy.py").write_text("raise SystemExit('imported from the photos')\n")
    monkeypatch.chdir(tmp_path)
    assert start().get(_request(photo())).shape == (72, 96, 3)
