"""The decoder process seen from the app: answers, their order, and what starting it imports."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from queue import Queue
from typing import Any

import numpy as np
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

from heicdepth_tui.errors import DecodeError, FileAccessError, LimitError
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.photo.decode import load
from heicdepth_tui.photo.launch import launch, worker_environment
from heicdepth_tui.photo.layers import DEPTH, PRIMARY


def test_get_gives_what_decoding_in_this_process_gives(start: Any, photo: Write) -> None:
    path = photo(orientation=6, depth_size=Size(64, 48))
    decoder = start()
    for layer in (PRIMARY, DEPTH):
        ours = load(path, layer)
        its = decoder.get(request_for(path, layer=layer))
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
        start().get(request_for(tmp_path / "gone.heic"))
    assert caught.value.path == tmp_path / "gone.heic"


def test_the_first_requests_are_answered_even_if_nobody_listens_yet(
    start: Any, photo: Write
) -> None:
    path = photo()
    first = (request_for(path, "depth", DEPTH), request_for(path, "photo", fit=(20, 20)))
    decoder = start(*first)
    decoder.get(request_for(path, "export", keep=True))
    answers = listen(decoder)
    assert [answers.get(timeout=SECONDS).request for _ in first] == list(first)


def test_names_that_are_no_text_reach_the_process(start: Any, photo: Write, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"p\xff [b]\n.heic")
    path.write_bytes(photo().read_bytes())
    assert start().get(request_for(path)).shape == (72, 96, 3)


def test_the_limit_of_pixels_reaches_the_process(start: Any, photo: Write) -> None:
    with pytest.raises(LimitError, match="the limit is 6,911"):
        start(limit_pixels=96 * 72 - 1).get(request_for(photo()))
    assert start(limit_pixels=96 * 72).get(request_for(photo())).shape == (72, 96, 3)


def test_a_process_that_runs_already_can_be_handed_over(start: Any, photo: Write) -> None:
    process = launch()
    decoder = start(process=process)
    assert decoder.pid == process.pid
    assert decoder.get(request_for(photo())).shape == (72, 96, 3)


def test_partial_answers_come_before_the_final_one(start: Any, photo: Write) -> None:
    path = photo(**LARGE)
    decoder = start(request_for(path, partial=True))
    answers = listen(decoder)
    seen = [answers.get(timeout=SECONDS)]
    while not seen[-1].final:
        seen.append(answers.get(timeout=SECONDS))
    assert seen[-1].pixels is not None
    assert seen[-1].pixels.shape == (1200, 1600, 3)


class TestLatestWins:
    def test_only_the_latest_request_of_a_slot_is_answered(self, start: Any, photo: Write) -> None:
        path = photo()
        decoder = start()
        answers = listen(decoder)
        decoder.get(request_for(path))
        os.kill(pid_of(decoder), signal.SIGSTOP)
        requests = [request_for(path, fit=(10 + n, 10 + n)) for n in range(20)]
        kept = request_for(path, "export", keep=True)
        for request in (*requests[:10], kept, *requests[10:]):
            decoder.submit(request)
        os.kill(pid_of(decoder), signal.SIGCONT)
        seen = [answers.get(timeout=SECONDS).request for _ in range(2)]
        assert {request.ticket for request in seen} == {requests[-1].ticket, kept.ticket}
        decoder.get(request_for(path, "other"))
        assert answers.empty()

    def test_who_waits_for_a_replaced_request_gets_an_error(self, start: Any, photo: Write) -> None:
        path = photo()
        decoder = start()
        decoder.get(request_for(path))
        os.kill(pid_of(decoder), signal.SIGSTOP)
        older = request_for(path)
        result: Queue[Exception] = Queue()
        waiting = threading.Thread(target=collect_error, args=(decoder, older, result))
        waiting.start()
        run_until(lambda: decoder.is_busy, waiting)
        decoder.submit(request_for(path))
        error = result.get(timeout=SECONDS)
        assert isinstance(error, DecodeError)
        assert "a newer request took its place" in str(error)
        os.kill(pid_of(decoder), signal.SIGCONT)

    def test_a_cancelled_pane_gets_no_answer(self, start: Any, photo: Write) -> None:
        path = photo()
        decoder = start()
        answers = listen(decoder)
        decoder.get(request_for(path))
        os.kill(pid_of(decoder), signal.SIGSTOP)
        decoder.submit(request_for(path, "depth", DEPTH))
        decoder.submit(request_for(path, "photo"))
        decoder.cancel("depth")
        os.kill(pid_of(decoder), signal.SIGCONT)
        assert answers.get(timeout=SECONDS).request.slot == "photo"
        decoder.get(request_for(path, "other"))
        assert answers.empty()

    def test_what_came_before_anybody_listened_is_replaced_too(
        self, start: Any, photo: Write
    ) -> None:
        path = photo()
        older, newer = request_for(path), request_for(path, fit=(20, 20))
        decoder = start(older)
        decoder.get(request_for(path, "export", keep=True))
        decoder.submit(newer)
        answers = listen(decoder)
        assert answers.get(timeout=SECONDS).request is newer
        assert answers.empty()


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
    assert start().get(request_for(photo())).shape == (72, 96, 3)
