"""Exports of folders in processes of their own, which tests interrupt and kill."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from heicdepth_tui.batch.manifest import NAME
from heicdepth_tui.batch.records import State, read_records
from heicdepth_tui.heif.picture_facts import Size
from heicdepth_tui.samples.recipe import Recipe
from heicdepth_tui.samples.write import build_photo

__all__ = [
    "COUNT",
    "SMALL",
    "contents",
    "heed_interrupts",
    "names",
    "start",
    "wait_for_states",
    "wait_while",
    "write_photos",
]

SMALL = {"size": Size(128, 96), "depth_size": Size(64, 64)}
COUNT = 12


def write_photos(folder: Path) -> None:
    """Write ``COUNT`` photos with depth into two folders, and one without beside them."""
    data = build_photo(Recipe(), **SMALL)
    for number in range(COUNT):
        path = folder / ("a" if number % 2 else "b") / f"IMG {number:02d}.HEIC"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (folder / "none.HEIC").write_bytes(build_photo(Recipe(), **SMALL, depth=False))


def names(folder: Path) -> list[str]:
    """Return the files below a folder but manifests, relative to it."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return sorted(str(p.relative_to(folder)) for p in found if not p.name.startswith(NAME))


def contents(folder: Path) -> dict[str, bytes]:
    """Return the bytes of the files that ``names`` names."""
    return {name: (folder / name).read_bytes() for name in names(folder)}


def start(folder: Path, out: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start an export of a folder as ASCII PCD and NPZ, in a session of its own."""
    command = (sys.executable, "-m", "heicdepth_tui", "export", folder, "-r", "--out", out)
    return subprocess.Popen(
        [*map(str, command), "--format", "pcd-ascii", "--format", "npz", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=heed_interrupts,
    )


def heed_interrupts() -> None:
    """Undo what a shell, or nohup, does to commands in the background, the tests among them."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def wait_while(run: subprocess.Popen[str], is_missing: Callable[[], bool]) -> None:
    """Wait until a running command has come to something, or has ended."""
    end = time.monotonic() + 50
    while is_missing():
        if time.monotonic() > end:
            pytest.fail("the command did not come so far")
        with contextlib.suppress(subprocess.TimeoutExpired):
            run.wait(0.01)
            return


def wait_for_states(run: subprocess.Popen[str], path: Path, state: State, count: int) -> None:
    """Wait until the manifest of a running export lists ``count`` photos in a state."""
    wait_while(run, lambda: sum(record.state is state for record in read_records(path)) < count)
