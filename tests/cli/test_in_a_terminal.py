"""The real command in a pseudo-terminal: what a person sees, types and gets."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pypcd4 import PointCloud

from heicdepth_tui import __version__
from tests.support.terminal import Terminal

Start = Callable[..., Any]


def test_move_export_and_quit(run_in_terminal: Start, samples: Path, tmp_path: Path) -> None:
    out = tmp_path / "clouds"
    terminal = run_in_terminal(str(samples), "--out", "clouds")
    terminal.wait_text("IMG_0412.HEIC", "768×576", "7 photos · 5 with depth", "relative")
    terminal.wait(lambda: terminal.block_cells() > 800, "two pictures")

    terminal.send("j")
    terminal.wait_text("photo 1152×1536", "depth 576×768")
    terminal.send("jj")
    terminal.wait_text("uniform inverse Z")
    terminal.send("e")
    terminal.wait_text("exported", "points;", "camera")
    terminal.send("q")

    assert terminal.end() == 0
    assert [path.name for path in out.iterdir()] == ["IMG_0421.pcd"]
    assert PointCloud.from_path(out / "IMG_0421.pcd").points > 100_000
    assert b"\x1b[?1049l" in terminal.raw


class Shell(Terminal):
    """A shell in a pseudo-terminal, for a command whose standard input is a pipe."""

    command = ("/bin/sh", "-c")


def test_a_list_on_standard_input_leaves_the_keys_to_the_terminal(sample_folder: Path) -> None:
    program = f"ls -d IMG_041[25].HEIC | '{sys.executable}' -m heicdepth_tui -"
    terminal = Shell([program], sample_folder, columns=120, rows=40)
    try:
        terminal.wait_text("IMG_0412.HEIC", "768×576", "2 photos · 2 with depth")
        terminal.send("j")
        terminal.wait_text("photo 1152×1536")
        terminal.send("q")

        assert terminal.end() == 0
    finally:
        terminal.close()


def test_the_paths_of_macos(run_in_terminal: Start, sample_folder: Path) -> None:
    terminal = run_in_terminal(str(sample_folder), HEICDEPTH_PLATFORM="macos")
    terminal.wait_text("IMG_0412.HEIC", "768×576", "7 photos · 5 with depth")
    terminal.wait(lambda: terminal.block_cells() > 800, "two pictures")
    terminal.send("q")

    assert terminal.end() == 0


def test_resizing_keeps_pictures_and_quits_clean(
    run_in_terminal: Start, sample_folder: Path
) -> None:
    terminal = run_in_terminal(str(sample_folder), columns=140, rows=45)
    terminal.wait(lambda: terminal.block_cells() > 1500, "two pictures")
    terminal.resize(80, 24)
    terminal.wait(
        lambda: "t metadata" in terminal.text or "arrays" in terminal.text, "folded tables"
    )
    terminal.wait(lambda: terminal.block_cells() > 200, "two small pictures")
    terminal.send("q")
    assert terminal.end() == 0


@pytest.mark.parametrize(
    "env",
    [
        {"COLORTERM": "", "TERM": "xterm-256color"},
        pytest.param({"COLORTERM": "", "TERM": "xterm"}, marks=pytest.mark.thorough),
        {"NO_COLOR": "1"},
        pytest.param({"TERM": "tmux-256color"}, marks=pytest.mark.thorough),
    ],
    ids=["256 colours", "16 colours", "NO_COLOR", "tmux"],
)
def test_pictures_in_fewer_colours(
    run_in_terminal: Start, sample_folder: Path, env: dict[str, str]
) -> None:
    terminal = run_in_terminal(str(sample_folder), **env)
    terminal.wait(lambda: terminal.block_cells() > 800, "two pictures")
    terminal.wait_text("relative")
    terminal.send("q")
    assert terminal.end() == 0
    if "COLORTERM" in env:
        assert b"38;2;" not in terminal.raw
    if "NO_COLOR" in env:
        assert {colour for colour in _truecolours(terminal.raw) if len(set(colour)) > 1} == set()


def _truecolours(raw: bytes) -> set[tuple[int, int, int]]:
    import re

    found = re.findall(rb"[34]8;2;(\d+);(\d+);(\d+)", raw)
    return {(int(r), int(g), int(b)) for r, g, b in found}


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({"TERM": "dumb"}, "TERM=dumb"),
        ({"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}, "encoding"),
    ],
    ids=["dumb", "ascii"],
)
def test_a_terminal_that_cannot_carry_pictures_gets_one_line(
    run_in_terminal: Start, sample_folder: Path, env: dict[str, str], words: str
) -> None:
    terminal = run_in_terminal(str(sample_folder), **env)

    assert terminal.end() == 2
    assert words in terminal.text
    assert b"\x1b[?1049h" not in terminal.raw
    assert len(terminal.raw.strip().splitlines()) == 1


def test_demo_opens_generated_photos(
    run_in_terminal: Start, sample_folder: Path, tmp_path: Path
) -> None:
    """Those of the cache that are missing are made: here one, since all take many seconds."""
    folder = tmp_path / "cache" / "heicdepth-tui" / f"demo-{__version__}"
    shutil.copytree(sample_folder, folder)
    (folder / "IMG_0424.HEIC").unlink()
    terminal = run_in_terminal("--demo", XDG_CACHE_HOME=str(tmp_path / "cache"))
    terminal.wait_text("demo photos", "IMG_0412.HEIC", "7 photos · 5 with depth")
    terminal.wait(lambda: terminal.block_cells() > 800, "two pictures")
    terminal.send("\x03")
    assert terminal.end() == 0


def test_an_export_into_a_file_is_refused_and_loses_nothing(
    run_in_terminal: Start, samples: Path, tmp_path: Path
) -> None:
    taken = tmp_path / "taken"
    taken.write_text("mine")
    terminal = run_in_terminal(str(samples / "IMG_0412.HEIC"), "--out", str(taken))
    terminal.wait_text("IMG_0412.HEIC", "relative")
    terminal.send("e")
    terminal.wait_text("not exported", "cannot be written")
    terminal.send("q")

    assert terminal.end() == 0
    assert taken.read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["photos", "taken"]


def test_no_process_is_left_behind(run_in_terminal: Start, samples: Path) -> None:
    if not shutil.which("ps"):
        pytest.skip("ps is not installed")
    terminal = run_in_terminal(str(samples))
    terminal.wait(lambda: terminal.block_cells() > 800, "two pictures")
    children = _children(terminal.process.pid)
    assert children
    terminal.send("q")
    assert terminal.end() == 0
    for child in children:
        with pytest.raises(ProcessLookupError):
            os.kill(child, 0)


def _children(pid: int) -> list[int]:
    import subprocess

    listing = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    )
    return [int(word) for word in listing.stdout.split()]


def test_keys_typed_ahead_belong_to_the_name(
    run_in_terminal: Start, samples: Path, tmp_path: Path
) -> None:
    terminal = run_in_terminal(str(samples), cwd=tmp_path)
    terminal.wait_text("IMG_0412.HEIC", "5 with depth")
    terminal.send("/e15q")
    terminal.wait_text("find", "e15q", "0 matches")
    terminal.send("\x1b")
    terminal.wait_text("? Help")
    terminal.send("q")

    assert terminal.end() == 0
    assert [path.name for path in tmp_path.iterdir()] == ["photos"]


def test_keys_after_q_do_nothing(run_in_terminal: Start, sample_folder: Path) -> None:
    terminal = run_in_terminal(str(sample_folder))
    terminal.wait_text("IMG_0412.HEIC", "relative")
    terminal.send("qiE/?e")

    assert terminal.end() == 0
    assert b"Traceback" not in terminal.raw
    assert b"error of its own" not in terminal.raw
