"""A decoder of one thread is one core's worth of work: nothing decodes beside it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from photo_requests import LARGE, Write, pid_of, request_for

from heicdepth_tui.photo.decode import load
from heicdepth_tui.photo.layers import PRIMARY
from heicdepth_tui.photo.threads import decoding_threads
from heicdepth_tui.photo.tiles import in_threads
from heicdepth_tui.system import IS_LINUX


def test_without_a_limit_tiles_are_decoded_in_several_threads() -> None:
    assert 2 <= decoding_threads() <= 4


def test_one_thread_is_the_callers_and_works_only_when_asked(
    one_thread: Callable[[], None],
) -> None:
    one_thread()
    begun: list[int] = []

    def work(index: int) -> int:
        begun.append(index)
        return threading.get_ident()

    results = in_threads(work, [4, 2, 3])
    assert next(results) == (4, threading.get_ident())
    assert begun == [4]
    assert [index for index, _ in results] == [2, 3]


@pytest.mark.skipif(not IS_LINUX, reason="counts threads in /proc")
def test_a_decoder_of_one_thread_has_one_that_decodes(start: Any, photo: Write) -> None:
    path = photo(**LARGE)
    decoder = start(threads=1)
    decoder.get(request_for(path))
    tasks = Path(f"/proc/{pid_of(decoder)}/task")
    idle = len(list(tasks.iterdir()))
    decoded: list[Any] = []
    thread = threading.Thread(target=lambda: decoded.append(decoder.get(request_for(path))))
    thread.start()
    most = 0
    while thread.is_alive():
        most = max(most, len(list(tasks.iterdir())))
    thread.join()

    # libde265 decodes in a thread of its own, for which the thread of the request waits.
    assert most <= idle + 1
    assert np.array_equal(decoded[0].array, load(path, PRIMARY).array)
