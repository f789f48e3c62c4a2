"""What tests on several floors share: photos to read, and a terminal to run the command in."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pyte
import pytest

from tests.support.sharing import write_once


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of a file in one process, and those in a real terminal one after another.

    Files share photos and browsers; two apps in two terminals would compete for two cores.
    Without pytest-xdist's ``--dist loadgroup`` the marks mean nothing.
    """
    for item in items:
        in_terminal = "run_in_terminal" in getattr(item, "fixturenames", ())
        item.add_marker(pytest.mark.xdist_group("terminal" if in_terminal else item.path.stem))


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the generated photos, written once per run; tests only read them."""
    from heicdepth_tui.samples.write import write_samples

    return write_once(tmp_path_factory, "samples", write_samples)


@pytest.fixture
def samples(sample_folder: Path, tmp_path: Path) -> Path:
    """A copy of the generated photos that a test may change."""
    folder = tmp_path / "photos"
    shutil.copytree(sample_folder, folder)
    return folder


@pytest.fixture(scope="session")
def photos() -> Path:
    """The folder of real photos, from HEICDEPTH_PHOTOS."""
    folder = os.environ.get("HEICDEPTH_PHOTOS", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip("HEICDEPTH_PHOTOS names no folder of real photos")
    return Path(folder)


_NOT_INHERITED = ("NO_COLOR", "COLORTERM", "TERM", "TEXTUAL", "CI", "COLUMNS", "LINES")
"""Variables that change what the command shows; pytest-xdist sets COLUMNS in its processes."""


class Terminal:
    """The real command in a pseudo-terminal, its screen kept by pyte.

    Waiting is for a state of the screen, up to a time limit that only a failure reaches.
    """

    def __init__(
        self, arguments: list[str], cwd: Path, columns: int, rows: int, **env: str
    ) -> None:
        environment = {key: value for key, value in os.environ.items() if key not in _NOT_INHERITED}
        environment |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"}
        environment |= env
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.process = pexpect.spawn(
            sys.executable,
            ["-m", "heicdepth_tui", *arguments],
            cwd=str(cwd),
            env=environment,  # type: ignore[arg-type]
            dimensions=(rows, columns),
            timeout=20,
        )
        self.raw = b""

    @property
    def text(self) -> str:
        """The screen as lines of text."""
        return "\n".join(self.screen.display)

    def pump(self) -> bool:
        """Take in what the command wrote; False once it has ended."""
        try:
            data = self.process.read_nonblocking(65536, timeout=0.05)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.raw += data
        # pyte knows neither kitty's keyboard protocol nor private CSI with '<', '>' and '='.
        self._stream.feed(_without_private(data))
        return True

    def wait(self, seen: Callable[[], bool], what: str, seconds: float = 25) -> None:
        """Wait until ``seen()`` is true of the screen."""
        end = time.monotonic() + seconds
        while not seen():
            if not self.pump():
                raise AssertionError(f"ended while waiting for {what}:\n{self.text}")
            if time.monotonic() > end:
                raise AssertionError(f"no {what} within {seconds} s:\n{self.text}")

    def wait_text(self, *words: str) -> None:
        """Wait until all words stand on the screen."""
        self.wait(lambda: all(word in self.text for word in words), f"text {words}")

    def send(self, keys: str) -> None:
        """Type keys."""
        self.process.send(keys)

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the terminal."""
        self.screen.resize(rows, columns)
        self.process.setwinsize(rows, columns)

    def block_cells(self) -> int:
        """How many cells show block characters in colour: pictures."""
        blocks = set("▀▄█▌▐▖▗▘▙▚▛▜▝▞▟▁▂▃▅▆▇▉▊▋▍▎▏")
        return sum(
            1
            for row in self.screen.buffer.values()
            for char in row.values()
            if char.data in blocks or (char.data == " " and char.bg not in ("default", "black"))
        )

    def end(self, seconds: float = 15) -> int | None:
        """Wait for the command to end and return its exit code."""
        stop = time.monotonic() + seconds
        while self.pump():
            if time.monotonic() > stop:
                raise AssertionError(f"still running after {seconds} s:\n{self.text}")
        self.process.wait()
        return self.process.exitstatus

    def close(self) -> None:
        """Make sure that nothing is left running."""
        self.process.close(force=True)


def _without_private(data: bytes) -> bytes:
    import re

    data = re.sub(rb"\x1b\[[<>=][0-9;]*[a-zA-Z]", b"", data)
    return re.sub(rb"\x1b\[\?[0-9;]*\$p", b"", data)


@pytest.fixture
def run_in_terminal(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    """Return a function that starts the command in a terminal; all are closed after the test."""
    started: list[Terminal] = []

    def start(
        *arguments: str, cwd: Path | None = None, columns: int = 120, rows: int = 40, **env: str
    ) -> Terminal:
        terminal = Terminal(list(arguments), cwd or tmp_path, columns, rows, **env)
        started.append(terminal)
        return terminal

    yield start
    for terminal in started:
        terminal.close()
