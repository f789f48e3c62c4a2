"""The decoder process when it dies, hangs or cannot start, and its end when the app closes it."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from queue import Queue
from typing import Any

import pytest
from photo_requests import (
    LARGE,
    SECONDS,
    Write,
    collect_error,
    listen,
    pid_of,
    request_for,
    run_until,
)

from heicdepth_tui.errors import DecodeError, DecoderStoppedError
from heicdepth_tui.photo.client import Decoder
from heicdepth_tui.photo.launch import worker_environment
from heicdepth_tui.photo.layers import Answer
from heicdepth_tui.photo.worker import WorkerProcess
from heicdepth_tui.system import CAN_LIMIT_MEMORY


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


def _pid_after(decoder: Decoder, path: Path) -> int:
    decoder.get(request_for(path, "alive?", keep=True))
    return pid_of(decoder)


def _descriptors() -> set[Path]:
    return set(Path("/proc/self/fd").iterdir())


def _written(pid: int) -> str:
    """Return the line of /proc that counts the bytes that a process has written."""
    lines = Path(f"/proc/{pid}/io").read_text().splitlines()
    return next(line for line in lines if line.startswith("wchar"))


class TestStopped:
    """A request is certainly under way when an earlier large answer holds up the reading thread."""

    @staticmethod
    def _with_request_under_way(decoder: Decoder, path: Path, act: Callable[[int], None]) -> Answer:
        """Do something to the process while it works on ``path``; return that request's answer.

        The listener holds up the thread that reads, the second answer is larger than the pipe, and
        the process says that it began with it before anything else.
        """
        answers: Queue[Answer] = Queue()
        victim = request_for(path, "victim")

        def listener(answer: Answer) -> None:
            if answer.request.slot == "first":
                pid = pid_of(decoder)
                before = _written(pid)
                decoder.submit(victim)
                end = time.monotonic() + SECONDS
                while _written(pid) == before:
                    assert time.monotonic() < end
                act(pid)
            else:
                answers.put(answer)

        decoder.listen(listener)
        decoder.submit(request_for(path.parent / "none.heic", "first"))
        return answers.get(timeout=2 * SECONDS)

    @pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
    def test_a_process_that_dies_costs_one_error_and_is_replaced(
        self, start: Any, photo: Write, number: signal.Signals
    ) -> None:
        path = photo(**LARGE)
        decoder = start()
        old = pid_of(decoder)

        def kill(pid: int) -> None:
            os.kill(pid, number)
            _has_ended(pid)

        answer = self._with_request_under_way(decoder, path, kill)
        assert isinstance(answer.error, DecoderStoppedError)
        assert answer.error.path == path
        assert f"killed by signal {number.value} ({number.name})" in answer.error.what
        assert decoder.get(request_for(photo())).shape == (72, 96, 3)
        assert pid_of(decoder) != old
        assert _is_gone(old)

    def test_a_process_that_hangs_is_killed_after_the_time_limit(
        self, start: Any, photo: Write
    ) -> None:
        path = photo(**LARGE)
        decoder = start(time_limit=3.0)
        decoder.get(request_for(photo()))
        old = pid_of(decoder)
        answer = self._with_request_under_way(
            decoder, path, lambda pid: os.kill(pid, signal.SIGSTOP)
        )
        assert isinstance(answer.error, DecoderStoppedError)
        assert "it did not answer within 3 s" in answer.error.what
        assert decoder.get(request_for(photo())).shape == (72, 96, 3)
        assert _is_gone(old)

    def test_a_photo_that_stopped_it_twice_is_refused(self, start: Any, photo: Write) -> None:
        path = photo(**LARGE)
        decoder = start()

        def kill(pid: int) -> None:
            os.kill(pid, signal.SIGKILL)
            _has_ended(pid)

        for _ in range(2):
            answer = self._with_request_under_way(decoder, path, kill)
            assert isinstance(answer.error, DecoderStoppedError)
            assert "twice" not in answer.error.what
        survivor = _pid_after(decoder, photo())
        with pytest.raises(DecoderStoppedError, match=r"twice \(killed by signal 9"):
            decoder.get(request_for(path, "again"))
        answers = listen(decoder)
        decoder.submit(request_for(path))
        assert "twice" in str(answers.get(timeout=SECONDS).error)
        assert pid_of(decoder) == survivor

    def test_requests_that_were_not_begun_are_handed_to_the_next_process(
        self, start: Any, photo: Write
    ) -> None:
        path = photo()
        decoder = start()
        answers = listen(decoder)
        decoder.get(request_for(path))
        old = pid_of(decoder)
        os.kill(old, signal.SIGSTOP)
        requests = [request_for(path, slot) for slot in ("a", "b", "c")]
        for request in requests:
            decoder.submit(request)
        os.kill(old, signal.SIGKILL)
        seen = [answers.get(timeout=SECONDS) for _ in requests]
        assert {answer.request.ticket for answer in seen} == {
            request.ticket for request in requests
        }
        assert all(answer.pixels is not None for answer in seen)

    @pytest.mark.thorough
    def test_an_idle_process_that_hangs_is_replaced_when_it_is_asked(
        self, start: Any, photo: Write
    ) -> None:
        path = photo()
        decoder = start(time_limit=3.0)
        decoder.get(request_for(path))
        old = pid_of(decoder)
        os.kill(old, signal.SIGSTOP)
        assert decoder.get(request_for(path)).shape == (72, 96, 3)
        assert pid_of(decoder) != old

    def test_a_process_that_dies_idle_is_replaced_when_it_is_asked(
        self, start: Any, photo: Write
    ) -> None:
        decoder = start()
        decoder.get(request_for(photo()))
        old = pid_of(decoder)
        handle = os.pidfd_open(old)
        os.kill(old, signal.SIGKILL)
        assert select.select([handle], [], [], SECONDS)[0]
        os.close(handle)
        assert decoder.get(request_for(photo())).shape == (72, 96, 3)

    def test_a_process_that_never_runs_gives_its_reason_instead_of_an_endless_loop(
        self, start: Any, photo: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        (tmp_path / "numpy.py").write_text("raise ImportError('no numpy today')\n")
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        decoder = start()
        with pytest.raises(DecoderStoppedError, match="no numpy today"):
            decoder.get(request_for(photo()))
        monkeypatch.delenv("PYTHONPATH")
        assert decoder.get(request_for(photo())).shape == (72, 96, 3)

    def test_an_interpreter_that_is_missing_is_an_error_line(
        self, start: Any, photo: Write, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys, "executable", "/nonexistent/python")
        with pytest.raises(DecoderStoppedError, match="cannot be started"):
            start().get(request_for(photo()))

    def test_a_photo_that_needs_more_than_the_memory_cap_is_an_error_line(
        self, start: Any, photo: Write
    ) -> None:
        decoder = start(memory_cap=400 * 1024 * 1024)
        small = request_for(photo(), exact=(200, 150))
        assert decoder.get(small).array.shape == (150, 200, 3)
        # Without a limit of the system the answer outgrows what the parent takes.
        reason = "more memory than the decoder is allowed" if CAN_LIMIT_MEMORY else "it sent"
        with pytest.raises(DecodeError, match=reason):
            decoder.get(request_for(photo(), exact=(20000, 15000)))
        assert decoder.get(request_for(photo())).shape == (72, 96, 3)


class TestEnd:
    def test_close_leaves_no_process_no_thread_and_no_descriptor(self, photo: Write) -> None:
        path = photo()
        threads, descriptors = set(threading.enumerate()), _descriptors()
        decoder = Decoder.start((request_for(path),))
        pid = pid_of(decoder)
        decoder.get(request_for(path, "other"))
        decoder.submit(request_for(path))
        decoder.close()
        decoder.close()
        assert _is_gone(pid)
        assert set(threading.enumerate()) <= threads
        assert _descriptors() == descriptors

    def test_close_does_not_wait_for_a_process_that_hangs(self, photo: Write) -> None:
        with Decoder.start() as decoder:
            decoder.get(request_for(photo()))
            pid = pid_of(decoder)
            os.kill(pid, signal.SIGSTOP)
            decoder.submit(request_for(photo()))
        assert _is_gone(pid)

    def test_who_waits_gets_the_error_that_the_decoder_was_closed(self, photo: Write) -> None:
        decoder = Decoder.start()
        decoder.get(request_for(photo()))
        os.kill(pid_of(decoder), signal.SIGSTOP)
        result: Queue[Exception] = Queue()
        request = request_for(photo())
        waiting = threading.Thread(target=collect_error, args=(decoder, request, result))
        waiting.start()
        run_until(lambda: decoder.is_busy, waiting)
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
        decoder.get(request_for(photo()))
        pid = pid_of(decoder)
        assert os.getsid(pid) == pid
        os.kill(pid, signal.SIGINT)
        assert decoder.get(request_for(photo())).shape == (72, 96, 3)
        assert pid_of(decoder) == pid

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
        decoder.submit(request_for(photo()))
        assert "cannot wait" in errors.get(timeout=SECONDS)

    def test_an_error_of_the_listener_is_reported_and_other_answers_still_come(
        self, start: Any, photo: Write
    ) -> None:
        decoder = start()
        errors: Queue[Exception] = Queue()
        answers: Queue[Answer] = Queue()

        def listener(answer: Answer) -> None:
            if answer.request.slot == "first":
                raise ZeroDivisionError("of our own")
            answers.put(answer)

        decoder.listen(listener)
        decoder.submit(request_for(photo(), "first"))
        decoder.submit(request_for(photo(), "second"))
        assert answers.get(timeout=SECONDS).request.slot == "second"
        # It came while nobody took errors.
        decoder.listen(answers.put, errors.put)
        assert isinstance(errors.get(timeout=SECONDS), ZeroDivisionError)

    def test_an_error_that_ends_the_thread_is_reported(
        self, start: Any, photo: Write, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        decoder = start()
        errors: Queue[Exception] = Queue()
        decoder.listen(lambda _: None, errors.put)
        monkeypatch.setattr(WorkerProcess, "read", lambda _: 1 // 0)
        with pytest.raises(DecoderStoppedError):
            decoder.get(request_for(photo()))
        assert isinstance(errors.get(timeout=SECONDS), ZeroDivisionError)
