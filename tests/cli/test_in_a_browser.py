"""The app under textual-serve: another driver is named, and its streams are pipes."""

from __future__ import annotations

import json
import os
import re
import selectors
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyte
import pytest

SIZE = (100, 30)
READY = b"__GANGLION__\n"
"""What a Textual app writes to a server before its first packet."""
SECONDS = 30.0
"""Only a failure takes this long."""


class Browser:
    """Server and browser: packets of one byte of kind, four of length (big-endian), and a payload.

    ``D`` carries what a terminal would write or be typed, ``M`` a JSON object.
    """

    def __init__(self, *arguments: str) -> None:
        columns, rows = SIZE
        environment = os.environ | {
            "TEXTUAL_DRIVER": "textual.drivers.web_driver:WebDriver",
            "TEXTUAL_COLOR_SYSTEM": "truecolor",
            "COLUMNS": str(columns),
            "ROWS": str(rows),
        }
        environment.pop("TERM", None)
        self._app = subprocess.Popen(
            [sys.executable, "-m", "heicdepth_tui", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )
        assert self._app.stdin is not None
        assert self._app.stdout is not None
        self._keys, self._output = self._app.stdin, self._app.stdout
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._output, selectors.EVENT_READ)
        self._unread = b""
        self._is_ready = False
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.told: list[object] = []
        """The objects that the app sent to the server."""

    @property
    def text(self) -> str:
        return "\n".join(self.screen.display)

    def send(self, kind: bytes, payload: bytes) -> None:
        self._keys.write(kind + len(payload).to_bytes(4, "big") + payload)
        self._keys.flush()

    def press(self, key: str) -> None:
        self.send(b"D", key.encode())

    def resize(self, columns: int, rows: int) -> None:
        self.screen.resize(rows, columns)
        size = {"type": "resize", "width": columns, "height": rows}
        self.send(b"M", json.dumps(size).encode())

    def wait(self, seen: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + SECONDS
        while not seen():
            assert time.monotonic() < end, f"no {what}:\n{self.text}"
            if self._selector.select(0.1):
                data = os.read(self._output.fileno(), 65536)
                assert data, f"ended while waiting for {what}:\n{self.text}"
                self._unread += data
                self._take()

    def _take(self) -> None:
        if not self._is_ready and self._unread.startswith(READY):
            self._is_ready, self._unread = True, self._unread[len(READY) :]
        while self._is_ready and len(self._unread) >= 5:
            kind, size = self._unread[:1], int.from_bytes(self._unread[1:5], "big")
            if len(self._unread) < 5 + size:
                break
            payload, self._unread = self._unread[5 : 5 + size], self._unread[5 + size :]
            if kind == b"M":
                self.told.append(json.loads(payload))
                continue
            assert kind == b"D"
            for row in re.findall(rb"\x1b\[(\d+);1H\x1b\[6n", payload):
                self.press(f"\x1b[{row.decode()};1R")
            # pyte does not know questions about modes.
            self._stream.feed(re.sub(rb"\x1b\[\?[0-9;]*\$p", b"", payload))

    def coloured_cells(self) -> int:
        """How many cells show two colours of a picture."""
        return sum(
            char.data == "▀" and char.fg != "default" != char.bg
            for row in self.screen.buffer.values()
            for char in row.values()
        )

    def end(self) -> int:
        return self._app.wait(SECONDS)

    def close(self) -> None:
        self._app.kill()
        self._app.wait()
        self._selector.close()
        self._keys.close()
        self._output.close()


@pytest.fixture
def browser(sample_folder: Path) -> Iterator[Browser]:
    """The app in a browser, with the generated photos open."""
    opened = Browser(str(sample_folder))
    yield opened
    opened.close()


def test_the_app_runs_in_a_browser(browser: Browser) -> None:
    browser.wait(lambda: "IMG_0412.HEIC" in browser.text, "the list")
    browser.wait(lambda: browser.coloured_cells() > 300, "pictures")
    browser.press("j")
    browser.wait(lambda: "photo 1152×1536" in browser.text, "the next photo")
    browser.resize(70, 20)
    browser.wait(lambda: "? Help" in browser.screen.display[19], "key bar at the new bottom")
    browser.press("q")
    browser.wait(lambda: {"type": "exit"} in browser.told, "the end")

    assert browser.end() == 0
