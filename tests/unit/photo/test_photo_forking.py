"""A forked decoder process answers, ends and dies as a started one does."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from heicdepth_tui.photo.launch import worker_environment
from heicdepth_tui.system import CAN_FORK

pytestmark = pytest.mark.skipif(not CAN_FORK, reason="forked on Linux only")

Write = Callable[..., Path]

DECODE = """
import sys
from heicdepth_tui.photo.forking import fork_decoder
process = fork_decoder()
from heicdepth_tui.photo.client import Decoder, next_ticket
from heicdepth_tui.photo.layers import DEPTH, Request
with Decoder.start(process=process) as decoder:
    pixels = decoder.get(Request(next_ticket(), "a", sys.argv[1], DEPTH))
    print(pixels.shape, decoder.pid == process.pid)
print(process.poll())
"""

DIE = """
import subprocess
from heicdepth_tui.photo.forking import fork_decoder
process = fork_decoder()
print(process.poll())
try:
    process.wait(0.01)
except subprocess.TimeoutExpired:
    print("runs")
process.kill()
print(process.wait(), process.poll())
process.kill()
"""

END = """
from heicdepth_tui.photo.forking import fork_decoder
process = fork_decoder()
process.stdin.close()
print(process.wait(30))
"""


def run(script: str, *arguments: str, folder: Path) -> list[str]:
    """Run a script in a process of its own: one that forks must have one thread."""
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=folder,
        env=worker_environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_it_decodes_and_takes_no_numpy_from_the_current_folder(
    photo: Write, tmp_path: Path
) -> None:
    path = photo()
    (tmp_path / "numpy.py").write_text("raise SystemExit('imported from the photos')\n")

    assert run(DECODE, str(path), folder=tmp_path) == ["(72, 96) True", "-9"]


def test_it_can_be_waited_for_and_killed(tmp_path: Path) -> None:
    assert run(DIE, folder=tmp_path) == ["None", "runs", "-9 -9"]


def test_it_ends_when_nobody_asks_it_any_more(tmp_path: Path) -> None:
    assert run(END, folder=tmp_path) == ["0"]
