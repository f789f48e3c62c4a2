"""What goes wrong at the start and the end: no traceback, and the terminal as it was."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from heicdepth_tui.ui.terminal.switches import PIECES, VARIABLE

LEFT = b"\x1b[?1049l"

NO_FORK = """
import os

def fork():
    raise BlockingIOError(11, "Resource temporarily unavailable")

os.fork = fork
"""

SIGTERM_AT_THE_END = """
import os
import signal
import threading
from heicdepth_tui.photo.client import Decoder

close = Decoder.close

def close_while_told_to_end(self):
    if (threading.current_thread() is threading.main_thread()) is AFTER_THE_LOOP:
        os.kill(os.getpid(), signal.SIGTERM)
    close(self)

Decoder.close = close_while_told_to_end
"""

LISTENER_THAT_FAILS = """
from heicdepth_tui.photo.client import Decoder

listen = Decoder.listen

def listen_and_fail(self, callback, failed=None):
    def fail(answer):
        callback(answer)
        if answer.final:
            raise ZeroDivisionError("of our own")

    listen(self, fail, failed)

Decoder.listen = listen_and_fail
"""


@pytest.fixture
def start(
    run_in_terminal: Callable[..., Any], sample_folder: Path, tmp_path: Path
) -> Callable[[str], Any]:
    """Return a function that opens the generated photos after a script has changed something."""

    def run(script: str) -> Any:
        patch = tmp_path / "patch"
        patch.mkdir()
        (patch / "sitecustomize.py").write_text(script)
        source = Path(__file__).parents[2] / "tui"
        return run_in_terminal(
            str(sample_folder),
            PYTHONPATH=f"{patch}{os.pathsep}{source}",
            XDG_STATE_HOME=str(tmp_path / "state"),
        )

    return run


def test_a_fork_that_fails_costs_nothing(start: Callable[[str], Any]) -> None:
    terminal = start(NO_FORK)
    terminal.wait_text("IMG_0412.HEIC", "relative")
    terminal.wait(lambda: terminal.block_cells() > 800, "two pictures")
    terminal.send("q")

    assert terminal.end() == 0
    assert b"Traceback" not in terminal.raw


@pytest.mark.parametrize(
    ("after_the_loop", "code"), [(False, 143), pytest.param(True, 0, marks=pytest.mark.thorough)]
)
def test_a_signal_while_the_app_ends_does_no_harm(
    start: Callable[[str], Any], after_the_loop: bool, code: int
) -> None:
    terminal = start(f"AFTER_THE_LOOP = {after_the_loop}{SIGTERM_AT_THE_END}")
    terminal.wait_text("IMG_0412.HEIC", "relative")
    terminal.send("q")

    assert terminal.end() == code
    assert LEFT in terminal.raw
    assert b"Traceback" not in terminal.raw


def test_an_error_in_the_thread_of_the_decoder_ends_in_the_crash_report(
    start: Callable[[str], Any], tmp_path: Path
) -> None:
    terminal = start(LISTENER_THAT_FAILS)

    assert terminal.end() == 1
    report = terminal.raw[terminal.raw.rfind(LEFT) :].decode()
    assert "ZeroDivisionError" in report
    assert "Traceback" not in report
    (log,) = (tmp_path / "state" / "heicdepth-tui").glob("crash-*.log")
    assert "Traceback" in log.read_text()


def test_the_app_works_without_the_pieces_that_make_it_faster(
    run_in_terminal: Callable[..., Any], sample_folder: Path
) -> None:
    terminal = run_in_terminal(str(sample_folder), **{VARIABLE: ",".join(PIECES)})
    terminal.wait_text("IMG_0412.HEIC", "relative")
    terminal.send("j")
    terminal.wait_text("IMG_0415.HEIC", "photo 1152×1536")
    terminal.wait(lambda: terminal.block_cells() > 800, "two pictures")
    terminal.send("q")

    assert terminal.end() == 0
