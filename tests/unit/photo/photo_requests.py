"""Helpers for tests of the decoder's client: requests, listeners, waiting for a condition."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from queue import Queue
from typing import Any

from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.photo.client import Decoder, next_ticket
from heicdepth_tui.photo.layers import PRIMARY, Answer, Layer, Request

Write = Callable[..., Path]

SECONDS = 20.0
# Larger than any pipe between the two processes, so that the end of it cannot have been sent
# while nobody reads.
LARGE = {"size": Size(1600, 1200), "tile": 512, "quality": 20, "depth": False}


def request_for(
    path: Path | str, slot: str = "photo", layer: Layer = PRIMARY, **knobs: Any
) -> Request:
    return Request(next_ticket(), slot, str(path), layer, **knobs)


def listen(decoder: Decoder) -> Queue[Answer]:
    answers: Queue[Answer] = Queue()
    decoder.listen(answers.put)
    return answers


def pid_of(decoder: Decoder) -> int:
    assert decoder.pid is not None
    return decoder.pid


def collect_error(decoder: Decoder, request: Request, result: Queue[Exception]) -> None:
    try:
        decoder.get(request)
    except Exception as error:  # noqa: BLE001  the test looks at it
        result.put(error)


def run_until(condition: Callable[[], bool], thread: threading.Thread) -> None:
    """Let a thread run until a condition holds."""
    while not condition():
        assert thread.is_alive()
        thread.join(0.001)
