"""Writes the decoder process's answers; rendering a partial picture never delays decoding."""

from __future__ import annotations

import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace

from heicdepth_tui.draw.rendering import Rendered, RenderSpec
from heicdepth_tui.errors import DecodeError
from heicdepth_tui.photo.layers import Answer, Pixels
from heicdepth_tui.photo.protocol import pack, pack_answer

__all__ = ["AnswerWriter", "report"]


class AnswerWriter:
    """Writes frames to a file descriptor; ``render`` makes pictures in cells.

    Partial pictures of a photo are rendered in a separate thread while the next tiles are decoded;
    one is skipped where a later part, or the whole, is ready first.
    """

    def __init__(self, output: int, render: Callable[[Pixels, RenderSpec], Rendered]) -> None:
        self._output = output
        self._render = render
        self._answers: deque[Answer] = deque()
        self._changed = threading.Condition()
        self._writing = threading.Lock()
        threading.Thread(target=self._run, name="answers", daemon=True).start()

    def send_message(self, message: Mapping[str, object]) -> None:
        """Write a message without samples."""
        self._write(pack(message))

    def put(self, answer: Answer) -> None:
        """Render and write an answer: a final one now, a partial one in the writer's thread."""
        ticket = answer.request.ticket
        with self._changed:
            for older in [older for older in self._answers if older.request.ticket == ticket]:
                self._answers.remove(older)
            if not answer.final:
                self._answers.append(answer)
                self._changed.notify()
        if answer.final:
            self._send(answer)

    def _send(self, answer: Answer) -> None:
        self._write(*pack_answer(self._rendered(answer)))

    def _run(self) -> None:
        try:
            while True:
                with self._changed:
                    while not self._answers:
                        self._changed.wait()
                    answer = self._answers.popleft()
                # The client drops a partial picture that comes after the final answer.
                self._send(answer)
        except BaseException:  # noqa: BLE001  the process can no longer answer
            report()
            os._exit(1)

    def _rendered(self, answer: Answer) -> Answer:
        """Return the answer with the rendered layer, where the request has ``render``."""
        request = answer.request
        if answer.pixels is None or request.render is None:
            return answer
        try:
            return replace(answer, rendered=self._render(answer.pixels, request.render))
        except Exception as error:  # noqa: BLE001  costs one photo, not all of them
            report()
            what = f"an unexpected {type(error).__name__} while rendering: {error}"
            return Answer(request, error=DecodeError(what, path=request.path), final=answer.final)

    def _write(self, *parts: bytes | memoryview) -> None:
        with self._writing:
            for part in parts:
                view = memoryview(part)
                while view:
                    view = view[os.write(self._output, view) :]


def report() -> None:
    """Write the exception to stderr; the app keeps its last lines."""
    import traceback

    traceback.print_exc(file=sys.stderr)
